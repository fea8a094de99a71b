"""Runs and clauses that many documents have are listed; what is found stays what a scan finds, listed or not."""

import random
from pathlib import Path

import pytest
from pytest_django import Settings

from archive.search import posting_writer
from archive.search.common_runs import ListedClauses, clause_gram
from archive.search.document_set import DocumentSet
from archive.search.engine import GramIndex
from archive.search.matching import match
from archive.search.query_language import And, Condition, Term
from archive.search.records import Record
from archive.search.snapshot import Snapshot
from archive.search.whoosh_store import WhooshLists

CLAUSES = ("各县区人民政府", "安全生产责任制", "有关单位要抓好落实", "自发布之日起施行", "人民安全政府生产")


def records_of(numbers: range, seed: int = 3) -> list[Record]:
    """Documents of a few clauses, and half of them with 人民政府 in a clause that hardly another one has."""
    choose = random.Random(seed)

    def body() -> str:
        clauses = choose.choices(CLAUSES, weights=(4, 2, 1, 1, 1), k=choose.randrange(1, 4))
        if choose.random() < 0.5:
            clauses.append("".join(choose.choices("甲乙丙丁戊己庚辛壬癸", k=4)) + "人民政府")
        return ",".join(clauses)

    return [
        Record(
            key=f"archive.document.{number}",
            group=str(number // 10),
            titles=(f"第{number}号通知",),
            body=body(),
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


def keys_found(snapshot: Snapshot, condition: Condition) -> set[str]:
    return {snapshot.columns.keys[number] for number in match(snapshot, condition)}


def assert_found_as_by_a_scan(snapshot: Snapshot, records: list[Record]) -> None:
    choose = random.Random(4)
    having: dict[str, set[str]] = {}
    for clause in (*CLAUSES, "丁戊人民政府", *(choose.choice(records).body for _ in range(40))):
        for length in (3, 4, 5, 7):
            at = choose.randrange(max(len(clause) - length, 0) + 1)
            run = clause[at : at + length]
            having[run] = {record.key for record in records if any(run in text for text in record.texts)}
            assert keys_found(snapshot, Term(run)) == having[run], run
    for _ in range(100):
        runs = choose.sample(sorted(having), k=choose.choice((2, 3)))
        found = keys_found(snapshot, And(tuple(map(Term, runs))))
        assert found == set.intersection(*(having[run] for run in runs)), runs


def read_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_: object) -> object:
        raise AssertionError("a text was read")

    monkeypatch.setattr(Snapshot, "texts", lambda self, numbers: [read() for _ in numbers])


@pytest.fixture
def index(tmp_path: Path, settings: Settings) -> GramIndex:
    """One of Whoosh: tantivy keeps positions, and needs no such lists."""
    settings.SEARCH_ENGINE = "whoosh"
    return GramIndex(tmp_path / "index")


def test_a_common_run_needs_no_look_into_a_text(index: GramIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    records = records_of(range(1, 400))
    snapshot = fill(index, records)
    having, covered = listed(snapshot, "人民政府")
    assert len(covered) == len(records)
    assert {snapshot.columns.keys[n] for n in having} == {r.key for r in records if "人民政府" in r.body}
    assert_found_as_by_a_scan(snapshot, records)
    read_no_text(monkeypatch)
    assert len(match(snapshot, Term("人民政府"))) == len(having) > 100


@pytest.mark.parametrize("part", ["有关单位要抓好落实", "单位要抓好落", "要抓好落", "要抓好"])
def test_a_part_of_a_common_clause_needs_no_look_into_a_text(
    index: GramIndex, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """It has no list of its own: the clause's says as much."""
    records = records_of(range(1, 400))
    snapshot = fill(index, records)
    assert not listed(snapshot, part)[1]
    read_no_text(monkeypatch)
    assert keys_found(snapshot, Term(part)) == {record.key for record in records if part in record.body}


def test_a_run_has_a_list_where_its_pairs_and_the_clauses_would_leave_many_documents(
    index: GramIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All documents have the pairs of 用水管理, in 节约用水, 供水管网 and 加强管理; a tenth have it, each in one clause."""
    records = [
        Record(
            f"archive.document.{n}",
            "1",
            titles=("通知",),
            body="节约用水,供水管网,加强管理" + ",制定用水管理办法" * (n % 10 == 0),
        )
        for n in range(300)
    ]
    snapshot = fill(index, records)
    assert listed(snapshot, "用水管理")[1] == snapshot.alive
    # Only documents with the clause have these pairs.
    assert not listed(snapshot, "理办法")[1]
    read_no_text(monkeypatch)
    for run in ("用水管理", "理办法"):
        assert keys_found(snapshot, Term(run)) == {f"archive.document.{n}" for n in range(0, 300, 10)}


def test_only_documents_without_the_clause_are_looked_into(
    index: GramIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One has the part in the midst of another clause, one over a comma, one in its title; one has but its pairs."""
    odd = [
        Record("archive.document.901", "odd", titles=("通知",), body="请各有关单位要抓好落实到位"),
        Record("archive.document.902", "odd", titles=("通知",), body="有关,单位要抓好落实"),
        Record("archive.document.903", "odd", titles=("关于有关单位要抓好落实的通知",), body="略"),
        Record("archive.document.904", "odd", titles=("通知",), body="有关单位,单位要抓好落,好落实"),
    ]
    snapshot = fill(index, records_of(range(1, 400)) + odd)
    read: list[str] = []

    def texts(self: Snapshot, numbers: list[int]) -> list[bytes]:
        read.extend(self.columns.keys[number] for number in numbers)
        return [self.text(number) for number in numbers]

    monkeypatch.setattr(Snapshot, "texts", texts)
    for part, has in (("单位要抓好落实", {901, 902, 903}), ("有关单位要抓好落实", {901, 903})):
        read.clear()
        found = keys_found(snapshot, Term(part))
        assert {record.key for record in odd} & found == {f"archive.document.{n}" for n in has}
        assert len(found) > 50
        assert set(read) <= {record.key for record in odd}


def test_a_run_is_in_each_clause_once() -> None:
    clauses = ListedClauses(["市政府市政府办", "县政府", "市政府", "县政府"])
    assert clauses.with_run("政府") == ["县政府", "市政府", "市政府市政府办"]
    assert clauses.with_run("市政府市") == ["市政府市政府办"]
    assert clauses.with_run("府县") == []
    assert ListedClauses().with_run("政府") == []


def test_segments_that_list_a_run_stand_beside_those_that_do_not(index: GramIndex) -> None:
    """A segment of few documents cannot tell what is common."""
    large, small = records_of(range(1, 300)), records_of(range(300, 340), seed=9)
    snapshot = fill(index, large, small)
    having, covered = listed(snapshot, "人民政府")
    assert len(covered) == 299 and having
    assert_found_as_by_a_scan(snapshot, large + small)


def test_a_few_documents_without_lists_are_looked_into_at_once(
    index: GramIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To ask every segment for the parts of a run, only to leave some of them out, would take longer."""
    large, small = records_of(range(1, 300)), records_of(range(300, 340), seed=9)
    snapshot = fill(index, large, small)
    monkeypatch.setattr(WhooshLists, "rarest", lambda *_: 1 // 0)
    expected = {record.key for record in large + small if "人民政府" in record.body}
    assert keys_found(snapshot, Term("人民政府")) == expected


def test_an_archive_that_grew_by_small_commits_has_lists(
    index: GramIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No commit has enough documents to tell what is common; of all of them, an index that is written at once says."""
    records = records_of(range(300))
    fill(index, *(records[at : at + 30] for at in range(0, 270, 30)))
    # Of what is replaced and removed nothing may come in from the file of texts.
    odd = Record("archive.document.7", "0", titles=("通知",), body="有关,单位要抓好落实")
    with index.writing() as writer:
        writer.remove_group("12")
        for record in (odd, *records[270:]):
            writer.add(record)
    expected = [odd, *records[:7], *records[8:120], *records[130:]]
    snapshot = index.snapshot()
    assert snapshot is not None
    [(_, reader)] = lists_of(snapshot).readers
    assert reader.doc_count_all() == len(expected)
    assert_found_as_by_a_scan(snapshot, expected)
    assert set(*lists_of(snapshot).clauses.values()) == set(CLAUSES)
    having, covered = listed(snapshot, "人民政府")
    assert covered == snapshot.alive
    assert {snapshot.columns.keys[n] for n in having} == {r.key for r in expected if "人民政府" in r.body}
    read_no_text(monkeypatch)
    assert len(match(snapshot, Term("人民政府"))) == len(having) > 100


def test_what_became_common_later_is_listed(index: GramIndex) -> None:
    """The first of ten segments has none of it, and the choice is made by documents from all ten."""
    early = [
        Record(f"archive.document.{n}", "0", titles=("通知",), body="遵照执行,此令")
        for n in range(5000, 5210)
    ]
    late = [records_of(range(n * 210, n * 210 + 210), seed=n) for n in range(9)]
    snapshot = fill(index, early, *late)
    assert len(lists_of(snapshot).readers) == 1
    everything = [*early, *(record for records in late for record in records)]
    assert listed(snapshot, "人民政府")[1] == snapshot.alive
    for clause in CLAUSES:
        having = {snapshot.columns.keys[n] for n in snapshot.documents_with(clause_gram(clause))}
        assert having == {record.key for record in everything if clause in record.body}
    assert_found_as_by_a_scan(snapshot, everything)


def test_too_few_documents_do_not_tell_what_is_common(index: GramIndex) -> None:
    records = records_of(range(199))
    snapshot = fill(index, *(records[at : at + 20] for at in range(0, 199, 20)))
    assert len(lists_of(snapshot).readers) == 1
    assert set(lists_of(snapshot).clauses.values()) == {()}
    assert_found_as_by_a_scan(snapshot, records)


def test_merging_drops_the_list_that_one_segment_lacks(
    index: GramIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where lists chosen anew would be too much to hold. Nine segments list 人民政府, the tenth has it in one document
    and does not: a list of nine would hide that one.
    """
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
    monkeypatch.setattr(posting_writer, "_MERGE_AT", 11)
    fill(index, *nine, odd)
    monkeypatch.setattr(posting_writer, "_MERGE_AT", 10)
    monkeypatch.setattr(posting_writer, "HELD", 1)
    snapshot = fill(index, [])
    assert len(lists_of(snapshot).readers) == 1  # merged
    everything = [record for records in nine for record in records] + odd
    assert not listed(snapshot, "人民政府")[1]
    # The list of a clause says nothing of the documents that are not in it: those of nine segments may stay.
    for clause in ("自发布之日起施行", "各县区人民政府"):
        having = {snapshot.columns.keys[n] for n in snapshot.documents_with(clause_gram(clause))}
        assert having == {record.key for record in everything if clause in record.body}
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
