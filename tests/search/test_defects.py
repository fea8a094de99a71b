"""What Haystack's own Whoosh backend (3.4.0) gets wrong is right here.

Each test runs the same steps on both backends; the stock one has to fail, else the test says nothing.
"""

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import haystack
import pytest
from django.core.management import call_command
from haystack.backends.whoosh_backend import WhooshSearchBackend
from haystack.inputs import Exact
from haystack.query import SearchQuerySet
from whoosh.analysis import NgramAnalyzer
from whoosh.index import LockError
from whoosh.searching import Searcher

from archive.models import Document
from archive.search.engine import index_at
from archive.search.folding import normalise
from archive.search.snapshot import Snapshot
from archive.search.texts import document_texts, prefetch
from archive.search_indexes import DocumentIndex
from tests.factories import make_document, make_issue

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("search_engine"),
    # The stock backend leaves files to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]

STOCK = "stock"


@pytest.fixture
def stock(data_folder: Path) -> Iterator[str]:
    """Haystack's own Whoosh backend with the same index class, as a second connection."""
    haystack.connections.connections_info[STOCK] = {
        "ENGINE": "haystack.backends.whoosh_backend.WhooshEngine",
        "PATH": str(data_folder / "stock-index"),
        "SILENTLY_FAIL": False,
    }
    yield STOCK
    del haystack.connections.connections_info[STOCK]
    haystack.connections.thread_local.connections.pop(STOCK, None)


def fill(*engines: str) -> None:
    for engine in engines:
        call_command("update_index", using=[engine], verbosity=0)


def ask(engine: str = "default") -> SearchQuerySet:
    return SearchQuerySet(using=engine)


def keys(found: Any) -> set[int]:
    return {int(result.pk) for result in found}


def fails(step: Callable[[], bool]) -> bool:
    """True when a step gives the wrong answer or raises."""
    try:
        return not step()
    except Exception:
        return True


def make_notices(count: int = 30) -> None:
    make_issue(
        documents=tuple(
            make_document(n, title=f"第{n:02}号通知", kind="通知" if n % 2 else "意见", number=f"云政发〔2024〕{n}号",
                          signed_on=date(2024, 1 + n % 3, 1))
            for n in range(1, count + 1)
        )
    )  # fmt: skip


# --- the measurement ---------------------------------------------------------------------------------
def recall(engine: str, runs: list[tuple[str, set[int]]]) -> float:
    """The share of the documents with a run of characters that the engine finds, over all runs."""
    wanted = found = 0
    for run, holders in runs:
        wanted += len(holders)
        found += len(holders & keys(ask(engine).filter(content=run)[:1000]))
    return found / wanted


def test_the_default_analyzer_finds_almost_nothing_in_chinese(stock: str) -> None:
    make_issue()
    make_issue(label="2")
    fill("default", stock)
    texts = {d.pk: normalise(document_texts(d).body) for d in prefetch(Document.objects.published())}
    choose = random.Random(8)
    runs: list[tuple[str, set[int]]] = []
    while len(runs) < 100:
        text = choose.choice(list(texts.values()))
        start = choose.randrange(len(text))
        run = text[start : start + choose.randrange(2, 7)]
        if len(run) > 1 and all("\u4e00" <= character <= "\u9fff" for character in run):
            runs.append((run, {pk for pk, body in texts.items() if run in body}))
    assert recall("default", runs) == 1.0
    assert recall(stock, runs) < 0.15


# --- 1, 2: what a query costs ------------------------------------------------------------------------
def test_one_snapshot_is_shared_and_looked_up_again_only_after_a_commit(stock: str) -> None:
    make_notices()
    fill("default", stock)
    index = haystack.connections["default"].get_backend().index
    before = index.snapshot()
    list(ask().filter(content="通知")[:5])
    assert index.snapshot() is before
    fill("default")
    assert index.snapshot() is not before
    opened = haystack.connections[stock].get_backend().index
    assert opened.searcher() is not opened.searcher()


def test_segments_are_not_packed_into_files_that_have_to_be_copied_to_be_read(
    stock: str, data_folder: Path
) -> None:
    make_issue()
    fill("default", stock)
    assert list((data_folder / "stock-index").rglob("*.seg"))
    assert not list((data_folder / "index").rglob("*.seg"))


