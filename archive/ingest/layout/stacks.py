"""Headings that run down the side of a page set in rows, one character under the other: read as one line.

重    各县（区）要把防汛工作摆上重要位置，压实责任，
点    完善预案，备足物资，确保人民群众生命财产安全。
任
务    汛期实行领导带班和二十四小时值班制度。
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeGuard

from archive.ingest.layout.columns import Column, Item, column_edges
from archive.ingest.layout.rows import SAME_RECOGNISED_ROW, Segment, make_segment
from archive.ingest.lines import Glyph

# A heading has at least so many characters, one under the other to this share of an em.
FEWEST, UNDER = 3, 0.2
# From one character to the next it is so many ems, and the same throughout to this share of an em.
PITCH_FROM, PITCH_TO, EVEN = 0.9, 2.2, 0.2
# The text beside it is at least so many ems away: the blank inside 石　磊 is one em.
APART = 1.3
# Characters of one line stand on one baseline to this share of an em.
ON_BASELINE = 0.1
NUMERALS = "〇一二三四五六七八九十百"


def take_stacks(rows: list[list[Glyph]]) -> tuple[list[list[Glyph]], list[Segment]]:
    """(the rows of a page without the headings down its side, these headings from right to left)."""
    lone = [
        (row, glyph)
        for row in rows
        for i, glyph in ends_of(row)
        if "\u4e00" <= glyph.text[0] <= "\u9fff"
        and (i == 0 or glyph.x0 - row[i - 1].x1 > APART * glyph.size)
        and (i == len(row) - 1 or row[i + 1].x0 - glyph.x1 > APART * glyph.size)
    ]
    if len(lone) < FEWEST:
        return rows, []
    stacks: list[list[tuple[list[Glyph], Glyph]]] = []
    still_open: list[list[tuple[list[Glyph], Glyph]]] = []
    for row, glyph in sorted(lone, key=lambda entry: entry[1].top):
        still_open = [s for s in still_open if glyph.top - s[-1][1].top < PITCH_TO * s[-1][1].size]
        for stack in still_open:
            if follows(glyph, [above for _, above in stack[-2:]]):
                stack.append((row, glyph))
                break
        else:
            still_open.append([(row, glyph)])
            stacks.append(still_open[-1])
    found = [[glyph for _, glyph in stack] for stack in stacks if is_heading(stack, rows)]
    taken = {glyph for stack in found for glyph in stack}
    if not taken:
        return rows, []
    left = [rest for row in rows if (rest := [glyph for glyph in row if glyph not in taken])]
    segments = [make_segment(stack) for stack in found]
    return left, sorted(segments, key=lambda segment: -segment.x0)


def ends_of(row: list[Glyph]) -> list[tuple[int, Glyph]]:
    """The first and the last character of a row, with their places."""
    return [(0, row[0])] if len(row) == 1 else [(0, row[0]), (len(row) - 1, row[-1])]


def follows(glyph: Glyph, stack: list[Glyph]) -> bool:
    """True when a character stands under the last of a stack, as far from it as that from the one before."""
    above = stack[-1]
    pitch = glyph.top - above.top
    return (
        abs(glyph.x0 - above.x0) < UNDER * above.size
        and abs(glyph.size - above.size) < 0.1 * above.size
        and PITCH_FROM * above.size < pitch < PITCH_TO * above.size
        and (len(stack) < 2 or abs(pitch - (above.top - stack[-2].top)) < EVEN * above.size)
    )


def is_heading(stack: list[tuple[list[Glyph], Glyph]], rows: list[list[Glyph]]) -> bool:
    """True for a stack of words with white around it that is no column of a list.

    The characters of a list stand in the rows of its other columns, those of a heading keep a pitch of their own.
    """
    glyphs = [glyph for _, glyph in stack]
    if len(glyphs) < FEWEST or all(glyph.text in NUMERALS for glyph in glyphs):
        return False
    if all(on_baseline(glyph, row) for row, glyph in stack) or any(
        a.text == b.text for a, b in pairwise(glyphs)
    ):
        return False
    first = glyphs[0]
    left, right = first.x0 - APART * first.size / 2, first.x1 + APART * first.size / 2
    own = set(glyphs)
    return not any(
        other.x1 > left and other.x0 < right and other not in own
        for row in rows
        if row[0].bottom > first.top and row[0].top < glyphs[-1].bottom
        for other in row
    )


def headings_first(items: list[tuple[int, Item]]) -> list[tuple[int, Item]]:
    """The items of a page in reading order, each heading down the side before the text that it stands beside."""
    result = [entry for entry in items if not is_stack(entry[1])]
    for column, item in items:
        if not is_stack(item):
            continue
        stack = item[0]
        nearest = next(
            (i for i, (c, other) in enumerate(result) if c == column and ends_under(other, stack)),
            len(result),
        )
        own = [other[0].x0 for c, other in result if c == column and isinstance(other, list)]
        left = min(own, default=0.0)
        at = nearest
        while 0 < at < len(result) and goes_up(result[at - 1], result[at], column, stack):
            # text right of a heading is narrower as far as that goes; other text is not of its own for sure
            if not moved_in(result[at - 1][1], stack, left) and is_indented(result[at][1], left):
                break
            at -= 1
        while at < nearest and not (moved_in(result[at][1], stack, left) or is_indented(result[at][1], left)):
            # the last line of the paragraph above
            at += 1
        result.insert(at, (column, item))
    return result


def is_stack(item: Item) -> TypeGuard[list[Segment]]:
    return isinstance(item, list) and item[0].upright


def moved_in(item: Item, stack: Segment, left: float) -> bool:
    """True for a row that a heading inside its column, whose edge is `left`, moves to the right."""
    return isinstance(item, list) and left < stack.x1 < item[0].x0


def is_indented(item: Item, left: float) -> bool:
    return isinstance(item, list) and item[0].x0 > left + item[0].size


def ends_under(item: Item, stack: Segment) -> bool:
    """True for what ends below the middle of a stack's first character."""
    bottom = item[0].bottom if isinstance(item, list) else item.box[3]
    return bottom > stack.top + stack.size / 2


