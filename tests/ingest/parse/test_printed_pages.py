"""What is kept of a printed page: every line with its box, on the page where it is printed."""

from archive.ingest.lines import Line, Page, RuledTable
from archive.ingest.parse.issue import parse_pages, printed_parts
from archive.ingest.parse.records import PrintedLine, Source

ROW = Line(
    "副组长：商永波　　市政府督查专员",
    page=1,
    box=(70.0, 100.0, 270.0, 110.0),
    cells=((70.0, 140.0, "副组长：商永波"), (190.0, 270.0, "市政府督查专员")),
)


def test_parts_that_stand_apart_have_boxes_of_their_own() -> None:
    assert list(printed_parts(ROW)) == [
        ("副组长：商永波", 70.0, 100.0, 140.0, 110.0, None),
        ("市政府督查专员", 190.0, 100.0, 270.0, 110.0, None),
    ]


def test_other_lines_are_whole() -> None:
    # set from top to bottom: the parts are measured downwards
    vertical = Line("甲　　乙", page=1, box=(300.0, 70.0, 310.0, 270.0), cells=ROW.cells, confidence=0.8)
    assert list(printed_parts(vertical)) == [("甲　　乙", 300.0, 70.0, 310.0, 270.0, 0.8)]
    assert list(printed_parts(Line("甲", page=1))) == []


def test_a_line_is_kept_on_the_page_where_it_is_printed() -> None:
    def cell(text: str, page: int) -> Line:
        return Line(text, page=page, box=(70.0, 100.0, 80.0, 110.0))

    table = RuledTable(
        (("甲", "乙"), ("丙", "丁")), 1, (60.0, 90.0, 200.0, 150.0), 2, lines=(cell("甲", 1), cell("丙", 2))
    )
    pages = [
        Page(1, 595, 842, items=(table,)),
        Page(2, 595, 842, items=(cell("正文", 2), cell("脚注", 1))),
    ]
    issue = parse_pages(pages, Source("x.pdf", "0" * 64, "pdf", 2))
    found: list[tuple[PrintedLine, ...]] = [page.lines for page in issue.pages]
    assert [[line[0] for line in lines] for lines in found] == [["甲", "脚注"], ["丙", "正文"]]
