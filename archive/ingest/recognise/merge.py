"""Which pages want character recognition, and what becomes of the sheets once it has read them; pure."""

from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path

from archive.ingest.layout.furniture import BOTTOM_BAND, TOP_BAND
from archive.ingest.lines import Glyph, Page, Sheet
from archive.ingest.parse.records import Finding, ParsedIssue
from archive.ingest.recognise.pages import RecognisedPage, read_recognised, recognised_sheet

# With a larger share of characters that their fonts do not name, a page is read from its picture.
UNDEFINED_SHARE = 0.05
# A picture over the whole page with fewer characters than this is a scan with a stamp or a page number set on it.
FEWEST_GLYPHS = 60
# Characters drawn as outlines have several curves each: so many are text, fewer are a mark or a seal.
FEWEST_OUTLINES = 60
# A hidden text layer that agrees with the picture to this share is kept: its places are exact.
AGREES = 0.97
# Recognition is trusted above a hidden layer when it is, on average, at least so sure.
SURE = 0.9


def wants_ocr(sheet: Sheet) -> bool:
    """True for a page that is a picture, hides its text behind one, is set in fonts that name no characters, or
    draws them as outlines with no more type beside them than a head and a page number."""
    drawn = len(sheet.glyphs) + sheet.undefined_glyphs
    if sheet.undefined_glyphs > UNDEFINED_SHARE * drawn:
        return True
    if sheet.outlines >= FEWEST_OUTLINES and all(stands_in_margin(glyph, sheet) for glyph in sheet.glyphs):
        return True
    # type that is printed over a tint or a watermark is as good as any
    return sheet.text == "hidden" or (sheet.has_image and len(sheet.glyphs) < FEWEST_GLYPHS)


def stands_in_margin(glyph: Glyph, sheet: Sheet) -> bool:
    return glyph.bottom < TOP_BAND * sheet.height or glyph.top > (1 - BOTTOM_BAND) * sheet.height


def merge_recognised(
    sheets: list[Sheet], wanted: frozenset[int], folder: Path
) -> tuple[list[Sheet], frozenset[int], list[Finding]]:
    """(sheets with what was recognised in place of what could not be read, the pages that still want it, a finding
    for each choice made)."""
    result: list[Sheet] = []
    findings: list[Finding] = []
    done: set[int] = set()
    for sheet in sheets:
        page = read_recognised(folder, sheet.number) if sheet.number in wanted else None
        if page is None:
            result.append(sheet)
        elif page.failed:
            result.append(sheet)
            findings.append(
                Finding(
                    "page-not-recognised",
                    "error",
                    f"第{sheet.number}页没有识别成功：{page.failed}",
                    page=sheet.number,
                )
            )
        else:
            chosen, finding = choose(sheet, page)
            done.add(sheet.number)
            result.append(chosen)
            findings += [finding] if finding else []
    return result, wanted - done, findings


def choose(sheet: Sheet, page: RecognisedPage) -> tuple[Sheet, Finding | None]:
    """The better reading of one page: what the file holds, or what was recognised on its picture."""
    seen = recognised_sheet(page)
    if not sheet.glyphs:
        return seen, None
    if not seen.glyphs:
        return replace(sheet, text="hidden" if sheet.has_image else sheet.text), None
    if not sheet.has_image:
        # fonts without names: what they do name is on the picture too
        return seen, None
    held = "".join(sorted_text(sheet))
    read = "".join(sorted_text(seen))
    share = SequenceMatcher(None, held, read, autojunk=False).ratio()
    sure = sum(glyph.confidence or 0 for glyph in seen.glyphs) / len(seen.glyphs)
    if share >= AGREES or sure < SURE:
        kind = "hidden" if sheet.hidden_glyphs * 2 > len(sheet.glyphs) else "embedded"
        if kind == "embedded" and share >= AGREES:
            # type printed over a background picture
            return replace(sheet, text=kind), None
        message = f"第{sheet.number}页采用了扫描件自带的文字层（与重新识别的结果有{share:.0%}相同）"
        return replace(sheet, text="hidden"), Finding("hidden-text-kept", "note", message, page=sheet.number)
    message = f"第{sheet.number}页没有采用扫描件自带的文字层（与重新识别的结果只有{share:.0%}相同），改用重新识别的文字"
    return seen, Finding("hidden-text-replaced", "note", message, page=sheet.number)


def sorted_text(sheet: Sheet) -> list[str]:
    """The characters of a page by row and place, blanks left out: good enough to compare two readings."""
    rows = sorted(sheet.glyphs, key=lambda glyph: (glyph.top + glyph.bottom) / 2)
    result: list[str] = []
    row: list[tuple[float, str]] = []
    last = 0.0
    for glyph in rows:
        middle = (glyph.top + glyph.bottom) / 2
        if row and middle - last > glyph.size / 2:
            result += [text for _, text in sorted(row)]
            row = []
        if not row:
            last = middle
        if not glyph.text.isspace():
            row.append((glyph.x0, glyph.text))
    return result + [text for _, text in sorted(row)]


def text_source(pages: list[Page]) -> str:
    """Where the text of a file comes from: embedded, ocr or mixed."""
    sources = {page.text for page in pages if page.text}
    if "ocr" not in sources:
        return "embedded"
    return "ocr" if sources == {"ocr"} else "mixed"


def with_recognition(issue: ParsedIssue, wanted: frozenset[int], notes: list[Finding]) -> ParsedIssue:
    """The issue with a mark on the pages that still want recognition, and what an editor should know of it."""
    pages = tuple(replace(page, wants_ocr=page.number in wanted) for page in issue.pages)
    findings = list(notes)
    lacking = [page.number for page in pages if page.wants_ocr and not page.readable]
    layered = [page.number for page in pages if page.wants_ocr and page.readable]
    if lacking:
        findings.append(
            Finding(
                "scan-without-text",
                "error",
                f"{len(lacking)}页是扫描件或没有可用的文字，识别之前不可检索。请安装文字识别组件后重新读取",
                page=lacking[0],
                evidence=tuple(str(number) for number in lacking[:50]),
            )
        )
    if layered:
        findings.append(
            Finding(
                "hidden-text-unchecked",
                "warning",
                f"{len(layered)}页的文字来自扫描件自带的文字层或不完整的字体，未经核对，可能有误",
                page=layered[0],
                evidence=tuple(str(number) for number in layered[:50]),
            )
        )
    return replace(issue, pages=pages, findings=(*issue.findings, *findings))
