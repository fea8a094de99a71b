"""Marks and windows: found in the folded text, cut from the printed one, escaped."""

import random

import pytest

from archive.search.folding import normalise
from archive.search.query_language import parse_query, positive_terms
from archive.search.snippets import Marker, terms_for

MARKED = [
    # (query, text, marked)
    ("抽水蓄能", "加快推动抽水蓄能项目", "加快推动<mark>抽水蓄能</mark>项目"),
    ("晋玮", "任命晋　玮为主任", "任命<mark>晋　玮</mark>为主任"),
    ("[2022]1", "阳政发〔２０２２〕１号", "阳政发<mark>〔２０２２〕１</mark>号"),
    ("2022", "2022年12022号2022", "<mark>2022</mark>年12022号<mark>2022</mark>"),
    ("安全 生产", "安全生产，安全", "<mark>安全生产</mark>，<mark>安全</mark>"),  # marks that touch are one
    ("一一", "一一一二", "<mark>一一一</mark>二"),
    ("全生 安全", "安全生产", "<mark>安全生</mark>产"),
    ("安全 -生产", "安全生产", "<mark>安全</mark>生产"),
    ("title:安全", "安全", "<mark>安全</mark>"),
    ("kind:通知", "通知", "通知"),
    ("", "安全", "安全"),
    ("script", "<script>", "&lt;<mark>script</mark>&gt;"),
    ("<b>", "a<b>c", "a<mark>&lt;b&gt;</mark>c"),
    ('"><img', '""><img src=x>', "&quot;<mark>&quot;&gt;&lt;img</mark> src=x&gt;"),
    ("amp", "&", "&amp;"),
    ("安全", "安\n全", "<mark>安\n全</mark>"),
    ("安全", "", ""),
]


def mark_terms(text: str, query: str) -> str:
    return Marker(positive_terms(parse_query(query))).mark(text)


@pytest.mark.parametrize(("query", "text", "marked"), MARKED)
def test_marked(query: str, text: str, marked: str) -> None:
    assert mark_terms(text, query) == marked


def test_marks_take_nothing_from_the_text() -> None:
    choose = random.Random(6)
    for _ in range(500):
        text = "".join(choose.choices("安全生产 \n２0<>&\"'陽一〔〕", k=choose.randrange(30)))
        query = "".join(choose.choices("安全生产2阳一[ ", k=choose.randrange(1, 5)))
        marked = mark_terms(text, query)
        bare = marked.replace("<mark>", "").replace("</mark>", "")
        for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#x27;", "'"), ("&amp;", "&")):
            bare = bare.replace(entity, sign)
        assert bare == text


def test_every_find_is_what_the_query_asks_for() -> None:
    choose = random.Random(9)
    for _ in range(300):
        text = "".join(choose.choices("安全生产 \n陽〔２〕", k=60))
        terms = positive_terms(parse_query("安全 产阳 [2]"))
        marker = Marker(terms)
        finds = marker.finds(text)
        for find in finds:
            assert normalise(text[find.start : find.end]) == terms[find.term].text
        for index, term in enumerate(terms):
            assert sum(find.term == index for find in finds) == normalise(text).count(term.text)


def test_terms_of_other_fields_are_not_marked() -> None:
    terms = positive_terms(parse_query("title:安全 number:安 person:全 生产"))
    assert Marker.for_field(terms).mark("安全生产") == "安全<mark>生产</mark>"
    assert Marker.for_field(terms, "person").mark("安全生产") == "安<mark>全生产</mark>"


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("普查登记", ["普查登记"]),
        ("普查 火星", ["普查", "火星"]),
        # A question that stands nowhere as it was asked: its pairs.
        ("登记由谁负责？", ["登记", "记由", "由谁", "谁负", "负责"]),
        ("火星 金星", []),
        # A number as it is typed, and as it is printed.
        ("云政发2024年1号", ["云政发[2024]1号"]),
        ("云政发〔2024〕1号", ["云政发[2024]1号"]),
        ("kind:通知", []),
        ("", []),
    ],
)
def test_the_terms_for_a_text(query: str, terms: list[str]) -> None:
    text = "市民政局负责普查登记。云政发〔2024〕1号"
    assert [term.text for term in terms_for(query, text)] == terms
