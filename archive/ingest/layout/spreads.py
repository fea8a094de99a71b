"""Spreads: two printed pages side by side on one sheet (A3 for a gazette of A4), cut at the empty strip between them."""

from dataclasses import dataclass, replace

from archive.ingest.layout.sideways import turned_on_half
from archive.ingest.lines import Glyph, Line, Page, Rule, RuledTable, Sheet

# A sheet is broad from this share of its height on.
BROAD = 1.2
# The strip lies in the middle, and is so wide (shares of the sheet's width).
STRIP = 0.02
# A file is printed as spreads when at least this share of its sheets can be cut: a broad table alone is a table.
MOST = 0.5


@dataclass(frozen=True, slots=True)
class Half:
    """One printed page of a sheet: `sheet` has its glyphs in its own frame, which begins at `left` of the whole."""

    sheet: Sheet
    left: float = 0.0


def cut_spreads(sheets: list[Sheet]) -> list[Half]:
    """The printed pages of a file in order; sheets that are no spreads stay whole."""
    printed = [sheet for sheet in sheets if sheet.glyphs]
    cuttable = sum(1 for sheet in printed if broad(sheet) and not crossed(sheet))
    # the first page often stands alone on the right
    if cuttable < MOST * len(printed) or not any(is_spread(sheet) for sheet in printed):
        return [Half(sheet) for sheet in sheets]
    halves: list[Half] = []
    for sheet in sheets:
        if broad(sheet) and not crossed(sheet):
            halves += [half(sheet, 0.0), half(sheet, sheet.width / 2)]
        else:
            halves.append(Half(sheet))
    return halves


def broad(sheet: Sheet) -> bool:
    return sheet.width > BROAD * sheet.height


def is_spread(sheet: Sheet) -> bool:
    """True for a broad sheet with text on both sides of an empty strip in its middle."""
    if not broad(sheet) or crossed(sheet):
        return False
    middle = sheet.width / 2
    left = sum(1 for glyph in sheet.glyphs if glyph.x0 < middle)
    return 0 < left < len(sheet.glyphs)


def crossed(sheet: Sheet) -> bool:
    """True when a character or a rule reaches into the strip."""
    low, high = sheet.width * (0.5 - STRIP / 2), sheet.width * (0.5 + STRIP / 2)
    return any(
        glyph.x0 < high and glyph.x1 > low and not glyph.text.isspace() for glyph in sheet.glyphs
    ) or any(rule.x0 < low and rule.x1 > high for rule in sheet.rules)


def half(sheet: Sheet, left: float) -> Half:
    """The printed page that begins at `left`."""
    width = sheet.width / 2

    def within(x0: float, x1: float) -> bool:
        # what hangs over the edge of the sheet belongs to the half on that side
        return ((x0 + x1) / 2 < width) == (left == 0)

    glyphs = tuple(moved(glyph, -left) for glyph in sheet.glyphs if within(glyph.x0, glyph.x1))
    rules = tuple(
        Rule(rule.x0 - left, rule.top, rule.x1 - left, rule.bottom)
        for rule in sheet.rules
        if within(rule.x0, rule.x1)
    )
    return Half(
        replace(sheet, width=width, glyphs=glyphs, rules=rules, turned=turned_on_half(sheet, left)), left
    )


def moved(glyph: Glyph, by: float) -> Glyph:
    return glyph._replace(x0=glyph.x0 + by, x1=glyph.x1 + by)


def join_halves(halves: list[Half], pages: list[Page], sheets: list[Sheet]) -> list[Page]:
    """One page a sheet again: its halves' items in order, their boxes in the sheet's own frame."""
    if len(pages) == len(sheets):
        return pages
    result: list[Page] = []
    for part, page in zip(halves, pages, strict=True):
        whole = replace(page, items=tuple(placed(item, part.left) for item in page.items))
        if result and result[-1].number == page.number:
            before = result.pop()
            whole = replace(
                before,
                printed_right=page.printed_number if page.readable else None,
                items=(*before.items, *whole.items),
                furniture=(*before.furniture, *page.furniture),
                sideways=(*before.sideways, *page.sideways),
                readable=before.readable or page.readable,
                text=before.text or page.text,
            )
        result.append(whole)
    by_number = {sheet.number: sheet for sheet in sheets}
    return [replace(page, width=by_number[page.number].width) for page in result]


def placed(item: Line | RuledTable, left: float) -> Line | RuledTable:
    if item.box is None or not left:
        return item
    if isinstance(item, Line):
        return shifted(item, left)
    x0, top, x1, bottom = item.box
    # where the table goes on, on the left half of the next sheet, nothing is shifted
    lines = tuple(shifted(line, left) if line.page == item.page else line for line in item.lines)
    return replace(item, box=(x0 + left, top, x1 + left, bottom), lines=lines)


def shifted(line: Line, left: float) -> Line:
    if line.box is None:
        return line
    x0, top, x1, bottom = line.box
    cells = tuple((begin + left, end + left, text) for begin, end, text in line.cells)
    return replace(line, box=(x0 + left, top, x1 + left, bottom), cells=cells)
