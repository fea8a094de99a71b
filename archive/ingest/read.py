"""From a file to a ParsedIssue: extract → layout → parse, and the same in a limited process of its own."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from archive.ingest.errors import NoDocuments, UnreadableFile
from archive.ingest.extract import sandbox
from archive.ingest.file_kind import file_kind
from archive.ingest.parse.known import NOTHING_KNOWN, Known
from archive.ingest.parse.records import ParsedIssue, Source
from archive.ingest.recognise import engine
from archive.ingest.recognise.process import forget_recognised, recognise_pages

# Called with the stage (extract, layout, parse), the page just done and the number of pages (None: unknown).
Progress = Callable[[str, int | None, int | None], None]


@dataclass
class Timing:
    """CPU seconds of each step of reading one file."""

    seconds: dict[str, float] = field(default_factory=dict)
    _last: float = field(default_factory=time.process_time)

    def start(self) -> None:
        """Count from here: what was done before, such as loading modules, belongs to no step."""
        self._last = time.process_time()

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
    recognised: Path | None = None,
    rewrite: bool = False,
) -> ParsedIssue:
    """The issue printed in the file at `path`; `name` is what to call the file in messages.

    `recognised` is the folder of what character recognition read on its pages. Without it, pages that are
    pictures have no text and say that they want it. `rewrite` mends a PDF before it is read, not only when it
    cannot be read as it is.
    Raises an IngestError that names the file, the page where known, and the remedy; NoDocuments where
    the file can be read and holds no official document.
    """
    # Loaded here: the process that only waits for another to read does not need them, and they take a while.
    from archive.ingest.extract import flowing, pdf
    from archive.ingest.layout.pages import sheets_to_pages
    from archive.ingest.parse.issue import parse_items, parse_pages
    from archive.ingest.recognise.merge import merge_recognised, text_source, wants_ocr, with_recognition

    name = name or path.name
    timing = timing or Timing()
    timing.start()
    if not path.is_file():
        raise UnreadableFile(name, "没有这个文件", "请核对路径")
    kind = file_kind(path, name)
    damaged = False
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if kind == "pdf":
        report = (lambda page, pages: progress("extract", page, pages)) if progress else None
        reading = pdf.read_pdf(path, name, password, report, rewrite)
        sheets, notes, damaged = reading.sheets, reading.findings, bool(reading.findings)
        timing.step("extract")
        wanted = frozenset(sheet.number for sheet in sheets if wants_ocr(sheet))
        if not wanted and not any(sheet.glyphs for sheet in sheets):
            raise NoDocuments(name, "没有可读的文字", "请上传由排版文件导出的 PDF")
        if recognised is not None:
            sheets, wanted, found = merge_recognised(sheets, wanted, recognised)
            notes += found
        pages = sheets_to_pages(
            sheets, (lambda page, total: progress("layout", page, total)) if progress else None
        )
        timing.step("layout")
        if progress:
            progress("parse", None, len(pages))
        issue = parse_pages(pages, Source(name, digest, kind, len(pages), text_source(pages)), known)
        issue = with_recognition(issue, wanted, notes)
    else:
        items = flowing.read_flowing(kind, path, name)
        timing.step("extract")
        timing.step("layout")
        if progress:
            progress("parse", None, None)
        issue = parse_items(items, Source(name, digest, flowing.SOURCE_KIND[kind], None), known=known)
    timing.step("parse")
    if not issue.documents and not any(page.wants_ocr for page in issue.pages):
        if damaged:
            raise UnreadableFile(name, "PDF 已损坏，读出的部分里没有公文", pdf.EXPORT_AGAIN)
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

    Pages that want character recognition are recognised, where it is installed, in another such process; what
    was recognised is kept by the file's checksum until `forget_recognised`, so that a reading that was killed
    goes on at the page where it was.
    Killed or out of memory, it is LimitExceeded. The progress callback runs here, in the caller's process.
    """
    name = name or path.name
    issue = sandbox.run_limited(path, name, password, progress, known)
    wanted = [page.number for page in issue.pages if page.wants_ocr]
    if not wanted or not engine.available():
        return issue
    folder = recognised_folder(issue.source.sha256)

    def tell(page: int, pages: int) -> None:
        if progress:
            progress("ocr", page or None, pages)

    recognise_pages(path, wanted, folder, password, tell)
    return sandbox.run_limited(path, name, password, progress, known, folder)


def recognised_folder(sha256: str) -> Path:
    """Where what was recognised of a file is kept; another version of the engine reads anew."""
    return recognised_root() / sha256 / engine.engine_version()


def recognised_root() -> Path:
    """The folder of all that was recognised and is not stored yet."""
    from django.conf import settings

    return Path(settings.GAZETTE_DATA) / "recognised"


def forget_recognised_of(sha256: str) -> None:
    """Delete what was recognised of a file: it is in the archive."""
    forget_recognised(recognised_root() / sha256)
