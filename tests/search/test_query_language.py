"""What a query says; and that every string says something."""

import random
import sys
from datetime import date

import pytest

from archive.search.query_language import (
    MAX_TERMS,
    And,
    Everything,
    Not,
    Or,
    Signed,
    Term,
    Value,
    is_plain,
    parse_query,
    positive_terms,
)


def term(text: str, field: str = "", printed: str = "", whole: bool = False) -> Term:
    return Term(text, field, whole, printed or text)


QUERIES = [
    # (typed, what it says)
    ("抽水蓄能", term("抽水蓄能")),
    ("抽水 蓄能", And((term("抽水"), term("蓄能")))),
    ("抽水\u3000蓄能", And((term("抽水"), term("蓄能")))),
    ('"抽水 蓄能"', term("抽水蓄能", printed='"抽水 蓄能"')),
    ("〔２０２２〕15", term("[2022]15", printed="〔２０２２〕15")),
    ("2022", term("2022", whole=True)),
    ("ＧＤＰ", term("gdp", printed="ＧＤＰ", whole=True)),
    ("COVID-19", term("covid-19", printed="COVID-19")),
    ('"hello world"', term("hello world", printed='"hello world"', whole=True)),
    ("安全 -任免", And((term("安全"), Not(term("任免", printed="-任免"))))),
    ('-"任 免"', Not(term("任免", printed='-"任 免"'))),
    ("通知 OR 意见", Or((term("通知"), term("意见")))),
    ("通知 OR 意见 OR 函 安全", And((Or((term("通知"), term("意见"), term("函"))), term("安全")))),
    ("甲 乙 OR 丙", And((term("甲"), Or((term("乙"), term("丙")))))),
    ("通知 OR -任免", Or((term("通知"), Not(term("任免", printed="-任免"))))),
    ("title:安全", term("安全", "title", "title:安全")),
    ("TITLE：安全", term("安全", "title", "TITLE：安全")),
    ("-person:晋玮", Not(term("晋玮", "person", "-person:晋玮"))),
    ("number:[2022]15", term("[2022]15", "number", "number:[2022]15")),
    (
        "number:阳政发2022-1",
        Or(
            (
                term("阳政发2022-1", "number", "number:阳政发2022-1"),
                term("阳政发[2022]1号", "number", "number:阳政发2022-1"),
            )
        ),
    ),
    ("kind:通知", Value("kind", "通知", "kind:通知")),
    ('category:"市政府 文件"', Value("category", "市政府文件", 'category:"市政府 文件"')),
    ("2022-03..2022-05", Signed(date(2022, 3, 1), date(2022, 5, 31), "2022-03..2022-05")),
    ("2022..", Signed(date(2022, 1, 1), None, "2022..")),
    ("..2022-2", Signed(None, date(2022, 2, 28), "..2022-2")),
    ("-2022..2023", Not(Signed(date(2022, 1, 1), date(2023, 12, 31), "2022..2023"))),
    # what cannot be read so is searched literally
    ("2022-13..2023", term("2022-13..2023")),
    ("2022-02-30..", term("2022-02-30..")),
    ("..", term("..")),
    ('"抽水', term('"抽水')),
    ('抽"水', term('抽"水')),
    ('""', term('""')),
    ("“十四五”", term("“十四五”")),
    ("-", term("-")),
    ("title:", term("title:")),
    ("OR", term("or", printed="OR", whole=True)),
    ("OR 甲", And((term("or", printed="OR", whole=True), term("甲")))),
    ("甲 OR", And((term("甲"), term("or", printed="OR", whole=True)))),
    ("or", term("or", whole=True)),
    ("unknown:甲", term("unknown:甲")),
    ("", Everything()),
    ("  \u3000", Everything()),
    ("\u200b", Everything()),
]


@pytest.mark.parametrize(("typed", "expected"), QUERIES)
def test_parsed(typed: str, expected: object) -> None:
    assert parse_query(typed) == expected


def test_every_string_can_be_parsed() -> None:
    choose = random.Random(3)
    pieces = [
        '"',
        "-",
        " ",
        "OR",
        " OR ",
        "title:",
        "number:",
        "：",
        "..",
        "2022",
        "阳政发",
        "\x00",
        "(",
        "*",
        "\\",
    ]
    for _ in range(5000):
        letters = [chr(choose.randrange(sys.maxunicode + 1)) for _ in range(3)]
        query = "".join(choose.choices(pieces + letters, k=choose.randrange(1, 20)))
        parse_query(query)


def test_a_query_costs_only_so_much() -> None:
    many = parse_query(" ".join(f"第{n}" for n in range(500)))
    assert isinstance(many, And)
    assert len(many.conditions) == MAX_TERMS
    long = parse_query("长" * 100_000)
    assert isinstance(long, Term)
    assert len(long.text) <= 1000


def test_terms_to_mark() -> None:
    condition = parse_query('安全 -任免 通知 OR 意见 kind:函 "安 全"')
    assert [one.text for one in positive_terms(condition)] == ["安全", "通知", "意见", "安全"]


@pytest.mark.parametrize(
    ("query", "plain"),
    [("甲", True), ("甲 乙", True), ("甲 -乙", False), ("甲 OR 乙", False), ("title:甲", False)],
)
def test_plain_queries(query: str, plain: bool) -> None:
    assert is_plain(parse_query(query)) is plain
