"""`reparse`: which issues it reads anew, what it tells of them, and what stays as it was."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command

from archive.ingest import reparse
from archive.ingest.errors import PasswordNeeded, UnreadableFile
from archive.ingest.originals import remove_original, store_original
from archive.ingest.parse.known import Known
from archive.ingest.parse.records import Block, Finding, ParsedIssue, Section
from archive.ingest.read import Progress
from archive.ingest.version import PARSER_VERSION, is_older
from archive.models import Document, DocumentAlias, Issue, Page
from archive.publishing import publish_issue, withdraw_issue
from archive.search.query import search_documents
from archive.search.update import differences
from tests.factories import make_document, make_parsed_issue, save_issue
from tests.outside import PROJECT

pytestmark = pytest.mark.django_db(transaction=True)

Mend = Callable[[ParsedIssue], ParsedIssue]


class Archive:
    """Stored issues with originals, and a parser that reads each as it was told to."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys
        self.readings: dict[str, ParsedIssue | Exception] = {}
        self.known: list[Known] = []

    def add(self, label: str, version: str = "1", state: str = "published") -> Issue:
        path = self.folder / f"{label}.pdf"
        path.write_bytes(f"%PDF-1.7 {label}".encode())
        sha256, size = store_original(path, "pdf")
        parsed = make_parsed_issue(label=label, sha256=sha256, name=path.name)
        issue = save_issue(parsed, file_size=size)
        if state != "draft":
            issue = publish_issue(issue)
        if state == "withdrawn":
            withdraw_issue(issue, "重新排印")
        Issue.objects.filter(pk=issue.pk).update(parser_version=version)
        self.readings[path.name] = parsed
        return Issue.objects.get(pk=issue.pk)

    def mend(self, issue: Issue, mend: Mend) -> None:
        reading = self.readings[issue.file_name]
        assert isinstance(reading, ParsedIssue)
        self.readings[issue.file_name] = mend(reading)

    def read(
        self, path: Path, name: str | None, password: str, progress: Progress | None, known: Known
    ) -> ParsedIssue:
        self.known.append(known)
        reading = self.readings[name or ""]
        if isinstance(reading, PasswordNeeded) and password == "123456":
            return make_parsed_issue(label="1", sha256=path.stem, name=name)
        if isinstance(reading, Exception):
            raise reading
        return reading

    def reparse(self, *arguments: object) -> tuple[int, list[str], str]:
        code = 0
        try:
            call_command("reparse", *map(str, arguments))
        except SystemExit as ended:
            code = ended.code
        captured = self.capsys.readouterr()
        return code, captured.out.splitlines(), captured.err


