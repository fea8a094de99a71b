"""Which files of a folder or a zip are issues, which are told of, and which are passed over."""

import zipfile
from pathlib import Path

import pytest

from archive.ingest import sources
from archive.ingest.errors import IngestError
from archive.ingest.sources import SourceFile, find_sources, is_issue_name

NAMES = {
    "第2期.pdf": True,
    "第2期.DOCX": True,
    "第2期.htm": True,
    "第2期.md": True,
    "第2期.txt": True,
    # told of with the way to convert them
    "第2期.doc": True,
    "第2期.wps": True,
    "第2期.ofd": True,
    "第2期.rtf": True,
    "第2期.ceb": True,
    # what lies beside issues
    "封面.jpg": False,
    "目录.xlsx": False,
    "Thumbs.db": False,
    "~$第2期.docx": False,
    "._第2期.pdf": False,
    "README.md": False,
    "无后缀": False,
}


@pytest.mark.parametrize("name", NAMES)
def test_issues_by_name(name: str) -> None:
    assert is_issue_name(name) is NAMES[name]


def labels(*paths: Path) -> list[str]:
    return [found.label if isinstance(found, SourceFile) else str(found) for found in find_sources([*paths])]


def test_a_zip_in_a_zip_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in (
            "2022/往期.zip",
            "2022/第2期.docx",
            "__MACOSX/._x.zip",
            "2022/~$第2期.docx",
            "Thumbs.db",
        ):
            archive.writestr(name, b"x")
    nested, issue = labels(path)
    assert nested == f"{path}/2022/往期.zip：压缩包里还有压缩包。请先解压，再逐个导入其中的压缩包"
    assert issue == f"{path}/2022/第2期.docx"


def test_names_in_gbk_without_saying_so(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    raw = "公报/2022年第2期.docx".encode("gbk")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x" * len(raw), b"x")
    # as Windows writes it: the bytes of the name, and no flag
    path.write_bytes(path.read_bytes().replace(b"x" * len(raw), raw))
    found = list(find_sources([path]))
    assert [one.name for one in found if isinstance(one, SourceFile)] == ["2022年第2期.docx"]


def test_a_folder_that_cannot_be_opened_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "closed").mkdir()
    walk = sources.os.walk

    def refusing(top: Path, onerror: object = None) -> object:
        for place, folders, names in walk(top):
            if "closed" in folders:
                folders.remove("closed")
                assert callable(onerror)
                onerror(PermissionError(13, "Permission denied", str(tmp_path / "closed")))
            yield place, folders, names

    monkeypatch.setattr(sources.os, "walk", refusing)
    first, second = find_sources([tmp_path])
    assert isinstance(first, SourceFile)
    assert isinstance(second, IngestError)
    assert str(second).startswith(f"{tmp_path / 'closed'}：文件夹打不开")
