"""The gutters of each page: found over all pages of one form, and page by page where a page is set otherwise.

An issue may have its decrees in one column and its notices in two, and its contents in yet another form.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from archive.ingest.lines import Glyph

# Gutters lie in this part of the page's width.
GUTTER_FROM, GUTTER_TO = 0.14, 0.86
# A white gap of at least so many ems can be a gutter.
GUTTER_GAP = 0.9
# Pages of one form have a gutter where at most this share of the rows that meet it cross it …
MAX_CROSSING = 0.3
# … and at least this share of all rows have text on both sides of it.
MIN_BOTH_SIDES = 0.2
# For a page alone the signs must be plainer: so many rows on both sides, hardly any across.
ALONE_ROWS, ALONE_BOTH_SIDES, ALONE_CROSSING = 6, 0.3, 0.12
# In columns of running text so many lines go from edge to edge; in a list or a roster they do not.
FULL_LINES, ALONE_FULL_LINES = 0.12, 0.3
# Lines begin (an indented first line too) and end at the edges of their column to within so many ems.
AT_LEFT, AT_RIGHT = 2.4, 1.4
# A column is not narrower than this many ems, and the white between two columns not wider.
MIN_COLUMN, MAX_WHITE = 7, 7
STEP = 2.0
# An edge is where lines begin or end at least so often, measured by the commonest place: most lines go to the right
# edge, and few begin at the left one where paragraphs are short.
BEGIN_OFTEN, END_OFTEN = 0.2, 0.5


@dataclass(frozen=True, slots=True)
class Form:
    """A page to be read in columns: its width, and its rows without furniture.

    `kind` tells pages apart that share no gutter: pages of another width, or of the other side of a leaf.
    """

    kind: tuple[int, ...]
    width: float
    rows: list[list[Glyph]]


@dataclass(frozen=True, slots=True)
class _Count:
    """How many rows of body size cross each place of a page, and how many leave it white between two texts."""

    crossing: list[int]
    both: list[int]
    rows: int


def page_gutters(pages: Sequence[Form], body_size: float) -> list[tuple[float, ...]]:
    """The x of each gutter of each page, from left to right; none for a page in one column."""
    result: list[tuple[float, ...]] = [()] * len(pages)
    for kind in dict.fromkeys(page.kind for page in pages):
        members = [i for i, page in enumerate(pages) if page.kind == kind]
        counts = [_count(pages[i], body_size) for i in members]
        common = _find([pages[i] for i in members], counts, body_size, alone=len(members) < 3)
        before: tuple[float, ...] = common
        for i, count in zip(members, counts, strict=True):
            page = pages[i]
            if not common or _dissents(page, count, common):
                own = _find([page], [count], body_size, alone=True)
                if not own and before and not common and _is_clear(page, count, before):
                    # the last page of a part in two columns fills its left column only
                    own = before
                result[i] = before = _nearest(own, result[:i])
            else:
                result[i] = common
    return result


def _nearest(own: tuple[float, ...], known: list[tuple[float, ...]]) -> tuple[float, ...]:
    """Gutters already found on another page where they are these, so that the pages share their column edges."""
    for other in reversed(known):
        if len(other) == len(own) and all(abs(a - b) < 4 for a, b in zip(own, other, strict=True)):
            return other
    return own


def _slots(page: Form) -> tuple[float, int]:
    return GUTTER_FROM * page.width, int((GUTTER_TO - GUTTER_FROM) * page.width / STEP)


def _count(page: Form, body_size: float) -> _Count:
    start, slots = _slots(page)
    crossing, both = [0] * (slots + 1), [0] * (slots + 1)
    low, high, wide = body_size * 0.85, body_size * 1.15, GUTTER_GAP * body_size
    total = 0

    def mark(counts: list[int], x0: float, x1: float, by: int) -> None:
        a = min(max(int((x0 - start) // STEP) + 1, 0), slots)
        b = min(max(int(-((start - x1) // STEP)), a), slots)
        counts[a] += by
        counts[b] -= by

    for row in page.rows:
        if not low <= row[len(row) // 2].size <= high:
            continue
        total += 1
        mark(crossing, row[0].x0, row[-1].x1, 1)
        before = row[0].x1
        for glyph in row:
            if glyph.x0 - before > wide:
                mark(crossing, before, glyph.x0, -1)
                mark(both, before, glyph.x0, 1)
            before = glyph.x1
    return _Count(list(accumulate(crossing))[:slots], list(accumulate(both))[:slots], total)


def _find(pages: list[Form], counts: list[_Count], body_size: float, alone: bool) -> tuple[float, ...]:
    """The gutters that the rows of `pages` (all of one kind) leave white."""
    total = sum(count.rows for count in counts)
    if not total:
        return ()
    start, slots = _slots(pages[0])
    slots = min(slots, *(len(count.both) for count in counts))
    against = [
        count.crossing if alone else _against(page, count, body_size)
        for page, count in zip(pages, counts, strict=True)
    ]
    crossing = [sum(column) for column in zip(*(one[:slots] for one in against), strict=True)]
    both = [sum(column) for column in zip(*(count.both[:slots] for count in counts), strict=True)]
    share, across = (ALONE_BOTH_SIDES, ALONE_CROSSING) if alone else (MIN_BOTH_SIDES, MAX_CROSSING)
    needed = max(share * total, ALONE_ROWS if alone else 0)
    fits = [
        both[i] >= needed and crossing[i] <= across * (crossing[i] + both[i]) and both[i] > 0
        for i in range(slots)
    ]
    found: list[float] = []
    i = 0
    while i < slots:
        if not fits[i]:
            i += 1
            continue
        end = i
        while end < slots and fits[end]:
            end += 1
        score = [crossing[k] - both[k] for k in range(slots)]
        best = min(range(i, end), key=lambda k: (score[k], abs(k - slots / 2)))
        # the middle of the plateau, so that a ragged line end does not touch it
        low = high = best
        while low > 0 and score[low - 1] <= score[best] + 1:
            low -= 1
        while high < slots - 1 and score[high + 1] <= score[best] + 1:
            high += 1
        found.append(start + (low + high) / 2 * STEP)
        i = max(end, high + 1)
    return _columns_of_text(pages, tuple(found), body_size, alone)


def _against(page: Form, count: _Count, body_size: float) -> list[int]:
    """How many rows of a page speak against a gutter at each place.

    A page that is plainly in columns by itself speaks everywhere: on a scan laid askew its lines reach past their column
    just where they show its edge. Any other, as contents that go across the page and are a third of the rows of a thin
    issue, is heard only where some of its rows have text on both sides.
    """
    if _find([page], [count], body_size, alone=True):
        return count.crossing
    return [
        crossing if both >= MIN_BOTH_SIDES * (crossing + both) else 0
        for crossing, both in zip(count.crossing, count.both, strict=True)
    ]


def _columns_of_text(
    pages: list[Form], gutters: tuple[float, ...], body_size: float, alone: bool
) -> tuple[float, ...]:
    """The gutters without those beside which stands a list, not running text."""
    while gutters:
        shares = _full_shares(pages, gutters, body_size)
        narrow = [
            right - left < MIN_COLUMN * body_size for left, right in pairwise((0.0, *gutters, pages[0].width))
        ]
        worst = min(range(len(shares)), key=lambda k: (not narrow[k], shares[k]))
        if not narrow[worst] and shares[worst] >= (ALONE_FULL_LINES if alone else FULL_LINES):
            return gutters
        drop = worst if worst < len(gutters) else worst - 1
        if 0 < worst < len(gutters) and shares[worst - 1] < shares[worst + 1]:
            drop = worst - 1
        gutters = gutters[:drop] + gutters[drop + 1 :]
    return ()


def _full_shares(pages: list[Form], gutters: tuple[float, ...], body_size: float) -> list[float]:
    """For each column the share of its lines that go from edge to edge."""
    spans: list[list[tuple[float, float]]] = [[] for _ in range(len(gutters) + 1)]
    for page in pages:
        for row in page.rows:
            if not body_size * 0.85 <= row[len(row) // 2].size <= body_size * 1.15:
                continue
            parts: list[list[float] | None] = [None] * len(spans)
            column, reach = 0, row[0].x0
            crosses = False
            for glyph in row:
                while column < len(gutters) and glyph.x0 > gutters[column] - 1:
                    crosses = crosses or reach > gutters[column] + 1
                    column += 1
                part = parts[column]
                if part is None:
                    parts[column] = [glyph.x0, glyph.x1]
                else:
                    part[1] = glyph.x1
                reach = glyph.x1
            if not crosses:
                for column, part in enumerate(parts):
                    if part:
                        spans[column].append((part[0], part[1]))
    edges = [_edges(lines) for lines in spans]
    shares = [_full_share(lines, edge, body_size) for lines, edge in zip(spans, edges, strict=True)]
    for column, (left, right) in enumerate(pairwise(edges)):
        # 组　长：石　峥　　　　　　市政府副市长 — the two texts of a roster stand further apart than columns do
        if left is None or right is None or right[0] - left[1] > MAX_WHITE * body_size:
            shares[column] = shares[column + 1] = 0.0
    return shares


def _edges(lines: list[tuple[float, float]]) -> tuple[float, float] | None:
    """Where lines of a column begin and the furthest that they end, both as far as many do; None without lines.

    The title that ends in the white between the columns is no edge.
    """
    if not lines:
        return None
    starts = Counter(round(x0) for x0, _ in lines)
    ends = Counter(STEP * round(x1 / STEP) for _, x1 in lines)
    begins, reaches = BEGIN_OFTEN * max(starts.values()), END_OFTEN * max(ends.values())
    return (
        min(x for x, n in starts.items() if n >= begins),
        max(x for x, n in ends.items() if n >= reaches),
    )


def _full_share(
    lines: list[tuple[float, float]], edges: tuple[float, float] | None, body_size: float
) -> float:
    if edges is None:
        return 0.0
    left, right = edges
    # an indented first line is a full line too
    full = sum(
        1 for x0, x1 in lines if x0 - left < AT_LEFT * body_size and abs(right - x1) < AT_RIGHT * body_size
    )
    return full / len(lines)


def _dissents(page: Form, count: _Count, gutters: tuple[float, ...]) -> bool:
    """True when a page is plainly not set in these columns: its lines cross all gutters."""
    start, _ = _slots(page)
    for gutter in gutters:
        slot = min(int((gutter - start) / STEP), len(count.both) - 1)
        if count.crossing[slot] >= 8 and count.both[slot] <= 0.1 * count.crossing[slot]:
            return True
    return False


def _is_clear(page: Form, count: _Count, gutters: tuple[float, ...]) -> bool:
    """True when nothing but a title or two crosses these gutters, and the text ends at the first of them."""
    start, _ = _slots(page)
    slots = [min(int((gutter - start) / STEP), len(count.both) - 1) for gutter in gutters]
    return count.rows > 2 and all(count.crossing[slot] <= 0.1 * count.rows for slot in slots)
