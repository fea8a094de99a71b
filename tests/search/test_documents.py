"""Searching published documents: what is found, counted, sorted, sliced and shown."""

import random
import sys
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from archive.ingest.parse.records import Block
from archive.models import Document, Issue
from archive.search import update
from archive.search.folding import normalise
from archive.search.query import search_documents
from archive.search.query_language import make_term
from archive.search.results import SearchResults
from archive.search.texts import document_texts, prefetch
from tests.factories import make_document, make_issue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("search_engine")]


def published(**changes: Any) -> Issue:
    issue = make_issue(**changes)
    update.index_issue(issue)
    return issue


def titles(results: SearchResults) -> list[str]:
    return [hit.document.title for hit in results.hits]


def make_many(count: int, **changes: Any) -> Issue:
    """An issue of `count` notices: numbers 1…, two kinds, three issuers, days of signing that go backwards."""
    documents = tuple(
        make_document(
            n,
            title=f"云岭市关于第{n:03}项工作的{'通知' if n % 2 else '意见'}",
            kind="通知" if n % 2 else "意见",
            issuer=f"云岭市{'甲乙丙'[n % 3]}局",
            number=f"云政发〔2024〕{n}号",
            signed_on=date(2024, 6, 30) if n % 10 == 0 else date(2024, 1, 1 + n % 28),
        )
        for n in range(1, count + 1)
    )
    return published(documents=documents, **changes)


def scan(query: str) -> set[int]:
    """What reading every published text from end to end finds."""
    term = make_term(query)
    assert term is not None
    found = set()
    for document in prefetch(Document.objects.published()):
        texts = document_texts(document)
        parts = [*texts.titles, *texts.numbers, *texts.people, texts.body]
        if any(term.text in normalise(part) for part in parts):
            found.add(document.pk)
    return found


# --- what is found -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "positions"),
    [
        ("古树名木", {1}),  # in the body
        ("古树", {1, 3}),
        ("树名", {1}),  # across words
        ("木", {1}),  # one character
        ("古樹", {1, 3}),  # traditional
        ("晋玮", {1, 4}),  # printed 晋 玮
        ("晋 玮", {1, 4}),
        ("云政发〔2024〕1号", {1, 3}),  # its own number, and where it is cited
        ("云政发[2024]1号", {1, 3}),
        ("云政发（２０２４）１号", {1, 3}),
        ("云政发2024年1号", {1, 3}),  # stands nowhere so
        ("[2024]61", {2}),  # as the contents have it
        ("冲锋舟", {2}),  # in a table
        ("防汛物资储备表", {2}),  # the caption of a table
        ("程千里", {3, 4}),  # in a roster, in an appointment
        ("person:程千里", {3, 4}),
        ("person:古树", set()),
        ("title:古树", {1, 3}),
        ("title:古树 -领导组", {1}),
        ("number:云政发", {1}),
        ("kind:通知", {1, 2, 3, 4}),
        ("category:人事任免", {4}),
        ("year:2023", set()),
        ("2024-01-16..2024-01-31", {2}),
        ("20000", {2}),
        ("2000", set()),
        ("现通知如下。一、总体要求", {1}),  # over the end of a paragraph
        ("星际航行", set()),
    ],
)
def test_found(query: str, positions: set[int]) -> None:
    published()
    results = search_documents(query)
    assert {hit.document.position for hit in results.hits} == positions
    assert results.total == len(positions)
    assert not results.partial


def test_result_sets_equal_a_plain_scan() -> None:
    published()
    published(label="2")
    choose = random.Random(4)
    texts = [document_texts(document).body for document in prefetch(Document.objects.published())]
    asked = 0
    for _ in range(250):
        text = choose.choice(texts)
        start = choose.randrange(len(text))
        run = "".join(text[start : start + choose.randrange(1, 13)].split())
        term = make_term(run)
        if term is None or term.whole:
            continue
        found = {hit.document.pk for hit in search_documents(f'"{run}"', page_size=100).hits}
        assert found == scan(run), run
        asked += 1
    assert asked > 200


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_only_what_is_published_is_found(state: str) -> None:
    published()
    published(label="2", state=state)
    assert search_documents("古树").total == 2


