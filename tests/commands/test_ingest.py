"""`ingest`: which files it finds, what it says of each, and how it ends."""

import contextlib
import fcntl
import json
import os
import shutil
import struct
import termios
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings

from archive.ingest import sources
from archive.ingest.errors import IngestError
from archive.ingest.sources import SourceFile, entry_name, find_sources, opened
from archive.models import Batch, Finding, Issue
from archive.search.update import indexed_ids
from archive.tasks import ingest_upload
from archive.uploads import upload_path
from tests.outside import PROJECT, Outside

pytestmark = pytest.mark.django_db(transaction=True)

SAMPLES = PROJECT / "archive" / "samples"
TEXT = min(SAMPLES.glob("*.txt"))


class Run:
    """One call of the command: exit code and lines."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: object) -> None:
        self.exit = 0
        try:
            call_command("ingest", *map(str, arguments))
        except SystemExit as ended:
            self.exit = ended.code
        captured = capsys.readouterr()
        self.lines, self.errors = captured.out.splitlines(), captured.err

    @property
    def objects(self) -> list[dict[str, object]]:
        """One object a file; the last line is the report."""
        return [json.loads(line) for line in self.lines[:-1]]

    @property
    def report(self) -> dict[str, Any]:
        return json.loads(self.lines[-1])["report"]


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "坏.pdf"
    path.write_bytes(b"<!DOCTYPE html><html></html>")
    return path


def zip_of(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


# --- lines and exit codes ----------------------------------------------------------------------------
def test_all_are_in(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run = Run(capsys, TEXT)
    issue = Issue.objects.get()
    assert run.exit == 0
    assert len(run.lines) == 1
    assert run.lines[0].startswith(f"入库  {TEXT}：{issue.name}（{issue.documents.count()} 件")
    assert "草稿" in run.lines[0]
    assert run.errors == ""

    again = Run(capsys, TEXT)
    assert again.exit == 0
    assert again.lines[0].startswith("已在库中")
    assert Run(capsys, TEXT, "--replace").lines[0].startswith("已替换")
    assert Issue.objects.count() == 1


def test_some_failed_and_the_others_are_in(capsys: pytest.CaptureFixture[str], bad: Path) -> None:
    run = Run(capsys, bad, TEXT, bad.with_name("nix.pdf"))
    assert run.exit == 1
    assert run.lines[0] == f"失败  {bad}（读取文件）：内容是网页（HTML）。请在浏览器中打印为 PDF 后再上传"
    assert run.lines[1].startswith("入库")
    assert run.lines[2].startswith(f"失败  {bad.with_name('nix.pdf')}：没有这个文件")
    assert "3 个文件中有 2 个未能导入" in run.errors
    assert Issue.objects.count() == 1


def test_nothing_could_be_done(capsys: pytest.CaptureFixture[str], bad: Path, tmp_path: Path) -> None:
    assert Run(capsys, bad).exit == 2
    (tmp_path / "empty").mkdir()
    run = Run(capsys, tmp_path / "empty")
    assert (run.exit, run.lines) == (2, [])
    assert "没有可导入的文件" in run.errors
    assert not Issue.objects.exists()


def test_json_one_object_a_line(capsys: pytest.CaptureFixture[str], bad: Path) -> None:
    run = Run(capsys, TEXT, bad, "--json", "--publish")
    assert run.exit == 1
    first, second = run.objects
    issue = Issue.objects.get()
    wanted = {"file", "outcome", "issue", "documents", "findings", "seconds", "error"}
    assert wanted <= set(first)
    assert wanted <= set(second)
    assert (first["file"], first["outcome"], first["error"]) == (str(TEXT), "added", None)
    assert first["issue"] == {
        "id": issue.pk,
        "gazette": issue.gazette.name,
        "year": issue.year,
        "label": issue.label,
        "state": "published",
    }
    assert first["documents"] == issue.documents.count() == len(indexed_ids())
    assert (second["outcome"], second["issue"], second["documents"]) == ("failed", None, 0)
    assert str(second["error"]).startswith(str(bad))
    assert run.errors == ""


def test_the_report_at_the_end(capsys: pytest.CaptureFixture[str], bad: Path) -> None:
    call_command("ingest", str(TEXT))
    capsys.readouterr()
    other = max(SAMPLES.glob("*.pdf"))
    run = Run(capsys, TEXT, bad, other, "--json")
    report = run.report
    assert {name: report[name] for name in ("files", "added", "unchanged", "replaced", "queued")} == {
        "files": 3,
        "added": 1,
        "unchanged": 1,
        "replaced": 0,
        "queued": 0,
    }
    assert [failed["file"] for failed in report["failed"]] == [str(bad)]
    assert (
        report["failed"][0]["error"]
        == f"{bad}（读取文件）：内容是网页（HTML）。请在浏览器中打印为 PDF 后再上传"
    )
    found = Finding.objects.values_list("code", "severity")
    assert {(kind["code"], kind["severity"]) for kind in report["findings"]} == set(found)
    assert sum(kind["count"] for kind in report["findings"]) == len(found) > 0

    told = Run(capsys, TEXT, bad, other, "--replace").errors
    assert "3 个文件：已替换 2，失败 1" in told
    assert f"  {bad}（读取文件）：内容是网页" in told
    assert all(f"{kind['count']} 条" in told and kind["code"] in told for kind in report["findings"])


def test_queued_files_are_a_batch_for_the_worker(
    capsys: pytest.CaptureFixture[str], bad: Path, settings: Settings
) -> None:
    folder = bad.parent / "往期"
    folder.mkdir()
    for path in (*sorted(SAMPLES.glob("*.txt")), bad):
        shutil.copy(path, folder)
    archive = {"2023/第6期.txt": TEXT.read_bytes(), "新.txt": TEXT.read_bytes() + b"\n"}
    zip_of(folder / "z.zip", archive)
    names = sorted(path.name for path in SAMPLES.glob("*.txt"))
    run = Run(capsys, folder, "--queue", "--publish", "--json")
    assert run.exit == 1
    assert [line["outcome"] for line in run.objects] == [
        *["queued"] * len(names),
        "unchanged",
        "queued",
        "failed",
    ]
    batch = Batch.objects.get()
    assert (batch.name, batch.state) == ("往期", "running")
    assert run.report["batch"] == batch.pk
    assert len(run.report["failed"]) == 1
    queued = batch.runs.filter(state="queued").order_by("pk")
    assert [one.file_name for one in queued] == [*names, "新.txt"]
    assert all(one.publish and upload_path(one).is_file() for one in queued)
    # nothing hangs on the folder or the terminal any more
    shutil.rmtree(folder)
    for one in queued[: len(names)]:
        assert ingest_upload.call(one.pk) == "added"
    assert Issue.objects.published().count() == len(names)
    assert not list(Path(settings.UPLOADS_DIR).glob("*.part"))


def test_a_fault_of_ours_in_one_file_keeps_no_other_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from archive.management.commands import ingest

    real = ingest.store_file
    monkeypatch.setattr(
        ingest,
        "store_file",
        lambda found, **options: 1 / 0 if "bad" in found.name else real(found, **options),
    )
    other = tmp_path / "bad.txt"
    shutil.copy(TEXT, other)
    run = Run(capsys, other, TEXT)
    assert run.exit == 1
    assert "程序出错（ZeroDivisionError）" in run.lines[0]
    assert run.lines[1].startswith("入库")


def test_several_workers_report_in_the_order_given(capsys: pytest.CaptureFixture[str], bad: Path) -> None:
    issues = sorted(SAMPLES.glob("*.txt")) + sorted(SAMPLES.glob("*.pdf"))
    run = Run(capsys, *issues, bad, "--workers", "3", "--json")
    assert [line["file"] for line in run.objects] == [*map(str, issues), str(bad)]
    assert [line["outcome"] for line in run.objects] == [*["added"] * len(issues), "failed"]


def test_a_bar_on_a_terminal_and_the_lines_beside_it(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    with Outside(tmp_path) as outside, outside.start("ingest", str(TEXT), stderr=theirs) as process:
        os.close(theirs)
        bar = b""
        with contextlib.suppress(OSError):  # Linux says so when the other side is gone
            while chunk := os.read(ours, 4096):
                bar += chunk
        lines, _none = process.communicate()
    os.close(ours)
    assert process.returncode == 0
    assert "100%" in bar.decode()
    assert lines.startswith("入库")
    assert "%|" not in lines


# --- folders and zips --------------------------------------------------------------------------------
def labels(*paths: Path) -> list[str]:
    return [
        source.label if isinstance(source, SourceFile) else str(source) for source in find_sources([*paths])
    ]


def test_folders_are_searched_through(tmp_path: Path) -> None:
    for name in [
        "b/2.pdf",
        "b/1.PDF",
        "a.txt",
        "notes.xlsx",
        "~$1.docx",
        "Thumbs.db",
        "README.md",
        ".hidden.pdf",
        ".git/x.pdf",
        "__MACOSX/._1.pdf",
    ]:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    zip_of(tmp_path / "c.zip", {"3.pdf": b"x"})
    assert labels(tmp_path) == [
        str(tmp_path / name) for name in ("a.txt", "c.zip/3.pdf", "b/1.PDF", "b/2.pdf")
    ]


def test_a_zip_is_taken_in(capsys: pytest.CaptureFixture[str], tmp_path: Path, data_folder: Path) -> None:
    content = TEXT.read_bytes()
    archive = zip_of(
        tmp_path / "往期.zip", {"2023/第6期.txt": content, "readme.md": b"x", "2023/坏.pdf": b"x"}
    )
    run = Run(capsys, archive)
    assert run.exit == 1
    assert run.lines[0].startswith(f"失败  {archive}/2023/坏.pdf（读取文件）：")
    assert run.lines[1].startswith(f"入库  {archive}/2023/第6期.txt：")
    assert Issue.objects.get().file_name == "第6期.txt"
    assert list(data_folder.glob("unzip-*")) == []


@pytest.mark.parametrize(
    ("stored", "flag", "name"),
    [
        ("2022年第2期.pdf".encode("gbk"), 0, "2022年第2期.pdf"),
        ("2022年第2期.pdf".encode(), 0, "2022年第2期.pdf"),
        (b"issue-2.pdf", 0, "issue-2.pdf"),
        ("公报\\第2期.pdf".encode("gbk"), 0, "公报/第2期.pdf"),
    ],
)
def test_names_in_zips(stored: bytes, flag: int, name: str) -> None:
    info = zipfile.ZipInfo("x")
    info.filename, info.flag_bits = stored.decode("cp437"), flag
    assert entry_name(info) == name


def test_a_name_that_climbs_leads_nowhere(tmp_path: Path, data_folder: Path) -> None:
    archive = zip_of(tmp_path / "z.zip", {"../../outside.pdf": b"%PDF-", "/etc/issue.pdf": b"%PDF-"})
    for source in find_sources([archive]):
        assert isinstance(source, SourceFile)
        with opened(source) as path:
            assert path.resolve().is_relative_to(data_folder.resolve())
            assert path.read_bytes() == b"%PDF-"
            assert source.name in {"outside.pdf", "issue.pdf"}
    assert not (tmp_path.parent / "outside.pdf").exists()


@pytest.fixture
def tight(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.UPLOAD_MAX_BYTES = 1024**2
    monkeypatch.setattr(sources, "ZIP_MAX_FILES", 3)
    monkeypatch.setattr(sources, "ZIP_MAX_BYTES", 1024**2 * 3)


@pytest.mark.usefixtures("tight")
@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"bomb.pdf": b"\0" * 900 * 1024}, "解开后超过"),
        ({"large.pdf": bytes(range(256)) * 6 * 1024}, "解开后超过 1 MB"),
        ({f"{n}.pdf": b"x" for n in range(4)}, "压缩包内有 4 个文件"),
        ({f"{n}.pdf": b"\0" * 1024**2 * 2 for n in range(2)}, "解开后超过"),
    ],
    ids=["packed too tightly", "too large", "too many", "too large together"],
)
def test_bombs(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, files: dict[str, bytes], says: str
) -> None:
    archive = zip_of(tmp_path / "z.zip", files)
    run = Run(capsys, archive)
    assert run.exit == 2
    assert all(says in line for line in run.lines)


def test_a_zip_that_lies_about_sizes(tmp_path: Path, settings: Settings) -> None:
    settings.UPLOAD_MAX_BYTES = 1024**2
    archive = zip_of(tmp_path / "z.zip", {"a.pdf": bytes(range(256)) * 8 * 1024})
    found = list(find_sources([archive]))
    assert isinstance(found[0], SourceFile)
    assert found[0].entry is not None
    found[0].entry.file_size = 10
    with pytest.raises(IngestError), opened(found[0]):
        raise AssertionError("it must not be opened")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"%PDF-1.7"])
def test_what_is_no_zip(capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "z.zip"
    path.write_bytes(content)
    run = Run(capsys, path)
    assert run.exit == 2
    assert "压缩包已损坏" in run.lines[0]


def test_a_locked_zip(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = zip_of(tmp_path / "z.zip", {"a.pdf": b"%PDF-"})
    raw = bytearray(path.read_bytes())
    raw[6] |= 1  # the flag of the entry itself
    raw[raw.index(b"PK\x01\x02") + 8] |= 1  # and in the directory
    path.write_bytes(raw)
    run = Run(capsys, path)
    assert run.exit == 2
    assert "压缩包有密码" in run.lines[0]


# --- real files --------------------------------------------------------------------------------------
def test_the_real_issue_is_taken_in_whole(capsys: pytest.CaptureFixture[str], shared: Path) -> None:
    run = Run(capsys, shared / "issue" / "yangquan-2022-02.pdf", "--publish", "--json")
    assert run.exit == 0
    assert run.objects[0]["documents"] == 31
    issue = Issue.objects.get()
    assert sum(document.appointments.count() for document in issue.documents.all()) == 98
    assert sum(document.tables.count() for document in issue.documents.all()) == 1
    assert indexed_ids() == set(issue.documents.values_list("pk", flat=True))
    first = issue.documents.get(position=14)
    assert [s.anchor for s in first.sections.all() if s.label == "5.3.5"] == ["s-5-3-5", "s-5-3-5_2"]


@pytest.mark.parametrize(
    "name", ["empty.pdf", "html-as.pdf", "truncated-60.pdf", "garbage.pdf", "zero-page.pdf", "pages-loop.pdf"]
)
def test_bad_files_give_one_line_and_leave_nothing(
    capsys: pytest.CaptureFixture[str], shared: Path, data_folder: Path, name: str
) -> None:
    run = Run(capsys, shared / "hostile" / name)
    assert run.exit == 2
    assert len(run.lines) == 1
    assert name in run.lines[0]
    assert run.lines[0].count("。") >= 1
    assert not Issue.objects.exists()
    assert [path for path in (data_folder / "originals").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(("password", "exit_code"), [("", 2), ("wrong", 2), ("123456", 0)])
def test_a_locked_pdf(
    capsys: pytest.CaptureFixture[str], shared: Path, password: str, exit_code: int
) -> None:
    run = Run(capsys, shared / "issue" / "encrypted-user.pdf", "--password", password)
    assert run.exit == exit_code
    assert ("密码" in run.lines[0]) == bool(exit_code)
    # the option and no field of a page
    assert ("（--password）" in run.lines[0]) == bool(exit_code) and "上传页" not in run.lines[0]
    assert ("（读取文件）" in run.lines[0]) == bool(exit_code)
