"""Glyphs to printed rows: what stands on one baseline, left to right, cut into segments at wide gaps."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter

from archive.ingest.lines import Glyph, Line

# Glyphs whose baselines differ by less than this share of an em stand in one row.
SAME_ROW = 0.35
# Recognised lines sway: their characters stand in one row up to this share of an em.
SAME_RECOGNISED_ROW = 0.5
# Type of less than this share of its neighbours' size, raised or lowered beside them, belongs to their row: m2, CO2.
SMALL, BESIDE = 0.75, 0.6
# A gap of more ems than this separates two texts of one row (the columns of a list, the two ends of a head).
WIDE_GAP = 1.75
# A gap of more ems than this is a printed space.
CHINESE_SPACE, LATIN_SPACE = 0.7, 0.2
# A character drawn again at less than this share of its width away is fake bold, not a second character.
DRAWN_TWICE = 0.3
BLANK = " \u3000\t\u00a0\u2002\u2003"


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of glyphs of one row without a wide gap; `upright` where they stand one under the other instead."""

    glyphs: tuple[Glyph, ...]
    x0: float
    x1: float
    top: float
    bottom: float
    size: float

    @property
    def upright(self) -> bool:
        return self.bottom - self.top > 2 * self.size and self.x1 - self.x0 < 1.5 * self.size

    @property
    def at(self) -> float:
        """Where it is read among the rows: at its baseline, or where its first character has that."""
        return self.glyphs[0].bottom if self.upright else self.bottom

    @property
    def text(self) -> str:
        return glyphs_to_text(self.glyphs)


def glyphs_to_rows(glyphs: list[Glyph]) -> list[list[Glyph]]:
    """Rows from top to bottom, each from left to right, blanks at their ends and doubles dropped."""
    rows: list[list[Glyph]] = []
    current: list[Glyph] = []
    same_row = SAME_ROW if not glyphs or glyphs[0].confidence is None else SAME_RECOGNISED_ROW
    for glyph in sorted(glyphs, key=attrgetter("bottom", "x0")):
        # Compared with the row's first glyph: a slow drift over many must not chain two rows together.
        if current and glyph.bottom - current[0].bottom > same_row * min(glyph.size, current[0].size):
            rows.append(current)
            current = []
        current.append(glyph)
    if current:
        rows.append(current)
    return with_small_type([row for row in map(tidied, rows) if row])


def with_small_type(rows: list[list[Glyph]]) -> list[list[Glyph]]:
    """The rows with raised and lowered figures put back beside the characters that carry them."""
    for i, row in enumerate(rows):
        size = row[0].size
        if len(row) > 40:
            continue
        for other in (rows[j] for j in (i + 1, i - 1, i + 2) if 0 <= j < len(rows)):
            if not other or not row or size > SMALL * other[0].size:
                continue
            inside = [glyph for glyph in row if stands_beside(glyph, row, other)]
            if inside:
                other[:] = tidied([*other, *inside])
                row[:] = [glyph for glyph in row if glyph not in inside]
    return [row for row in rows if row]


def stands_beside(glyph: Glyph, row: list[Glyph], other: list[Glyph]) -> bool:
    """True for a small glyph at the height of a row of larger type, behind one of its characters or of its own kind."""
    middle = (glyph.top + glyph.bottom) / 2
    if not other[0].top - 0.2 * other[0].size < middle < other[0].bottom + 0.2 * other[0].size:
        return False
    if glyph.size > SMALL * other[0].size:
        return False
    near = BESIDE * other[0].size
    reach = glyph.x0
    for before in reversed(row):
        if before.x0 < reach and reach - before.x1 < 0.5 * near:
            reach = before.x0
    return any(abs(reach - larger.x1) < near for larger in other)


def tidied(row: list[Glyph]) -> list[Glyph]:
    """The row from left to right without what is drawn twice and without blanks at its ends."""
    row.sort(key=attrgetter("x0"))
    kept: list[Glyph] = []
    for glyph in row:
        twice = False
        for other in reversed(kept[-3:]):
            if other.text == glyph.text and abs(glyph.x0 - other.x0) < DRAWN_TWICE * max(
                other.x1 - other.x0, 1
            ):
                twice = True
                break
        if not twice:
            kept.append(glyph)
    start, end = 0, len(kept)
    while start < end and kept[start].text in BLANK:
        start += 1
    while end > start and kept[end - 1].text in BLANK:
        end -= 1
    return kept[start:end]


def row_to_segments(row: list[Glyph], gap: float = WIDE_GAP) -> list[Segment]:
    """The row cut at gaps wider than `gap` ems; blanks count as gaps only where none is drawn."""
    cuts = [0]
    for i, (left, right) in enumerate(pairwise(row), 1):
        if right.x0 - left.x1 > gap * max(left.size, right.size):
            cuts.append(i)
    cuts.append(len(row))
    return [make_segment(part) for a, b in pairwise(cuts) if (part := tidied(row[a:b]))]


def mean_confidence(glyphs: Iterable[Glyph]) -> float | None:
    """How sure recognition was of the characters, on average; None where the file itself names them."""
    known = [glyph.confidence for glyph in glyphs if glyph.confidence is not None]
    return round(sum(known) / len(known), 3) if known else None


def make_segment(glyphs: list[Glyph]) -> Segment:
    sizes = sorted(glyph.size for glyph in glyphs)
    return Segment(
        glyphs=tuple(glyphs),
        x0=glyphs[0].x0,
        x1=max(glyph.x1 for glyph in glyphs),
        top=min(glyph.top for glyph in glyphs),
        bottom=max(glyph.bottom for glyph in glyphs),
        size=sizes[len(sizes) // 2],
    )


def cell_lines(page: int, rows: Iterable[list[Glyph]]) -> list[Line]:
    """The printed lines of a table's cell, each from its glyphs from left to right."""
    found = []
    for row in rows:
        segment = make_segment(row)
        sure = [glyph.confidence for glyph in row if glyph.confidence is not None]
        found.append(
            Line(
                text=segment.text.strip(),
                page=page,
                box=(segment.x0, segment.top, segment.x1, segment.bottom),
                size=segment.size,
                confidence=round(sum(sure) / len(sure), 3) if sure else None,
            )
        )
    return found


def glyphs_to_text(glyphs: tuple[Glyph, ...]) -> str:
    """The text of a run: a space where a gap was printed and none drawn."""
    if not glyphs:
        return ""
    parts = [glyphs[0].text]
    for left, right in pairwise(glyphs):
        gap = right.x0 - left.x1
        if gap > LATIN_SPACE * right.size and left.text not in BLANK and right.text not in BLANK:
            if left.text.isascii() and right.text.isascii():
                parts.append(" ")
            elif gap > CHINESE_SPACE * right.size:
                parts.append("\u3000")
        parts.append(right.text)
    return "".join(parts)
