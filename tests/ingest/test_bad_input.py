"""Files that cannot be taken in: one line that names the file and the remedy, exit 2, nothing left behind."""

import io
import os
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from archive.ingest import errors
from archive.ingest.extract import sandbox
from archive.ingest.read import read_issue_limited
from tests.typeset.small import small_issue

WRITTEN: dict[str, tuple[bytes, type[errors.IngestError], str]] = {
    "empty.pdf": (b"", errors.UnreadableFile, "空"),
    "blank.txt": (b" \n\n ", errors.UnreadableFile, "空"),
    "page.pdf": (b"<!DOCTYPE html><html><body>x</body></html>", errors.UnreadableFile, "HTML"),
    "page.txt": (b"  <html><body>x</body></html>", errors.NoDocuments, "公报"),
    "noise.pdf": (bytes(range(256)) * 40, errors.UnreadableFile, "PDF"),
    "noise.txt": (bytes(range(256)) * 40, errors.UnreadableFile, "文本"),
    "letter.docx": (b"PK\x03\x04" + bytes(60), errors.UnreadableFile, "PDF"),
    "picture.txt": (b"\x89PNG\r\n\x1a\n" + bytes(60), errors.UnreadableFile, "PDF"),
    "old.doc": (b"\xd0\xcf\x11\xe0" + bytes(60), errors.UnreadableFile, "另存"),
    "diary.txt": ("今天天气很好。\n我们去公园玩，玩得很高兴。\n".encode(), errors.NoDocuments, "公报"),
    "nopages.pdf": (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
        b"trailer<</Root 1 0 R>>\n%%EOF",
        errors.UnreadableFile,
        "重新导出",
    ),
    # no password opens this
    "drm.pdf": (
        b"%PDF-1.5\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
        b"3 0 obj<</Filter/Fancy/V 9/R 9/O(a)/U(b)/P -4>>endobj\n"
        b"trailer<</Root 1 0 R/Encrypt 3 0 R/ID[(a)(b)]>>\n%%EOF",
        errors.UnreadableFile,
        "加密方式",
    ),
    "deep.html": (b"<!DOCTYPE html><body>" + b"<div>" * 3000 + b"x", errors.LimitExceeded, "嵌套"),
    "deep.md": (b"# x\n\n" + b"<div>" * 3000 + b"x\n", errors.LimitExceeded, "嵌套"),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_bad_file_is_named_with_its_remedy(name: str, tmp_path: Path) -> None:
    data, kind, word = WRITTEN[name]
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(kind) as raised:
        read_issue_limited(path)
    message = str(raised.value)
    assert message.startswith(name)
    assert "\n" not in message
    assert word in message
    assert raised.value.remedy


def test_truncated_pdf(tmp_path: Path) -> None:
    path = tmp_path / "cut.pdf"
    whole = small_issue()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(errors.UnreadableFile, match=r"cut\.pdf.*损坏"):
        read_issue_limited(path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(errors.UnreadableFile, match=r"nowhere\.pdf"):
        read_issue_limited(tmp_path / "nowhere.pdf")


def test_password(shared: Path) -> None:
    path = shared / "issue" / "encrypted-user.pdf"
    with pytest.raises(
        errors.PasswordNeeded, match=r"（读取文件）：PDF 设有打开密码。请给出打开密码$"
    ) as raised:
        read_issue_limited(path)
    assert raised.value.needs == "password"
    with pytest.raises(errors.PasswordNeeded, match="不正确"):
        read_issue_limited(path, password="654321")
    assert read_issue_limited(path, password="123456").documents


def test_command_prints_one_line_and_exits_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "empty.pdf"
    path.touch()
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit) as raised:
        call_command("parse", str(path), "--json", stdout=out, stderr=err)
    assert raised.value.code == 2
    assert out.getvalue() == ""
    assert len(err.getvalue().strip().splitlines()) == 1


def exponential_pdf(depth: int = 40) -> bytes:
    """A page that draws a form that draws two forms that …: 2^depth drawings in a few kilobytes."""
    forms = "".join(
        f"{10 + i} 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F {11 + i} 0 R>>>>/Length 10>>"
        f"stream\n/F Do /F Do\nendstream endobj\n"
        for i in range(depth)
    )
    return (
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Resources<</XObject<</F 10 0 R>>>>/Contents 4 0 R>>endobj\n"
        "4 0 obj<</Length 5>>stream\n/F Do\nendstream endobj\n"
        + forms
        + f"{10 + depth} 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 3>>stream\nq Q\nendstream endobj\n"
        "trailer<</Root 1 0 R>>\n%%EOF"
    ).encode()


def test_a_file_that_never_ends_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "slow.pdf"
    path.write_bytes(small_issue())
    monkeypatch.setattr(sandbox, "MAX_SECONDS_A_PAGE", 1)
    monkeypatch.setattr(sandbox, "CHILD", [sys.executable, "-c", "import time; time.sleep(60)"])
    with pytest.raises(errors.LimitExceeded, match=r"^slow\.pdf，第 1 页：读取文件时停"):
        read_issue_limited(path)


def test_a_text_that_never_ends_is_ended_and_has_no_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "slow.md"
    path.write_text("# 通知\n", encoding="utf-8")
    monkeypatch.setattr(sandbox, "MAX_SECONDS_A_PAGE", 1)
    monkeypatch.setattr(sandbox, "CHILD", [sys.executable, "-c", "import time; time.sleep(60)"])
    with pytest.raises(errors.LimitExceeded, match=r"^slow\.md：读取文件超过 1 秒仍未完成。请按期拆分"):
        read_issue_limited(path)


def test_a_page_that_never_ends_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "slow.pdf"
    path.write_bytes(exponential_pdf())
    with pytest.raises(errors.LimitExceeded, match=r"^slow\.pdf，第 1 页（读取文件）：绘图内容过多"):
        read_issue_limited(path)


def test_what_begins_and_never_ends_is_ended_at_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It tells of pages for ever, so that it never seems to stand still."""
    path = tmp_path / "slow.pdf"
    path.write_bytes(small_issue())
    monkeypatch.setattr(sandbox, "MAX_SECONDS", 2)
    endless = (
        "import sys, time\nfrom archive.ingest.extract.child import PROGRESS, send\n"
        "for page in range(1, 10**9):\n"
        "    send(sys.stdout.buffer, PROGRESS, ('extract', page, None)); time.sleep(0.05)\n"
    )
    monkeypatch.setattr(sandbox, "CHILD", [sys.executable, "-c", endless])
    with pytest.raises(errors.LimitExceeded, match=r"^slow\.pdf，第 \d+ 页：读取文件超过 2 秒"):
        read_issue_limited(path)


def test_a_file_that_stops_the_first_reading_is_rewritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first process dies without a word; the second is told to rewrite the file, and says so in a finding."""
    path = tmp_path / "odd.pdf"
    path.write_bytes(small_issue())
    dies_at_first = (
        "import io, pickle, sys\nfrom archive.ingest.extract import child\n"
        "request = sys.stdin.buffer.read()\n"
        "if not pickle.loads(request)[-1]: sys.exit(1)\n"
        "sys.stdin = io.TextIOWrapper(io.BytesIO(request))\nchild.main()\n"
    )
    monkeypatch.setattr(sandbox, "CHILD", [sys.executable, "-c", dies_at_first])
    issue = read_issue_limited(path)
    assert issue.documents
    assert [finding.code for finding in issue.findings if finding.code == "file-repaired"] == [
        "file-repaired"
    ]


def test_a_file_that_eats_memory_is_ended(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "MAX_MEMORY", 400 * 1024 * 1024)
    with pytest.raises(errors.IngestError, match=r"bomb-flate-512M\.pdf"):
        read_issue_limited(shared / "hostile" / "bomb-flate-512M.pdf")


def test_only_records_come_back_from_the_reading_process() -> None:
    import pickle

    with pytest.raises(pickle.UnpicklingError, match="not a record"):
        sandbox.RecordsOnly(io.BytesIO(pickle.dumps(os.system))).load()
