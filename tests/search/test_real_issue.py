"""A real issue: what is found is what a plain scan finds, of its texts and of its truth."""

import json
import random
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from archive.ingest.store import store_issue
from archive.models import Document, Issue
from archive.search import update
from archive.search.folding import normalise
from archive.search.page_hits import hits_of_document
from archive.search.query import search_documents
from archive.search.query_language import make_term
from archive.search.runs import places
from archive.search.texts import document_texts, prefetch
from archive.views.document import with_parts
from archive.views.marked import marked_document, terms_of
from tests.read_once import read_real_issue

pytestmark = pytest.mark.django_db

PDF, TRUTH = "issue/yangquan-2022-02.pdf", "issue/yangquan-2022-02.truth.json"


@pytest.fixture(scope="module", autouse=True)
def issue(
    shared: Path,
    module_search_engine: str,
    module_data_folder: Path,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Issue]:
    """Stored and put into the index once for each engine: the tests only read it."""
    with django_db_blocker.unblock(), transaction.atomic():
        issue = store_issue(read_real_issue(shared / PDF), file_size=1).issue
        issue.state = "published"
        issue.save()
        update.rebuild()
        yield issue
        transaction.set_rollback(True)


@pytest.fixture
def truth(shared: Path) -> list[dict[str, Any]]:
    documents: list[dict[str, Any]] = json.loads((shared / TRUTH).read_text())["documents"]
    return documents


