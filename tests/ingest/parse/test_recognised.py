"""Lines in the text that was joined of them: blanks that came or went, hyphens, lines of the file itself."""

import pytest

from archive.ingest.layout.paragraphs import lines_to_paragraph
from archive.ingest.lines import Line, RuledTable
from archive.ingest.parse.recognised import recognised_cells, recognised_lines


def line(text: str, confidence: float | None) -> Line:
    return Line(text, page=1, box=(0, 0, 9, 9), starts=0, ends=0, size=9, confidence=confidence)


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([("各县 2022年", 0.9), ("工作。", 0.8)], [("各县2022年", 0.9), ("工作。", 0.8)]),
        ([("the infor-", 0.7), ("mation age", 0.6)], [("the infor", 0.7), ("mation age", 0.6)]),
        ([("各县区", None), ("要抓", 0.6), ("落实", None)], [("要抓", 0.6)]),
        ([("晋　玮为", 0.6)], [("晋　玮为", 0.6)]),
        ([("甲", None)], []),
    ],
)
def test_where_lines_stand(lines: list[tuple[str, float | None]], found: list[tuple[str, float]]) -> None:
    made = [line(*one) for one in lines]
    text = lines_to_paragraph(made).text
    assert [(text[a:b], sure) for a, b, sure in recognised_lines(text, made)] == found


def test_where_cells_stand() -> None:
    table = RuledTable((("序号", "项目"), ("", "泵站")), 1, (0, 0, 9, 9), sure=((0.9, None), (None, 0.6)))
    text = "\n".join("\t".join(row) for row in table.rows)
    assert [(text[a:b], sure) for a, b, sure in recognised_cells(table)] == [("序号", 0.9), ("泵站", 0.6)]
