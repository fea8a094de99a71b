"""Ruled tables: crossing horizontal and vertical rules make cells, whatever they were drawn as."""

from bisect import bisect_right
from dataclasses import replace

from archive.ingest.layout.rows import glyphs_to_rows, glyphs_to_text
from archive.ingest.lines import Glyph, Rule, RuledTable

# Rules closer than this (points) are one; a rule reaches another when it ends this near to it.
NEAR = 3.0


def clustered(values: list[float]) -> list[float]:
    """Sorted positions, those nearer than NEAR to the one before dropped."""
    result: list[float] = []
    for value in sorted(values):
        if not result or value - result[-1] > NEAR:
            result.append(value)
    return result


def rules_to_grids(rules: tuple[Rule, ...]) -> list[tuple[list[Rule], list[Rule]]]:
    """(horizontal, vertical) rules of each connected grid of at least two cells."""
    across = [rule for rule in rules if rule.top == rule.bottom]
    down = [rule for rule in rules if rule.x0 == rule.x1]
    if len(across) < 2 or len(down) < 2:
        return []
    group = list(range(len(across) + len(down)))

    def root(i: int) -> int:
        while group[i] != i:
            group[i] = group[group[i]]
            i = group[i]
        return i

    for i, h in enumerate(across):
        for j, v in enumerate(down, len(across)):
            if h.x0 - NEAR <= v.x0 <= h.x1 + NEAR and v.top - NEAR <= h.top <= v.bottom + NEAR:
                group[root(i)] = root(j)
    grids: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for i, h in enumerate(across):
        grids.setdefault(root(i), ([], []))[0].append(h)
    for j, v in enumerate(down, len(across)):
        grids.setdefault(root(j), ([], []))[1].append(v)
    found = []
    for horizontal, vertical in grids.values():
        xs, ys = clustered([v.x0 for v in vertical]), clustered([h.top for h in horizontal])
        if len(xs) >= 2 and len(ys) >= 2 and (len(xs) - 1) * (len(ys) - 1) >= 2:
            found.append((horizontal, vertical))
    return found


def find_tables(
    page: int, glyphs: tuple[Glyph, ...], rules: tuple[Rule, ...]
) -> tuple[list[RuledTable], list[Glyph]]:
    """(the ruled tables of a page from top to bottom, the glyphs that stand in none)."""
    rest = list(glyphs)
    tables: list[RuledTable] = []
    for horizontal, vertical in rules_to_grids(rules):
        xs, ys = clustered([v.x0 for v in vertical]), clustered([h.top for h in horizontal])
        inside: list[Glyph] = []
        outside: list[Glyph] = []
        for glyph in rest:
            x, y = (glyph.x0 + glyph.x1) / 2, (glyph.top + glyph.bottom) / 2
            (inside if xs[0] < x < xs[-1] and ys[0] < y < ys[-1] else outside).append(glyph)
        if not inside:
            continue
        rest = outside
        rows = grid_to_rows(inside, xs, ys, horizontal, vertical)
        tables.append(RuledTable(rows=rows, page=page, box=(xs[0], ys[0], xs[-1], ys[-1]), last_page=page))
    return sorted(tables, key=lambda table: table.box[1]), rest


def grid_to_rows(
    glyphs: list[Glyph], xs: list[float], ys: list[float], horizontal: list[Rule], vertical: list[Rule]
) -> tuple[tuple[str, ...], ...]:
    """Cell texts by row; the text of a cell that spans slots stands in its first slot."""
    columns, rows = len(xs) - 1, len(ys) - 1

    def parted_from_left(row: int, column: int) -> bool:
        y = (ys[row] + ys[row + 1]) / 2
        return any(abs(v.x0 - xs[column]) <= NEAR and v.top - NEAR <= y <= v.bottom + NEAR for v in vertical)

    def parted_from_above(row: int, column: int) -> bool:
        x = (xs[column] + xs[column + 1]) / 2
        return any(abs(h.top - ys[row]) <= NEAR and h.x0 - NEAR <= x <= h.x1 + NEAR for h in horizontal)

    home: dict[tuple[int, int], tuple[int, int]] = {}
    for row in range(rows):
        for column in range(columns):
            if column and not parted_from_left(row, column):
                home[row, column] = home[row, column - 1]
            elif row and not parted_from_above(row, column):
                home[row, column] = home[row - 1, column]
            else:
                home[row, column] = (row, column)
    cells: dict[tuple[int, int], list[Glyph]] = {}
    for glyph in glyphs:
        column = min(max(bisect_right(xs, (glyph.x0 + glyph.x1) / 2) - 1, 0), columns - 1)
        row = min(max(bisect_right(ys, (glyph.top + glyph.bottom) / 2) - 1, 0), rows - 1)
        cells.setdefault(home[row, column], []).append(glyph)
    texts = {
        place: "".join(glyphs_to_text(tuple(line)).strip() for line in glyphs_to_rows(inside))
        for place, inside in cells.items()
    }
    made = (tuple(texts.get((row, column), "") for column in range(columns)) for row in range(rows))
    return tuple(row for row in made if any(row))


def continues(upper: RuledTable, lower: RuledTable) -> bool:
    """True when `lower`, at the head of the next page, has the columns of `upper`."""
    same_columns = len(upper.rows[0]) == len(lower.rows[0])
    return (
        same_columns
        and lower.page == (upper.last_page or upper.page) + 1
        and abs(upper.box[0] - lower.box[0]) < 2 * NEAR
        and abs(upper.box[2] - lower.box[2]) < 2 * NEAR
    )


def join_tables(upper: RuledTable, lower: RuledTable) -> RuledTable:
    """One table of two parts; a header row that is printed again is dropped."""
    rows = lower.rows[1:] if lower.rows[0] == upper.rows[0] else lower.rows
    return replace(upper, rows=upper.rows + rows, last_page=lower.page)
