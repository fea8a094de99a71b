"""Markdown: what a reader sees, without its marks."""

import pytest

from archive.ingest.extract.markdown import markdown_to_items
from archive.ingest.lines import Line


def texts(source: str) -> list[object]:
    return [item.text if isinstance(item, Line) else item.rows for item in markdown_to_items(source)]


CASES: dict[str, tuple[str, list[object]]] = {
    "headings": ("# 一、总体要求\n\n### （一）原则 ###\n文", ["一、总体要求", "（一）原则", "文"]),
    "emphasis and escapes": (r"**甲**_乙_ ~~丙~~ `丁` \*戊\* 4\.1 a_b_c", ["甲乙 丙 丁 *戊* 4.1 a_b_c"]),
    "printed numbers": ("3. 甲\n4. 乙\n\n7）丙\n\n1.丁", ["3.甲", "4.乙", "7）丙", "1.丁"]),
    "bullets": ("- 附件：1.甲\n* 乙", ["附件：1.甲", "乙"]),
    "brackets of a number": ("云政发[2022]4号\n", ["云政发[2022]4号"]),
    "a link": ("[云政发〔2022〕4号](http://x/y)", ["云政发〔2022〕4号"]),
    "line breaks": ("甲  \n乙\\\n丙<br>丁", ["甲", "乙", "丙", "丁"]),
    "indents": ("    甲\n\n\u3000\u3000乙\n\n\t丙", ["甲", "乙", "丙"]),
    "a rule under a line": ("甲\n---\n乙", ["甲", "乙"]),
    "code": ("```\n甲\n  乙\n```", ["甲", "乙"]),
    "a quotation": ("> 甲\n> 乙", ["甲", "乙"]),
    "front matter": ("---\ntitle: 甲\ntags: [乙]\n---\n丙", ["丙"]),
    "no front matter": ("甲\n\n---\n乙: 丙\n---\n丁", ["甲", "乙: 丙", "丁"]),
    "a table": (
        "| 序号 | **指标** |\n|:--|--:|\n| 1 | 甲\\|乙 |\n| 2 | |",
        [(("序号", "指标"), ("1", "甲|乙"), ("2", ""))],
    ),
    "a table in HTML": (
        "甲\n<table><tr><td rowspan=2>序号</td><td>乙</td></tr>\n\n<tr><td>丙</td></tr></table>\n丁",
        ["甲", (("序号", "乙"), ("", "丙")), "丁"],
    ),
    "line ends": ("甲\r\n\r\n乙\r丙\f丁", ["甲", "乙", "丙", "丁"]),
    "nothing": ("", []),
}


@pytest.mark.parametrize("case", CASES)
def test_what_a_reader_sees(case: str) -> None:
    source, expected = CASES[case]
    assert texts(source) == expected


@pytest.mark.parametrize(
    "source", ["> " * 5000 + "甲", "*" * 50_000, "[" * 50_000, "- " * 3000 + "甲", "|" * 20_000]
)
def test_marks_without_end_are_read(source: str) -> None:
    assert len("".join(map(str, texts(source)))) <= len(source) + 10
