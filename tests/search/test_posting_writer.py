"""What the archive's own writer puts into a Whoosh index is what Whoosh's own writer would have put there."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import whoosh
from whoosh.index import FileIndex
from whoosh.reading import IndexReader, SegmentReader

from archive.search import posting_files, posting_writer
from archive.search.grams import grams_of
from archive.search.mapped_storage import MappedStorage
from archive.search.posting_files import read_lists
from archive.search.posting_writer import PostingWriter, StockWriter, merge_segments
from archive.search.postings import read_postings
from archive.search.whoosh_store import schema

LETTERS = "市政府办公室关于印发安全生产工作的通知一二三四五2022年1月15日ab ,。[]𠮷ﷺ"
Document = tuple[str, str, set[str], tuple[Any, ...]]


def make_documents(count: int, first: int = 0, seed: int = 3) -> list[Document]:
    """Documents as the writers take them; 常 stands in all, 稀 in few."""
    choose = random.Random(seed)
    found = []
    for n in range(first, first + count):
        text = "".join(choose.choices(LETTERS, k=choose.randrange(1, 120))) + "常" + "稀" * (n % 97 == 0)
        found.append((f"archive.document.{n}", str(n // 7), grams_of([text], [text[:9]]), (n, text)))
    return found


def new_index(path: Path) -> FileIndex:
    path.mkdir()
    return MappedStorage(str(path)).create_index(schema())


def write(index: FileIndex, documents: list[Document], kind: type[PostingWriter] = PostingWriter) -> None:
    writer = kind(index)
    for document in documents:
        writer.add(*document)
    writer.commit()


def leaves(index: FileIndex) -> list[SegmentReader]:
    return [reader for reader, _ in index.reader().leaf_readers()]


def held(reader: IndexReader) -> Iterator[tuple[object, ...]]:
    """All that Whoosh can read of a segment, number by number, and beside each list what we read of it."""
    yield from reader.iter_docs()
    for field, term in reader.all_terms():
        info = reader.term_info(field, term)
        matcher = reader.postings(field, term)
        numbers = []
        while matcher.is_active():
            numbers.append((matcher.id(), matcher.weight()))
            matcher.next()
        assert list(read_postings(reader, field, term)) == [number for number, _ in numbers]
        known = (info.weight(), info.doc_frequency(), info.min_length(), info.max_length())
        yield field, term, *known, info.max_weight(), info.min_id(), info.max_id(), numbers


def inside(reader: SegmentReader) -> list[tuple[str, bytes, list[int]]]:
    """All lists of a segment, deleted documents included, as they are read for merging."""
    segment = reader.segment()
    return [(field, term, list(numbers)) for field, term, numbers in read_lists(reader.storage(), segment)]


@pytest.mark.parametrize("block", [20, 64, 1 << 15])
@pytest.mark.parametrize("count", [1, 40, 700])
def test_a_segment_holds_what_the_stock_writer_puts_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, block: int
) -> None:
    monkeypatch.setattr(posting_files, "_BLOCK", block)
    monkeypatch.setattr(posting_files, "_INLINE", 10)
    ours, stock = new_index(tmp_path / "ours"), new_index(tmp_path / "stock")
    write(ours, make_documents(count))
    write(stock, make_documents(count), StockWriter)
    [our_reader], [stock_reader] = leaves(ours), leaves(stock)
    expected = list(held(stock_reader))
    assert list(held(our_reader)) == expected
    # the first and the last term, and one between two terms, found by order
    for field, term in (
        ("grams", ""),
        ("grams", "市"),
        ("grams", "\U0010ffff"),
        ("key", "archive.document.1"),
    ):
        assert list(our_reader.terms_from(field, term)) == list(stock_reader.terms_from(field, term))
    assert inside(our_reader) == inside(stock_reader)


def test_terms_that_are_not_there_are_not_found(tmp_path: Path) -> None:
    index = new_index(tmp_path / "index")
    write(index, make_documents(300))
    [reader] = leaves(index)
    assert ("grams", "常") in reader
    for field, term in (
        ("grams", "无此"),
        ("grams", "通"[:0]),
        ("key", "archive.document.300"),
        ("group", "常"),
    ):
        assert (field, term) not in reader
        assert not read_postings(reader, field, term)


def test_much_is_written_as_several_segments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting_writer, "HELD", 1)
    index = new_index(tmp_path / "index")
    documents = make_documents(9)
    write(index, documents)
    assert [list(reader.all_stored_fields()) for reader in leaves(index)] == [
        [{"row": document[3]}] for document in documents
    ]


@pytest.mark.parametrize("tried", [True, False])
def test_merged_segments_hold_what_one_would(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tried: bool
) -> None:
    """Twelve segments become one, without what was deleted: the same as writing the rest at once."""
    documents = [make_documents(20, first=20 * turn, seed=turn) for turn in range(12)]
    ours, stock = new_index(tmp_path / "ours"), new_index(tmp_path / "stock")
    monkeypatch.setattr(posting_writer, "_MERGE_AT", 100)
    if not tried:
        monkeypatch.setattr(posting_writer, "TRIED", set())
    for some in documents:
        write(ours, some, PostingWriter if tried else StockWriter)
    writer = PostingWriter(ours)
    for key in (0, 19, 20, 57, 100, 101, 239):
        writer.delete("key", f"archive.document.{key}")
    writer.delete("group", "20")
    writer.commit()
    assert len(leaves(ours)) == 12
    gone = {0, 19, 20, 57, 100, 101, 239, *range(140, 147)}
    monkeypatch.setattr(posting_writer, "_MERGE_AT", 10)
    merge_segments(ours)
    write(stock, [d for some in documents for d in some if d[3][0] not in gone], StockWriter)
    [our_reader], [stock_reader] = leaves(ours), leaves(stock)
    assert list(held(our_reader)) == list(held(stock_reader))


def test_segments_of_which_all_is_deleted_fall_away(tmp_path: Path) -> None:
    index = new_index(tmp_path / "index")
    write(index, make_documents(7))
    write(index, make_documents(7, first=7))
    writer = PostingWriter(index)
    writer.delete("group", "0")
    writer.commit()
    assert [list(reader.lexicon("group")) for reader in leaves(index)] == [[b"1"]]


def test_both_writers_add_to_one_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting_writer, "_MERGE_AT", 3)
    ours, stock = new_index(tmp_path / "ours"), new_index(tmp_path / "stock")
    documents = make_documents(30)
    for first, kind in ((0, PostingWriter), (10, StockWriter), (20, PostingWriter)):
        write(ours, documents[first : first + 10], kind)
    write(stock, documents, StockWriter)
    [our_reader], [stock_reader] = leaves(ours), leaves(stock)
    assert list(held(our_reader)) == list(held(stock_reader))


def test_a_merge_that_fails_leaves_the_index_and_no_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = new_index(tmp_path / "index")
    for n in range(9):
        write(index, make_documents(1, first=n))
    monkeypatch.setattr(posting_files, "read_lists", lambda *_: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        write(index, make_documents(1, first=9))
    assert len(leaves(index)) == 10  # the commit stands, the merge does not
    monkeypatch.undo()
    write(index, make_documents(1, first=10))
    [reader] = leaves(index)
    assert reader.doc_count() == 11


def test_another_whoosh_than_those_tried_writes_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = new_index(tmp_path / "index")
    writer = posting_writer.writer_of(index)
    writer.cancel()
    assert isinstance(writer, StockWriter) != posting_writer.is_tried()
    monkeypatch.setattr(whoosh, "__version__", (2, 7, 5))
    writer = posting_writer.writer_of(index)
    writer.cancel()
    assert isinstance(writer, StockWriter)
