"""A process that writes is killed at every single step: nothing is lost, and nobody who reads notices.

Where not everything is required, long work is killed at one step in two or three.

A step is whatever changes the file system: opening to write, making, renaming, deleting. The process counts its
steps and kills itself at the one that it was given, so every moment comes to be tried, not only the lucky ones.
What tantivy does to files Python does not see: there the kernel tells of each step, and the process is killed a
moment after it.
"""

import ctypes
import json
import multiprocessing
import os
import random
import shutil
import signal
import struct
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from haystack import connections

from archive.models import Document, Issue
from archive.search import common_runs, posting_writer, update
from archive.search.engine import GramIndex, index_at
from archive.search.folder import TEXTS
from archive.search.matching import match
from archive.search.query import search_documents
from archive.search.query_language import parse_query
from archive.search.records import Record
from archive.search.whoosh_backend import GramSearchBackend
from tests.factories import make_issue

STEPS = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.utime")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
# inotify: closed after writing, moved from and to, made, deleted
CHANGES = 0x8 | 0x40 | 0x80 | 0x100 | 0x200
A_FOLDER = 0x40000000
EVENT = struct.Struct("iIII")

pytestmark = pytest.mark.usefixtures("search_engine")


def run_until(step: int, place: Path, work: Callable[[], object]) -> bool:
    """Run `work` in a process of its own that dies at its n-th step within `place`; False when it came to its end."""
    fork = multiprocessing.get_context("fork").Process
    if settings.SEARCH_ENGINE == "whoosh":
        process = fork(target=_run, args=(step, str(place), work))
        process.start()
    else:
        process = fork(target=work)
        _kill_after(step, place, process)
    process.join()
    assert process.exitcode in {0, -signal.SIGKILL}
    return process.exitcode != 0