@pytest.fixture
def archive(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Archive:
    archive = Archive(tmp_path, capsys)
    real = reparse.read_original
    monkeypatch.setattr(
        "archive.management.commands.reparse.read_original",
        lambda issue, password: real(issue, password, archive.read),
    )
    return archive


def date_of_first(parsed: ParsedIssue) -> ParsedIssue:
    """The same issue with the date of its second document read, and another text in its first."""
    first, second, *others = parsed.documents
    first = replace(
        first,
        blocks=(*first.blocks, Block("paragraph", "独一无二的补遗。", page=2)),
        sections=(*first.sections, Section(1, "三、", "补遗", page=2)),
    )
    second = replace(second, signed_on=date(2024, 1, 21))
    return replace(parsed, documents=(first, second, *others))


def test_versions() -> None:
    assert [is_older(version) for version in ("1", "0", "", "x", PARSER_VERSION, "999")] == [
        *(True, True, True, True, False, False)
    ]


def test_what_changed_is_told_and_what_is_public_stays(archive: Archive) -> None:
    issue = archive.add("1")
    ids = list(issue.documents.values_list("public_id", "pk"))
    anchors = [s.anchor for s in issue.documents.get(position=1).sections.all()]
    archive.mend(issue, date_of_first)

    code, lines, _errors = archive.reparse()

    assert code == 0
    first, second = issue.documents.order_by("position")[:2]
    assert lines == [
        f"变动  {issue}（编号 {issue.pk}，1.pdf）",
        f"  第 1 件 {first.title}（{first.public_id}）：段落 12 → 13（新 1，去 0）；层次 4 → 5（新 1，去 0）",
        f"  第 2 件 {second.title}（{second.public_id}）：成文日期 2024-01-20 → 2024-01-21",
        "1 期有变动，0 期不变",
    ]
    issue.refresh_from_db()
    assert (issue.state, issue.parser_version) == ("published", PARSER_VERSION)
    assert list(issue.documents.values_list("public_id", "pk")) == ids
    assert [s.anchor for s in first.sections.all()] == [*anchors, "s-3"]
    assert second.signed_on == date(2024, 1, 21)
    assert search_documents("独一无二的补遗").total == 1
    assert not differences()


def test_documents_that_come_and_go(archive: Archive) -> None:
    issue = archive.add("1")
    old = issue.documents.get(position=3)

    def mend(parsed: ParsedIssue) -> ParsedIssue:
        one, two, _gone, four = parsed.documents
        two = replace(two, last_page=5)
        new = make_document(
            1, title="云岭市人民政府令", number="云岭市人民政府令第7号", first_page=1, last_page=1
        )
        documents = (new, *(replace(d, position=n) for n, d in enumerate((one, two, four), 2)))
        finding = Finding("page-without-text", "note", "第7页没有可读文字", page=7)
        return replace(parsed, documents=documents, findings=(finding,))

    archive.mend(issue, mend)
    code, lines, _errors = archive.reparse("--json")
    assert code == 0
    (told,) = map(json.loads, lines)
    new = issue.documents.get(position=1)
    plan = issue.documents.get(position=3)
    assert (told["issue"], told["outcome"], told["error"]) == (issue.pk, "changed", None)
    assert told["added"] == [
        {"id": new.public_id, "position": 1, "title": "云岭市人民政府令", "leads_to": ""}
    ]
    assert told["removed"] == [
        {"id": old.public_id, "position": 3, "title": old.title, "leads_to": plan.title}
    ]
    assert [change["fields"] for change in told["changed"]] == [{"last_page": [4, 5]}]
    assert any("第7页没有可读文字" in finding for finding in told["findings_new"])
    assert any("目录与正文的文号不一致" in finding for finding in told["findings_gone"])
    assert DocumentAlias.objects.get(public_id=old.public_id).document == plan
    assert not differences()


def test_of_what_did_not_change_nothing_is_told(archive: Archive) -> None:
    issue = archive.add("1")
    assert archive.reparse() == (0, ["0 期有变动，1 期不变"], "")
    issue.refresh_from_db()
    assert issue.parser_version == PARSER_VERSION
    assert archive.reparse() == (0, ["没有需要重新识别的一期"], "")
    code, lines, _errors = archive.reparse("--all", "--json")
    assert (code, json.loads(lines[0])["outcome"]) == (0, "unchanged")


def test_a_trial_changes_nothing(archive: Archive) -> None:
    issue = archive.add("1")
    before = list(Document.objects.values())
    archive.mend(issue, date_of_first)
    code, lines, _errors = archive.reparse("--dry-run")
    assert code == 0
    assert any("2024-01-20 → 2024-01-21" in line for line in lines)
    assert "试运行" in lines[-1]
    assert list(Document.objects.values()) == before
    assert Issue.objects.get().parser_version == "1"
    assert search_documents("独一无二的补遗").total == 0


@pytest.mark.parametrize(
    ("arguments", "labels"),
    [
        ([], ["1", "2"]),
        (["--all"], ["1", "2", "3"]),
        (["--year", 2024], ["1", "2"]),
        (["--year", 2023], []),
        (["--gazette", "云岭市人民政府公报", "--all"], ["1", "2", "3"]),
        (["--gazette", "霁川市人民政府公报", "--all"], []),
        (["ID3"], ["3"]),
        (["ID2", "ID3", "--older"], ["2"]),
    ],
)
def test_which_issues_are_read(archive: Archive, arguments: list[object], labels: list[str]) -> None:
    issues = {label: archive.add(label, "1" if label < "3" else PARSER_VERSION) for label in "123"}
    given = [issues[str(a)[2:]].pk if str(a).startswith("ID") else a for a in arguments]
    code, lines, _errors = archive.reparse(*given, "--json")
    assert code == 0
    assert [json.loads(line)["file"] for line in lines] == [f"{label}.pdf" for label in labels]
    assert all("云政发" in known.codes for known in archive.known)


@pytest.mark.parametrize(("installed", "labels"), [(True, ["2"]), (False, [])])
def test_scans_are_read_once_they_can_be_recognised(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, installed: bool, labels: list[str]
) -> None:
    monkeypatch.setattr("archive.ingest.recognise.engine.available", lambda: installed)
    for label in "12":
        archive.add(label, PARSER_VERSION)
    Page.objects.filter(issue__label="2", number=6).update(wants_ocr=True)
    code, lines, _errors = archive.reparse("--json")
    assert code == 0
    assert [json.loads(line)["file"] for line in lines if line.startswith("{")] == [
        f"{n}.pdf" for n in labels
    ]
    assert archive.reparse("--older", "--json")[:2] == (0, [])


@pytest.mark.parametrize("state", ["draft", "published", "withdrawn"])
def test_an_issue_keeps_its_state(archive: Archive, state: str) -> None:
    issue = archive.add("1", state=state)
    archive.mend(issue, date_of_first)
    assert archive.reparse()[0] == 0
    issue.refresh_from_db()
    assert issue.state == state
    assert not differences()


def test_a_failure_names_the_issue_and_the_others_are_read(archive: Archive) -> None:
    one, two, three, four = (archive.add(label) for label in "1234")
    archive.readings["1.pdf"] = UnreadableFile("1.pdf", "PDF 已损坏", "请重新导出", 3)
    archive.readings["2.pdf"] = ZeroDivisionError()
    remove_original(three.sha256, "pdf")
    code, lines, _errors = archive.reparse("--workers", "1")
    assert code == 1
    assert lines == [
        f"失败  {one}（编号 {one.pk}，1.pdf）：1.pdf，第 3 页：PDF 已损坏。请重新导出",
        f"失败  {two}（编号 {two.pk}，2.pdf）：程序出错（ZeroDivisionError）。请把日志交给维护人员",
        f"失败  {three}（编号 {three.pk}，3.pdf）：3.pdf：缺少原件。请从备份恢复，或重新导入该文件",
        "0 期有变动，1 期不变，3 期失败",
    ]
    four.refresh_from_db()
    assert four.parser_version == PARSER_VERSION
    assert Issue.objects.filter(parser_version="1").count() == 3
    assert archive.reparse()[0] == 2


def test_a_locked_file_is_skipped_unless_the_password_is_given(archive: Archive) -> None:
    issue = archive.add("1")
    archive.readings["1.pdf"] = PasswordNeeded("1.pdf", "PDF 有打开密码", "请输入密码后再试")
    code, lines, _errors = archive.reparse()
    assert code == 2
    assert lines[0].startswith(f"跳过  {issue}")
    assert "--password" in lines[0]
    assert lines[-1] == "0 期有变动，0 期不变，1 期因有密码而跳过"
    assert archive.reparse("--password", "123456")[0] == 0


def test_an_id_that_nothing_has(archive: Archive) -> None:
    issue = archive.add("1")
    code, _lines, errors = archive.reparse(issue.pk, issue.pk + 7)
    assert code == 1
    assert f"没有编号为 {issue.pk + 7} 的一期" in errors
    assert archive.reparse(issue.pk + 7)[0] == 2


def test_a_bundled_issue_reads_the_same_again(capsys: pytest.CaptureFixture[str]) -> None:
    sample = min((PROJECT / "archive" / "samples").glob("*.pdf"))
    call_command("ingest", str(sample), publish=True)
    capsys.readouterr()
    call_command("reparse", "--all", "--json")
    (told,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (told["outcome"], told["changed"], told["fields"]) == ("unchanged", [], {})
