"""Which printed lines a block of text was made of, so that both can be lit together."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from archive.models import Block, Document, Page

_BLANK = re.compile(r"\s+")
# A line that stands at more places of the text than this says little about its own.
_MOST_PLACES = 12


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A line of a page with its box in points, and the position of its block; None where it is in none.

    `start` and `end` are its place in the block's text without blanks, both 0 in a table. `head`: it is of the
    document's own title or number.
    """

    page: int
    text: str
    x: float
    y: float
    width: float
    height: float
    block: int | None = None
    start: int = 0
    end: int = 0
    head: bool = False


@dataclass(frozen=True, slots=True)
class _Match:
    """Line `line` stands at `start` to `end` of the text."""

    line: int
    start: int
    end: int


def sheet_lines(document: Document, pages: Iterable[Page], blocks: Sequence[Block]) -> list[SheetLine]:
    """The lines of the pages, top to bottom as they are read, each with the block that holds it.

    Lines and blocks come in one order, so it is the run of lines that covers most of the text that belongs to the
    document: a signature on the same page may stand under another. What an editor has corrected is sought as printed.
    """
    lines = [line for page in pages for line in page_lines(page)]
    running = [block for block in blocks if block.kind != Block.Kind.TABLE]
    texts = [document.title, document.number_as_printed, *(b.as_printed or b.text for b in running)]
    texts = [_BLANK.sub("", text) for text in texts]
    starts = [0, *accumulate(len(text) + 1 for text in texts)]
    whole = "\n".join(texts)
    bare = [_BLANK.sub("", line.text) for line in lines]
    found: dict[int, SheetLine] = {}
    for match in _longest_run(_matches(bare, whole)):
        n = bisect_right(starts, match.start) - 1
        line, at = lines[match.line], starts[n]
        found[match.line] = (
            replace(line, block=running[n - 2].position, start=match.start - at, end=match.end - at)
            if n >= 2
            else replace(line, head=True)
        )
    for block in blocks:
        if block.kind == Block.Kind.TABLE and block.table is not None:
            found |= _cells(block, lines, bare, found)
    return [found.get(n, line) for n, line in enumerate(lines)]


def page_lines(page: Page) -> list[SheetLine]:
    """The lines of a page, of whatever document."""
    return [_line(page.number, *line[:5]) for line in page.lines]


def _line(page: int, text: str, x0: float, top: float, x1: float, bottom: float) -> SheetLine:
    return SheetLine(page, text, round(x0, 1), round(top, 1), round(x1 - x0, 1), round(bottom - top, 1))


def _matches(lines: Sequence[str], whole: str) -> list[_Match]:
    """Every place in the text where a line stands, by line."""
    found = []
    for n, line in enumerate(lines):
        start, places = whole.find(line) if line else -1, 0
        while start >= 0 and places < _MOST_PLACES:
            found.append(_Match(n, start, start + len(line)))
            start, places = whole.find(line, start + 1), places + 1
    return found


def _longest_run(matches: Sequence[_Match]) -> list[_Match]:
    """Of the matches, one a line, those that follow each other in lines and in text and cover the most of it."""
    # The best that ends at or before a place, in a tree of prefix maxima; worth counts twice where lines adjoin.
    ends = sorted({match.end for match in matches})
    tree: list[tuple[int, int]] = [(0, -1)] * (len(ends) + 1)
    worth: list[int] = []
    before: list[int] = []
    adjoining: dict[tuple[int, int], int] = {}
    at = 0
    while at < len(matches):
        same_line = [n for n in range(at, len(matches)) if matches[n].line == matches[at].line]
        for n in same_line:
            match = matches[n]
            best, previous = _best_up_to(tree, bisect_right(ends, match.start))
            neighbour = _neighbour(adjoining, match)
            if neighbour is not None and worth[neighbour] + 1 >= best:
                best, previous = worth[neighbour] + 1, neighbour
            worth.append(best + 2 * (match.end - match.start))
            before.append(previous)
        for n in same_line:
            _put(tree, bisect_right(ends, matches[n].end), (worth[n], n))
            adjoining[matches[n].line, matches[n].end] = n
        at += len(same_line)
    run = []
    n = max(range(len(worth)), key=worth.__getitem__, default=-1)
    while n >= 0:
        run.append(matches[n])
        n = before[n]
    return run[::-1]


def _neighbour(adjoining: dict[tuple[int, int], int], match: _Match) -> int | None:
    """The match of the line before that ends where this one begins, or a block's end before it."""
    found = adjoining.get((match.line - 1, match.start))
    return adjoining.get((match.line - 1, match.start - 1)) if found is None else found


def _best_up_to(tree: list[tuple[int, int]], place: int) -> tuple[int, int]:
    best = (0, -1)
    while place > 0:
        best = max(best, tree[place])
        place -= place & -place
    return best


def _put(tree: list[tuple[int, int]], place: int, value: tuple[int, int]) -> None:
    while place < len(tree):
        tree[place] = max(tree[place], value)
        place += place & -place


def _cells(
    block: Block, lines: Sequence[SheetLine], bare: Sequence[str], taken: dict[int, SheetLine]
) -> dict[int, SheetLine]:
    """The lines of a table's pages that stand in its cells; they are printed in any order."""
    assert block.table is not None
    first = block.table.page or block.page or 0
    last = block.table.last_page or first
    text = _BLANK.sub("", block.as_printed or block.text)
    return {
        n: replace(line, block=block.position)
        for n, line in enumerate(lines)
        if first <= line.page <= last and n not in taken and bare[n] and bare[n] in text
    }
