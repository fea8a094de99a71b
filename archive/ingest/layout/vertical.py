"""Pages set from top to bottom in columns from right to left: laid on their side to be read, and stood up again."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from archive.ingest.layout.furniture import BOTTOM_BAND, PAGE_NUMBER, TOP_BAND
from archive.ingest.layout.rows import BLANK, glyphs_to_text
from archive.ingest.lines import Glyph, Line, Page, Rule, RuledTable, Sheet

# Characters nearer than this share of an em follow one another.
CLOSE = 0.35
# A page is vertical when at most this share of its characters has a neighbour beside it, and at least that below it.
BESIDE, BELOW = 0.3, 0.6
# Fewer characters show no direction; of a page no more rows than these are looked at.
FEWEST, SAMPLE = 24, 16


def is_vertical(glyphs: Sequence[Glyph], rows: list[list[Glyph]]) -> bool:
    """True when the characters of a page follow one another downwards, not sideways."""
    looked_at = rows[:: max(1, len(rows) // SAMPLE)]
    count = sum(map(len, looked_at))
    beside = sum(right.x0 - left.x1 < CLOSE * left.size for row in looked_at for left, right in pairwise(row))
    if beside > BESIDE * count or len(glyphs) < FEWEST:
        return False
    drawn = [glyph for glyph in glyphs if glyph.text not in BLANK]
    ordered = sorted(drawn, key=lambda glyph: (round((glyph.x0 + glyph.x1) / glyph.size), glyph.top))
    below = sum(
        abs(lower.x0 - upper.x0) < CLOSE * upper.size
        and -CLOSE < (lower.top - upper.bottom) / upper.size < CLOSE
        for upper, lower in pairwise(ordered)
    )
    return below >= BELOW * len(drawn)


def laid_down(sheet: Sheet, rows: list[list[Glyph]]) -> tuple[Sheet, list[list[Glyph]]]:
    """(the sheet as one of rows, its rightmost column the first of them; the rows of its page number, left out)."""
    low, high = TOP_BAND * sheet.height, (1 - BOTTOM_BAND) * sheet.height
    numbers = [
        row
        for row in rows
        if (row[0].bottom < low or row[0].top > high) and PAGE_NUMBER.match(glyphs_to_text(tuple(row)))
    ]
    left_out = {glyph for row in numbers for glyph in row}
    glyphs = tuple(
        glyph._replace(
            x0=glyph.top, top=sheet.width - glyph.x1, x1=glyph.bottom, bottom=sheet.width - glyph.x0
        )
        for glyph in sheet.glyphs
        if glyph not in left_out
    )
    rules = tuple(
        Rule(rule.top, sheet.width - rule.x1, rule.bottom, sheet.width - rule.x0) for rule in sheet.rules
    )
    return replace(sheet, width=sheet.height, height=sheet.width, glyphs=glyphs, rules=rules), numbers


def stood_up(page: Page) -> Page:
    """The page with the boxes of its lines where they are printed."""
    return replace(
        page,
        width=page.height,
        height=page.width,
        items=tuple(standing(item, page.height) for item in page.items),
    )


def standing(item: Line | RuledTable, width: float) -> Line | RuledTable:
    if item.box is None:
        return item
    x0, top, x1, bottom = item.box
    return replace(item, box=(width - bottom, x0, width - top, x1))