def simply_folded(text: str) -> str:
    """Folded by other means than the project's: width and white space only, which is all this print needs."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).translate(
        str.maketrans("〔〕【】()", "[][][]")
    )


def text_of(document: dict[str, Any]) -> str:
    """Everything the truth knows of a document."""
    parts = [document["title_body"], document["number_body"], document["number_contents"] or ""]
    parts += [block["text"] for block in document["blocks"]]
    parts += ["".join(member) for roster in document["rosters"] for member in roster]
    return simply_folded("\n".join(parts))


def positions(query: str) -> set[int]:
    return {hit.document.position for hit in search_documents(query, page_size=100).hits}


@pytest.mark.parametrize(
    ("query", "scanned"),
    [
        ("抽水蓄能", "抽水蓄能"),
        ("阳政办发〔2022〕15号", "阳政办发[2022]15号"),
        ("阳政办发[2022]15号", "阳政办发[2022]15号"),
        ("[2022]15", "[2022]15"),
        ("孟县", "孟县"),
        ("盂县", "盂县"),
        ("晋玮", "晋玮"),
        ("安全生产", "安全生产"),
        ("产安", "产安"),
        ("市委常委、常务副市长", "市委常委、常务副市长"),
        ("龍華口", "龙华口"),
        ("煤", "煤"),
    ],
)
def test_found_as_a_scan_of_the_truth_finds_it(truth: list[dict[str, Any]], query: str, scanned: str) -> None:
    wanted = {document["index"] for document in truth if scanned in text_of(document)}
    assert wanted
    assert positions(query) == wanted


def test_random_runs_of_the_truth_are_found_where_they_stand(truth: list[dict[str, Any]]) -> None:
    """Runs of 1 to 12 characters, across words as the cut falls. The parse of the PDF may differ from the truth
    by the hundredth that its own tests allow; a run that the parse does not hold cannot be found."""
    choose = random.Random(2022)
    asked = right = 0
    while asked < 400:
        document = choose.choice(truth)
        block = choose.choice(document["blocks"])["text"]
        start = choose.randrange(len(block))
        run = "".join(block[start : start + choose.randrange(1, 13)].split())
        term = make_term(run)
        if term is None or term.whole:
            continue
        asked += 1
        right += document["index"] in positions(f'"{run}"')
    assert right / asked >= 0.99


def test_random_runs_and_pairs_equal_a_scan() -> None:
    folded = {}
    for document in prefetch(Document.objects.published()):
        texts = document_texts(document)
        parts = [*texts.titles, *texts.numbers, *texts.people, texts.body]
        folded[document.position] = [normalise(part) for part in parts]

    def scan(run: str) -> set[int]:
        return {position for position, parts in folded.items() if any(run in part for part in parts)}

    choose = random.Random(15)

    def some_run() -> str:
        while True:
            body = choose.choice(list(folded.values()))[-1]
            start = choose.randrange(len(body))
            run = body[start : start + choose.randrange(1, 13)].replace(" ", "").replace('"', "")
            term = make_term(run)
            if term and not term.whole and run[0] != "-":
                return run

    for _ in range(300):
        run = some_run()
        assert positions(f'"{run}"') == scan(run), run
    for _ in range(100):
        first, second = some_run(), some_run()
        assert positions(f'"{first}" "{second}"') == scan(first) & scan(second), (first, second)


def test_what_is_found_is_marked_on_its_page_and_has_a_box(everything: bool) -> None:
    """Every document that a run finds counts it at least once; its pages show it, unless the contents alone
    print it."""
    held = {document.position: document for document in with_parts(Document.objects.published())}
    printed = {
        position: [
            normalise(part)
            for part in (
                document.title,
                document.number,
                "\n".join(block.text for block in document.blocks.all()),
            )
        ]
        for position, document in held.items()
    }
    indexed = {
        document.position: [*(texts := document_texts(document)).titles, *texts.numbers, texts.body]
        for document in prefetch(Document.objects.published())
    }
    choose = random.Random(46)
    asked = shown = 0
    wanted = 300 if everything else 50
    while asked < wanted:
        parts = choose.choice(list(indexed.values()))
        # Every title has 阳泉市人民政府 in it: most runs are of the bodies.
        part = choose.choice(parts) if asked % 6 == 0 else parts[-1]
        start = choose.randrange(len(part))
        run = part[start : start + choose.randrange(2, 13)].replace('"', "").strip()
        term = make_term(run)
        if term is None or run[0] == "-":
            continue
        asked += 1
        query = f'"{run}"'
        for hit in search_documents(query, page_size=100).hits:
            document = held[hit.document.position]
            terms = terms_of(query, document)
            assert [one.text for one in terms] == [term.text], (query, document)
            marked = marked_document(document, terms)
            assert marked.hits >= 1, (query, document)
            pages = hits_of_document(document, terms)
            if any(places(text, term) for text in printed[document.position]):
                shown += 1
                assert sum(len(page.boxes) for page in pages) >= 1, (query, document)
            for page in pages:
                assert document.first_page <= page.page <= document.last_page
                for x0, top, x1, bottom in page.boxes:
                    assert 0 <= x0 < x1 <= page.width and 0 <= top < bottom <= page.height
    assert shown > wanted


def test_the_number_of_the_plan_leads_and_the_person_is_found() -> None:
    assert search_documents("阳政办发〔2022〕15号").hits[0].document.number == "阳政办发〔2022〕15号"
    hit = search_documents("晋玮").hits[0]
    assert re.search(r"<mark>晋\s*玮</mark>", "".join(s.html for s in hit.snippets) + hit.title)
    assert positions("person:晋玮") == {hit.document.position}


def test_hits_name_their_sections() -> None:
    anchors = [s.anchor for hit in search_documents("应急响应").hits for s in hit.snippets]
    assert sum(bool(anchor) for anchor in anchors) > len(anchors) / 2
    for hit in search_documents("应急响应").hits:
        known = set(hit.document.sections.values_list("anchor", flat=True))
        assert {s.anchor for s in hit.snippets if s.anchor} <= known


def test_facets_of_the_issue() -> None:
    facets = search_documents("").facets
    counts = {name: {value.value: value.count for value in values} for name, values in facets.items()}
    assert counts["year"] == {"2022": 31}
    assert sorted(counts["category"].values()) == [7, 8, 16]
    assert sum(counts["kind"].values()) == 31
