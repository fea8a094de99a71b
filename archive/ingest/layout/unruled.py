"""Tables set without a single rule: rows of short cells that stand in columns, told by the white between them.

    序号　　项目名称　　　　责任单位　　　　完成时限
    1　　　 城区泵站改造　　市水务局　　　　2022年6月底

Whatever is not plainly a table stays text: contents, rosters with their roles, signatures, two columns of print.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from archive.ingest.layout.columns import Item
from archive.ingest.layout.rows import Segment, cell_lines, glyphs_to_text, mean_confidence
from archive.ingest.layout.tables import Cell, sure_of
from archive.ingest.lines import Glyph, RuledTable

# Columns stand more than so many ems apart in every row: the blank inside 张　三 is one em wide.
APART = 1.3
# 姓　　名: two characters of a head set wide are one cell.
WIDE_WORD = 2.2
# Fewer columns or rows show no table.
COLUMNS, ROWS = 3, 3
# No page has more rows than this.
MOST_ROWS = 150
# Rows of one table follow one another within so many ems, lines of one cell within so many.
NEXT_ROW, NEXT_LINE = 3.2, 2.2
# Type of one table differs by no more than this share.
SAME_TYPE = 0.25
# The cells of a head have at most so many characters.
HEAD_CELL = 12
HEAD_WORD = re.compile(
    r"(?:序号|编号|文号|姓名|名称|单位|部门|机构|机关|职务|职称|项目|内容|事项|任务|措施|目标|时限|时间|日期|期限|地点|位置"
    r"|地址|电话|类别|类型|级别|等级|数量|金额|资金|投资|面积|标准|指标|备注|说明|性别|年龄|比例|合计|人数|县区|区县|县（区）)"
    r"(?:[（(][^（）()]*[)）])?$"
)
STOP = re.compile("[。，；：、！？,;:]")
SENTENCE = re.compile("[。，；]")
FIGURE = re.compile(r"[+-]?\d[\d.,，%％]*")
SERIAL = re.compile(r"\d{1,3}")
# The last column of contents, and its head.
PAGE_CELL, PAGE_HEAD = re.compile(r"[（(]?(\d{1,4})[)）]?"), re.compile(r"页[码次]?")
LEADERS = re.compile(r"[…⋯·.．]{3}")
NAME = re.compile(r"[\u4e00-\u9fff·]{2,4}")
# 组长　石峥　副市长 is a roster: who reads it wants role, person and post.
ROLE_OR_POST = re.compile(r"[长任员记师席理事官监使]$")

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Run:
    """Rows `first` to `end` (not itself) that stand in columns, and what the rows of the table are."""

    first: int
    end: int
    table: RuledTable


def find_runs(
    page: int, rows: Sequence[Sequence[Segment]], gutters: tuple[float, ...] = (), headed_only: bool = False
) -> list[Run]:
    """The tables without rules among the rows of a page, or of one of its columns, from top to bottom.

    Among rows over all columns of a page in several, `gutters`, only what plainly goes over them is a table.
    """
    # most pages have no row of three parts, and need no second look
    if not any(len(row) >= COLUMNS for row in rows):
        return []
    found: list[Run] = []
    spans = [row_to_spans(row) for row in rows]
    i = 0
    while i < len(rows):
        wide = len(rows[i]) >= COLUMNS and len(spans[i]) >= COLUMNS
        run = run_from(page, rows, spans, i, gutters, headed_only) if wide else None
        if run:
            found.append(run)
        i = run.end if run else i + 1
    return found


def without_runs(rows: list[list[Segment]], runs: list[Run]) -> list[list[Segment]]:
    """The rows that stand in no table."""
    taken = {i for run in runs for i in range(run.first, run.end)}
    return [row for i, row in enumerate(rows) if i not in taken]


def with_lists(items: list[tuple[int, Item]], page: int) -> list[tuple[int, Item]]:
    """The items of a page in reading order, rows of one column that are a table replaced by it."""
    result: list[tuple[int, Item]] = []
    for _, group in groupby(items, key=lambda item: (item[0], isinstance(item[1], list))):
        members = list(group)
        rows = [item for _, item in members if isinstance(item, list)]
        at = 0
        for run in find_runs(page, rows) if rows else []:
            result += [*members[at : run.first], (members[0][0], run.table)]
            at = run.end
        result += members[at:]
    return result


def row_to_spans(row: Sequence[Segment]) -> list[Span]:
    """From where to where there is print in a row, parts nearer than APART taken as one."""
    spans: list[tuple[float, float, int]] = []
    for segment in row:
        for glyph in segment.glyphs:
            if spans:
                x0, x1, count = spans[-1]
                white = (glyph.x0 - x1) / glyph.size
                wide_word = (
                    count == 1 and white <= WIDE_WORD and is_lone_character(glyph, row) and is_han(glyph)
                )
                if white <= APART or wide_word:
                    spans[-1] = (x0, max(x1, glyph.x1), count + 1 if is_han(glyph) else 9)
                    continue
            spans.append((glyph.x0, glyph.x1, 1 if is_han(glyph) else 9))
    return [(x0, x1) for x0, x1, _ in spans]


def is_han(glyph: Glyph) -> bool:
    return "\u4e00" <= glyph.text[0] <= "\u9fff"


def is_lone_character(glyph: Glyph, row: Sequence[Segment]) -> bool:
    """True when nothing stands close behind a character."""
    return not any(
        0 <= other.x0 - glyph.x1 <= APART * glyph.size
        for segment in row
        for other in segment.glyphs
        if other is not glyph
    )


def united(columns: list[Span], spans: list[Span], size: float) -> list[Span]:
    """The columns with the print of one row more; those that it bridges become one."""
    result: list[Span] = []
    for x0, x1 in sorted([*columns, *spans]):
        if result and x0 - result[-1][1] <= APART * size:
            result[-1] = (result[-1][0], max(result[-1][1], x1))
        else:
            result.append((x0, x1))
    return result


def run_from(
    page: int,
    rows: Sequence[Sequence[Segment]],
    spans: list[list[Span]],
    first: int,
    gutters: tuple[float, ...],
    headed_only: bool,
) -> Run | None:
    """The table that begins with row `first`; None where none does, or where it is not sure how far it goes."""
    size = max(segment.size for segment in rows[first])
    columns = spans[first]
    end = first + 1
    while end < len(rows) and end - first <= MOST_ROWS:
        above, row = rows[end - 1], rows[end]
        kind = max(segment.size for segment in row)
        if row[0].bottom - above[0].bottom > NEXT_ROW * size or abs(kind - size) > SAME_TYPE * size:
            break
        more = united(columns, spans[end], size)
        if len(more) < COLUMNS or (end > first + 1 and len(more) != len(columns)):
            break
        in_first = spans[end][0][0] < more[0][1]
        if in_first and len(spans[end]) < 2:
            break
        columns = more
        end += 1
    while end > first and not fills_first(spans[end - 1], columns):
        if stacked_on_above(rows, spans, end - 1, columns):
            break
        end -= 1
    if end - first > MOST_ROWS or sum(fills_first(spans[i], columns) for i in range(first, end)) < ROWS:
        return None
    if goes_on_behind(spans, first, end, columns, size):
        return None
    grouped = group_lines(rows[first:end], spans[first:end], columns)
    if grouped is None:
        return None
    texts = [[text for text, _ in row] for row in grouped]
    before = rows[first - 1] if first else None
    headed = is_headed(texts)
    if not headed and (headed_only or not is_plain_list(texts, before)):
        return None
    if is_contents(texts) or (gutters and not goes_over(columns, rows[first:end], gutters, texts)):
        return None
    parts = [segment for row in rows[first:end] for segment in row]
    confidence = mean_confidence(glyph for part in parts for glyph in part.glyphs)
    box = (
        columns[0][0],
        min(part.top for part in parts),
        columns[-1][1],
        max(part.bottom for part in parts),
    )
    table = RuledTable(
        rows=tuple(map(tuple, texts)),
        page=page,
        box=box,
        last_page=page,
        confidence=confidence,
        headed=headed,
        lines=tuple(cell_lines(page, (list(part.glyphs) for part in parts))),
        sure=sure_of(grouped) if confidence is not None else (),
    )
    return Run(first, end, table)


def fills_first(spans: list[Span], columns: list[Span]) -> bool:
    return spans[0][0] <= columns[0][1]


def goes_on_behind(spans: list[list[Span]], first: int, end: int, columns: list[Span], size: float) -> bool:
    """True when behind one short line more rows stand in the same columns: a wrapped cell, a group, or a new list?"""
    if end + 1 >= len(spans) or len(spans[end]) > 1 or spans[end][0][1] > columns[0][1] + APART * size:
        return False
    below = spans[end + 1]
    return len(below) >= COLUMNS and len(united(columns, below, size)) == len(columns)


def cells_of(row: Sequence[Segment], columns: list[Span]) -> list[list[Glyph]]:
    """The glyphs of a row by column."""
    cells: list[list[Glyph]] = [[] for _ in columns]
    for segment in row:
        for glyph in segment.glyphs:
            at = next((k for k, (_, x1) in enumerate(columns) if glyph.x0 <= x1 + 0.1), len(columns) - 1)
            cells[at].append(glyph)
    return cells


def stacked_on_above(
    rows: Sequence[Sequence[Segment]], spans: list[list[Span]], at: int, columns: list[Span]
) -> bool:
    """True when every cell of a row goes on with a cell of the row above it, which is at least as long."""
    above, row = rows[at - 1], rows[at]
    if row[0].bottom - above[0].bottom > NEXT_LINE * row[0].size:
        return False
    upper = cells_of(above, columns)
    return all(
        (over := upper[k])
        and abs(over[0].x0 - cell[0].x0) < 0.6 * row[0].size
        and cell[-1].x1 <= over[-1].x1 + 0.6 * row[0].size
        for k, cell in enumerate(cells_of(row, columns))
        if cell
    )


def group_lines(
    rows: Sequence[Sequence[Segment]], spans: list[list[Span]], columns: list[Span]
) -> list[list[Cell]] | None:
    """The cells of each row of the table; None where it is not plain to which row a line of a cell belongs.

    A line with nothing in the first column belongs to the nearest row: cells are set at the head of their row,
    or in the middle of its height.
    """
    heads = [i for i in range(len(rows)) if fills_first(spans[i], columns)]
    at = {i: rows[i][0].bottom for i in range(len(rows))}
    lines: dict[int, list[int]] = {head: [] for head in heads}
    centred = False
    ties: list[int] = []
    for i in range(len(rows)):
        near = sorted(heads, key=lambda head: (round(abs(at[head] - at[i])), head))
        lines[near[0]].append(i)
        centred = centred or near[0] > i
        if (
            i not in lines
            and len(near) > 1
            and round(abs(at[near[0]] - at[i])) == round(abs(at[near[1]] - at[i]))
        ):
            ties.append(i)
    if (centred and ties) or (
        not centred
        and not all(stacked_on_above(rows, spans, i, columns) for i in range(len(rows)) if i not in lines)
    ):
        return None
    grouped: list[list[Cell]] = []
    for head in heads:
        merged: list[Cell] = [("", [])] * len(columns)
        for i in lines[head]:
            for k, cell in enumerate(cells_of(rows[i], columns)):
                text, glyphs = merged[k]
                merged[k] = (text + glyphs_to_text(tuple(cell)).strip(), [*glyphs, *cell])
        grouped.append(merged)
    return grouped


def is_headed(rows: list[list[str]]) -> bool:
    """True when the first row says what stands under it: 序号　项目名称　责任单位."""
    head, *body = rows
    plain = ["".join(cell.split()) for cell in head]
    if any(not cell or len(cell) > HEAD_CELL or STOP.search(cell) for cell in plain):
        return False
    if sum(1 for cell in plain if HEAD_WORD.search(cell)) >= 2:
        return True
    counted = any(
        all(FIGURE.fullmatch(row[k]) for row in body) and not re.search(r"\d", head[k])
        for k in range(1, len(head))
    )
    return counted and not any(re.search(r"\d", cell) for cell in plain)


def is_plain_list(rows: list[list[str]], before: Sequence[Segment] | None) -> bool:
    """True for rows without a head that are counted 1, 2, 3, or hold names and nothing else."""
    first = [row[0] for row in rows]
    if all(SERIAL.fullmatch(cell) for cell in first):
        # a stop stands in the running text beside a list, rarely in a list
        stops = any(SENTENCE.search(cell) for row in rows for cell in row)
        return not stops and all(int(b) == int(a) + 1 for a, b in pairwise(first))
    above = before[0].text + "".join(part.text for part in before[1:]) if before else ""
    if re.search("[：:].", above):
        # 成员：张　三　　李　四 goes on in these rows
        return False
    cells = ["".join(cell.split()) for row in rows for cell in row]
    whole = all(all(row) for row in rows[:-1])
    return whole and all(NAME.fullmatch(c) and not ROLE_OR_POST.search(c) for c in cells if c)


def is_contents(rows: list[list[str]]) -> bool:
    """True for contents: leaders, or page numbers in the last column that never fall."""
    if any(LEADERS.search(cell) for row in rows for cell in row) or PAGE_HEAD.fullmatch(rows[0][-1]):
        return True
    pages = [PAGE_CELL.fullmatch(row[-1]) for row in rows]
    if not all(pages):
        return False
    numbers = [int(page[1]) for page in pages if page]
    return all(a <= b for a, b in pairwise(numbers))


def goes_over(
    columns: list[Span], rows: Sequence[Sequence[Segment]], gutters: tuple[float, ...], cells: list[list[str]]
) -> bool:
    """True when a table goes over the gutters of its page: its cells do, or it is no text that stands beside it."""
    if all(any(x0 < gutter < x1 for x0, x1 in columns) for gutter in gutters):
        return True
    lengths = sorted(len(row[-1]) for row in cells)
    return (
        is_headed(cells) and len(set(cells[0])) == len(cells[0]) and lengths[len(lengths) // 2] <= HEAD_CELL
    )