def test_a_document_withdrawn_alone_is_not_found() -> None:
    issue = published()
    document = issue.documents.get(position=1)
    document.withdrawn_at, document.withdrawn_reason = timezone.now(), "个人信息"
    document.save()
    # before the index knows, and after
    assert titles(search_documents("古树名木")) == []
    update.index_issue(issue)
    assert search_documents("古树名木").total == 0
    assert search_documents("古树").total == 1


def test_no_index_is_said() -> None:
    make_issue()
    results = search_documents("古树")
    assert not results.ready
    assert results.total == 0


def test_an_empty_query_finds_what_the_filters_leave() -> None:
    published()
    assert search_documents("").total == 4
    assert search_documents("  ", filters={"category": "人事任免"}).total == 1


# --- questions ---------------------------------------------------------------------------------------
def test_a_question_is_answered_by_the_nearest_document() -> None:
    published()
    results = search_documents("古树名木应该由谁来普查登记？")
    assert results.partial
    assert results.total == 0
    assert results.hits[0].document.position == 1
    assert "<mark>古树名木</mark>" in "".join(snippet.html for snippet in results.hits[0].snippets)


def test_terms_that_stand_nowhere_together_are_counted_alone() -> None:
    published()
    results = search_documents("古树 编织袋")
    assert (results.total, results.hits, results.partial) == (0, (), False)
    assert [(term.query, term.count) for term in results.terms] == [("古树", 2), ("编织袋", 1)]


# --- counting, sorting, slicing ----------------------------------------------------------------------
def test_facets_count_the_whole_result_set() -> None:
    make_many(50)
    make_many(10, label="2", year=2023)
    results = search_documents("关于", page_size=5)
    assert results.total == 60
    assert {value.value: value.count for value in results.facets["year"]} == {"2024": 50, "2023": 10}
    assert {value.value: value.count for value in results.facets["kind"]} == {"通知": 30, "意见": 30}
    assert sum(value.count for value in results.facets["issuer"]) == 60
    for name, values in results.facets.items():
        for value in values:
            assert search_documents("关于", filters={name: value.value}).total == value.count


def test_filters_narrow_together_and_say_what_is_chosen() -> None:
    make_many(50)
    results = search_documents(
        "关于", filters={"kind": "意见", "issuer": "云岭市甲局", "nonsense": "x", "year": ""}
    )
    assert results.total == len([n for n in range(1, 51) if n % 2 == 0 and n % 3 == 0])
    assert [(value.value, value.selected) for value in results.facets["kind"]] == [("意见", True)]
    none = search_documents("关于", filters={"kind": "公告"})
    assert none.total == 0
    assert [(value.value, value.count, value.selected) for value in none.facets["kind"]] == [
        ("公告", 0, True)
    ]


