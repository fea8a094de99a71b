"""From a file to a ParsedIssue: extract → layout → parse, and the same in a limited process of its own."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from archive.ingest.errors import NoDocuments, UnreadableFile
from archive.ingest.extract import flowing, pdf, sandbox
from archive.ingest.file_kind import file_kind
from archive.ingest.layout.pages import sheets_to_pages
from archive.ingest.parse.issue import parse_items, parse_pages
from archive.ingest.parse.known import NOTHING_KNOWN, Known
from archive.ingest.parse.records import ParsedIssue, Source

# Called with the stage (extract, layout, parse), the page just done and the number of pages (None: unknown).
Progress = Callable[[str, int | None, int | None], None]


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
    known: Known = NOTHING_KNOWN,
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
        issue = parse_pages(pages, Source(name, digest, kind, len(pages)), known)
    else:
        items = flowing.read_flowing(kind, path, name)
        timing.step("extract")
        timing.step("layout")
        if progress:
            progress("parse", None, None)
        issue = parse_items(items, Source(name, digest, flowing.SOURCE_KIND[kind], None), known=known)
    timing.step("parse")
    if not issue.documents:
        raise NoDocuments(name, "没有找到公文（标题下应有发文字号）", "请确认上传的是一期政府公报")
    return issue


def read_issue_limited(
    path: Path,
    name: str | None = None,
    password: str = "",
    progress: Progress | None = None,
    known: Known = NOTHING_KNOWN,
) -> ParsedIssue:
    """`read_issue` in a process of its own with limits on memory, CPU and wall time.

    Killed or out of memory, it is LimitExceeded. The progress callback runs here, in the caller's process.
    """
    return sandbox.run_limited(path, name or path.name, password, progress, known)
