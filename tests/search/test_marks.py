"""Hits in the texts of a document, marked and numbered where they are shown."""

import random
import re

import pytest

from archive.search.marks import Marks, locate
from archive.search.query_language import parse_query, positive_terms


def marks_of(query: str) -> Marks:
    return Marks(positive_terms(parse_query(query)))


def shown(query: str, *texts: tuple[str, ...]) -> tuple[list[str], int]:
    """The parts of each text as they are shown, and the number of hits. The first of each is the text itself."""
    marks = marks_of(query)
    markers = marks.of([text for text, *_ in texts])
    html = [marker(part) for marker, (_, *parts) in zip(markers, texts, strict=True) for part in parts]
    return html, marks.count


def test_hits_are_numbered_in_order() -> None:
    html, count = shown("安全", ("安全和安全", "安全和安全"), ("再安全", "再安全"))
    assert html == [
        '<mark id="hit-1">安全</mark>和<mark id="hit-2">安全</mark>',
        '再<mark id="hit-3">安全</mark>',
    ]
    assert count == 3


def test_a_hit_shown_in_pieces_is_one() -> None:
    html, count = shown("安全生产 重点", ("安全生产的重点", "安全", "生产的重点"))
    assert html == [
        '<mark id="hit-1">安全</mark>',
        '<mark data-hit="1">生产</mark>的<mark id="hit-2">重点</mark>',
    ]
    assert count == 2
    # over the end of a paragraph, as the search finds it
    html, count = shown("安全生产", ("做好安全", "做好安全"), ("生产", "生产"))
    assert html == ['做好<mark id="hit-1">安全</mark>', '<mark data-hit="1">生产</mark>']
    assert count == 1


def test_cells_are_found_in_their_text() -> None:
    """A roster is shown as cells, without the colon and the blanks of the print."""
    printed = "组 长：林 岚 副市长\n副组长：程千里 市林业局局长"
    cells = ("组长", "林岚", "副市长", "副组长", "程千里", "市林业局局长")
    html, count = shown("组长:林岚", (printed, *cells))
    assert html[:3] == ['<mark id="hit-1">组长</mark>', '<mark data-hit="1">林岚</mark>', "副市长"]
    assert count == 1
    html, count = shown("副市长副组长", (printed, *cells))
    assert html[2:4] == ['<mark id="hit-1">副市长</mark>', '<mark data-hit="1">副组长</mark>']
    html, count = shown("组长", (printed, *cells))
    assert html[0] == '<mark id="hit-1">组长</mark>' and html[3] == '副<mark id="hit-2">组长</mark>'


def test_what_the_text_does_not_hold_is_read_by_itself() -> None:
    html, count = shown("防汛 编织袋", ("名称\t数量\n编织袋\t2", "防汛物资", "名称", "数量", "编织袋", "2"))
    assert html == ['<mark id="hit-1">防汛</mark>物资', "名称", "数量", '<mark id="hit-2">编织袋</mark>', "2"]
    assert count == 2


def test_what_is_not_shown_is_not_counted() -> None:
    assert shown("安全", ("安全的安全", "安全"))[1] == 1
    assert shown("安全", ("安全",))[1] == 0


def test_all_is_escaped_and_nothing_is_lost() -> None:
    html, count = shown("<b>", ('a<b>"c', 'a<b>"c'))
    assert html == ['a<mark id="hit-1">&lt;b&gt;</mark>&quot;c'] and count == 1
    assert shown("", ("<i>", "<i>", "")) == (["&lt;i&gt;", ""], 0)


@pytest.mark.parametrize(
    ("text", "start", "part", "at"),
    [
        ("甲乙", 0, "甲乙", [0, 1]),
        ("甲\t乙", 1, "乙", [2]),
        ("甲　乙丙", 0, "甲乙", [0, 2]),
        ("甲乙", 0, "甲 乙", [0, 1, 1]),
        ("甲乙甲丙", 0, "甲丙", [2, 3]),
        ("甲乙", 0, "丙", None),
        ("甲乙", 1, "甲", None),
        ("甲", 0, " ", None),
        ("甲", 0, "", []),
        ("甲" + "，" * 50 + "乙", 1, "乙", None),  # too far behind
    ],
)
def test_locate(text: str, start: int, part: str, at: list[int] | None) -> None:
    found = locate(text, start, part)
    assert (found if found is None else list(found)) == at


def test_numbers_run_from_one_and_no_text_is_lost() -> None:
    choose = random.Random(12)
    for _ in range(300):
        texts = ["".join(choose.choices("安全生产 \n２<陽", k=choose.randrange(20))) for _ in range(4)]
        marks = marks_of(choose.choice(["安全", "全 产2", "安全生产 阳", "生 产安", "<"]))
        html = ""
        for marker, text in zip(marks.of(texts), texts, strict=True):
            cut = choose.randrange(len(text) + 1)
            html += marker(text[:cut]) + marker(text[cut:])
        assert re.sub(r"<[^>]+>", "", html).replace("&lt;", "<") == "".join(texts)
        assert re.findall(r'id="hit-(\d+)"', html) == [str(n + 1) for n in range(marks.count)]
        assert {int(n) for n in re.findall(r'data-hit="(\d+)"', html)} <= set(range(1, marks.count + 1))
