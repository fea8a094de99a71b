"""How posting lists are kept: what is chosen, and what tantivy has to be taught."""

import json
import random
import resource
import signal
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from pytest_django import Settings

from archive.search.engine import GramIndex
from archive.search.matching import match
from archive.search.query_language import parse_query
from archive.search.records import Record
from archive.search.snapshot import Snapshot
from archive.search.stores import StoreUnreadable, store_of

only_tantivy = pytest.mark.parametrize("search_engine", ["tantivy"], indirect=True)


def make_record(number: int, body: str, group: str = "1") -> Record:
    return Record(key=f"archive.document.{number}", group=group, titles=(f"第{number}号",), body=body)


@pytest.fixture
def index(tmp_path: Path, search_engine: str) -> GramIndex:
    return GramIndex(tmp_path / "index")


def bodies(index: GramIndex, query: str) -> list[str]:
    snapshot = index.snapshot()
    assert snapshot
    found = match(snapshot, parse_query(query))
    return [snapshot.text(number).rpartition(b"\x00")[2].decode() for number in sorted(found)]


# --- choosing ----------------------------------------------------------------------------------------
def test_an_unknown_engine_is_told(settings: Settings) -> None:
    settings.SEARCH_ENGINE = "solr"
    with pytest.raises(SystemCheckError, match="SEARCH_ENGINE is whoosh or tantivy, not 'solr'"):
        call_command("check")


def test_tantivy_that_is_not_installed_is_told_with_the_remedy(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tantivy", None)
    monkeypatch.delitem(sys.modules, "archive.search.tantivy_store", raising=False)
    with pytest.raises(ImproperlyConfigured, match=r"pip install -r requirements-tantivy\.txt"):
        store_of("tantivy")
    settings.SEARCH_ENGINE = "tantivy"
    with pytest.raises(SystemCheckError, match=r"requirements-tantivy\.txt"):
        call_command("check")


def test_each_engine_names_itself_in_the_version(search_engine: str, index: GramIndex) -> None:
    with index.rebuilding():
        pass
    assert f" {search_engine}-" in (index.folder.version() or "")


# --- what both do ------------------------------------------------------------------------------------
def test_what_is_deleted_was_committed_before(index: GramIndex) -> None:
    with index.writing() as writer:
        writer.add(make_record(1, "旧文"))
        writer.add(make_record(2, "旁文", group="2"))
    with index.writing() as writer:
        writer.add(make_record(3, "新文"))
        writer.remove_group("1")
        writer.remove("archive.document.3")
    assert bodies(index, "文") == ["旁文", "新文"]


def test_counts_stay_within_what_is_there(index: GramIndex) -> None:
    """Weights are logarithms of them."""
    with index.writing() as writer:
        for n in range(9):
            writer.add(make_record(n, "通知", group=str(n)))
    with index.writing() as writer:
        for n in range(8):
            writer.remove_group(str(n))
    snapshot = index.snapshot()
    assert snapshot
    assert len(snapshot.alive) == 1
    assert 1 <= snapshot.count_with("通知") <= snapshot.size


def test_the_newest_commit_is_read_whatever_was_held(index: GramIndex) -> None:
    """Documents are numbered anew where others went out before them."""
    held = []
    for n in range(12):
        with index.writing() as writer:
            if n > 3:
                writer.remove(f"archive.document.{n - 3}")
            writer.add(make_record(n, f"文{n}"))
        held.append(index.snapshot())
        snapshot = index.snapshot()
        assert snapshot
        for number in snapshot.alive:
            key = snapshot.columns.keys[number]
            assert snapshot.text(number).decode().endswith(f"文{key.rpartition('.')[2]}")
        assert len(bodies(index, "文")) == min(n + 1, 4)
    for n, snapshot in enumerate(held):
        assert snapshot
        assert len(match(snapshot, parse_query("文"))) == min(n + 1, 4)


# Whoosh leaves open what it could not write.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_write_that_fails_for_want_of_room_frees_the_lock(index: GramIndex) -> None:
    with index.writing() as writer:
        writer.add(make_record(1, "常文"))
    texts = max(path.stat().st_size for path in index.folder.path.rglob("*") if path.is_file())
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (texts + 20_000, limits[1]))
    try:
        with pytest.raises((OSError, ValueError)), index.writing() as writer:  # noqa: PT012
            # Few texts, many grams: it is the lists that find no room.
            for n in range(2, 40):
                writer.add(make_record(n, "".join(map(chr, range(0x4E00 + n * 100, 0x4E00 + n * 100 + 160)))))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert bodies(index, "文") == ["常文"]
    with index.writing(timeout=0) as writer:
        writer.add(make_record(2, "新文"))
    assert bodies(index, "文") == ["常文", "新文"]


