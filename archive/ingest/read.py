"""From a file to a ParsedIssue: extract → layout → parse, and the same in a limited process of its own."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from archive.ingest.errors import NoDocuments, UnreadableFile
from archive.ingest.extract import pdf, sandbox, text
from archive.ingest.layout.pages import sheets_to_pages
from archive.ingest.parse.issue import parse_items, parse_pages
from archive.ingest.parse.records import ParsedIssue, Source

# Called with the stage (extract, layout, parse), the page just done and the number of pages (None: unknown).
Progress = Callable[[str, int | None, int | None], None]
CONVERT = {
    ".doc": "请在 Word 或 WPS 中另存为 PDF 后再上传",
    ".wps": "请在 WPS 中另存为 PDF 后再上传",
    ".ofd": "请用 OFD 阅读器导出为 PDF 后再上传",
    ".docx": "请另存为 PDF 后再上传",
}


@dataclass
class Timing:
    """CPU seconds of each step of reading one file."""

    seconds: dict[str, float] = field(default_factory=dict)
    _last: float = field(default_factory=time.process_time)

    def step(self, name: str) -> None:
        now = time.process_time()
        self.seconds[name] = round(now - self._last, 4)
        self._last = now


def read_issue(
    path: Path,
    name: str | None = None,
    password: str = "",
    progress: Progress | None = None,
    timing: Timing | None = None,
) -> ParsedIssue:
    """The issue printed in the file at `path`; `name` is what to call the file in messages.

    Raises an IngestError that names the file, the page where known, and the remedy; NoDocuments where
    the file can be read and holds no official document.
    """
    name = name or path.name
    timing = timing or Timing()
    if not path.is_file():
        raise UnreadableFile(name, "没有这个文件", "请核对路径")
    kind = file_kind(path, name)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if kind == "pdf":
        report = (lambda page, pages: progress("extract", page, pages)) if progress else None
        sheets = list(pdf.read_sheets(path, name, password, report))
        timing.step("extract")
        if not any(sheet.glyphs for sheet in sheets):
            scanned = any(sheet.has_image for sheet in sheets)
            problem = "是扫描件，没有文字层" if scanned else "没有可读的文字"
            raise NoDocuments(name, problem, "请先做文字识别（OCR）或上传由排版文件导出的 PDF")
        pages = sheets_to_pages(
            sheets, (lambda page, total: progress("layout", page, total)) if progress else None
        )
        timing.step("layout")
        if progress:
            progress("parse", None, len(pages))
        issue = parse_pages(pages, Source(name, digest, kind, len(pages)))
    else:
        items = text.read_text(path, name)
        timing.step("extract")
        timing.step("layout")
        if progress:
            progress("parse", None, None)
        issue = parse_items(items, Source(name, digest, kind, None))
    timing.step("parse")
    if not issue.documents:
        raise NoDocuments(name, "没有找到公文（标题下应有发文字号）", "请确认上传的是一期政府公报")
    return issue


def file_kind(path: Path, name: str) -> str:
    """pdf or text, by what the file holds; its name only helps the message. Raises UnreadableFile."""
    suffix = Path(name).suffix.lower()
    with path.open("rb") as stream:
        head = stream.read(1024)
    if not head.strip():
        raise UnreadableFile(name, "文件是空的（0 字节）", "请重新导出或重新上传该文件")
    if b"%PDF-" in head:
        return "pdf"
    if head.lstrip()[:64].lower().startswith((b"<!doctype html", b"<html", b"<?xml", b"<head", b"<body")):
        raise UnreadableFile(name, "内容是网页（HTML）", "请在浏览器中打印为 PDF 后再上传")
    if suffix in CONVERT:
        raise UnreadableFile(name, f"暂不支持 {suffix} 文件", CONVERT[suffix])
    if suffix == ".pdf":
        raise UnreadableFile(name, "内容不是 PDF", "请确认文件类型，或另存为 PDF 后再上传")
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!")):
        raise UnreadableFile(name, "不是公报文件（PDF 或纯文本）", "请另存为 PDF 后再上传")
    return "text"


def read_issue_limited(
    path: Path, name: str | None = None, password: str = "", progress: Progress | None = None
) -> ParsedIssue:
    """`read_issue` in a process of its own with limits on memory, CPU and wall time.

    Killed or out of memory, it is LimitExceeded. The progress callback runs here, in the caller's process.
    """
    return sandbox.run_limited(path, name or path.name, password, progress)
