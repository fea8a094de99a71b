"""Tables: closed, open at the sides, with three lines only, dashed, cut by the page; and frames that are none."""

from dataclasses import replace
from pathlib import Path

import pytest

from archive.ingest.layout.pages import sheets_to_pages
from archive.ingest.layout.tables import find_tables, join_tables
from archive.ingest.lines import Glyph, Rule, RuledTable, Sheet
from archive.ingest.read import read_issue

SAMPLES = Path(__file__).resolve().parents[2] / "archive" / "samples"
SIZE = 10.0
ROWS = (("序号", "项目名称", "建设地点"), ("1", "城区泵站", "城区"), ("2", "河道清淤", "矿区"))
CLOSED = (50.0, 120.0, 300.0, 450.0)


def text(value: str, x: float, y: float) -> list[Glyph]:
    return [Glyph(char, x + i * SIZE, y, x + (i + 1) * SIZE, y + SIZE, SIZE) for i, char in enumerate(value)]


def filled(
    rows: tuple[tuple[str, ...], ...] = ROWS, top: float = 200, xs: tuple[float, ...] = CLOSED
) -> tuple[Glyph, ...]:
    return tuple(
        glyph
        for r, row in enumerate(rows)
        for c, cell in enumerate(row)
        for glyph in text(cell, xs[c] + 10, top + 5 + 20 * r)
    )


def across(top: float = 200, rows: int = 3, x0: float = 50, x1: float = 450) -> tuple[Rule, ...]:
    return tuple(Rule(x0, top + 20 * r, x1, top + 20 * r) for r in range(rows + 1))


def down(xs: tuple[float, ...], top: float = 200, rows: int = 3) -> tuple[Rule, ...]:
    return tuple(Rule(x, top, x, top + 20 * rows) for x in xs)


