"""Whoosh and tantivy find the same: on the bundled issues, whatever is asked, before and after changes."""

import random
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from pytest_django import Settings

from archive.ingest.parse.records import ParsedIssue
from archive.ingest.read import read_issue
from archive.models import Document, Issue
from archive.search import update
from archive.search.folding import normalise
from archive.search.query import FACETS, matching_documents, related_documents, search_documents
from archive.search.ranking import SORTS
from archive.search.stores import ENGINES
from archive.search.texts import document_texts, prefetch
from tests.factories import save_issue

pytestmark = pytest.mark.django_db


class Engines:
    """Asks each engine in turn, each on an index of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __iter__(self) -> Iterator[str]:
        for engine in ENGINES:
            # Not the fixture of that name: it grows by a layer with each change.
            django_settings.SEARCH_ENGINE = engine
            django_settings.HAYSTACK_CONNECTIONS["default"]["PATH"] = str(self._folder / engine)
            yield engine

    def bring_up_to_date(self, *issues: Issue) -> None:
        for _ in self:
            update.ensure()
            for issue in issues:
                update.index_issue(issue)
            assert not update.differences()

    def found(self, query: str, sort: str = "relevance", **filters: str) -> list[int]:
        """What all engines find, in order."""
        whoosh, tantivy = (matching_documents(query, sort=sort, filters=filters) for _ in self)
        assert tantivy == whoosh, (query, sort, filters)
        return whoosh

    def found_in_any_order(self, query: str) -> set[int]:
        """What all engines find; scores differ a little where one still counts documents that went out."""
        whoosh, tantivy = (set(matching_documents(query)) for _ in self)
        assert tantivy == whoosh, query
        return whoosh

    def page(self, query: str, **options: Any) -> Any:
        """The page of results that all engines give, without the time it took."""
        whoosh, tantivy = (replace(search_documents(query, **options), seconds=0) for _ in self)
        assert tantivy == whoosh, (query, options)
        return whoosh


@cache
def samples() -> list[ParsedIssue]:
    """The bundled issues, read once for all tests."""
    folder = django_settings.BASE_DIR / "archive" / "samples"
    return [read_issue(path) for path in sorted(folder.iterdir()) if path.suffix in {".pdf", ".txt"}]


def publish_samples() -> None:
    for parsed in samples():
        issue = save_issue(parsed, file_size=1)
        issue.state = "published"
        issue.save()


@pytest.fixture
def engines(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Engines:
    pytest.importorskip("tantivy", reason="needs tantivy (pip install -r requirements-tantivy.txt)")
    monkeypatch.setattr(django_settings, "SEARCH_ENGINE", ENGINES[0])
    publish_samples()
    engines = Engines(data_folder / "index")
    engines.bring_up_to_date()
    return engines


def texts() -> list[str]:
    return [normalise(document_texts(one).body) for one in prefetch(Document.objects.published())]


def some_runs(count: int, seed: int) -> list[str]:
    choose, bodies, runs = random.Random(seed), texts(), list[str]()
    while len(runs) < count:
        body = choose.choice(bodies)
        start = choose.randrange(len(body))
        run = body[start : start + choose.randrange(1, 13)].strip().replace('"', "")
        if run:
            runs.append(f'"{run}"')
    return runs


def test_the_same_is_found(engines: Engines) -> None:
    runs = some_runs(300, 31)
    assert sum(len(engines.found(run)) for run in runs) > 600
    pairs = list(zip(some_runs(100, 32), some_runs(100, 33), strict=True))
    assert sum(len(engines.found(f"{first} {second}")) for first, second in pairs) > 20
    assert sum(len(engines.found(f"{first} -{second}")) for first, second in pairs) > 20
    assert sum(len(engines.found(f"{first} OR {second}")) for first, second in pairs) > 200
    for first, second in pairs[:30]:
        for sort in SORTS:
            engines.found(f"{first} OR {second}", sort)


def test_fields_dates_words_and_values(engines: Engines) -> None:
    document = Document.objects.published().exclude(number="").order_by("pk").first()
    assert document
    year = str(document.issue.year)
    queries = [
        "title:通知", "title:关于", "title:的", f"title:{document.title[:6]}", f"number:{document.number}",
        document.number, document.number.replace("〔", "[").replace("〕", "]"), f"person:{'王'}", f"year:{year}",
        f"{year}-01-01..{year}-06-30", f"通知 {year}-01-01..", f"关于 -title:关于 ..{year}-12-31", "通知 OR title:意见 -2024",
        year, "2024", "1", "10", "号", "的", "。", "人民政府 市 县", f"kind:{document.kind}", f"category:{document.category}",
        "", "*", '"人民政府 办公室"', "人民政府 办公室", "pdf", "a", "\ud800", "\x00", "\x01通", "\x02通知",
    ]  # fmt: skip
    found = [engines.found(query) for query in queries]
    assert sum(map(bool, found)) > len(queries) / 2
    facets = engines.page("").facets
    narrowed = 0
    for name in FACETS:
        for value in facets[name]:
            narrowed += len(engines.found("通知", **{name: value.value}))
    assert narrowed > 20


def test_pages_facets_and_snippets(engines: Engines) -> None:
    for query in ("通知", "人民政府", "关于印发", "安全生产", "title:通知", "", *some_runs(30, 34)):
        for sort in SORTS:
            page = engines.page(query, sort=sort, page_size=5)
            engines.page(query, sort=sort, page_size=5, page=2)
            assert page.ready
    assert engines.page("通知").facets["kind"]


def test_questions_misspellings_and_related_documents(engines: Engines) -> None:
    titles = list(Document.objects.published().order_by("pk").values_list("title", flat=True))
    questions = [f"{title[-12:-2]}有哪些要求？" for title in titles]
    assert any(engines.page(question).partial for question in questions)
    # one character of a run that is there, another in its place
    misspelt = [run.strip('"')[:-1] + "戛" for run in some_runs(40, 35) if len(run) > 6]
    assert any(engines.page(query).respelled for query in misspelt)
    for document in Document.objects.published():
        whoosh, tantivy = (related_documents(document) for _ in engines)
        assert tantivy == whoosh


def test_the_same_after_issues_went_out_and_in(engines: Engines) -> None:
    first, second = Issue.objects.order_by("pk")[:2]
    Issue.objects.filter(pk=first.pk).update(state="withdrawn", withdrawn_at=timezone.now())
    document = second.documents.order_by("position")[0]
    document.title = "关于改了标题的通知"
    document.save()
    engines.bring_up_to_date(first, second)
    assert document.pk in engines.found("改了标题")
    runs = some_runs(100, 36)
    without = [engines.found_in_any_order(run) for run in runs]
    assert not set().union(*without) & set(first.documents.values_list("pk", flat=True))
    Issue.objects.filter(pk=first.pk).update(state="published", withdrawn_at=None)
    engines.bring_up_to_date(first)
    assert engines.found_in_any_order("") == set(Document.objects.published().values_list("pk", flat=True))
    again = [engines.found_in_any_order(run) for run in runs]
    assert all(before <= after for before, after in zip(without, again, strict=True))
    assert without != again
    for document in Document.objects.published():
        for _ in engines:
            related_documents(document)  # counts may be of documents that went out: no weight may fail for it


def test_another_engine_builds_beside_and_takes_over(settings: Settings) -> None:
    """One folder: what the other engine made answers until the next start has replaced it."""
    pytest.importorskip("tantivy", reason="needs tantivy (pip install -r requirements-tantivy.txt)")
    publish_samples()
    update.ensure()
    wanted = search_documents("通知").total
    assert wanted
    for engine in ("tantivy", "whoosh"):
        settings.SEARCH_ENGINE = engine
        assert search_documents("通知").total == wanted
        assert not update.is_up_to_date()
        assert update.ensure()
        assert search_documents("通知").total == wanted
        assert not update.ensure()
