"""The index by itself: what goes in is found, exactly; readers and writers of several processes get along."""

import multiprocessing
import os
import random
import signal
import threading
import time
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from archive.search.engine import GramIndex, IndexOutdated
from archive.search.folder import CURRENT, VERSION, IndexBusy
from archive.search.folding import normalise
from archive.search.grams import grams_of
from archive.search.matching import match, word_pattern
from archive.search.postings import read_postings
from archive.search.query_language import Term, make_term, parse_query
from archive.search.ranking import SCORED, in_order
from archive.search.records import Record
from archive.search.snapshot import Snapshot

LETTERS = "市政府办公室关于印发安全生产工作的通知一二三四五2022年1月15日ab ,。[]"


def make_record(number: int, body: str, group: str = "1", title: str = "", **changes: object) -> Record:
    title = title or f"第{number}号通知"
    fields: dict[str, object] = {"values": {"year": str(2000 + number % 25)}, "day": 730_000 + number}
    return Record(
        key=f"archive.document.{number}",
        group=group,
        titles=(normalise(title),),
        body=normalise(body),
        **(fields | changes),  # type: ignore[arg-type]
    )


def random_records(count: int, seed: int = 5) -> list[Record]:
    choose = random.Random(seed)
    return [
        make_record(n, "".join(choose.choices(LETTERS, k=choose.randrange(20, 400))), group=str(n // 10))
        for n in range(1, count + 1)
    ]


only_whoosh = pytest.mark.parametrize("search_engine", ["whoosh"], indirect=True)


@pytest.fixture
def index(tmp_path: Path, search_engine: str) -> GramIndex:
    return GramIndex(tmp_path / "index")


def fill(index: GramIndex, records: list[Record], commits: int = 1) -> Snapshot:
    size = -(-len(records) // commits)
    for first in range(0, len(records), size):
        with index.writing() as writer:
            for record in records[first : first + size]:
                writer.add(record)
    return snapshot_of(index)


def snapshot_of(index: GramIndex) -> Snapshot:
    snapshot = index.snapshot()
    assert snapshot is not None
    return snapshot


def keys_found(snapshot: Snapshot, query: str) -> set[str]:
    return {snapshot.columns.keys[number] for number in match(snapshot, parse_query(query))}


def scan(records: list[Record], term: Term) -> set[str]:
    """What reading every text from end to end finds."""

    def has(record: Record) -> bool:
        return any(
            word_pattern(term.text).search(text) if term.whole else term.text in text for text in record.texts
        )

    return {record.key for record in records if has(record)}


# --- exactness ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("commits", [1, 7, 25])
def test_every_run_of_characters_is_found_as_a_scan_finds_it(index: GramIndex, commits: int) -> None:
    records = random_records(100)
    snapshot = fill(index, records, commits)
    choose = random.Random(11)
    seen = 0
    for _ in range(1500):
        body = choose.choice(records).body
        start = choose.randrange(len(body))
        run = body[start : start + choose.randrange(1, 13)].strip()
        # white space would make two terms of it
        if (term := make_term(run)) is None or " " in run:
            continue
        found = {snapshot.columns.keys[number] for number in match(snapshot, term)}
        assert found == scan(records, term), run
        seen += len(found)
    assert seen > 1500


def test_pairs_of_terms_are_found_as_a_scan_finds_them(index: GramIndex) -> None:
    records = random_records(60)
    snapshot = fill(index, records, 3)
    choose = random.Random(12)
    for _ in range(300):
        runs = []
        for _ in range(2):
            body = choose.choice(records).body.replace(" ", "")
            start = choose.randrange(len(body) - 4)
            runs.append(body[start : start + choose.randrange(1, 4)])
        first, second = (make_term(run) for run in runs)
        assert first
        assert second
        both = scan(records, first) & scan(records, second)
        without = scan(records, first) - scan(records, second)
        either = scan(records, first) | scan(records, second)
        quoted = [f'"{run}"' for run in runs]
        assert keys_found(snapshot, f"{quoted[0]} {quoted[1]}") == both
        assert keys_found(snapshot, f"{quoted[0]} -{quoted[1]}") == without
        assert keys_found(snapshot, f"{quoted[0]} OR {quoted[1]}") == either


def test_nothing_matches_over_the_border_of_two_parts(index: GramIndex) -> None:
    record = Record("archive.document.1", "1", titles=("甲乙", "丙丁"), numbers=("戊己",), body="庚辛")
    snapshot = fill(index, [record])
    for run in ("乙丙", "丁戊", "己庚", "甲乙丙", "乙丙丁戊"):
        assert not keys_found(snapshot, run)
    for run in ("甲乙", "丙丁", "戊己", "庚辛"):
        assert keys_found(snapshot, run)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("2022", {1, 3}),
        ("22", set()),
        ("202", set()),
        ("5", {2}),
        ("gdp", {3}),
        ("GD", set()),
        ("ＧＤＰ", {3}),
        ('"gdp 2022"', {3}),
        ('"dp 2022"', set()),
        ("2022年", {1}),
        ("22年", {1}),  # no word: a run of characters
        ("title:2022", set()),
        ("title:第1", {1}),
        ("title:号", {1, 2, 3}),
        ("-2022", {2}),
        ("year:2001", {1}),
        ("2022年 OR 5", {1, 2}),
    ],
)
def test_words_and_fields(index: GramIndex, query: str, found: set[int]) -> None:
    snapshot = fill(
        index, [make_record(1, "2022年"), make_record(2, "5.3和12022"), make_record(3, "增长 GDP 2022")]
    )
    assert keys_found(snapshot, query) == {f"archive.document.{n}" for n in found}


@only_whoosh
def test_posting_lists_are_those_that_whoosh_reads(index: GramIndex) -> None:
    """Blocks read at once give what Whoosh's own matcher gives one by one, over many blocks, deleted or not."""
    records = [make_record(n, f"通知{n}") for n in range(1, 700)]
    fill(index, records)
    with index.writing() as writer:
        writer.remove("archive.document.350")
    snapshot = snapshot_of(index)
    compared = 0
    for _, reader in snapshot.lists.readers:
        deleted = set(reader.segment().deleted_docs())
        for name, gram in reader.all_terms():
            if name == "grams":
                ours = set(read_postings(reader, name, gram)) - deleted
                assert ours == set(reader.postings(name, gram).all_ids())
                compared += 1
    assert compared > 700


def test_grams_are_characters_pairs_and_words() -> None:
    assert grams_of(["安全ab2"]) == {"安", "全", "a", "b", "2", "安全", "全a", "ab", "b2", "\x01ab2"}


# --- writing -----------------------------------------------------------------------------------------
def test_a_record_replaces_the_one_of_its_key(index: GramIndex) -> None:
    fill(index, [make_record(1, "旧文"), make_record(2, "旁文")])
    snapshot = fill(index, [make_record(1, "新文")])
    assert len(snapshot.alive) == 2
    assert not keys_found(snapshot, "旧文")
    assert keys_found(snapshot, "新文") == {"archive.document.1"}


def test_an_issue_is_removed_in_one_commit(index: GramIndex) -> None:
    fill(index, [make_record(n, "正文", group=str(n % 2)) for n in range(10)])
    with index.writing() as writer:
        writer.remove_group("1")
    assert keys_found(snapshot_of(index), "正文") == {f"archive.document.{n}" for n in range(0, 10, 2)}


def test_a_failed_write_changes_nothing_and_frees_the_lock(index: GramIndex) -> None:
    before = fill(index, [make_record(1, "正文")])
    with pytest.raises(ZeroDivisionError), index.writing() as writer:  # noqa: PT012
        writer.remove("archive.document.1")
        writer.add(make_record(2, "正文"))
        raise ZeroDivisionError
    assert snapshot_of(index) is before
    with index.writing(timeout=0) as writer:
        writer.add(make_record(3, "正文"))
    assert len(snapshot_of(index).alive) == 2


def test_a_snapshot_stays_whole_while_others_write(index: GramIndex) -> None:
    records = random_records(30)
    before = fill(index, records)
    with index.writing() as writer:
        for record in records:
            writer.remove(record.key)
    with index.rebuilding() as writer:
        writer.add(make_record(99, "别的"))
    term = make_term("政府")
    assert term
    assert {before.columns.keys[n] for n in match(before, term)} == scan(records, term)
    assert keys_found(snapshot_of(index), "别的") == {"archive.document.99"}


@only_whoosh
def test_many_small_commits_leave_few_segments(index: GramIndex) -> None:
    records = random_records(120)
    snapshot = fill(index, records, 120)
    assert len(snapshot.lists.readers) < 20
    assert len(snapshot.alive) == 120
    term = make_term("工作")
    assert term
    assert keys_found(snapshot, "工作") == scan(records, term)


@only_whoosh
def test_nothing_is_copied_into_compound_files(index: GramIndex) -> None:
    fill(index, [make_record(1, "正文")])
    generation = index.folder.current()
    assert generation
    assert not list(generation.glob("*.seg"))


# --- generations -------------------------------------------------------------------------------------
def test_no_index_and_an_empty_one(index: GramIndex) -> None:
    assert index.snapshot() is None
    with index.rebuilding():
        pass
    snapshot = snapshot_of(index)
    assert not snapshot.alive
    assert not keys_found(snapshot, "通知")
    assert snapshot_of(index) is snapshot


def test_a_rebuild_stands_beside_until_it_is_whole(index: GramIndex) -> None:
    fill(index, [make_record(1, "旧文")])
    with index.rebuilding() as writer:
        writer.add(make_record(2, "新文"))
        assert keys_found(snapshot_of(index), "旧文") == {"archive.document.1"}
        assert not keys_found(snapshot_of(index), "新文")
    assert keys_found(snapshot_of(index), "新文") == {"archive.document.2"}
    assert not keys_found(snapshot_of(index), "旧文")
    assert len(list(index.folder.path.glob("g-*"))) == 1


def test_a_rebuild_that_fails_leaves_the_old_index(index: GramIndex) -> None:
    fill(index, [make_record(1, "旧文")])
    with pytest.raises(ZeroDivisionError), index.rebuilding():
        raise ZeroDivisionError
    assert keys_found(snapshot_of(index), "旧文")
    assert len(list(index.folder.path.glob("g-*"))) == 1


def test_an_index_of_another_version_is_not_read_nor_written(index: GramIndex) -> None:
    fill(index, [make_record(1, "旧文")])
    generation = index.folder.current()
    assert generation
    (generation / VERSION).write_text("0")
    other = GramIndex(index.folder.path)
    assert other.snapshot() is None
    assert other.is_outdated()
    with pytest.raises(IndexOutdated, match="rebuild_index"), other.writing():
        pass
    with other.rebuilding() as writer:
        writer.add(make_record(2, "新文"))
    assert keys_found(snapshot_of(other), "新文")


def test_a_current_that_points_nowhere_is_no_index(index: GramIndex) -> None:
    fill(index, [make_record(1, "正文")])
    (index.folder.path / CURRENT).write_text("g-lost")
    assert GramIndex(index.folder.path).snapshot() is None


# --- several processes -------------------------------------------------------------------------------
def test_a_writer_waits_for_another_and_no_longer_than_it_may(index: GramIndex) -> None:
    with index.folder.locked():
        with pytest.raises(IndexBusy), index.writing(timeout=0.05):
            pass
        waiting = fork(write_one, index.folder.path, 7)
        assert waiting.exitcode is None
    waiting.join()
    assert waiting.exitcode == 0
    assert keys_found(snapshot_of(index), "正文") == {"archive.document.7"}


def test_readers_of_other_processes_see_before_or_after_and_never_half(index: GramIndex) -> None:
    """A writer puts whole issues of five in and takes them out; searches meanwhile find multiples of five."""
    fill(index, [make_record(n, "常在") for n in range(1, 6)])
    writing = fork(write_issues, index.folder.path, 25)
    searches, seen = 0, set()
    while writing.is_alive():
        snapshot = snapshot_of(index)
        always = keys_found(snapshot, "常在")
        coming = keys_found(snapshot, "来去")
        assert len(always) == 5
        assert len(coming) % 5 == 0
        for number in match(snapshot, parse_query("来去的正文")):
            assert snapshot.text(number).decode().endswith("来去的正文")
        seen.add(len(coming))
        searches += 1
    writing.join()
    assert writing.exitcode == 0
    assert searches > 20
    assert len(seen) > 1


def test_thousands_of_searches_while_issues_go_in_and_the_index_is_swapped(index: GramIndex) -> None:
    """Two processes search, one writes, merges and rebuilds: no search fails, and each sees before or after."""
    write_all(index)
    done = multiprocessing.get_context("fork").Event()
    writing = fork(write_and_swap, index.folder.path, done)
    searching = [fork(search_on, index.folder.path, 4000) for _ in range(2)]
    for process in searching:
        process.join()
    done.set()
    writing.join()
    assert [process.exitcode for process in (*searching, writing)] == [0, 0, 0]


def write_all(index: GramIndex) -> None:
    with index.rebuilding() as writer:
        for n in range(1, 6):
            writer.add(make_record(n, "常在"))


def write_and_swap(path: Path, done: Event) -> None:
    turns = 0
    while not done.is_set():
        write_issues(path, 12)
        write_all(GramIndex(path))
        turns += 1
    assert turns > 0


def search_on(path: Path, times: int) -> None:
    index, seen = GramIndex(path), set()
    for turn in range(times):
        if turn % 50 == 0:
            index = GramIndex(path)  # what a process does that begins
        snapshot = snapshot_of(index)
        assert len(keys_found(snapshot, "常在")) == 5
        coming = match(snapshot, parse_query("来去的正文"))
        assert len(coming) % 5 == 0
        assert all(snapshot.text(number).endswith("来去的正文".encode()) for number in coming)
        seen.add((len(coming), snapshot._name))
    assert len(seen) > 2


def test_threads_share_one_index_while_it_is_written(index: GramIndex) -> None:
    records = random_records(40)
    fill(index, records)
    runs = ["政府", "关于印发", "2022", "安", "工作的通知"]
    terms = [term for run in runs if (term := make_term(run))]
    wanted = {term: scan(records, term) for term in terms}
    wrong: list[str] = []
    done = threading.Event()

    def search() -> None:
        while not done.is_set():
            snapshot = snapshot_of(index)
            for term in terms:
                found = {snapshot.columns.keys[number] for number in match(snapshot, term)}
                if {key for key in found if int(key.split(".")[2]) < 1000} != wanted[term]:
                    wrong.append(term.text)

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    write_issues(index.folder.path, 12)
    done.set()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_writer_that_is_killed_leaves_the_index_whole_and_unlocked(index: GramIndex) -> None:
    fill(index, [make_record(n, "常在") for n in range(1, 6)])
    choose = random.Random(2)
    for _ in range(4):
        writing = fork(write_issues, index.folder.path, 1000)
        time.sleep(choose.uniform(0.02, 0.2))
        assert writing.pid
        os.kill(writing.pid, signal.SIGKILL)
        writing.join()
        snapshot = snapshot_of(index)
        assert len(keys_found(snapshot, "常在")) == 5
        assert len(keys_found(snapshot, "来去")) % 5 == 0
        with index.writing(timeout=0) as writer:
            writer.add(make_record(1, "常在"))
    with index.rebuilding() as writer:
        writer.add(make_record(1, "常在"))
    assert len(list(index.folder.path.glob("g-*"))) == 1


def fork(target: object, *arguments: object) -> multiprocessing.process.BaseProcess:
    process = multiprocessing.get_context("fork").Process(target=target, args=arguments)  # type: ignore[arg-type]
    process.start()
    return process


def write_one(path: Path, number: int) -> None:
    with GramIndex(path).writing() as writer:
        writer.add(make_record(number, "正文"))


def write_issues(path: Path, rounds: int) -> None:
    index = GramIndex(path)
    for turn in range(rounds):
        with index.writing() as writer:
            group = str(100 + turn % 3)
            writer.remove_group(group)
            if turn % 4 != 3:
                for n in range(5):
                    writer.add(make_record(1000 + turn * 10 + n, "来去的正文", group=group))


# --- the queue ---------------------------------------------------------------------------------------
def test_the_queue_keeps_every_note_until_it_is_done(index: GramIndex) -> None:
    folder = index.folder
    assert folder.queued() == {}
    folder.enqueue(4)
    folder.enqueue(4)
    notes = folder.queued()
    assert sorted(notes.values()) == [4, 4]
    folder.enqueue(4)
    folder.done(notes)
    assert sorted(folder.queued().values()) == [4]


# --- order -------------------------------------------------------------------------------------------
@pytest.fixture
def three(index: GramIndex) -> Snapshot:
    return fill(
        index,
        [
            make_record(1, "安全" * 3 + "其他" * 40, numbers=("甲发[2022]2号",), order="甲\x002022\x000002"),
            make_record(2, "其他" * 40 + "安全", title="安全通知", order="甲\x002022\x000010"),
            make_record(3, "其他" * 40 + "安全" * 2, day=0),
        ],
    )


@pytest.mark.parametrize(
    ("query", "sort", "order"),
    [
        ("安全", "relevance", [2, 1, 3]),  # the title first, then how often
        ("甲发[2022]2号 OR 安全", "relevance", [1, 2, 3]),  # its own number before a title
        ("其他", "relevance", [2, 1, 3]),  # all alike: newer first
        ("安全", "date", [2, 1, 3]),
        ("安全", "number", [1, 2, 3]),  # 2号 before 10号, none last
    ],
)
def test_order(three: Snapshot, query: str, sort: str, order: list[int]) -> None:
    condition = parse_query(query)
    ranked = in_order(three, match(three, condition), condition, sort)
    assert [int(three.columns.keys[number].split(".")[2]) for number, _ in ranked] == order


def test_terms_that_stand_together_come_before_scattered_ones(index: GramIndex) -> None:
    snapshot = fill(
        index,
        [
            make_record(1, "安全其他其他生产"),
            make_record(2, "其他安全生产其他"),
            make_record(3, "生产安全其他其他"),
        ],
    )
    condition = parse_query("安全 生产")
    ranked = in_order(snapshot, match(snapshot, condition), condition, "relevance")
    assert snapshot.columns.keys[ranked[0][0]] == "archive.document.2"


def test_newer_ones_come_first_on_ties(index: GramIndex) -> None:
    snapshot = fill(index, [make_record(n, "同文", title="同题") for n in range(1, 8)])
    condition = parse_query("同文")
    ranked = in_order(snapshot, match(snapshot, condition), condition, "relevance")
    days = [snapshot.columns.days[number] for number, _ in ranked]
    assert days == sorted(days, reverse=True)


def test_of_very_many_all_are_there_once_and_titles_first(index: GramIndex) -> None:
    count = SCORED + 200
    records = [make_record(n, "同文", title="同文题" if n == 3 else "") for n in range(1, count + 1)]
    snapshot = fill(index, records)
    condition = parse_query("同文")
    ranked = in_order(snapshot, match(snapshot, condition), condition, "relevance")
    assert len({number for number, _ in ranked}) == len(ranked) == count
    # the oldest but two, and yet first: its title says it
    assert snapshot.columns.keys[ranked[0][0]] == "archive.document.3"
