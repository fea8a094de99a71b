"""Paragraphs with a hanging indent: the first line stands left of the others, and so does that of the next.

    （一）各县（区）要对本辖区排水管网逐段普查，建立台账，
        明确责任。
    （二）市财政局统筹安排专项资金，用于泵站更新和设备购
        置，并加强监督检查。

In lines as they come from their columns each of these indented lines looks like a paragraph of its own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from archive.ingest.layout.paragraphs import LOOSE_EDGE, ROLE, SENTENCE_END, goes_on
from archive.ingest.lines import Line, Page

# The other lines stand so many ems right of the first, all of them at one place to this many ems.
LEAST, MOST, SAME = 0.8, 4.5, 0.35
# What counts or marks an item: 1. （1） ① 一、（一） — •
LABEL = re.compile(
    r"(?:[（(]?[一二三四五六七八九十\d]{1,3}[)）、.．]|[①-⑳]|第[一二三四五六七八九十百\d]{1,5}[条章节项]"
    r"|[•·●■◆▪○☆★※△▲]|[-–—－])"
)
# 陈　动　市发展和改革委员会副主 / 任, 组长：石峥　副市长: a roster has its own rule for posts that wrap.
PERSON = re.compile(r"[\u4e00-\u9fff·]{1,4}(?:[ \u3000]+[\u4e00-\u9fff])?[ \u3000]")
ATTACHMENTS = re.compile(r"附\s*件")
# A list of attachments goes on while its lines begin so far in.
IN_ATTACHMENTS = 2.4


@dataclass(frozen=True, slots=True)
class Unit:
    """Lines `first` to `end` (not itself) that are one paragraph with a hanging indent of `by` ems."""

    first: int
    end: int
    start: float
    by: float


def with_hanging_indents(pages: list[Page]) -> list[Page]:
    """The pages with the lines of such paragraphs as they stand to the edge of these: the first ones left of it."""
    places = [(i, k) for i, page in enumerate(pages) for k, item in enumerate(page.items)]
    found = [pages[i].items[k] for i, k in places]
    lines = [item if isinstance(item, Line) else None for item in found]
    changed: dict[tuple[int, int], Line] = {}
    at = 0
    while at < len(lines):
        at = behind_attachments(lines, at)
        block = block_from(lines, at)
        for unit in block:
            for n in range(unit.first, unit.end):
                line = lines[n]
                assert line is not None
                starts = -unit.by if n == unit.first else 0.0
                changed[places[n]] = replace(line, starts=starts, centred=False)
        at = block[-1].end if block else at + 1
    if not changed:
        return pages
    return [
        replace(page, items=tuple(changed.get((i, k), item) for k, item in enumerate(page.items)))
        for i, page in enumerate(pages)
    ]


def behind_attachments(lines: Sequence[Line | None], at: int) -> int:
    """The place behind a list of attachments that begins here: its lines are told apart by how far in they begin."""
    line = lines[at]
    if line is None or not ATTACHMENTS.match(line.text):
        return at
    at += 1
    while (
        at < len(lines) and (line := lines[at]) and line.starts is not None and line.starts > IN_ATTACHMENTS
    ):
        at += 1
    return at


def block_from(lines: Sequence[Line | None], at: int) -> list[Unit]:
    """The hanging paragraphs that begin at a line and follow one another; [] where it is not sure that they are.

    One is sure where its first line is labelled; without labels two in a row are.
    """
    units: list[Unit] = []
    labelled = False
    while at < len(lines) and (unit := unit_at(lines, at, units[0] if units else None)):
        line = lines[at]
        assert line is not None
        labelled = labelled or (unit.end - unit.first > 1 and bool(LABEL.match(line.text)))
        units.append(unit)
        at = unit.end
    long = [unit for unit in units if unit.end - unit.first > 1]
    while units and units[-1].end - units[-1].first == 1:
        units.pop()
    return units if labelled or len(long) > 1 else []


def unit_at(lines: Sequence[Line | None], at: int, like: Unit | None) -> Unit | None:
    """The hanging paragraph that begins at a line, set as the one `like` it before; of those one may be one line."""
    first = lines[at]
    if first is None or first.starts is None or first.ends is None or len(first.cells) > 1:
        return None
    if like and abs(first.starts - like.start) > SAME:
        return None
    if not LABEL.match(first.text) and (PERSON.match(first.text) or ROLE.match(first.text)):
        return None
    second = lines[at + 1] if at + 1 < len(lines) else None
    by = second.starts - first.starts if second is not None and second.starts is not None else 0.0
    # where no one line more is of this paragraph, it can be one line of the list
    alone = Unit(at, at + 1, like.start, like.by) if like and LABEL.match(first.text) else None
    if second is None or not LEAST <= by <= MOST or (like and abs(by - like.by) > SAME):
        return alone
    if first.ends > LOOSE_EDGE or first.text[-1:] in SENTENCE_END or (first.centred and second.centred):
        return alone
    before = first
    end = at + 1
    while end < len(lines) and (line := lines[end]) and line.starts is not None and len(line.cells) <= 1:
        if abs(line.starts - first.starts - by) > SAME or LABEL.match(line.text):
            break
        if not goes_on(replace(before, centred=False), replace(line, starts=0.0)):
            break
        before = line
        end += 1
    return Unit(at, end, first.starts, by) if end > at + 1 else alone
