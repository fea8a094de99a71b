"""What a file is, by what it holds; and for what is not read, how to convert it."""

import io
import zipfile
from pathlib import Path

import pytest

from archive.ingest.errors import UnreadableFile
from archive.ingest.file_kind import file_kind
from tests.ingest.extract.word import paragraph, word_file


def zipped(*names: str, **content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, content.get(name, b"x"))
    return out.getvalue()


def ole(*streams: str) -> bytes:
    """The beginning of an OLE container and the names in its directory."""
    names = b"".join(stream.encode("utf-16-le").ljust(64, b"\0") + bytes(64) for stream in streams)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0") + names


WORD = word_file(paragraph("甲"))
PAGE = "<!DOCTYPE html>\n<html><body>甲</body></html>"

KINDS = [
    # (name, content, kind)
    ("a.pdf", b"%PDF-1.7", "pdf"),
    ("a.doc", b"%PDF-1.7", "pdf"),
    ("a.docx", WORD, "docx"),
    ("a.doc", WORD, "docx"),
    ("a.zip", WORD, "docx"),
    ("a.html", PAGE.encode(), "html"),
    ("a.doc", PAGE.encode(), "html"),
    ("a.wps", b'\xef\xbb\xbf<html xmlns:w="urn:schemas-microsoft-com:office:word"><head>', "html"),
    ("a.txt", PAGE.encode("utf-16"), "html"),
    ("a.txt", PAGE.encode("utf-16-le"), "html"),
    ("a.xhtml", b'<?xml version="1.0"?><!-- saved --><!DOCTYPE html PUBLIC "x"><html>', "html"),
    ("a.htm", "甲<br>乙".encode("gbk"), "html"),
    ("a.md", "# 甲".encode(), "markdown"),
    ("a.MARKDOWN", b"x", "markdown"),
    ("a.txt", "# 甲".encode(), "text"),
    ("a", "甲".encode("gb18030"), "text"),
    ("a.txt", b"BMW", "text"),
    ("a.txt", b"CAJ 2022", "text"),
]


@pytest.mark.parametrize(("name", "content", "kind"), KINDS)
def test_kind_by_content(name: str, content: bytes, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert file_kind(path, name) == kind


REFUSED = [
    # (name, content, words of the message)
    ("第2期.doc", ole("Root Entry", "WordDocument"), ["旧版 Word", "另存为 .docx"]),
    ("第2期.docx", ole("Root Entry", "WordDocument"), ["旧版 Word", "另存为 .docx"]),
    ("第2期.wps", ole("Root Entry", "WordDocument"), ["旧版 WPS", "另存为 .docx"]),
    ("第2期.doc", ole("Workbook"), ["Excel"]),
    ("第2期.ppt", ole("PowerPoint Document"), ["PowerPoint"]),
    ("第2期.et", ole("Workbook"), ["WPS 表格"]),
    ("第2期.doc", b"{\\rtf1\\ansi}", ["RTF", "另存为 .docx"]),
    ("第2期.txt", b"{\\rtf1\\ansi}", ["RTF"]),
    ("第2期.ofd", zipped("OFD.xml", "Doc_0/Document.xml"), ["OFD", "导出为 PDF"]),
    ("第2期.zip", zipped("OFD.xml"), ["OFD"]),
    ("第2期.xlsx", zipped("xl/workbook.xml"), ["Excel"]),
    ("第2期.pptx", zipped("ppt/presentation.xml"), ["PowerPoint"]),
    ("第2期.odt", zipped("mimetype", mimetype=b"application/vnd.oasis.opendocument.text"), ["OpenDocument"]),
    ("第2期.zip", zipped("1.pdf"), ["zip", "解压"]),
    ("第2期.docx", zipped("1.pdf"), ["没有正文"]),
    ("第2期.docx", WORD[: len(WORD) // 2], ["损坏", "重新另存"]),
    ("第2期.docx", "甲".encode(), ["损坏", "重新另存"]),
    ("第2期.ceb", b"Founder CEB\x00", ["CEB", "打印为 PDF"]),
    ("第2期.caj", b"CAJ\x00\x01", ["CAJ"]),
    ("第2期.rar", b"Rar!\x1a\x07\x00", ["RAR", "解压"]),
    ("第2期.7z", b"7z\xbc\xaf\x27\x1c\x00", ["7z", "解压"]),
    ("第2页.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF", ["图片", "合并为一个 PDF"]),
    ("第2页.tif", b"II*\x00\x08", ["图片", "合并为一个 PDF"]),
    ("第2页.txt", b"\x89PNG\r\n\x1a\n\x00", ["图片"]),
    ("第2期.mht", b"MIME-Version: 1.0\nContent-Type: multipart/related;", ["网页归档"]),
    ("第2期.doc", b"From: <x>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;", ["网页归档"]),
    (
        "第2期.xml",
        b'<?xml version="1.0"?><?mso-application progid="Word.Document"?>',
        ["Word 2003", "另存为 .docx"],
    ),
    ("第2期.pdf", PAGE.encode(), ["网页（HTML）"]),
    ("第2期.pdf", b"x", ["不是 PDF"]),
    ("第2期.pdf", b" \n", ["空"]),
]


@pytest.mark.parametrize(("name", "content", "words"), REFUSED)
def test_what_is_not_read_is_told_with_its_remedy(
    name: str, content: bytes, words: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile) as raised:
        file_kind(path, name)
    message = str(raised.value)
    assert message.startswith(f"{name}：")
    assert [word for word in words if word not in message] == []
    assert "请" in raised.value.remedy


def test_a_word_file_with_a_password(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(ole("Root Entry", "EncryptionInfo", "EncryptedPackage"))
    with pytest.raises(UnreadableFile, match=r"有密码.*取消密码"):
        file_kind(path, "第2期.docx")
