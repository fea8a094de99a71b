"""The boxes of hits on printed pages: each covers what was found, not the whole line."""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from archive.search.query_language import Term
from archive.search.runs import find_runs

# x0, top, x1, bottom in points; the origin is the top left corner of the page.
Box = tuple[float, float, float, float]


class PrintedLine(NamedTuple):
    """One printed line with its box on page `page` of the file."""

    page: int
    text: str
    x0: float
    top: float
    x1: float
    bottom: float


class PageBox(NamedTuple):
    """A box to light on page `page`."""

    page: int
    box: Box


def hit_boxes(lines: Sequence[PrintedLine], terms: Iterable[Term]) -> list[tuple[PageBox, ...]]:
    """The boxes of each hit, in the order of `lines`, which is the order of reading.

    A hit over the end of a line has a box on each of the lines, over the end of a page one on each of the pages.
    """
    runs = find_runs([line.text for line in lines], terms)
    return [
        tuple(
            PageBox(lines[span.segment].page, part_of_line(lines[span.segment], span.start, span.end))
            for span in run
        )
        for run in runs
    ]


def part_of_line(line: PrintedLine, start: int, end: int) -> Box:
    """The box of `line.text[start:end]`, cut out of the line's by the widths of its characters.

    A line that is higher than wide is read downwards, as old gazettes and the spines of tables are set.
    """
    before, within, whole = (width_of(text) for text in (line.text[:start], line.text[start:end], line.text))
    if not whole:
        return line.x0, line.top, line.x1, line.bottom
    first, last = before / whole, (before + within) / whole
    across, down = line.x1 - line.x0, line.bottom - line.top
    if down > across and whole > 1:
        return line.x0, line.top + first * down, line.x1, line.top + last * down
    return line.x0 + first * across, line.top, line.x0 + last * across, line.bottom


def width_of(text: str) -> float:
    """How wide a text is set, in ems: a Chinese character 1, a Latin letter, figure or blank a half."""
    return sum(map(_width, text))


def _width(character: str) -> float:
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0.0
    # Ambiguous ones are set wide among Chinese: “ ” … — ① Ⅱ
    return 1.0 if unicodedata.east_asian_width(character) in "WFA" else 0.5