def _run(step: int, place: str, work: Callable[[], object]) -> None:
    left = step

    def count(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if event not in STEPS and not (event == "open" and arguments[2] & WRITING):
            return
        # a name by itself: within a tree that is being deleted
        if str(arguments[0]).startswith(place) or not os.path.isabs(arguments[0]):
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    work()


def _kill_after(step: int, place: Path, process: multiprocessing.process.BaseProcess) -> None:
    """Start `process` and kill it once the n-th change within `place` is over, unless it ends before."""
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(os.O_NONBLOCK)
    folders: dict[int, Path] = {}

    def look_at(folder: Path) -> None:
        if (number := libc.inotify_add_watch(watch, os.fsencode(folder), CHANGES)) >= 0:
            folders[number] = folder

    for folder in (place, *(path for path in place.rglob("*") if path.is_dir())):
        look_at(folder)
    process.start()
    seen = 0
    while seen <= step and process.is_alive():
        try:
            events = os.read(watch, 1 << 16)
        except BlockingIOError:
            time.sleep(0.0002)
            continue
        while events:
            number, kind, _, length = EVENT.unpack_from(events)
            name = events[EVENT.size : EVENT.size + length].rstrip(b"\0")
            if kind & A_FOLDER and name:
                look_at(folders[number] / os.fsdecode(name))
            seen += 1
            events = events[EVENT.size + length :]
    os.close(watch)
    if seen > step and process.is_alive():
        process.kill()


def kills(
    place: Path, begin: Callable[[], None], work: Callable[[], object], every_step: bool
) -> Iterator[int]:
    """`begin`, then `work` killed at its first, second, … step, until it comes to its end; the step each time.

    A few are left out between one and the next unless every step is asked for, and with tantivy always, which takes
    ten times as many.
    """
    choose = random.Random(3)
    most = (1 if every_step else 4) if settings.SEARCH_ENGINE == "whoosh" else 9
    step = 0
    killed = True
    while killed:
        begin()
        killed = run_until(step, place, work)
        yield step
        step += choose.randint(1, most)
    assert step > 10, "the steps were not counted"


def make_record(number: int, body: str, group: str = "1") -> Record:
    return Record(key=f"archive.document.{number}", group=group, titles=(f"第{number}号",), body=body)


def bodies(index: GramIndex) -> list[str]:
    """The texts of all documents that a search finds."""
    snapshot = index.snapshot()
    assert snapshot is not None
    found = match(snapshot, parse_query("文"))
    assert found == snapshot.alive
    return sorted(snapshot.text(number).rpartition(b"\x00")[2].decode() for number in found)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "index"


def restored(place: Path) -> Callable[[], None]:
    """Puts the folder back as it is now."""
    kept = place.with_name("kept")
    shutil.copytree(place, kept)

    def restore() -> None:
        shutil.rmtree(place)
        shutil.copytree(kept, place)

    return restore


def files_of_no_segment(index: GramIndex) -> set[str]:
    """Names of files in the index's folder that belong to nothing."""
    generation, snapshot = index.folder.current(), index.snapshot()
    assert generation
    assert snapshot
    if settings.SEARCH_ENGINE == "whoosh":
        segments = set(snapshot.lists.segments)
        own = {f"_MAIN_{snapshot.lists.toc}.toc", "MAIN_WRITELOCK"}
    else:
        meta = json.loads((generation / "meta.json").read_text())
        segments = {segment["segment_id"].replace("-", "") for segment in meta["segments"]}
        own = {"meta.json", ".managed.json", ".tantivy-meta.lock", ".tantivy-writer.lock"}
    known = tuple(f"{name}." for name in segments)
    other = {path.name for path in generation.iterdir() if not path.name.startswith(known)}
    above = {path.name for path in index.folder.path.iterdir()} - {
        generation.name,
        "current",
        "lock",
        "queue",
    }
    return (other - own - {"texts", "version"}) | above


# --- the index ---------------------------------------------------------------------------------------
def change(place: Path) -> None:
    with GramIndex(place).writing() as writer:
        writer.remove_group("1")
        for n in range(4):
            writer.add(make_record(10 + n, f"新文{n}", group="2"))


def rebuild(place: Path) -> None:
    with GramIndex(place).rebuilding() as writer:
        for n in range(4):
            writer.add(make_record(10 + n, f"新文{n}", group="2"))


OLD = [f"旧文{n}" for n in range(3)]
NEW = [f"新文{n}" for n in range(4)]
# tantivy merges eight segments: six of these, one with the old, one with the new.
KEPT = [f"常文{n}" for n in range(7)]


@pytest.mark.parametrize(
    ("work", "segments", "after"),
    [
        (change, "one", [*NEW, *KEPT[:1]]),
        # one segment a document, and they are merged
        pytest.param(change, "many", [*NEW, *KEPT], marks=pytest.mark.in_full),
        pytest.param(rebuild, "one", NEW, marks=pytest.mark.in_full),
        (rebuild, "many", NEW),
    ],
)
def test_a_killed_writer_leaves_what_was_or_what_shall_be(
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    work: Callable[[Path], None],
    segments: str,
    after: list[str],
    everything: bool,
) -> None:
    if segments == "many":
        monkeypatch.setattr(posting_writer, "HELD", 1)
        monkeypatch.setattr(posting_writer, "_MERGE_AT", 4)
    kept = KEPT if segments == "many" else KEPT[:1]
    for n, body in enumerate(kept[1:]):
        with GramIndex(place).writing() as writer:
            writer.add(make_record(20 + n, body, group="3"))
    with GramIndex(place).writing() as writer:
        for n, body in enumerate(OLD):
            writer.add(make_record(n, body, group="1"))
        writer.add(make_record(9, kept[0], group="3"))
    before, seen = sorted([*OLD, *kept]), set()
    for _ in kills(place, restored(place), lambda: work(place), everything or segments == "one"):
        index = GramIndex(place)
        found = bodies(index)
        assert found in (before, sorted(after))
        seen.add(found == before)
        # the lock is free, and the next one brings it about and clears up
        with index.writing(timeout=0) as writer:
            writer.add(make_record(77, "后文"))
        assert bodies(index) == sorted([*found, "后文"])
        assert files_of_no_segment(index) == set()
        work(place)
        assert bodies(index) == sorted(after)
        assert files_of_no_segment(index) == set()
    assert seen == {True, False}


def test_a_writer_killed_while_it_lists_what_is_common(
    place: Path, monkeypatch: pytest.MonkeyPatch, everything: bool
) -> None:
    """The commit that makes the segments ten, of which the merged one is the first with enough documents to have lists."""
    monkeypatch.setattr(common_runs, "SAMPLE", 20)
    monkeypatch.setattr(posting_writer, "SAMPLE", 20)
    records = [make_record(n, f"文{n},自发布之日起施行", group=str(n // 2)) for n in range(20)]

    def add(of_group: int) -> None:
        with GramIndex(place).writing() as writer:
            for record in records[2 * of_group : 2 * of_group + 2]:
                writer.add(record)

    for of_group in range(9):
        add(of_group)
    before, after = (sorted(record.body for record in some) for some in (records[:18], records))
    seen: set[tuple[bool, bool]] = set()
    for _ in kills(place, restored(place), lambda: add(9), everything):
        index = GramIndex(place)
        found = bodies(index)
        assert found in (before, after)
        assert_all_have_the_clause(index)
        seen.add((found == after, has_lists(index)))
        with index.writing(timeout=0):
            pass  # what the killed one left is merged by the next
        assert bodies(index) == found
        assert_all_have_the_clause(index)
        assert files_of_no_segment(index) == set()
        assert has_lists(index) == (found == after and settings.SEARCH_ENGINE == "whoosh")
    assert (False, False) in seen
    if settings.SEARCH_ENGINE == "whoosh":
        assert seen == {(False, False), (True, False), (True, True)}


def assert_all_have_the_clause(index: GramIndex) -> None:
    snapshot = index.snapshot()
    assert snapshot is not None
    for part in ("自发布之日起施行", "日起施行", "发布之"):
        assert match(snapshot, parse_query(part)) == snapshot.alive
    assert not match(snapshot, parse_query("施行日起"))


def has_lists(index: GramIndex) -> bool:
    """True where some segment lists the clause that all documents have."""
    snapshot = index.snapshot()
    assert snapshot is not None
    return snapshot.count_with(common_runs.clause_gram("自发布之日起施行")) > 0


def test_a_writer_killed_while_it_appends_texts(place: Path) -> None:
    """Half a text at the end of the file belongs to nobody, and the next text stands behind it."""
    index = GramIndex(place)
    with index.writing() as writer:
        writer.add(make_record(1, "旧文"))
    choose = random.Random(4)
    for turn in range(8):
        writing = multiprocessing.get_context("fork").Process(target=write_long, args=(place,))
        writing.start()
        size = texts_size(index)
        while texts_size(index) == size:
            time.sleep(0.001)
        time.sleep(choose.uniform(0, 0.05))
        os.kill(writing.pid or 0, signal.SIGKILL)
        writing.join()
        assert texts_size(index) > size
        expected = sorted(["旧文", *(f"后文{n}" for n in range(turn))])
        assert bodies(GramIndex(place)) == expected
        with index.writing(timeout=0) as writer:
            writer.add(make_record(100 + turn, f"后文{turn}"))
        assert bodies(index) == sorted([*expected, f"后文{turn}"])


def write_long(place: Path) -> None:
    with GramIndex(place).writing() as writer:
        for number in range(1000, 100_000):
            writer.add(make_record(number, "长文" * 5000))


def texts_size(index: GramIndex) -> int:
    generation = index.folder.current()
    assert generation
    return (generation / TEXTS).stat().st_size


# --- index and database ------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("what", ["index_issue", pytest.param("rebuild", marks=pytest.mark.in_full)])
def test_the_next_start_brings_the_index_to_what_the_database_says(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch, what: str, everything: bool
) -> None:
    """One issue is withdrawn, one published, one changed; a process dies over each, somewhere."""
    place = data_folder / "index"
    withdrawn, published, changed = make_issue(), make_issue(label="2", state="draft"), make_issue(label="3")
    update.rebuild()
    Issue.objects.filter(pk=withdrawn.pk).update(state="withdrawn", withdrawn_at=timezone.now())
    Issue.objects.filter(pk=published.pk).update(state="published")
    changed.documents.filter(position=1).update(title="改了的标题")
    issues = (withdrawn, published, changed)
    for issue in issues:
        index_at(str(place)).folder.announce(issue.pk)  # as `index_on_commit` does before the commit
    # A killed process must not take the connection to the database with it: it is given what it would read.
    backend = connections["default"].get_backend()
    index = connections["default"].get_unified_index().get_index(Document)
    ready: dict[int | None, list[Record]] = {None: list(backend.records(index))}
    ready |= {issue.pk: list(backend.records(index, issue_id=issue.pk)) for issue in issues}

    def records(self: object, index: object, **lookup: Iterable[int | None]) -> Iterator[Record]:
        keys = () if "pk__in" in lookup else lookup.get("issue_id__in", (None,))
        return (record for pk in keys for record in ready[pk])

    def work() -> None:
        with monkeypatch.context() as patch:
            patch.setattr(GramSearchBackend, "records", records)
            patch.setattr(update, "_with_another_validity", lambda backend: set())
            patch.setattr(update, "next_edition_beside_issues", lambda: None)
            if what == "rebuild":
                update.rebuild()
            for issue in issues:
                update.index_issue(issue)

    was = update.indexed_ids()
    will_be = set(Document.objects.published().values_list("pk", flat=True))
    for _ in kills(place, restored(place), work, everything):
        index_at(str(place))._snapshot = None  # the folder was put back: a commit of this name is another one
        # whole issues, and none that stood before and stands after is ever missing
        assert was & will_be <= update.indexed_ids() <= was | will_be
        assert not update.ensure()
        assert not update.differences()
        assert search_documents("改了的标题").total == 1


@pytest.mark.django_db(transaction=True)
def test_a_change_is_announced_before_it_is_committed(data_folder: Path) -> None:
    issue = make_issue()
    update.rebuild()
    folder = index_at(str(data_folder / "index")).folder
    with transaction.atomic():
        issue.documents.filter(position=1).update(title="改了的标题")
        update.index_on_commit(issue.pk)
        assert list(folder.announced().values()) == [issue.pk]
        assert folder.queued() == {}
    assert folder.announced() == {}
    assert search_documents("改了的标题").total == 1


@pytest.mark.django_db
def test_what_was_announced_stays_until_no_transaction_can_be_open(data_folder: Path) -> None:
    """The sweep of another process may come before the commit, and must not take the note away."""
    issue = make_issue()
    update.rebuild()
    folder = index_at(str(data_folder / "index")).folder
    note = folder.announce(issue.pk)
    update.ensure()
    assert list(folder.announced()) == [note]
    issue.documents.filter(position=1).update(title="改了的标题")
    update.ensure()
    assert not update.differences()
    long_ago = time.time() - 3600
    os.utime(note, (long_ago, long_ago))
    update.ensure()
    assert folder.announced() == {}
    assert folder.queued() == {}