@pytest.mark.parametrize("sort", ["relevance", "date", "number"])
def test_every_slice_is_right(sort: str) -> None:
    make_many(53)
    whole = [hit.document.pk for hit in search_documents("关于", page_size=100, sort=sort).hits]
    assert len(set(whole)) == 53
    for size in (1, 7, 10, 20, 52, 53):
        pages = -(-53 // size)
        sliced = []
        for page in range(1, pages + 1):
            results = search_documents("关于", page=page, page_size=size, sort=sort)
            assert (results.total, results.pages) == (53, pages)
            sliced += [hit.document.pk for hit in results.hits]
        assert sliced == whole
    assert search_documents("关于", page=99, page_size=10, sort=sort).hits == ()


def test_sorted_by_date_newest_first() -> None:
    make_many(30)
    hits = search_documents("关于", page_size=100, sort="date").hits
    days = [hit.document.signed_on or date.min for hit in hits]
    assert days == sorted(days, reverse=True)
    assert days[0] == date(2024, 6, 30)


def test_sorted_by_number_as_numbers_count() -> None:
    make_many(30)
    hits = search_documents("关于", page_size=100, sort="number").hits
    assert [hit.document.number_sequence for hit in hits] == list(range(1, 31))


def test_its_own_number_comes_before_a_citation() -> None:
    published()
    for query in ("云政发〔2024〕1号", "云政发2024-1", '"云政发 [2024] 1号"'):
        assert search_documents(query).hits[0].document.number == "云政发〔2024〕1号"
    assert titles(search_documents("古树名木 保护"))[0] == "云岭市人民政府关于加强古树名木保护工作的通知"


def test_how_many_rows_are_read_does_not_grow_with_the_hits() -> None:
    make_many(40)
    with CaptureQueriesContext(
        connection,
    ) as few:
        search_documents("关于", page_size=2)
    with CaptureQueriesContext(connection) as many:
        assert len(search_documents("关于", page_size=40).hits) == 40
    assert len(few) == len(many) <= 5


# --- snippets ----------------------------------------------------------------------------------------
def test_snippets_name_the_section_they_stand_in() -> None:
    issue = published()
    hit = next(h for h in search_documents("逐株登记").hits if h.document.position == 1)
    (snippet,) = hit.snippets
    section = issue.documents.get(position=1).sections.get(heading="开展普查建档")
    assert "<mark>逐株登记</mark>" in snippet.html
    assert (snippet.heading, snippet.anchor) == ("（一）开展普查建档", section.anchor)


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("晋玮", "<mark>晋 玮</mark>为"),
        ("普查建档对全市", "<mark>普查建档 对全市</mark>范围"),  # over the end of a paragraph
        ("云省政发[2020]7号", "（<mark>云省政发〔2020〕7号</mark>）"),
        ("2020", "〔<mark>2020</mark>〕"),
        ("普查 登记", "<mark>普查</mark>建档"),
    ],
)
def test_finds_are_marked_as_printed(query: str, marked: str) -> None:
    published()
    assert marked in "".join(s.html for hit in search_documents(query).hits for s in hit.snippets)


def test_title_and_number_are_marked() -> None:
    published()
    hit = search_documents("title:古树 number:[2024]1").hits[0]
    assert "<mark>古树</mark>" in hit.title
    assert "<mark>〔2024〕1</mark>号" in hit.number
    assert not any("<mark>" in snippet.html for snippet in hit.snippets)


def test_nothing_of_a_document_or_query_is_markup() -> None:
    evil = '<script>alert("古树")</script>'
    published(
        documents=(
            make_document(1, title=f"关于{evil}的通知", blocks=(Block("paragraph", f"正文{evil}&amp;"),)),
        )
    )
    for query in ("古树", "script", "<script>", "alert", "正文<", "关于<script>alert"):
        hits = search_documents(query).hits
        assert len(hits) == 1
        for hit in hits:
            html = hit.title + hit.number + "".join(s.html for s in hit.snippets)
            bare = html.replace("<mark>", "").replace("</mark>", "")
            assert "<" not in bare
            assert '"' not in bare
            assert "&amp;amp;" in bare


# --- anything can be typed ---------------------------------------------------------------------------
def test_no_query_raises() -> None:
    published()
    choose = random.Random(99)
    pieces = [
        '"',
        "-",
        " ",
        " OR ",
        "title:",
        "number:",
        "person:",
        "year:",
        "..",
        "2022",
        "云政发",
        "*",
        "\\",
        "(",
        "古树",
        "\x00",
        "\ud800",
    ]
    for _ in range(600):
        letters = [chr(choose.randrange(sys.maxunicode + 1)) for _ in range(4)]
        query = "".join(choose.choices(pieces + letters, k=choose.randrange(1, 14)))
        results = search_documents(query)
        assert results.total >= len(results.hits) or results.partial


@pytest.mark.parametrize(
    "changes",
    [
        {"page": 0}, {"page": -3}, {"page": 10**12}, {"page_size": 0}, {"page_size": 10**9}, {"sort": "x"},
        {"filters": {"year": "\x00"}}, {"filters": {"x": "y"}},
    ],
)  # fmt: skip
def test_no_parameter_raises(changes: dict[str, Any]) -> None:
    published()
    search_documents("古树", **changes)


def test_very_long_queries_are_cut() -> None:
    published()
    assert search_documents("古树" * 100_000).total == 0
    assert search_documents("古树 " * 10_000).total == 2
