"""The engine behind Haystack's own interface: what its Whoosh backend gets wrong is right here.

Each test of a defect runs the same steps on both engines; the stock one has to fail, else the test says nothing.
"""

import random
from collections.abc import Callable, Iterator
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import haystack
import pytest
from django.core.management import call_command
from haystack.inputs import AutoQuery, Exact, Raw
from haystack.query import SQ, SearchQuerySet
from whoosh.index import LockError

from archive.models import Document
from archive.search.engine import index_at
from archive.search.folding import normalise
from archive.search.texts import document_texts, prefetch
from tests.factories import make_document, make_issue

pytestmark = [
    pytest.mark.django_db,
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


# --- its defects, in the order they were found -------------------------------------------------------
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


def test_a_run_of_characters_is_found(stock: str) -> None:
    make_issue()
    fill("default", stock)

    def right(engine: str) -> bool:
        return keys(ask(engine).filter(content="逐株登记")) == keys_of(1)

    assert right("default")
    assert fails(lambda: right(stock))


def keys_of(*positions: int) -> set[int]:
    return set(Document.objects.published().filter(position__in=positions).values_list("pk", flat=True))


def test_a_number_is_one_phrase(stock: str) -> None:
    make_notices(20)
    fill("default", stock)

    def right(engine: str) -> bool:
        return keys(ask(engine).filter(content="云政发〔2024〕1号")) == keys_of(1)

    assert right("default")
    assert fails(lambda: right(stock))


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


def test_a_star_is_everything() -> None:
    make_issue()
    fill("default")
    assert ask().filter(content="*").count() == 4
    assert ask().all().count() == 4
    assert ask().raw_search("*").count() == 4


def test_a_failing_prepare_leaves_no_lock(stock: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make_issue()
    fill("default", stock)

    def right(engine: str) -> bool:
        from archive.search_indexes import DocumentIndex

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


def test_removing_waits_for_a_writer(stock: str) -> None:
    make_issue()
    fill("default", stock)
    document = Document.objects.get(position=1)
    # The stock backend raises at once while another writer is open.
    stock_backend = haystack.connections[stock].get_backend()
    writer = stock_backend.index.writer()
    with pytest.raises(LockError):
        stock_backend.remove(document)
    writer.cancel()
    haystack.connections["default"].get_backend().remove(document)
    assert ask().all().count() == 3


def test_clearing_leaves_readers_a_whole_index() -> None:
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


def test_facets_and_their_options(stock: str) -> None:
    make_notices(13)
    fill("default", stock)
    found = ask().facet("kind").facet("category").query_facet("kind", "意见")
    found = found.date_facet("signed_on", date(2024, 1, 1), date(2025, 1, 1), "month")
    counts = found.facet_counts()
    assert counts["fields"]["kind"] == [("通知", 7), ("意见", 6)]
    assert counts["queries"] == {"kind_exact:意见": 6}
    assert [(day.month, count) for day, count in counts["dates"]["signed_on"]] == [(1, 4), (2, 5), (3, 4)]
    assert ask().facet("kind", limit=1).facet_counts()["fields"]["kind"] == [("通知", 7)]
    assert ask().facet("kind", mincount=7).facet_counts()["fields"]["kind"] == [("通知", 7)]

    def right(engine: str) -> bool:
        answer = ask(engine).facet("kind", limit=1).facet_counts()
        return len(answer["fields"]["kind"]) == 1

    assert right("default")
    assert fails(lambda: right(stock))


def test_a_value_with_a_comma_is_one_value(stock: str) -> None:
    make_issue(documents=(make_document(1, title="关于甲,乙的通知", category="政府,文件"),))
    fill("default", stock)
    assert ask().facet("category").facet_counts()["fields"]["category"] == [("政府,文件", 1)]
    assert ask().filter(title=Exact("甲,乙")).count() == 1
    assert ask().filter(category="文件").count() == 0
    assert ask(stock).all()[0].title == ["关于甲", "乙的通知"]


def test_a_changed_version_is_noticed() -> None:
    make_issue()
    fill("default")
    backend = haystack.connections["default"].get_backend()
    generation = backend.index.folder.current()
    (generation / "version").write_text("another")
    index_at(str(backend.index.folder.path))._snapshot = None
    assert ask().all().count() == 0
    # one object given, and yet all of them are there: the index was made anew
    index = haystack.connections["default"].get_unified_index().get_index(Document)
    backend.update(index, Document.objects.filter(position=2))
    assert ask().all().count() == 4


# --- the rest of the interface -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("narrow", "positions"),
    [
        (SQ(content="古树") & SQ(content="普查"), {1}),
        (SQ(content="普查") | SQ(content="编织袋"), {1, 2}),
        (SQ(content="古树") & ~SQ(content="普查"), {3}),
        (~SQ(content="古树"), {2, 4}),
        (SQ(content=AutoQuery("古树 -普查")), {3}),
        (SQ(content=Raw("title:古树 OR 编织袋")), {1, 2, 3}),
        (SQ(title="古树"), {1, 3}),
        (SQ(person="程千里"), {3, 4}),
        (SQ(category="人事任免"), {4}),
        (SQ(category__in=["人事任免", "政府文件"]), {1, 4}),
        (SQ(year__gte=2024), {1, 2, 3, 4}),
        (SQ(year__lt=2024), set()),
        (SQ(signed_on__range=(date(2024, 1, 16), date(2024, 2, 1))), {2, 3}),
        (SQ(signed_on__gt=date(2024, 2, 1)), {4}),
        (SQ(signed_on__lte=date(2024, 1, 15)), {1}),
        (SQ(signed_on=date(2024, 1, 15)), {1}),
        (SQ(content=""), {1, 2, 3, 4}),
    ],
)  # fmt: skip
def test_filters(narrow: SQ, positions: set[int]) -> None:
    make_issue()
    fill("default")
    assert keys(ask().filter(narrow)) == keys_of(*positions)


def test_narrowing_models_and_stored_values() -> None:
    make_issue()
    fill("default")
    assert keys(ask().narrow('category_exact:"人事任免"')) == keys_of(4)
    found = ask().models(Document).filter(content="古树")
    assert found.count() == 2
    result = found[0]
    assert (result.year, result.kind, result.app_label, result.model_name) == (
        "2024",
        "通知",
        "archive",
        "document",
    )
    assert result.object.position in {1, 3}
    assert {tuple(row) for row in ask().models(Document).values_list("pk", "id")} == {
        (str(pk), f"archive.document.{pk}") for pk in keys_of(1, 2, 3, 4)
    }
    with pytest.raises(ValueError, match="signed_on"):
        list(ask().order_by("nonsense"))


def test_more_like_this() -> None:
    make_issue()
    fill("default")
    first = Document.objects.get(position=1)
    near = [result.object.position for result in ask().more_like_this(first)]
    assert near
    assert near[0] == 3
    assert 1 not in near


def test_drafts_given_by_hand_stay_out() -> None:
    issue = make_issue(state="draft")
    backend = haystack.connections["default"].get_backend()
    index = haystack.connections["default"].get_unified_index().get_index(Document)
    backend.update(index, issue.documents.all())
    assert ask().all().count() == 0


def test_every_field_is_filled() -> None:
    """A field whose prepare never runs stays empty without a word."""
    make_issue()
    index = haystack.connections["default"].get_unified_index().get_index(Document)
    prepared = index.full_prepare(index.index_queryset().get(position=4))
    assert {name for name, value in prepared.items() if not value} == set()


def test_update_index_removes_what_is_gone() -> None:
    issue = make_issue()
    fill("default")
    issue.documents.get(position=4).delete()
    call_command("update_index", remove=True, verbosity=0)
    assert ask().all().count() == 3


def test_rebuild_index_says_how_many() -> None:
    make_issue()
    out = StringIO()
    call_command("rebuild_index", "--noinput", stdout=out)
    assert out.getvalue() == "4 documents indexed\n"
    assert ask().all().count() == 4
