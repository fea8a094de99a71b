"""From a PDF to sheets: pdfminer interprets it, a light device collects glyphs and thin rules.

pdfminer's own layout analysis takes half of its time and scrambles pages whose leading is 1.6 to 2 times the
type size; what it interprets is right, so only that is used. What it cannot read is rewritten once and read again,
and the reading that gives more is kept.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFNoPageLabels, PDFPasswordIncorrect
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import dict_value, int_value

from archive.ingest.errors import IngestError, LimitExceeded, PasswordNeeded, UnreadableFile
from archive.ingest.extract import repair
from archive.ingest.extract.content import TooMuchContent
from archive.ingest.extract.fonts import Fonts
from archive.ingest.extract.glyphs import GlyphDevice
from archive.ingest.extract.interpreter import PageInterpreter, frame
from archive.ingest.lines import Sheet
from archive.ingest.parse.records import Finding

# what it remarks on line by line is counted and said in findings
logging.getLogger("pdfminer").setLevel(logging.CRITICAL)

MAX_PAGES = 5_000
MAX_GLYPHS = 2_000_000
EXPORT_AGAIN = "请用原排版文件重新导出 PDF 后再试"

# Called with the page just done.
PageDone = Callable[[int, int | None], None]


@dataclass
class Reading:
    """The sheets of a file, and what went wrong on the way to them."""

    sheets: list[Sheet] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    # pages that could not be drawn to their end → what was wrong
    broken: dict[int, str] = field(default_factory=dict)
    # what ended the reading before its last page
    ended_by: Exception | None = None

    @property
    def mendable(self) -> bool:
        """True where something is damaged; what is too much stays too much."""
        ended = self.ended_by is not None and not isinstance(self.ended_by, LimitExceeded)
        return ended or any(problem not in TOO_MUCH.values() for problem in self.broken.values())

    def worth(self) -> tuple[int, int]:
        """Grows with what was read: pages, then glyphs."""
        return len(self.sheets), sum(len(sheet.glyphs) for sheet in self.sheets)


class Document(PDFDocument):
    """Without the labels of pages: nothing here asks for them, and damaged ones end the reading."""

    def get_page_labels(self) -> Any:
        raise PDFNoPageLabels


def read_pdf(
    path: Path, name: str, password: str = "", progress: PageDone | None = None, rewrite: bool = False
) -> Reading:
    """The pages of a PDF as drawn. `name` is what messages call the file; `rewrite` begins with the rewriting.

    Raises PasswordNeeded, LimitExceeded, or UnreadableFile for what is no PDF or cannot be read at all.
    """
    with path.open("rb") as stream:
        head = stream.read(1024)
        if not head:
            raise UnreadableFile(name, "文件是空的（0 字节）", "请重新导出或重新上传该文件")
        if b"%PDF-" not in head:
            raise UnreadableFile(name, "内容不是 PDF", "请确认文件类型，或另存为 PDF 后再上传")
        stream.seek(0)
        reading = Reading() if rewrite else _read(stream, name, password, progress)
    if rewrite or reading.mendable:
        reading = _better(reading, path, name, password, progress, stalled=rewrite)
    if isinstance(reading.ended_by, LimitExceeded):
        raise reading.ended_by
    if not reading.sheets or len(reading.broken) == len(reading.sheets):
        raise _nothing_read(reading, name)
    if reading.ended_by is not None:
        last = len(reading.sheets)
        problem = f"PDF 文件有损坏，第{last}页之后没有读出（{type(reading.ended_by).__name__}），请用原排版文件重新导出"
        reading.findings.append(Finding("file-damaged", "error", problem, page=last))
    reading.findings += [
        Finding(
            "page-damaged",
            "error",
            f"第{page}页{problem}，正文可能有缺漏，请对照原件",
            page=page,
        )
        for page, problem in reading.broken.items()
    ]
    return reading


def _better(
    first: Reading, path: Path, name: str, password: str, progress: PageDone | None, stalled: bool
) -> Reading:
    """The reading of the rewritten file where that gives more, with a note that it was rewritten; else the first."""
    try:
        second = _read(repair.rewritten(path, password), name, "", progress)
    except repair.WrongPassword as error:
        raise _password_needed(name, password) from error
    except repair.Beyond:
        return first
    if second.worth() <= first.worth():
        return first
    # rewriting forgets what is lost for good; a page that gained nothing by it is as broken as before
    for page, problem in first.broken.items():
        if page > len(second.sheets) or len(second.sheets[page - 1].glyphs) <= len(
            first.sheets[page - 1].glyphs
        ):
            second.broken.setdefault(page, problem)
    problem = "读取时停住不动" if stalled else _problem(first)
    second.findings.append(
        Finding("file-repaired", "note", f"PDF 文件有损坏（{problem}），已自动修复后读取，请抽查正文是否完整")
    )
    return second


def _problem(reading: Reading) -> str:
    """What was wrong with a reading, in few words."""
    if reading.ended_by is not None:
        return f"{type(reading.ended_by).__name__}，读到第{len(reading.sheets)}页为止"
    pages = sorted(reading.broken)
    return f"第{pages[0]}页{reading.broken[pages[0]]}" + (f"，共{len(pages)}页" if len(pages) > 1 else "")


def _nothing_read(reading: Reading, name: str) -> IngestError:
    if reading.broken:
        page, problem = next(iter(reading.broken.items()))
        kind = LimitExceeded if problem in TOO_MUCH.values() else UnreadableFile
        return kind(name, problem, EXPORT_AGAIN, page)
    if reading.ended_by is None:
        return UnreadableFile(name, "PDF 里没有页面", EXPORT_AGAIN)
    return UnreadableFile(name, f"PDF 已损坏，无法读取（{type(reading.ended_by).__name__}）", EXPORT_AGAIN)


def _password_needed(name: str, password: str) -> PasswordNeeded:
    if password:
        return PasswordNeeded(name, "PDF 的打开密码不正确", "请核对密码")
    return PasswordNeeded(name, "PDF 设有打开密码", "请给出打开密码")


# what a page has too much of → how the message says it
TOO_MUCH = {
    "glyphs": "文字过多，不像公报版面",
    "rules": "线条过多，不像公报版面",
    "": "绘图内容过多，不像公报版面",
}


def _read(stream: BinaryIO, name: str, password: str, progress: PageDone | None) -> Reading:
    """All pages that pdfminer can draw. A page that breaks is kept with what was drawn of it, and named."""
    reading = Reading()
    try:
        document = Document(PDFParser(stream), password=password)
        device = GlyphDevice(fonts := Fonts())
        interpreter = PageInterpreter(fonts, device)
        glyphs = 0
        for number, page in enumerate(PDFPage.create_pages(document), 1):
            if number > MAX_PAGES:
                raise LimitExceeded(name, f"超过 {MAX_PAGES} 页", "请按期拆分后再上传")
            problem = _draw(interpreter, page)
            if problem in TOO_MUCH.values():
                # what such a page says is not print, and too much to look through
                x0, y0, x1, y1 = frame(page)
                device.start_page(x1 - x0, y1 - y0)
            if problem:
                reading.broken[number] = problem
            reading.sheets.append(device.sheet(number))
            glyphs += len(reading.sheets[-1].glyphs)
            if glyphs > MAX_GLYPHS:
                raise LimitExceeded(
                    name, "文字过多，不像一期公报", "请检查文件是否损坏，或拆分后再上传", number
                )
            if progress:
                progress(number, None)
        promised = int_value(dict_value(document.catalog.get("Pages", {})).get("Count", 0))
        if promised > len(reading.sheets):
            raise PagesMissing(f"{promised} pages promised")
    except PDFPasswordIncorrect as error:
        raise _password_needed(name, password) from error
    except PDFEncryptionError as error:
        raise UnreadableFile(name, "PDF 的加密方式无法识别", "请取消加密后再上传") from error
    except MemoryError:
        raise
    except Exception as error:
        # A damaged PDF makes pdfminer raise almost anything: PSEOF, KeyError, TypeError, RecursionError …
        reading.ended_by = error
    return reading


class PagesMissing(Exception):
    """There are fewer pages than the file says."""


def _draw(interpreter: PageInterpreter, page: PDFPage) -> str:
    """What went wrong with a page; "" where nothing did."""
    try:
        interpreter.process_page(page)
    except TooMuchContent as error:
        return TOO_MUCH.get(str(error).rpartition(" ")[2], TOO_MUCH[""])
    except (MemoryError, PDFPasswordIncorrect, PDFEncryptionError):
        raise
    except Exception as error:
        return f"的内容已损坏（{type(error).__name__}）"
    return "的内容已损坏，只读出一部分" if interpreter.damaged else ""
