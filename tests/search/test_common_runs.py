"""Runs that many documents have are listed; what is found stays what a scan finds, listed or not."""

import random
from pathlib import Path

import pytest

from archive.search.document_set import DocumentSet
from archive.search.engine import GramIndex
from archive.search.matching import match
from archive.search.query_language import Term
from archive.search.records import Record
from archive.search.snapshot import Snapshot
from archive.search.whoosh_store import WhooshLists

# tantivy keeps positions, and needs no such lists.
pytestmark = pytest.mark.parametrize("search_engine", ["whoosh"], indirect=True)

CLAUSES = ("各县区人民政府", "安全生产责任制", "有关单位要抓好落实", "自发布之日起施行", "人民安全政府生产")


def records_of(numbers: range, seed: int = 3) -> list[Record]:
    choose = random.Random(seed)
    return [
        Record(
            key=f"archive.document.{number}",
            group=str(number // 10),
            titles=(f"第{number}号通知",),
            body=",".join(choose.choices(CLAUSES, weights=(4, 2, 1, 1, 1), k=choose.randrange(1, 4))),
        )
        for number in numbers
    ]


def lists_of(snapshot: Snapshot) -> WhooshLists:
    assert isinstance(snapshot.lists, WhooshLists)
    return snapshot.lists


def listed(snapshot: Snapshot, run: str) -> tuple[DocumentSet, DocumentSet]:
    return lists_of(snapshot).listed_runs(run)


def fill(index: GramIndex, *commits: list[Record]) -> Snapshot:
    for records in commits:
        with index.writing() as writer:
            for record in records:
                writer.add(record)
    snapshot = index.snapshot()
    assert snapshot is not None
    return snapshot


def assert_found_as_by_a_scan(snapshot: Snapshot, records: list[Record]) -> None:
    choose = random.Random(4)
    for clause in CLAUSES:
        for length in (3, 4, 5, 7):
            at = choose.randrange(len(clause) - length + 1)
            run = clause[at : at + length]
            found = {snapshot.columns.keys[number] for number in match(snapshot, Term(run))}
            assert found == {record.key for record in records if run in record.body}, run


@pytest.fixture
def index(tmp_path: Path, search_engine: str) -> GramIndex:
    return GramIndex(tmp_path / "index")


def test_a_common_run_needs_no_look_into_a_text(index: GramIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    records = records_of(range(1, 400))
    snapshot = fill(index, records)
    having, covered = listed(snapshot, "人民政府")
    assert len(covered) == len(records)
    assert {snapshot.columns.keys[n] for n in having} == {r.key for r in records if "人民政府" in r.body}
    assert_found_as_by_a_scan(snapshot, records)

    def read(*_: object) -> object:
        raise AssertionError("a text was read")

    monkeypatch.setattr(Snapshot, "texts", lambda self, numbers: [read() for _ in numbers])
    assert len(match(snapshot, Term("人民政府"))) == len(having) > 100


def test_segments_that_list_a_run_stand_beside_those_that_do_not(index: GramIndex) -> None:
    """A segment of few documents cannot tell what is common."""
    large, small = records_of(range(1, 300)), records_of(range(300, 340), seed=9)
    snapshot = fill(index, large, small)
    having, covered = listed(snapshot, "人民政府")
    assert len(covered) == 299 and having
    assert_found_as_by_a_scan(snapshot, large + small)


def test_merging_drops_the_list_that_one_segment_lacks(index: GramIndex) -> None:
    """Nine segments list 人民政府, the tenth has it in one document and does not: a list of nine would hide that one."""
    nine = [records_of(range(n * 210 + 1, n * 210 + 211), seed=n) for n in range(9)]
    odd = [
        Record(
            key=f"archive.document.{n}",
            group="odd",
            titles=("通知",),
            body="人民政府" if n == 5100 else "自发布之日起施行",
        )
        for n in range(5000, 5210)
    ]
    snapshot = fill(index, *nine, odd)
    assert len(lists_of(snapshot).readers) == 1  # merged
    everything = [record for records in nine for record in records] + odd
    assert not listed(snapshot, "人民政府")[1]
    assert listed(snapshot, "自发布之")[1] == snapshot.alive
    assert_found_as_by_a_scan(snapshot, everything)


def test_a_deleted_document_is_in_no_list(index: GramIndex) -> None:
    records = records_of(range(1, 300))
    fill(index, records)
    gone = next(record for record in records if "人民政府" in record.body)
    with index.writing() as writer:
        writer.remove(gone.key)
    snapshot = index.snapshot()
    assert snapshot is not None
    assert_found_as_by_a_scan(snapshot, [record for record in records if record is not gone])
