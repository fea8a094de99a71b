"""What is set at quarter turns to the text of its page: row heads of tables, running heads down the side.

A table may name a group of rows by a text on its side; a page whose table lies on its side has its running head
upright. What is neither in a table nor a running head is kept apart, so that it can be told.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from archive.ingest.layout.furniture import RECURS, find_furniture, shape, split_furniture
from archive.ingest.layout.rows import Segment, glyphs_to_rows, glyphs_to_text, row_to_segments
from archive.ingest.lines import Glyph, Sheet, Turned


class Sideways(NamedTuple):
    """A glyph in the frame in which it reads, its quarter turns, and its middle (x, y) on the sheet."""

    glyph: Glyph
    quarter: int
    x: float
    y: float


def sideways_of(sheet: Sheet) -> list[Sideways]:
    """What is set at quarter turns on a sheet, with its place."""
    return [
        Sideways(glyph, group.quarter, *middle(glyph, group.quarter, sheet.width, sheet.height))
        for group in sheet.turned
        for glyph in group.glyphs
    ]


def middle(glyph: Glyph, quarter: int, width: float, height: float) -> tuple[float, float]:
    """Where the middle of a turned glyph is on its sheet."""
    x, y = (glyph.x0 + glyph.x1) / 2, (glyph.top + glyph.bottom) / 2
    if quarter == 1:  # reads upwards
        return y, height - x
    if quarter == 3:  # reads downwards
        return width - y, x
    return width - x, height - y


def sideways_text(glyphs: Sequence[Sideways]) -> str:
    """The text as it reads, its lines joined."""
    return "".join(line for _, lines in rows_of(glyphs) for line in map(row_text, lines))


def rows_of(glyphs: Sequence[Sideways]) -> list[tuple[int, list[list[Glyph]]]]:
    """(quarter, rows) of each direction."""
    return [
        (quarter, rows)
        for quarter in (1, 2, 3)
        if (rows := glyphs_to_rows([one.glyph for one in glyphs if one.quarter == quarter]))
    ]


def row_text(row: list[Glyph]) -> str:
    return glyphs_to_text(tuple(row)).strip()


def sideways_furniture(
    sheets: Sequence[Sheet], sideways: Sequence[Sequence[Sideways]], recurring: set[str]
) -> list[tuple[list[str], int | None, list[str]]]:
    """(texts of running heads, page number or None, texts that are no furniture) for each sheet.

    A text that recurs on pages is a running head wherever it stands: a title down the margin, a mark over the text.
    """
    segments = [
        [(quarter, [row_to_segments(row) for row in rows]) for quarter, rows in rows_of(glyphs)]
        for glyphs in sideways
    ]
    heights = [{1: sheet.width, 2: sheet.height, 3: sheet.width} for sheet in sheets]
    known = recurring | recurring_texts(segments)
    for quarter in (1, 2, 3):
        known |= find_furniture(
            [
                (height[quarter], rows)
                for height, groups in zip(heights, segments, strict=True)
                for turn, rows in groups
                if turn == quarter
            ]
        )
    result: list[tuple[list[str], int | None, list[str]]] = []
    for height, groups in zip(heights, segments, strict=True):
        taken: list[str] = []
        left: list[str] = []
        number: int | None = None
        for quarter, rows in groups:
            kept, heads, printed = split_furniture(height[quarter], rows, known)
            taken += heads
            number = printed if number is None else number
            for row in kept:
                told = [segment.text for segment in row if shape(segment) not in known]
                taken += [segment.text for segment in row if shape(segment) in known]
                if told:
                    left.append("\u3000\u3000".join(told))
        result.append((taken, number, left))
    return result


def recurring_texts(pages: Sequence[Sequence[tuple[int, list[list[Segment]]]]]) -> set[str]:
    """The shapes that stand on so many pages as running heads do."""
    counts: Counter[str] = Counter()
    for groups in pages:
        counts.update({shape(segment) for _, rows in groups for row in rows for segment in row})
    needed = max(3, RECURS * len(pages))
    return {text for text, count in counts.items() if count >= needed}


def turned_on_half(sheet: Sheet, left: float) -> tuple[Turned, ...]:
    """What of a sheet's turned glyphs stands on the half that begins at `left`, in the frame of that half."""
    width = sheet.width / 2
    beyond = sheet.width - left - width
    result = []
    for group in sheet.turned:
        across, down = {1: (0.0, -left), 2: (-beyond, 0.0), 3: (0.0, -beyond)}[group.quarter]
        here = tuple(
            glyph._replace(
                x0=glyph.x0 + across, x1=glyph.x1 + across, top=glyph.top + down, bottom=glyph.bottom + down
            )
            for glyph in group.glyphs
            if (middle(glyph, group.quarter, sheet.width, sheet.height)[0] < sheet.width / 2) == (left == 0)
        )
        if here:
            result.append(Turned(group.quarter, here))
    return tuple(result)