def dashed(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    result = []
    for rule in rules:
        length = max(rule.x1 - rule.x0, rule.bottom - rule.top)
        at = 0.0
        while at < length:
            end = min(at + 9, length)
            if rule.top == rule.bottom:
                result.append(Rule(rule.x0 + at, rule.top, rule.x0 + end, rule.top))
            else:
                result.append(Rule(rule.x0, rule.top + at, rule.x0, rule.top + end))
            at += 13
    return tuple(result)


@pytest.mark.parametrize(
    "rules",
    [
        across() + down(CLOSED),
        across() + down(CLOSED[1:-1]),
        across() + down(CLOSED[1:]),
        across() + tuple(Rule(r.x0, r.top + 2, r.x1, r.top + 2) for r in across()) + down(CLOSED),
        dashed(across() + down(CLOSED)),
        (across()[0], across()[1], across()[3]),
        across(),
    ],
    ids=["closed", "open sides", "open left", "double rules", "dashed", "three lines", "rules across only"],
)
def test_a_table_however_it_is_ruled(rules: tuple[Rule, ...]) -> None:
    tables, rest, _ = find_tables(1, filled(), rules)
    assert [table.rows for table in tables] == [ROWS]
    assert rest == []


@pytest.mark.parametrize(
    "rules",
    [across() + down(CLOSED), (across()[0], across()[1], across()[3])],
    ids=["closed", "three lines"],
)
def test_the_lines_of_a_table_have_boxes(rules: tuple[Rule, ...]) -> None:
    (table,), _, _ = find_tables(7, filled(), rules)
    assert [line.text for line in table.lines] == [cell for row in ROWS for cell in row]
    assert table.lines[4].box == (130, 225, 170, 235)  # 城区泵站
    assert {line.page for line in table.lines} == {7}


def test_a_cell_of_two_lines_is_read_before_the_next() -> None:
    cell = (*text("城区泵", 130, 221), *text("站", 130, 231))
    (table,), _, _ = find_tables(1, (*cell, *text("矿区", 310, 225)), across(rows=2) + down(CLOSED, rows=2))
    assert [line.text for line in table.lines] == ["城区泵", "站", "矿区"]
    assert [line.box[1] for line in table.lines if line.box] == [221, 231, 225]


def test_a_line_without_a_first_cell_goes_on_with_its_row() -> None:
    rows = (*ROWS[:2], ("", "（二期）", ""), ROWS[2])
    tables, _, _ = find_tables(1, filled(rows), (across()[0], across()[1], across(rows=4)[4]))
    assert tables[0].rows == (ROWS[0], ("1", "城区泵站（二期）", "城区"), ROWS[2])


@pytest.mark.parametrize(
    "rules",
    [
        (*across(rows=1), Rule(50, 200, 50, 220), Rule(450, 200, 450, 220)),
        (*across(rows=3)[:2], across(rows=3)[3], *down((50, 450))),
        (Rule(50, 60, 550, 60), Rule(50, 790, 550, 790), Rule(300, 60, 300, 790)),
        (
            Rule(50, 60, 550, 60),
            Rule(50, 790, 550, 790),
            *(Rule(x, 60, x, 790) for x in (50.0, 300.0, 550.0)),
        ),
        (Rule(50, 60, 550, 60), Rule(50, 66, 550, 66), Rule(50, 790, 550, 790)),
        (Rule(50, 700, 150, 700),),
    ],
    ids=[
        "a box",
        "a box with a bar",
        "head and foot and a rule between columns",
        "a frame around the columns",
        "a double rule at the head and one at the foot",
        "the rule over footnotes",
    ],
)
def test_what_is_no_table(rules: tuple[Rule, ...]) -> None:
    tables, rest, _ = find_tables(1, filled(), rules)
    assert tables == []
    assert len(rest) == len(filled())


def test_rules_of_the_page_belong_to_no_table() -> None:
    """Under the running head and over the page number stand rules as long as those of the table."""
    rules = (Rule(50, 60, 450, 60), across()[0], across()[1], across()[3], Rule(50, 800, 450, 800))
    below = tuple(text("以下为正文", 70, 300) + text("另起一段", 70, 320))
    tables, rest, _ = find_tables(1, (*filled(), *below), rules)
    assert [table.rows for table in tables] == [ROWS]
    assert tuple(rest) == below


def test_columns_between_the_rules_of_the_page_are_no_table() -> None:
    rules = (Rule(50, 50, 550, 50), Rule(50, 70, 550, 70), Rule(50, 800, 550, 800))
    glyphs = [*text("某市人民政府公报", 60, 55), *text("二〇二二年", 400, 55)]
    for row in range(30):
        glyphs += text("城" * 20, 60, 90 + 18 * row) + text("区" * 20, 300, 90 + 18 * row)
    assert find_tables(1, tuple(glyphs), rules)[0] == []


def table_over_pages(*parts: tuple[tuple[str, ...], ...]) -> RuledTable:
    sheets = []
    for number, rows in enumerate(parts, 1):
        rules = across(100, len(rows)) + down(CLOSED, 100, len(rows))
        sheets.append(Sheet(number, 595, 842, filled(rows, 100), rules))
    tables = [i for page in sheets_to_pages(sheets) for i in page.items if isinstance(i, RuledTable)]
    assert len(tables) == 1
    return tables[0]


def test_a_table_over_pages_repeats_its_head() -> None:
    table = table_over_pages(ROWS, (ROWS[0], ("3", "道路硬化", "郊区")))
    assert table.rows == (*ROWS, ("3", "道路硬化", "郊区"))
    assert (table.page, table.last_page) == (1, 2)


def test_a_table_over_pages_without_its_head() -> None:
    assert table_over_pages(ROWS, (("3", "道路硬化", "郊区"),)).rows == (*ROWS, ("3", "道路硬化", "郊区"))


def test_a_row_cut_by_the_page_is_one_row() -> None:
    table = table_over_pages(ROWS, (("", "工程", ""), ("3", "道路硬化", "郊区")))
    assert [(line.page, line.text) for line in table.lines][7:10] == [
        (1, "河道清淤"),
        (1, "矿区"),
        (2, "工程"),
    ]
    assert table.rows == (*ROWS[:2], ("2", "河道清淤工程", "矿区"), ("3", "道路硬化", "郊区"))


def test_rows_under_a_spanning_first_cell_are_rows_of_their_own() -> None:
    rows = (ROWS[0], ROWS[1], ("", "管网", "城区"))
    assert table_over_pages(rows, (("", "工程", "矿区"),)).rows == (*rows, ("", "工程", "矿区"))


def test_how_sure_recognition_was_of_a_table() -> None:
    glyphs = tuple(glyph._replace(confidence=0.9) for glyph in filled())
    assert find_tables(1, glyphs, across() + down(CLOSED))[0][0].confidence == 0.9


@pytest.mark.parametrize("file", sorted(SAMPLES.glob("*.pdf")), ids=lambda file: file.stem)
def test_every_cell_stands_in_the_lines_of_its_pages(file: Path) -> None:
    issue = read_issue(file)
    tables = [table for document in issue.documents for table in document.tables]
    assert tables
    for table in tables:
        assert table.page
        pages = issue.pages[table.page - 1 : table.last_page or table.page]
        printed = "".join("".join(line[0] for page in pages for line in page.lines).split())
        for cell in (cell for row in (table.columns, *table.rows) for cell in row):
            assert "".join(cell.split()) in printed, cell


def least_sure(glyphs: tuple[Glyph, ...], word: str) -> tuple[Glyph, ...]:
    """The glyphs as recognised ones, those of `word` with less certainty."""
    return tuple(glyph._replace(confidence=0.5 if glyph.text in word else 0.9) for glyph in glyphs)


@pytest.mark.parametrize(
    "rules",
    [across() + down(CLOSED), (across()[0], across()[1], across()[3])],
    ids=["ruled", "three lines"],
)
def test_how_sure_recognition_was_of_a_cell(rules: tuple[Rule, ...]) -> None:
    (table,) = find_tables(1, least_sure(filled(), "河道清淤"), rules)[0]
    assert table.rows == ROWS
    assert [[sure for sure in row if sure is not None] for row in table.sure] == [
        [0.9, 0.9, 0.9],
        [0.9, 0.9, 0.9],
        [0.9, 0.5, 0.9],
    ]
    assert find_tables(1, filled(), rules)[0][0].sure == ()


def test_a_row_cut_by_the_page_is_as_sure_as_its_less_certain_part() -> None:
    def page(number: int, rows: tuple[tuple[str, ...], ...], doubted: str) -> RuledTable:
        rules = across(100, len(rows)) + down(CLOSED, 100, len(rows))
        return find_tables(number, least_sure(filled(rows, 100), doubted), rules)[0][0]

    upper, lower = page(1, ROWS, "清淤"), page(2, (("", "工程", ""), ("3", "道路", "郊区")), "工程")
    joined = join_tables(upper, lower)
    assert [row[1] for row in joined.rows] == ["项目名称", "城区泵站", "河道清淤工程", "道路"]
    assert [row[1] for row in joined.sure] == [0.9, 0.9, 0.5, 0.9]
    assert len(join_tables(replace(upper, sure=()), lower).sure) == len(joined.rows)
