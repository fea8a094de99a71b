"""The lines of a page in reading order, and the edges of its columns.

Any line that crosses all gutters is full width and closes the band above it; within a band the left
columns are read before the right ones.
"""

import re
from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter
from typing import TypeVar

from archive.ingest.layout.gutters import GUTTER_GAP
from archive.ingest.layout.rows import Segment, make_segment, mean_confidence
from archive.ingest.lines import Line, RuledTable

LEADERS = "…⋯·.．"
# The page number of an entry of the contents: (7), （12）.
PAGE_NUMBER = re.compile(r"^[（(〔\[]\s*\d{1,4}\s*[)）〕\]]$")
# 12, /12, — 12 — are page numbers where one stands below the other at the right edge and none is less than the last.
BARE_NUMBER = re.compile(r"^[/／—–-]?\s*(\d{1,4})\s*[—–-]?$")
FEWEST_NUMBERS, SAME_EDGE = 2, 3.0


@dataclass(frozen=True, slots=True)
class Column:
    """The edges of a text column, in points."""

    left: float
    right: float


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


# What stands on a page: a row of segments or a table.
Item = list[Segment] | RuledTable


@dataclass(frozen=True, slots=True)
class Placed:
    """An item, the first and last column that it stands in (from 0), and where it is read from the top."""

    at: float
    first: int
    last: int
    item: Item


def reading_order(
    rows: list[list[Segment]], tables: list[RuledTable], gutters: tuple[float, ...]
) -> list[tuple[int, Item]]:
    """(column, row of segments or table) in the order in which a page is read; column 0 is the full width.

    What spans some columns only closes the band above it in these.
    """
    placed: list[Placed] = []
    last = len(gutters)
    numbered = rows_of_contents(rows)
    for row in rows:
        if gutters and id(row) in numbered:
            placed.append(Placed(row[0].at, 0, last, row))
            continue
        placed += row_to_columns(row, gutters) if gutters else [Placed(row[0].at, 0, 0, row)]
    for table in tables:
        x0, top, x1, _ = table.box
        placed.append(Placed(top, sum(g <= x0 + 1 for g in gutters), sum(g < x1 - 1 for g in gutters), table))
    placed.sort(key=attrgetter("at"))
    return [
        (entry.first + 1 if gutters and entry.first == entry.last else 0, entry.item)
        for entry in ordered(placed, 0, last)
    ]


def rows_of_contents(rows: list[list[Segment]]) -> set[int]:
    """The ids of the rows that end in the page number of an entry without brackets and leaders."""
    found = [
        (int(match.group(1)), row)
        for row in rows
        if len(row) > 1 and (match := BARE_NUMBER.match(row[-1].text)) and not BARE_NUMBER.match(row[-2].text)
    ]
    if len(found) < FEWEST_NUMBERS:
        return set()
    edges = [row[-1].x1 for _, row in found]
    in_order = all(above <= below for (above, _), (below, _) in pairwise(found))
    return {id(row) for _, row in found} if in_order and max(edges) - min(edges) < SAME_EDGE else set()


def row_to_columns(row: list[Segment], gutters: tuple[float, ...]) -> list[Placed]:
    """The row cut at the gutters that it leaves white."""
    parts = row
    for gutter in gutters:
        parts = split_at_gutter(parts, gutter)
    spans: list[tuple[int, int, list[Segment]]] = []
    for part in parts:
        first = sum(gutter - 1 <= part.x0 for gutter in gutters)
        last = max(sum(gutter + 1 < part.x1 for gutter in gutters), first)
        if spans and (
            first <= spans[-1][1] or is_leader(spans[-1][2], part, first, gutters, parts[-1] is part)
        ):
            before = spans.pop()
            spans.append((before[0], max(before[1], last), [*before[2], part]))
        else:
            spans.append((first, last, [part]))
    if len(gutters) == 1 and any(first != last for first, last, _ in spans):
        return [Placed(row[0].at, 0, 1, parts)]
    return [Placed(segments[0].at, first, last, segments) for first, last, segments in spans]


def is_leader(
    before: list[Segment], part: Segment, column: int, gutters: tuple[float, ...], is_last: bool
) -> bool:
    """True for an entry of the contents whose leaders begin just behind the gutter: one line, not two columns.

    Recognition reads no leaders: there the page number stands alone at the right edge.
    """
    if part.glyphs[0].text in LEADERS:
        return before[-1].glyphs[-1].text not in LEADERS and not PAGE_NUMBER.match(before[-1].text)
    return is_last and PAGE_NUMBER.match(part.text) is not None and column == len(gutters)


def ordered(placed: list[Placed], first: int, last: int) -> Iterator[Placed]:
    """The items of the columns `first` to `last` in reading order; `placed` is sorted from top to bottom."""
    if first == last:
        yield from placed
        return
    band: list[Placed] = []
    for entry in placed:
        if entry.first <= first and entry.last >= last:
            yield from band_in_order(band, first, last)
            yield entry
            band = []
        else:
            band.append(entry)
    yield from band_in_order(band, first, last)


def band_in_order(band: list[Placed], first: int, last: int) -> Iterator[Placed]:
    """A band that nothing crosses whole: groups of columns that share a title, from left to right."""
    joined = {column for entry in band for column in range(entry.first, entry.last)}
    begin = first
    groups = []
    for column in range(first, last + 1):
        if column == last or column not in joined:
            groups.append((begin, column))
            begin = column + 1
    if len(groups) == 1:
        # titles that overlap like bricks: no order of columns, so from top to bottom
        yield from band
        return
    for low, high in groups:
        yield from ordered([entry for entry in band if low <= entry.first <= high], low, high)


Place = TypeVar("Place", bound=Hashable)


def column_edges(lines: list[tuple[Place, Segment]], body_size: float) -> dict[Place, Column]:
    """The left and right edge of each column: where most body lines begin, and the furthest that many end."""
    edges: dict[Place, Column] = {}
    columns: dict[Place, list[Segment]] = {}
    for column, segment in lines:
        columns.setdefault(column, []).append(segment)
    for column, segments in columns.items():
        body = [s for s in segments if abs(s.size - body_size) < 0.15 * body_size] or segments
        starts = Counter(round(s.x0) for s in body)
        most = starts.most_common(1)[0][1]
        # an indented first line may be commoner than a full one (short paragraphs): the leftmost frequent start
        left = min(x for x, n in starts.items() if n >= 0.2 * most)
        ends = sorted(s.x1 for s in body)
        edges[column] = Column(float(left), ends[int(0.97 * (len(ends) - 1))])
    return edges


def full_width(columns: list[Column]) -> Column:
    """The edges of what spans all columns: titles alone would not show them."""
    return Column(min(column.left for column in columns), max(column.right for column in columns))


def segments_to_line(parts: list[Segment], page: int, column: int, edges: Column | None, bold: bool) -> Line:
    """One printed line of the segments of a row; wide gaps become two ideographic spaces."""
    x0, x1 = parts[0].x0, max(part.x1 for part in parts)
    size = max(parts, key=lambda part: len(part.glyphs)).size
    starts = ends = None
    centred = False
    if edges:
        starts, ends = (x0 - edges.left) / size, (edges.right - x1) / size
        centred = len(parts) == 1 and abs(starts - ends) < 1.2 and starts > 0.8
        if parts[0].upright:
            # a heading down the side goes on with no line
            starts, centred = max(starts, 1.0), False
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
        cells=tuple((part.x0, part.x1, part.text) for part in parts),
        confidence=mean_confidence(glyph for part in parts for glyph in part.glyphs),
    )
