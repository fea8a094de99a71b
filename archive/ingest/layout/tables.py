"""Ruled tables: crossing horizontal and vertical rules make cells, whatever they were drawn as.

The outer sides may be open, and a three-line table has no vertical rules at all: its columns are the white between.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from archive.ingest.layout.furniture import BOTTOM_BAND, TOP_BAND
from archive.ingest.layout.rows import cell_lines, glyphs_to_rows, glyphs_to_text, mean_confidence
from archive.ingest.layout.sideways import Sideways, sideways_text
from archive.ingest.lines import Glyph, Line, Rule, RuledTable, Sure

# Rules closer than this (points) are one; a rule reaches another when it ends this near to it.
NEAR = 3.0
# Strokes no longer than this, one behind the other with no more white than that, are one broken rule.
DASH, DASH_GAP = 24.0, 7.0
# A side is open where most horizontal rules go on so far beyond the outermost vertical one.
OPEN = 14.0
# One or two rows that fill so much of the page's height are a frame around its columns, not a table.
FRAME = 0.5
# The head of a three-line table is not higher than so many ems; its columns stand so many ems apart.
HEAD, APART = 6.0, 0.7

# The text of a cell and the characters that it was read from.
Cell = tuple[str, list[Glyph]]


def clustered(values: list[float]) -> list[float]:
    """Sorted positions, those nearer than NEAR to the one before dropped."""
    result: list[float] = []
    for value in sorted(values):
        if not result or value - result[-1] > NEAR:
            result.append(value)
    return result


def rules_to_grids(rules: tuple[Rule, ...]) -> list[tuple[list[Rule], list[Rule]]]:
    """(horizontal, vertical) rules of each connected grid of at least two cells."""
    across, down = joined_strokes(rules)
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
        if len(xs) >= 1 and len(ys) >= 2 and (len(sides(xs, ys, horizontal)) - 1) * (len(ys) - 1) >= 2:
            found.append((horizontal, vertical))
    return found


def joined_strokes(rules: tuple[Rule, ...]) -> tuple[list[Rule], list[Rule]]:
    """(horizontal, vertical) rules; what is drawn in dashes is one rule."""
    across = joined_dashes([(rule.top, rule.x0, rule.x1) for rule in rules if rule.top == rule.bottom])
    down = joined_dashes([(rule.x0, rule.top, rule.bottom) for rule in rules if rule.x0 == rule.x1])
    return [Rule(x0, y, x1, y) for y, x0, x1 in across], [Rule(x, top, x, bottom) for x, top, bottom in down]


def joined_dashes(strokes: list[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """Strokes as (line on which it lies, begin, end), a short one joined to the one that it follows closely."""
    result: list[tuple[float, float, float]] = []
    for line, begin, end in sorted(strokes, key=lambda stroke: (round(stroke[0], 1), stroke[1])):
        last = result[-1] if result else None
        if (
            last is not None
            and end - begin <= DASH
            and abs(line - last[0]) < 0.5
            and -1 <= begin - last[2] <= DASH_GAP
        ):
            result[-1] = (last[0], last[1], max(end, last[2]))
        else:
            result.append((line, begin, end))
    return result


def sides(xs: list[float], ys: list[float], horizontal: list[Rule]) -> list[float]:
    """The column edges with those of open sides, where the horizontal rules end beyond the outermost vertical ones."""
    if len(ys) < 3:
        return xs
    lefts = sorted(min(h.x0 for h in horizontal if abs(h.top - y) <= NEAR) for y in ys)
    rights = sorted(max(h.x1 for h in horizontal if abs(h.top - y) <= NEAR) for y in ys)
    left, right = lefts[len(lefts) // 2], rights[len(rights) // 2]
    result = list(xs)
    if left < xs[0] - OPEN:
        result.insert(0, left)
    if right > xs[-1] + OPEN:
        result.append(right)
    return result


def find_tables(
    page: int,
    glyphs: tuple[Glyph, ...],
    rules: tuple[Rule, ...],
    height: float = 842.0,
    sideways: Sequence[Sideways] = (),
) -> tuple[list[RuledTable], list[Glyph], list[Sideways]]:
    """(the ruled tables of a page from top to bottom, the glyphs that stand in none, those on their side in none).

    A row head on its side is read into its cell as it reads: 能源革命 beside the five projects of that group.
    """
    rest = list(glyphs)
    beside = list(sideways)
    tables: list[RuledTable] = []
    taken: list[tuple[float, float]] = []
    for horizontal, vertical in rules_to_grids(rules):
        xs, ys = clustered([v.x0 for v in vertical]), clustered([h.top for h in horizontal])
        xs = sides(xs, ys, horizontal)
        if len(ys) <= 3 and ys[-1] - ys[0] > FRAME * height:
            continue
        if len(xs) == 2:
            # a text box with a bar over it: its text is text
            taken.append((ys[0], ys[-1]))
            continue
        inside, outside = parted(rest, xs[0], ys[0], xs[-1], ys[-1])
        heads = [one for one in beside if xs[0] < one.x < xs[-1] and ys[0] < one.y < ys[-1]]
        if not inside:
            continue
        rest = outside
        beside = [one for one in beside if one not in heads] if heads else beside
        taken.append((ys[0], ys[-1]))
        cells, lines = grid_to_rows(page, inside, xs, ys, horizontal, vertical, heads)
        tables.append(made(page, cells, (xs[0], ys[0], xs[-1], ys[-1]), inside, lines))
    for ys, left, right in three_lines(rules, taken, height):
        inside, outside = parted(rest, left, ys[0], right, ys[-1])
        cells, lines = open_rows(page, inside, ys)
        if cells:
            rest = outside
            tables.append(made(page, cells, (left, ys[0], right, ys[-1]), inside, lines))
    return sorted(tables, key=lambda table: table.box[1]), rest, beside


def made(
    page: int,
    cells: list[list[Cell]],
    box: tuple[float, float, float, float],
    glyphs: list[Glyph],
    lines: list[Line],
) -> RuledTable:
    confidence = mean_confidence(glyphs)
    return RuledTable(
        rows=tuple(tuple(text for text, _ in row) for row in cells),
        page=page,
        box=box,
        last_page=page,
        confidence=confidence,
        sure=sure_of(cells) if confidence is not None else (),
        lines=tuple(lines),
    )


def sure_of(cells: list[list[Cell]]) -> Sure:
    """How sure recognition was of each cell."""
    return tuple(tuple(mean_confidence(glyphs) for _, glyphs in row) for row in cells)


def parted(
    glyphs: list[Glyph], left: float, top: float, right: float, bottom: float
) -> tuple[list[Glyph], list[Glyph]]:
    """(the glyphs inside a box, those outside)."""
    inside: list[Glyph] = []
    outside: list[Glyph] = []
    for glyph in glyphs:
        x, y = (glyph.x0 + glyph.x1) / 2, (glyph.top + glyph.bottom) / 2
        (inside if left < x < right and top < y < bottom else outside).append(glyph)
    return inside, outside


def three_lines(
    rules: tuple[Rule, ...], taken: list[tuple[float, float]], height: float
) -> list[tuple[list[float], float, float]]:
    """(heights, left, right) of three or more horizontal rules of one length that belong to no grid."""
    across, _ = joined_strokes(rules)
    groups: list[list[Rule]] = []
    for rule in across:
        if any(top - NEAR <= rule.top <= bottom + NEAR for top, bottom in taken):
            continue
        # the rules under a running head and over a page number
        if not TOP_BAND * height < rule.top < (1 - BOTTOM_BAND) * height:
            continue
        for group in groups:
            if abs(group[0].x0 - rule.x0) <= NEAR and abs(group[0].x1 - rule.x1) <= NEAR:
                group.append(rule)
                break
        else:
            groups.append([rule])
    found = [(clustered([rule.top for rule in group]), group[0].x0, group[0].x1) for group in groups]
    return [entry for entry in found if len(entry[0]) >= 3]


def open_rows(page: int, glyphs: list[Glyph], ys: list[float]) -> tuple[list[list[Cell]], list[Line]]:
    """(rows, printed lines) of a table without vertical rules, its columns told by the white between them; none of
    both where it is none.

    A line with nothing in the first column goes on with the row above it.
    """
    if not glyphs:
        return [], []
    lines = glyphs_to_rows(glyphs)
    size = sorted(glyph.size for glyph in glyphs)[len(glyphs) // 2]
    head = [line for line in lines if line[0].bottom <= ys[1] + NEAR]
    body = lines[len(head) :]
    if not head or len(body) < 2 or ys[1] - ys[0] > HEAD * size:
        return [], []
    edges: list[float] = []
    reach: float | None = None
    for glyph in sorted(glyphs, key=lambda glyph: glyph.x0):
        if reach is not None and glyph.x0 - reach > APART * size:
            edges.append((reach + glyph.x0) / 2)
        reach = glyph.x1 if reach is None else max(reach, glyph.x1)
    full = sum(1 for line in body if len({bisect_right(edges, glyph.x0) for glyph in line}) > 1)
    if not edges or full * 2 < len(body):
        return [], []

    printed: list[Line] = []

    def cells(line: list[Glyph]) -> list[Cell]:
        parts: list[list[Glyph]] = [[] for _ in range(len(edges) + 1)]
        for glyph in line:
            parts[bisect_right(edges, glyph.x0)].append(glyph)
        printed.extend(cell_lines(page, filter(None, parts)))
        return [(glyphs_to_text(tuple(part)).strip(), part) for part in parts]

    def joined(above: list[Cell], below: list[Cell]) -> list[Cell]:
        return [(a + b, [*one, *other]) for (a, one), (b, other) in zip(above, below, strict=True)]

    rows = [reduce(joined, map(cells, head))]
    above = head[-1]
    for line in body:
        parts = cells(line)
        ruled = any(above[0].bottom <= y + NEAR and y - NEAR <= line[0].bottom for y in ys[1:-1])
        if parts[0][0] or ruled:
            rows.append(parts)
        else:
            rows[-1] = joined(rows[-1], parts)
        above = line
    return rows, printed


def grid_to_rows(
    page: int,
    glyphs: list[Glyph],
    xs: list[float],
    ys: list[float],
    horizontal: list[Rule],
    vertical: list[Rule],
    sideways: Sequence[Sideways] = (),
) -> tuple[list[list[Cell]], list[Line]]:
    """(the cells by row, the lines of the cells one after the other); the text of a cell that spans slots stands in
    its first slot."""
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

    def cell_at(x: float, y: float) -> tuple[int, int]:
        column = min(max(bisect_right(xs, x) - 1, 0), columns - 1)
        row = min(max(bisect_right(ys, y) - 1, 0), rows - 1)
        return home[row, column]

    cells: dict[tuple[int, int], list[Glyph]] = {}
    for glyph in glyphs:
        place = cell_at((glyph.x0 + glyph.x1) / 2, (glyph.top + glyph.bottom) / 2)
        cells.setdefault(place, []).append(glyph)
    lines = {place: cell_lines(page, glyphs_to_rows(cells[place])) for place in sorted(cells)}
    texts = {place: "".join(line.text for line in inside) for place, inside in lines.items()}
    heads: dict[tuple[int, int], list[Sideways]] = {}
    for one in sideways:
        heads.setdefault(cell_at(one.x, one.y), []).append(one)
    for place, head in heads.items():
        texts[place] = sideways_text(head) + texts.get(place, "")
    made = (
        [(texts.get((row, column), ""), cells.get((row, column), [])) for column in range(columns)]
        for row in range(rows)
    )
    printed = [line for inside in lines.values() for line in inside]
    return [row for row in made if any(text for text, _ in row)], printed


def continues(upper: RuledTable, lower: RuledTable) -> bool:
    """True when `lower`, at the head of the next page, has the columns of `upper`."""
    same_columns = len(upper.rows[0]) == len(lower.rows[0])
    shift = lower.box[0] - upper.box[0]
    # without rules a table ends where its longest cell does, but its head is printed again or its figures go on
    same_list = upper.rows[0] == lower.rows[0] or counts_on(upper.rows[-1][0], lower.rows[0][0])
    # the margins of a bound volume are wider towards the spine
    return (
        same_columns
        # the right half of a spread is on the same sheet
        and 0 <= lower.page - (upper.last_page or upper.page) <= 1
        and (same_list or abs(shift - (lower.box[2] - upper.box[2])) < 4 * NEAR)
        and abs(shift) < 60
    )


def counts_on(above: str, below: str) -> bool:
    """True for 17 above 18."""
    return above.isdecimal() and below.isdecimal() and int(below) == int(above) + 1


def join_tables(upper: RuledTable, lower: RuledTable) -> RuledTable:
    """One table of two parts; header rows that are printed again are dropped, a row cut by the page is whole again."""
    repeated = 0
    for above, below in zip(upper.rows[:3], lower.rows, strict=False):
        if above != below:
            break
        repeated += 1
    rows, sure = lower.rows[repeated:], known_of(lower)[repeated:]
    before, sure_before = upper.rows, known_of(upper)
    if rows and goes_on_in_row(before, rows[0]):
        before = (*before[:-1], tuple(a + b for a, b in zip(before[-1], rows[0], strict=True)))
        sure_before = (*sure_before[:-1], tuple(map(less_sure, sure_before[-1], sure[0])))
        rows, sure = rows[1:], sure[1:]
    # a header that is printed again is printed: its lines stay
    return replace(
        upper,
        rows=before + rows,
        last_page=lower.page,
        lines=upper.lines + lower.lines,
        confidence=less_sure(upper.confidence, lower.confidence),
        sure=sure_before + sure if upper.sure or lower.sure else (),
    )


def known_of(table: RuledTable) -> Sure:
    """How sure recognition was of each cell, None for those that the file itself holds."""
    return table.sure or tuple(tuple(None for _ in row) for row in table.rows)


def less_sure(one: float | None, other: float | None) -> float | None:
    return min((sure for sure in (one, other) if sure is not None), default=None)


def goes_on_in_row(above: tuple[tuple[str, ...], ...], row: tuple[str, ...]) -> bool:
    """True when `row` is the rest of the row that the page cut: nothing in a first column that is always filled."""
    return (
        len(above) >= 3
        and not row[0]
        and all(other[0] for other in above)
        and all(
            before and before[-1] not in "。；！？"
            for before, rest in zip(above[-1], row, strict=True)
            if rest
        )
    )
