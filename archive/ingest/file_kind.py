"""What kind of file it is, by what it holds: asked at the upload already, before anything is read.

The name decides nothing that the content can say: a .doc is often a web page or RTF, a .txt a web page.
"""

import lzma
import mmap
import re
import zipfile
import zlib
from pathlib import Path

from archive.ingest.errors import UnreadableFile

TO_DOCX = "请在 Word 或 WPS 中打开，另存为 .docx 或 PDF 后再上传"
TO_PDF = "请用它的阅读器打开，导出或打印为 PDF 后再上传"
PICTURES = "请把各页图片按顺序合并为一个 PDF 后再上传（WPS、Word 或系统的“打印为 PDF”都可以）"
UNPACK = "请解压后上传其中的文件；成批导入可压缩为 zip，用 ingest 命令导入"

# suffix → (what it is, how to convert it), for files whose content says no more
CONVERT = {
    ".doc": ("旧版 Word 文件（.doc）", TO_DOCX),
    ".dot": ("旧版 Word 模板（.dot）", TO_DOCX),
    ".wps": ("旧版 WPS 文件（.wps）", TO_DOCX),
    ".wpt": ("旧版 WPS 模板（.wpt）", TO_DOCX),
    ".rtf": ("RTF 文件", TO_DOCX),
    ".odt": ("OpenDocument 文件（.odt）", TO_DOCX),
    ".ofd": ("OFD 版式文件", "请用 OFD 阅读器打开，导出为 PDF 后再上传"),
    ".ceb": ("方正 CEB 版式文件", "请用方正 Apabi Reader 打开，打印为 PDF 后再上传"),
    ".cebx": ("方正 CEBX 版式文件", "请用方正 Apabi Reader 打开，打印为 PDF 后再上传"),
    ".caj": ("CAJ 文件", "请用 CAJViewer 打开，打印为 PDF 后再上传"),
    ".mht": ("网页归档文件（.mht）", "请在浏览器中打开，另存为“网页，仅 HTML”或打印为 PDF 后再上传"),
    ".mhtml": ("网页归档文件（.mhtml）", "请在浏览器中打开，另存为“网页，仅 HTML”或打印为 PDF 后再上传"),
    ".xls": ("Excel 表格", TO_PDF),
    ".xlsx": ("Excel 表格", TO_PDF),
    ".et": ("WPS 表格", TO_PDF),
    ".ppt": ("PowerPoint 演示文稿", TO_PDF),
    ".pptx": ("PowerPoint 演示文稿", TO_PDF),
    ".rar": ("RAR 压缩包", UNPACK),
    ".7z": ("7z 压缩包", UNPACK),
    ".zip": ("zip 压缩包", UNPACK),
    ".jpg": ("图片", PICTURES),
}
# How a file begins → the suffix that it should have.
MAGIC = {
    b"{\\rtf": ".rtf",
    b"Rar!": ".rar",
    b"7z\xbc\xaf": ".7z",
    b"Founder": ".ceb",
    b"CAJ": ".caj",
    b"\x89PNG": ".jpg",
    b"\xff\xd8\xff": ".jpg",
    b"GIF8": ".jpg",
    b"II*\x00": ".jpg",
    b"MM\x00*": ".jpg",
    b"BM": ".jpg",
}
OLE = b"\xd0\xcf\x11\xe0"
# Streams of an OLE container, by the names in its directory (UTF-16).
OLE_STREAMS = {"WordDocument": ".doc", "Workbook": ".xls", "Book": ".xls", "PowerPoint Document": ".ppt"}
# A part that only one kind of zip container has.
ZIP_PARTS = {"OFD.xml": ".ofd", "xl/workbook.xml": ".xlsx", "ppt/presentation.xml": ".pptx"}
HTML_START = re.compile(
    r"(?:\s|\ufeff|<\?xml[^>]*>|<!--.*?-->)*<(?:!doctype\s+html|html|head|body|meta|title|div|p|table|article)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
WORD_XML = re.compile(r'<\?mso-application progid="Word|<w:wordDocument|<pkg:package')
MHTML = re.compile(
    rb"^(?:MIME-Version|From|Content-Type|Subject|Date):[^\0]*multipart/related", re.IGNORECASE
)
# What reading a zip that is damaged, cut off, locked or packed in an unknown way can raise.
BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    OSError,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)
HTML_SUFFIXES = frozenset({".html", ".htm", ".shtml", ".xhtml"})
MARKDOWN_SUFFIXES = frozenset({".md", ".markdown"})
HEAD = 4096