def test_what_is_left_may_have_a_run_and_what_is_sure_has_it(index: GramIndex) -> None:
    """Whoosh keeps lists of what is common in the first commit, and has too few documents to tell in the second."""
    choose = random.Random(5)
    clauses = (
        "各县区人民政府",
        "安全生产责任制",
        "有关单位要抓好落实",
        "自发布之日起施行",
        "人民安全政府生产",
    )
    texts = [
        choose.choice((",", "")).join(choose.choices(clauses, k=choose.randrange(1, 4))) for _ in range(240)
    ]
    for numbers in (range(220), range(220, 240)):
        with index.writing() as writer:
            for n in numbers:
                writer.add(make_record(n, texts[n]))
    snapshot = index.snapshot()
    assert snapshot
    bodies = [snapshot.body(number).decode() for number in range(snapshot.size)]
    surely = 0
    for _ in range(300):
        runs = set()
        for body in choose.sample(bodies, k=choose.choice((1, 2))):
            at = choose.randrange(len(body) - 2)
            runs.add(body[at : at + choose.randrange(3, 9)])
        left, unread, sure = snapshot.narrow(snapshot.alive, ["府"], runs)
        having = {n for n in range(snapshot.size) if all(run in bodies[n] for run in ("府", *runs))}
        assert having <= set(left)
        assert not unread
        for run in runs:
            with_run = {n for n in range(snapshot.size) if run in bodies[n]}
            assert set(sure[run]) <= with_run
            surely += len(sure[run])
    assert surely > 3000


# --- tantivy -----------------------------------------------------------------------------------------
@only_tantivy
def test_many_small_commits_are_merged(index: GramIndex) -> None:
    for n in range(40):
        with index.writing() as writer:
            writer.add(make_record(n, "文"))
    generation = index.folder.current()
    assert generation
    assert len(json.loads((generation / "meta.json").read_text())["segments"]) < 10
    assert len(bodies(index, "文")) == 40


@only_tantivy
def test_a_run_is_a_phrase_of_characters(index: GramIndex) -> None:
    """All pairs of 甲乙甲丙 stand in 甲丙乙甲乙, and in two titles that follow each other."""
    with index.writing() as writer:
        writer.add(make_record(1, "甲丙乙甲乙"))
        writer.add(make_record(2, "乙甲乙甲丙"))
        writer.add(Record("archive.document.3", "1", titles=("甲乙", "甲丙"), body="乙甲"))
    assert bodies(index, "甲乙甲丙") == ["乙甲乙甲丙"]


@only_tantivy
def test_no_text_is_read_for_a_run(index: GramIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    with index.writing() as writer:
        for n in range(9):
            writer.add(make_record(n, "甲乙丙丁" if n % 2 else "丙丁甲乙丙"))

    def read(*_: object) -> list[bytes]:
        raise AssertionError("a text was read")

    snapshot = index.snapshot()
    assert snapshot
    monkeypatch.setattr(Snapshot, "texts", read)
    assert len(match(snapshot, parse_query("乙丙丁"))) == 4
    assert len(match(snapshot, parse_query("甲乙丙 -乙丙丁 丁"))) == 5


@only_tantivy
def test_what_most_documents_have_is_found_by_those_that_lack_it(index: GramIndex) -> None:
    with index.writing() as writer:
        for n in range(20):
            writer.add(make_record(n, "甲乙" if n % 4 else "丙"))
    with index.writing() as writer:
        writer.remove("archive.document.7")
    snapshot = index.snapshot()
    assert snapshot
    keys = [int(key.rpartition(".")[2]) for key in snapshot.columns.keys]
    for gram in ("甲", "甲乙"):
        assert [keys[n] for n in snapshot.documents_with(gram)] == [n for n in range(20) if n % 4 and n != 7]
    assert [keys[n] for n in snapshot.documents_with("丙")] == [0, 4, 8, 12, 16]


@only_tantivy
def test_files_that_cannot_be_read_are_told_with_the_remedy(index: GramIndex) -> None:
    with index.writing() as writer:
        writer.add(make_record(1, "文"))
    generation = index.folder.current()
    assert generation
    (generation / "meta.json").write_text("{")
    assert index.snapshot() is None
    assert "rebuild_index" in index.damage
    with pytest.raises(StoreUnreadable, match="rebuild_index"), index.writing() as writer:
        writer.add(make_record(2, "文"))
