"""The gutter of a file, and the lines of a page in reading order.

Any line that crosses the gutter is full width and closes the band above it; within a band the left
column is read before the right one.
"""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from archive.ingest.layout.rows import Segment, make_segment
from archive.ingest.lines import Glyph, Line, RuledTable

# The gutter lies in this part of the page's width.
GUTTER_FROM, GUTTER_TO = 0.3, 0.7
# A white gap of at least so many ems can be a gutter.
GUTTER_GAP = 0.9
# A file has two columns when at most this share of the rows that meet the gutter cross it …
MAX_CROSSING = 0.3
# … and at least this share of all rows have text on both sides of it.
MIN_BOTH_SIDES = 0.2
STEP = 2.0
LEADERS = "…⋯·.．"
# The page number of an entry of the contents: (7), （12）.
PAGE_NUMBER = re.compile(r"^[（(〔\[]\s*\d{1,4}\s*[)）〕\]]$")


@dataclass(frozen=True, slots=True)
class Column:
    """The edges of a text column, in points."""

    left: float
    right: float


def find_gutter(pages: list[tuple[float, list[list[Glyph]]]], body_size: float) -> float | None:
    """The x of the gutter over a whole file, None when it has one column. `pages` are (width, rows of glyphs)."""
    if not pages:
        return None
    width = Counter(round(page_width) for page_width, _ in pages).most_common(1)[0][0]
    start = GUTTER_FROM * width
    slots = int((GUTTER_TO - GUTTER_FROM) * width / STEP)
    crossing, both = [0] * slots, [0] * slots
    total = 0
    for page_width, rows in pages:
        if abs(page_width - width) > 5:
            continue
        for row in rows:
            if not body_size * 0.85 <= row[len(row) // 2].size <= body_size * 1.15:
                continue
            total += 1
            gaps = [
                (left.x1, right.x0)
                for left, right in pairwise(row)
                if right.x0 - left.x1 > GUTTER_GAP * body_size
            ]
            first, last = row[0].x0, row[-1].x1
            for slot in range(slots):
                x = start + slot * STEP
                if first < x < last:
                    if any(a < x < b for a, b in gaps):
                        both[slot] += 1
                    else:
                        crossing[slot] += 1
    if not total:
        return None
    best = min(range(slots), key=lambda slot: (crossing[slot] - both[slot], abs(slot - slots / 2)))
    if both[best] < MIN_BOTH_SIDES * total or crossing[best] > MAX_CROSSING * (crossing[best] + both[best]):
        return None
    # the middle of the plateau, so that a ragged line end does not touch it
    score = crossing[best] - both[best]
    low = high = best
    while low > 0 and crossing[low - 1] - both[low - 1] <= score + 1:
        low -= 1
    while high < slots - 1 and crossing[high + 1] - both[high + 1] <= score + 1:
        high += 1
    return start + (low + high) / 2 * STEP


def split_at_gutter(segments: list[Segment], gutter: float) -> list[Segment]:
    """The segments of one row, those that leave a white gap at the gutter cut there."""
    result: list[Segment] = []
    for segment in segments:
        if not segment.x0 < gutter < segment.x1:
            result.append(segment)
            continue
        for i, (left, right) in enumerate(pairwise(segment.glyphs), 1):
            if left.x1 <= gutter + 1 and right.x0 >= gutter - 1:
                if right.x0 - left.x1 > GUTTER_GAP * segment.size and not is_spaced_title(segment, gutter, i):
                    result += [make_segment(list(segment.glyphs[:i])), make_segment(list(segment.glyphs[i:]))]
                else:
                    result.append(segment)
                break
        else:
            result.append(segment)
    return result


def is_spaced_title(segment: Segment, gutter: float, cut: int) -> bool:
    """True for a short centred text set wide, such as 目　录, whose own space lies over the gutter."""
    symmetric = abs((gutter - segment.x0) - (segment.x1 - gutter)) < segment.size
    return symmetric and len(segment.glyphs) <= 8 and min(cut, len(segment.glyphs) - cut) <= 3


def reading_order(
    rows: list[list[Segment]], tables: list[RuledTable], gutter: float | None
) -> list[tuple[int, list[Segment] | RuledTable]]:
    """(column, row of segments or table) in the order in which a page is read; column 0 is the full width."""
    if gutter is None:
        placed: list[tuple[float, list[Segment] | RuledTable]] = [(row[0].bottom, row) for row in rows]
        placed += [(table.box[1], table) for table in tables]
        return [(0, item) for _, item in sorted(placed, key=lambda pair: pair[0])]
    wide: list[tuple[float, list[Segment] | RuledTable]] = []
    narrow: list[tuple[float, int, list[Segment] | RuledTable]] = []
    for row in rows:
        parts = split_at_gutter(row, gutter)
        left = [part for part in parts if part.x1 <= gutter + 1]
        right = [part for part in parts if part.x0 >= gutter - 1]
        # an entry of the contents whose leaders begin just behind the gutter is one line, not two columns
        # (recognition reads no leaders: the page number stands alone at the right edge)
        leaders = bool(
            left
            and right
            and (right[0].glyphs[0].text in LEADERS or (len(right) == 1 and PAGE_NUMBER.match(right[0].text)))
        )
        if len(left) + len(right) < len(parts) or leaders:
            wide.append((row[0].bottom, parts))
            continue
        if left:
            narrow.append((left[0].bottom, 1, left))
        if right:
            narrow.append((right[0].bottom, 2, right))
    for table in tables:
        x0, top, x1, _ = table.box
        if x0 < gutter < x1:
            wide.append((top, table))
        else:
            narrow.append((top, 1 if x1 <= gutter else 2, table))
    ordered: list[tuple[int, list[Segment] | RuledTable]] = []
    wide.sort(key=lambda pair: pair[0])
    narrow.sort(key=lambda triple: triple[0])
    start = 0.0
    for bottom, item in [*wide, (float("inf"), None)]:
        band = [entry for entry in narrow if start <= entry[0] < bottom]
        for column in (1, 2):
            ordered += [(column, part) for _, side, part in band if side == column]
        if item is not None:
            ordered.append((0, item))
        start = bottom
    return ordered


def column_edges(lines: list[tuple[int, Segment]], body_size: float) -> dict[int, Column]:
    """The left and right edge of each column: where most body lines begin, and the furthest that many end."""
    edges: dict[int, Column] = {}
    for column in {column for column, _ in lines}:
        body = [s for c, s in lines if c == column and abs(s.size - body_size) < 0.15 * body_size]
        body = body or [s for c, s in lines if c == column]
        starts = Counter(round(s.x0) for s in body)
        most = starts.most_common(1)[0][1]
        # an indented first line may be commoner than a full one (short paragraphs): the leftmost frequent start
        left = min(x for x, n in starts.items() if n >= 0.2 * most)
        ends = sorted(s.x1 for s in body)
        edges[column] = Column(float(left), ends[int(0.97 * (len(ends) - 1))])
    return edges


def segments_to_line(parts: list[Segment], page: int, column: int, edges: Column | None, bold: bool) -> Line:
    """One printed line of the segments of a row; wide gaps become two ideographic spaces."""
    x0, x1 = parts[0].x0, max(part.x1 for part in parts)
    size = max(parts, key=lambda part: len(part.glyphs)).size
    starts = ends = None
    centred = False
    if edges:
        starts, ends = (x0 - edges.left) / size, (edges.right - x1) / size
        centred = len(parts) == 1 and abs(starts - ends) < 1.2 and starts > 0.8
    return Line(
        text="\u3000\u3000".join(part.text for part in parts),
        page=page,
        box=(x0, min(part.top for part in parts), x1, max(part.bottom for part in parts)),
        size=size,
        bold=bold,
        starts=starts,
        ends=ends,
        centred=centred,
        column=column,
        cells=tuple((part.x0, part.text) for part in parts),
        confidence=confidence(parts),
    )


def confidence(parts: list[Segment]) -> float | None:
    """How sure recognition was of the characters, on average; None where the file itself names them."""
    known = [glyph.confidence for part in parts for glyph in part.glyphs if glyph.confidence is not None]
    return round(sum(known) / len(known), 3) if known else None
