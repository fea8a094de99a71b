"""Rows of cells with spans to a table: the text in the first place that a cell covers, the others empty."""

from collections.abc import Iterable
from dataclasses import dataclass

from archive.ingest.lines import Line, RuledTable
from archive.numbers import is_number_line

# The widest tables of gazettes have some thirty columns.
MAX_COLUMNS = 200
# All places of one table: a span can be written as a million.
MAX_CELLS = 200_000


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's text and how many columns and rows it covers."""

    text: str
    columns: int = 1
    rows: int = 1


def cells_to_items(rows: Iterable[list[Cell]]) -> list[Line | RuledTable]:
    """The table; a single row or column is no table but lines, as a frame around text or a signature is.

    云岭市人民政府办公室 | 2022年3月4日印发 is one line; a number beside 签发人 is one of its own.
    """
    grid = fill_grid(rows)
    if len(grid) >= 2 and len(grid[0]) >= 2:
        return [RuledTable(rows=tuple(map(tuple, grid)), page=0, box=(0, 0, 0, 0))]
    lines: list[Line | RuledTable] = []
    for row in grid:
        filled = [text for text in row if text]
        whole = not any(map(is_number_line, filled))
        lines += [Line(text=text) for text in (["\u3000".join(filled)] if whole else filled)]
    return lines


def fill_grid(rows: Iterable[list[Cell]]) -> list[list[str]]:
    """The places of all cells, row by row, every row as wide as the widest; rows and columns without text left out."""
    grid: list[list[str]] = []
    # column → how many rows further down a cell from above still covers it
    covered: dict[int, int] = {}
    places = 0
    for row in rows:
        texts: list[str] = []
        for cell in (*row, None):
            while covered.get(len(texts), 0) > 0:
                covered[len(texts)] -= 1
                texts.append("")
            if cell is None:
                break
            for offset in range(min(cell.columns, MAX_COLUMNS - len(texts))):
                covered[len(texts)] = cell.rows - 1
                texts.append("" if offset else cell.text)
        places += len(texts)
        if places > MAX_CELLS:
            break
        grid.append(texts)
    grid = [row for row in grid if any(row)]
    width = max(map(len, grid), default=0)
    padded = [row + [""] * (width - len(row)) for row in grid]
    filled = [column for column in range(width) if any(row[column] for row in padded)]
    return [[row[column] for column in filled] for row in padded]