def file_kind(path: Path, name: str) -> str:
    """pdf, docx, html, markdown or text, by what the file holds; only Markdown is known by its name.

    Raises UnreadableFile with the way to convert it for any other file and for a locked .docx.
    """
    suffix = Path(name).suffix.lower()
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if not head.strip():
        raise UnreadableFile(name, "文件是空的（0 字节）", "请重新导出或重新上传该文件")
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(OLE):
        raise (
            locked(name)
            if has_ole_stream(path, "EncryptedPackage")
            else not_taken(name, ole_suffix(path, suffix))
        )
    if head.startswith(b"PK\x03\x04"):
        return zip_kind(path, name, suffix)
    found = next((kind for magic, kind in MAGIC.items() if head.startswith(magic)), None)
    # a text may well begin with BM or CAJ, but holds no NUL
    if found and (found == ".rtf" or b"\x00" in head):
        raise not_taken(name, found)
    start = head_text(head)
    if WORD_XML.search(start):
        raise UnreadableFile(name, "是 Word 2003 的 XML 文件", TO_DOCX)
    if MHTML.match(head.lstrip()):
        raise not_taken(name, ".mht")
    if suffix == ".pdf" and HTML_START.match(start):
        # most often what a portal sent in place of the PDF
        raise UnreadableFile(name, "内容是网页（HTML）", "请在浏览器中打印为 PDF 后再上传")
    if HTML_START.match(start) or (suffix in HTML_SUFFIXES and "\x00" not in start):
        return "html"
    if suffix == ".docx":
        raise UnreadableFile(
            name, "内容不是 Word 文件（.docx），或已损坏", "请在 Word 或 WPS 中重新另存为 .docx"
        )
    if suffix == ".pdf":
        raise UnreadableFile(name, "内容不是 PDF", "请确认文件类型，或另存为 PDF 后再上传")
    if suffix in CONVERT:
        raise not_taken(name, suffix)
    return "markdown" if suffix in MARKDOWN_SUFFIXES else "text"


def not_taken(name: str, suffix: str) -> UnreadableFile:
    """The error for a file of a kind that is not read, with the way to convert it."""
    what, remedy = CONVERT[suffix]
    return UnreadableFile(name, f"暂不支持{what}", remedy)


def locked(name: str) -> UnreadableFile:
    """The error for a locked .docx: no password that is given with it would open it here."""
    return UnreadableFile(
        name, "Word 文件有密码", "请在 Word 或 WPS 中打开，取消密码后另存为 .docx，或导出为 PDF 后再上传"
    )


def has_ole_stream(path: Path, stream: str) -> bool:
    """True when an OLE container names such a stream in its directory."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(stream.encode("utf-16-le") + b"\x00\x00") >= 0


def ole_suffix(path: Path, suffix: str) -> str:
    """Which kind of OLE file it is; the suffix only tells .wps from .doc, since both hold the same streams."""
    found = next((kind for stream, kind in OLE_STREAMS.items() if has_ole_stream(path, stream)), ".doc")
    same = {".doc": (".wps", ".wpt", ".dot"), ".xls": (".et",)}.get(found, ())
    return suffix if suffix in same else found


def zip_kind(path: Path, name: str, suffix: str) -> str:
    """docx for a zip that holds a Word document; raises UnreadableFile for every other zip."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            mimetype = ""
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                mimetype = archive.read("mimetype").decode("ascii", "replace")
    except BROKEN_ZIP as error:
        what = "Word 文件" if suffix == ".docx" else "文件"
        raise UnreadableFile(
            name, f"{what}已损坏或不完整", "请重新另存或重新下载后再上传，或导出为 PDF"
        ) from error
    if any(part.startswith("word/") for part in names):
        return "docx"
    if "opendocument.text" in mimetype:
        raise not_taken(name, ".odt")
    if found := next((kind for part, kind in ZIP_PARTS.items() if part in names), None):
        raise not_taken(name, found)
    if suffix == ".docx":
        raise UnreadableFile(name, "Word 文件里没有正文", "请在 Word 或 WPS 中重新另存为 .docx")
    raise not_taken(name, ".zip")


def head_text(head: bytes) -> str:
    """The beginning of a text file, so far as ASCII is concerned, whatever its encoding."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    if head[1:2] == b"\x00":
        return head.decode("utf-16-le", "replace")
    return head.decode("utf-8", "replace")
