"""Where the lines that character recognition read stand in the text of a block, and how sure it was of each."""

from collections.abc import Iterable

from archive.ingest.lines import Line, RuledTable


def recognised_lines(text: str, lines: Iterable[Line]) -> tuple[tuple[int, int, float], ...]:
    """(start, end, confidence) of each recognised line that `text` was joined from, in order; blanks aside.

    Lines that the file itself holds are passed over: a page can be mixed.
    """
    found: list[tuple[int, int, float]] = []
    at = 0
    for line in lines:
        start: int | None = None
        end = at
        for char in line.text:
            if char.isspace():
                continue
            here = at
            while here < len(text) and text[here].isspace():
                here += 1
            # the hyphen of a word that the line end divided is not in the text
            if here < len(text) and text[here] == char:
                start = here if start is None else start
                at = end = here + 1
        if line.confidence is not None and start is not None:
            found.append((start, end, line.confidence))
    return tuple(found)


def recognised_cells(table: RuledTable) -> tuple[tuple[int, int, float], ...]:
    """The same for the cells of a table, whose text has a tab between cells and a line for each row."""
    found: list[tuple[int, int, float]] = []
    at = 0
    for row, sures in zip(table.rows, table.sure, strict=False):
        for cell, sure in zip(row, sures, strict=True):
            if cell and sure is not None:
                found.append((at, at + len(cell), sure))
            at += len(cell) + 1
    return tuple(found)