def test_a_rare_term_does_not_lead_through_all_documents(stock: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stock backend runs a second search on each request, for the documents of the models it knows: all."""
    make_notices(20)
    fill("default", stock)
    looked_at: set[int] = set()
    search, text, texts = Searcher.search, Snapshot.text, Snapshot.texts

    def watched_search(self: Searcher, *arguments: Any, **options: Any) -> Any:
        results = search(self, *arguments, **options)
        looked_at.update(results.docs())
        return results

    def watched_text(self: Snapshot, number: int) -> bytes:
        looked_at.add(number)
        return text(self, number)

    def watched_texts(self: Snapshot, numbers: Any) -> Any:
        looked_at.update(numbers := list(numbers))
        return texts(self, numbers)

    monkeypatch.setattr(Searcher, "search", watched_search)
    monkeypatch.setattr(Snapshot, "text", watched_text)
    monkeypatch.setattr(Snapshot, "texts", watched_texts)

    def right(engine: str) -> bool:
        looked_at.clear()
        # The stock backend can be asked for a whole word only.
        results = list(ask(engine).filter(title="第07号通知"))
        return [result.object.position for result in results] == [7] and len(looked_at) == 1

    assert right("default")
    assert fails(lambda: right(stock))
    assert len(looked_at) == 20


# --- 3, 4: Chinese -----------------------------------------------------------------------------------


def test_a_run_of_characters_is_found(stock: str) -> None:
    make_issue()
    fill("default", stock)

    def right(engine: str) -> bool:
        return keys(ask(engine).filter(content="逐株登记")) == keys_of(1)

    assert right("default")
    assert fails(lambda: right(stock))


def keys_of(*positions: int) -> set[int]:
    return set(Document.objects.published().filter(position__in=positions).values_list("pk", flat=True))


def test_a_text_is_kept_once(stock: str, data_folder: Path) -> None:
    make_issue()
    fill("default", stock)
    folded = normalise("对全市范围内的古树名木逐株登记").encode()
    files = [path for path in (data_folder / "index").rglob("*") if path.is_file()]
    assert sum(path.read_bytes().count(folded) for path in files) == 1
    # Stored with the document, and once more as a column to sort by, which nobody does.
    reader = haystack.connections[stock].get_backend().index.reader()
    texts = [stored["text"] for stored in reader.all_stored_fields()]
    assert [reader.column_reader("text")[number] for number in range(4)] == texts
    assert any("逐株登记" in text for text in texts)


def test_a_number_is_one_phrase(stock: str) -> None:
    make_notices(20)
    fill("default", stock)

    def right(engine: str) -> bool:
        return keys(ask(engine).filter(content="云政发〔2024〕1号")) == keys_of(1)

    assert right("default")
    assert fails(lambda: right(stock))


# --- 5 to 8: what is asked for, and how it is shown --------------------------------------------------


@pytest.mark.parametrize("part", [(5, 15), (10, 25), (15, 26), (0, 30), (29, 40), (0, 1)])
def test_slices_are_right(part: tuple[int, int], stock: str) -> None:
    make_notices(30)
    fill("default", stock)

    def right(engine: str) -> bool:
        whole = [result.pk for result in ask(engine).all()[:1000]]
        return [result.pk for result in ask(engine).all()[part[0] : part[1]]] == whole[part[0] : part[1]]

    assert right("default")
    if part in {(5, 15), (10, 25), (15, 26)}:
        assert fails(lambda: right(stock))


def test_one_character_is_found(stock: str) -> None:
    make_issue()
    fill("default", stock)

    def right(engine: str) -> bool:
        return keys(ask(engine).filter(content="株")) == keys_of(1)

    assert right("default")
    assert fails(lambda: right(stock))


def test_a_name_printed_with_a_blank_is_one_name(stock: str) -> None:
    make_issue()
    fill("default", stock)

    def right(engine: str) -> bool:
        return keys(ask(engine).filter(content=Exact("晋 玮"))) == keys_of(1, 4)

    assert right("default")
    assert keys(ask().filter(content="晋玮")) == keys_of(1, 4)
    assert fails(lambda: right(stock))


def test_finds_are_highlighted(stock: str) -> None:
    make_issue()
    fill("default", stock)

    def right(engine: str) -> bool:
        results = ask(engine).filter(content="古树").highlight()
        pieces = [piece for result in results for piece in result.highlighted["text"]]
        return any("<mark>古树</mark>" in piece for piece in pieces) or any(
            "<em>古树</em>" in p for p in pieces
        )

    assert right("default")
    assert fails(lambda: right(stock))


def test_a_star_is_everything(stock: str) -> None:
    make_issue()
    fill("default", stock)

    def right(engine: str) -> bool:
        return ask(engine).filter(content="*").count() == 4

    assert right("default")
    assert fails(lambda: right(stock))
    assert ask().all().count() == 4
    assert ask().raw_search("*").count() == 4


# --- 9, 10: writing ----------------------------------------------------------------------------------


def test_a_failing_prepare_leaves_no_lock(stock: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make_issue()
    fill("default", stock)

    def right(engine: str) -> bool:
        def broken(self: DocumentIndex, instance: Document) -> dict[str, Any]:
            raise ZeroDivisionError

        backend = haystack.connections[engine].get_backend()
        index = haystack.connections[engine].get_unified_index().get_index(Document)
        with monkeypatch.context() as patch:
            patch.setattr(DocumentIndex, "prepare", broken)
            with pytest.raises(ZeroDivisionError):
                backend.update(index, Document.objects.all())
        # A generator has no len(); the lock must be free, or this waits for ever or raises.
        backend.update(index, (document for document in Document.objects.all()))
        return ask(engine).all().count() == 4

    assert right("default")
    assert fails(lambda: right(stock))


@pytest.mark.parametrize("step", ["remove", "clear"])
def test_removing_waits_for_a_writer(step: str, stock: str) -> None:
    make_issue()
    fill("default", stock)
    document = Document.objects.get(position=1)

    def change(engine: str) -> Callable[[], None]:
        backend = haystack.connections[engine].get_backend()
        if step == "clear":
            return lambda: backend.clear(models=[Document])
        return lambda: backend.remove(document)

    # The stock backend raises at once while another writer is open.
    writer = haystack.connections[stock].get_backend().index.writer()
    with pytest.raises(LockError):
        change(stock)()
    writer.cancel()

    changing = Thread(target=change("default"))
    with haystack.connections["default"].get_backend().index.folder.locked():
        changing.start()
        changing.join(timeout=0.2)
        assert changing.is_alive()
        assert ask().all().count() == 4
    changing.join()
    assert ask().all().count() == (0 if step == "clear" else 3)


def test_readers_have_a_whole_index_while_it_is_built_anew(
    stock: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stock backend deletes the index first: who searches before all is in finds nothing."""
    make_issue()
    fill("default", stock)
    seen: list[int] = []
    prepare = DocumentIndex.prepare

    def watched(self: DocumentIndex, instance: Document) -> dict[str, Any]:
        seen.append(ask(engine).all().count())
        return prepare(self, instance)

    monkeypatch.setattr(DocumentIndex, "prepare", watched)
    engine = "default"
    call_command("rebuild_index", "--noinput", verbosity=0)
    assert seen == [4, 4, 4, 4]
    seen.clear()
    engine = stock
    # What Haystack's own rebuild_index does.
    call_command("clear_index", interactive=False, using=[stock], verbosity=0)
    fill(stock)
    assert seen == [0, 0, 0, 0]


def test_clearing_leaves_readers_what_they_hold() -> None:
    make_issue()
    fill("default")
    backend = haystack.connections["default"].get_backend()
    held = backend.index.snapshot()
    backend.clear()
    assert ask().all().count() == 0
    assert len(held.alive) == 4
    fill("default")
    backend.clear(models=[Document])
    assert ask().all().count() == 0


# --- 11, 12: order and counts ------------------------------------------------------------------------


def test_sorting_in_mixed_directions(stock: str) -> None:
    make_notices(12)
    fill("default", stock)

    def right(engine: str) -> bool:
        results = list(ask(engine).all().order_by("-signed_on", "number_order")[:100])
        order = [int(result.pk) for result in results]
        rows = {row.pk: row for row in Document.objects.all()}
        wanted = sorted(
            rows, key=lambda pk: (-(rows[pk].signed_on or date.min).toordinal(), rows[pk].number_sequence)
        )
        return order == wanted

    assert right("default")
    assert fails(lambda: right(stock))


@pytest.mark.filterwarnings("ignore:Whoosh does not handle query faceting")
def test_facets_and_their_options(stock: str) -> None:
    make_notices(13)
    fill("default", stock)

    def options(engine: str) -> bool:
        most = ask(engine).facet("kind", limit=1).facet_counts()["fields"]["kind"]
        many = ask(engine).facet("kind", mincount=7).facet_counts()["fields"]["kind"]
        return most == many == [("通知", 7)]

    def queries(engine: str) -> bool:
        counted = ask(engine).query_facet("kind", "意见").facet_counts()["queries"]
        return list(counted.values()) == [6]

    def dates(engine: str) -> bool:
        found = ask(engine).date_facet("signed_on", date(2024, 1, 1), date(2025, 1, 1), "month")
        counted = found.facet_counts()["dates"]["signed_on"]
        # Each period by its first day, as Haystack's other backends give it.
        return counted == [(datetime(2024, month, 1), count) for month, count in ((1, 4), (2, 5), (3, 4))]

    counts = ask().facet("kind").facet("category").query_facet("kind", "意见").facet_counts()
    assert counts["fields"]["kind"] == [("通知", 7), ("意见", 6)]
    assert counts["queries"] == {"kind_exact:意见": 6}
    for right in (options, queries, dates):
        assert right("default"), right
        assert fails(lambda right=right: right(stock)), right


def test_a_value_with_a_comma_is_one_value(stock: str) -> None:
    make_issue(documents=(make_document(1, title="关于甲,乙的通知", category="政府,文件"),))
    fill("default", stock)
    assert ask().facet("category").facet_counts()["fields"]["category"] == [("政府,文件", 1)]
    assert ask().filter(title=Exact("甲,乙")).count() == 1
    assert ask().filter(category="文件").count() == 0
    assert ask(stock).all()[0].title == ["关于甲", "乙的通知"]


# --- 13, 14 ------------------------------------------------------------------------------------------
def test_an_index_built_another_way_is_noticed(stock: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index that older code filled with whole clauses, opened by code that looks for pairs of characters."""
    make_notices(4)
    fill("default", stock)
    backend = haystack.connections["default"].get_backend()
    (backend.index.folder.current() / "version").write_text("another")
    index_at(str(backend.index.folder.path))._snapshot = None
    assert ask().all().count() == 0
    # One object given, and yet all of them are there: the index was made anew.
    index = haystack.connections["default"].get_unified_index().get_index(Document)
    backend.update(index, Document.objects.filter(position=2))
    assert ask().all().count() == 4
    assert keys(ask().filter(content="事项")) == keys_of(1, 2, 3, 4)

    build_schema = WhooshSearchBackend.build_schema

    def by_pairs(self: WhooshSearchBackend, fields: dict[str, Any]) -> tuple[str, Any]:
        name, schema = build_schema(self, fields)
        schema[name].analyzer = schema[name].format.analyzer = NgramAnalyzer(2, 2)
        return name, schema

    monkeypatch.setattr(WhooshSearchBackend, "build_schema", by_pairs)
    haystack.connections.thread_local.connections.pop(stock)
    # Opened without a word: some documents were written one way, some are written another way.
    backend = haystack.connections[stock].get_backend()
    backend.update(index, Document.objects.filter(position=1))
    assert ask(stock).all().count() == 4
    assert keys(ask(stock).filter(content="事项")) == keys_of(1)


def test_what_is_spelt_right_is_not_mended(stock: str) -> None:
    """The stock backend offers clauses in the place of words, each at a distance of two characters."""
    haystack.connections.connections_info[stock]["INCLUDE_SPELLING"] = True
    make_issue()
    fill("default", stock)

    def right(engine: str) -> bool:
        return ask(engine).spelling_suggestion("古树 普查 云政发") in {None, "古树 普查 云政发"}

    assert ask().filter(content="古树 普查 云政发").count() == 1
    assert right("default")
    assert fails(lambda: right(stock))
