"""A newer parser: the worker looks at stored issues by itself, and published text changes by an editor's hand only."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from archive.ingest import newer_parser
from archive.ingest.errors import PasswordNeeded
from archive.ingest.newer_parser import CODE, Readings, look_at, next_to_look_at
from archive.ingest.originals import store_original
from archive.ingest.parse.known import Known
from archive.ingest.parse.records import ParsedIssue
from archive.ingest.read import Progress
from archive.ingest.version import PARSER_VERSION
from archive.models import Document, Finding, IngestRun, Issue
from archive.publishing import publish_issue, withdraw_issue
from tests.factories import make_parsed_issue, save_issue
from tests.outside import PROJECT, Outside

pytestmark = pytest.mark.django_db(transaction=True)

NEW_TITLE = "云岭市人民政府关于更好地保护古树名木的通知"


class Read:
    """An issue that an older parser has read, and what the one of today reads."""

    def __init__(self, folder: Path, state: str = "published", label: str = "1") -> None:
        path = folder / f"{label}.pdf"
        path.write_bytes(f"%PDF-1.7 {label}".encode())
        sha256, size = store_original(path, "pdf")
        self.reading: ParsedIssue | Exception = make_parsed_issue(label=label, sha256=sha256, name=path.name)
        issue = save_issue(self.reading, file_size=size)
        if state != "draft":
            publish_issue(issue)
        if state == "withdrawn":
            withdraw_issue(issue, "重新排印")
        Issue.objects.filter(pk=issue.pk).update(parser_version="1")
        self.pk = issue.pk

    @property
    def issue(self) -> Issue:
        return Issue.objects.get(pk=self.pk)

    @property
    def first(self) -> Document:
        return self.issue.documents.get(position=1)

    def now_reads(self, title: str) -> None:
        assert isinstance(self.reading, ParsedIssue)
        first, *others = self.reading.documents
        self.reading = replace(self.reading, documents=(replace(first, title=title), *others))

    def __call__(
        self, path: Path, name: str | None, password: str, progress: Progress | None, known: Known
    ) -> ParsedIssue:
        assert path.is_file() and progress is not None
        progress("parse", 1, 2)
        if isinstance(self.reading, Exception):
            raise self.reading
        return self.reading

    def look(self) -> str:
        return look_at(self.issue, lambda stage, page, pages: None, self)


@pytest.mark.parametrize("state", ["published", "withdrawn"])
def test_what_was_ever_public_stays_as_it_is_and_the_desk_is_told(
    state: str, tmp_path: Path, client: Client
) -> None:
    read = Read(tmp_path, state)
    read.now_reads(NEW_TITLE)
    before = read.first
    assert read.look() == "told"
    assert (read.first.pk, read.first.title) == (before.pk, before.title)
    assert read.issue.parser_version == "1" and read.issue.state == state
    told = read.issue.findings.get(code=CODE)
    assert f"第 {PARSER_VERSION} 版" in told.evidence[0]
    assert NEW_TITLE in told.evidence[1]
    # Told once, whatever an editor makes of it.
    assert next_to_look_at(set()) is None
    Finding.objects.filter(pk=told.pk).update(settled_as="kept")
    assert next_to_look_at(set()) is None
    client.force_login(User.objects.create_superuser("admin"))
    page = client.get(reverse("desk-issue", args=[read.pk])).content.decode()
    assert "新版识别程序" in page and "重新读取" in page


def test_a_still_newer_one_tells_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Read(tmp_path)
    read.now_reads(NEW_TITLE)
    read.look()
    monkeypatch.setattr(newer_parser, "PARSER_VERSION", "99")
    assert next_to_look_at(set()) == read.issue
    assert read.look() == "told"
    assert [told.evidence[0] for told in read.issue.findings.filter(code=CODE)] == ["识别程序第 99 版"]
    read.now_reads(read.first.title)
    assert read.look() == "unchanged"
    assert not read.issue.findings.filter(code=CODE).exists()


def test_what_reads_the_same_is_up_to_date(tmp_path: Path) -> None:
    read = Read(tmp_path)
    before = {document.pk for document in read.issue.documents.all()}
    assert read.look() == "unchanged"
    assert read.issue.parser_version == PARSER_VERSION
    assert {document.pk for document in read.issue.documents.all()} == before
    assert not read.issue.findings.filter(code=CODE).exists()


def test_a_draft_is_read_anew(tmp_path: Path) -> None:
    read = Read(tmp_path, "draft")
    read.now_reads(NEW_TITLE)
    name = read.first.public_id
    assert read.look() == "read again"
    assert (read.first.title, read.first.public_id) == (NEW_TITLE, name)
    assert read.issue.parser_version == PARSER_VERSION and read.issue.state == "draft"


def test_reading_it_again_settles_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Read(tmp_path)
    read.now_reads(NEW_TITLE)
    read.look()
    from archive.ingest.reparse import store_again

    assert isinstance(read.reading, ParsedIssue)
    assert store_again(read.issue, read.reading)
    assert read.first.title == NEW_TITLE
    assert not read.issue.findings.filter(code=CODE).exists()
    assert next_to_look_at(set()) is None


def test_one_that_cannot_be_read_holds_up_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    locked, other = Read(tmp_path), Read(tmp_path, label="2")
    locked.reading = PasswordNeeded(locked.issue.file_name, "有密码", "请填写密码")
    looked: list[int] = []

    def look(issue: Issue, progress: Any) -> str:
        looked.append(issue.pk)
        return (locked if issue.pk == locked.pk else other).look()

    monkeypatch.setattr(newer_parser, "look_at", look)
    readings = Readings(lambda stage, page, pages: None)
    while readings.look_at_one():
        pass
    assert looked == [locked.pk, other.pk]
    assert (locked.issue.parser_version, other.issue.parser_version) == ("1", PARSER_VERSION)


def test_what_is_being_read_is_left_alone(tmp_path: Path) -> None:
    read = Read(tmp_path)
    IngestRun.objects.create(file_name="1.pdf", sha256=read.issue.sha256)
    assert next_to_look_at(set()) is None


def test_it_stops_where_it_is_told_to(tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def progress(*place: object) -> None:
        raise Stop

    read = Read(tmp_path, "draft")
    with pytest.raises(Stop):
        look_at(read.issue, progress, read)
    assert read.issue.parser_version == "1"


@pytest.mark.in_full
def test_the_worker_looks_by_itself(tmp_path: Path) -> None:
    """A real issue, read by the real parser: what an older one had otherwise is told, and stands until somebody acts."""
    with Outside(tmp_path) as outside:
        outside.manage("ingest", "--publish", str(PROJECT / "archive" / "samples" / "jichuan-2024-01.pdf"))
        was = outside.ask(
            "Issue.objects.update(parser_version='1') and Document.objects.get(position=1).title"
        )
        outside.ask("Document.objects.filter(position=1).update(title='旧版读出的标题')")
        outside.manage("worker", "--batch")
        assert outside.ask("Document.objects.get(position=1).title") == "旧版读出的标题"
        told = outside.ask(
            "list(Finding.objects.filter(code='newer-reading').values_list('evidence', flat=True))"
        )
        assert len(told) == 1 and any("旧版读出的标题" in line and was in line for line in told[0])
        outside.manage("reparse")
        assert outside.ask("Document.objects.get(position=1).title") == was
        assert outside.ask("Finding.objects.filter(code='newer-reading').count()") == 0