def under(stack: Segment, row: Sequence[Segment]) -> bool:
    """True for a row that has print over or under a stack."""
    return any(part.x0 < stack.x1 and part.x1 > stack.x0 for part in row)


def goes_up(above: tuple[int, Item], below: tuple[int, Item], column: int, stack: Segment) -> bool:
    """True when the row above belongs to the text that stands beside a stack too."""
    upper, lower = above[1], below[1]
    if above[0] != column or below[0] != column or not isinstance(upper, list) or not isinstance(lower, list):
        return False
    close = lower[0].bottom - upper[0].bottom < PITCH_TO * lower[0].size
    return close and not upper[0].upright and not under(stack, upper)


def on_baseline(glyph: Glyph, row: list[Glyph]) -> bool:
    """True for a character with others on its baseline; those of recognised rows sway, and tell only what is in a row."""
    sway = SAME_RECOGNISED_ROW if glyph.confidence is not None else ON_BASELINE
    return any(other is not glyph and abs(other.bottom - glyph.bottom) <= sway * glyph.size for other in row)


def edges_beside(
    items: list[tuple[int, Item]], edges: Sequence[Column | None], body_size: float
) -> list[Column | None]:
    """The edges of its column for each item: beside a heading down the side the text is set narrower."""
    result = list(edges)
    for i, (column, item) in enumerate(items):
        if not is_stack(item):
            continue
        stack = item[0]
        end, left = i + 1, None
        while end < len(items) and items[end][0] == column:
            row = items[end][1]
            if not isinstance(row, list) or row[0].upright or under(stack, row):
                break
            if left is None or row[0].bottom < stack.bottom:
                left = min(row[0].x0, left or row[0].x0)
            elif row[0].x0 < left - stack.size / 2:
                break
            end += 1
        block = [row[0] for _, row in items[i + 1 : end] if isinstance(row, list)]
        whole = edges[i]
        if not block or whole is None:
            continue
        own = column_edges([(0, segment) for segment in block], body_size)[0]
        if stack.x1 <= own.left:
            narrower = Column(max(own.left, whole.left), whole.right)
        else:
            narrower = Column(whole.left, min(own.right, whole.right))
        result[i + 1 : end] = [narrower] * (end - i - 1)
    return result
