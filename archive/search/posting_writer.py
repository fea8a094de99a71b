"""Adds to a Whoosh index, deletes from it and merges its segments, with an end to the memory that takes.

Grams are gathered as lists of document numbers and written as a segment whenever many are held; segments of one
size are merged list by list. What the documents have in common is chosen and listed anew then, from their texts, so
that an archive that grows by small commits comes by such lists as well. With a version of Whoosh whose files this was not
tried with, Whoosh's own writer does the same without such lists, several times slower.
"""

import contextlib
import heapq
from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import whoosh
from whoosh.codec import default_codec
from whoosh.index import FileIndex
from whoosh.reading import SegmentReader

from archive.search.common_runs import SAMPLE, CommonRuns, is_clause, is_run

if TYPE_CHECKING:
    from archive.search.posting_files import PostingList

TRIED = {(2, 7, 4)}
# Segments are merged ten of about one size at a time: merging costs a fifth of writing anew.
_MERGE_AT = 10
# In the names of tables of contents that a writer was killed over; Whoosh deletes all else that it left.
_HALF_WRITTEN = ".toc."
# Bytes that lists may take before they are written as a segment, about 15,000 documents. One posting takes 9;
# one list with its gram and its place in the table 250.
HELD = 400_000_000
_POSTING, _LIST = 9, 250
# One in so many of a sample tells how long the lists of all will be.
_WEIGHED = 10

# Gives the folded texts of documents, one after the other, by their rows.
TextsOf = Callable[[Iterable[tuple[Any, ...]]], Iterator[tuple[str, ...]]]


def is_tried() -> bool:
    """True when the version of Whoosh is one whose files this writes itself."""
    return tuple(whoosh.__version__[:3]) in TRIED


class PostingWriter:
    """One change of the index; nothing of it is seen before `commit`. Holds Whoosh's write lock.

    Without `texts_of` merged segments get no lists of their own of what is common.
    """

    def __init__(self, index: FileIndex, texts_of: TextsOf | None = None) -> None:
        self._index, self._texts_of = index, texts_of
        self._whoosh = index.writer(compound=False)
        for name in index.storage.list():
            if _HALF_WRITTEN in name:
                index.storage.delete_file(name)
        self._reader = self._whoosh.reader()
        self._segments: list[Any] = []
        self._new: NewSegment | None = None

    def add(
        self, key: str, group: str, grams: Collection[str], row: tuple[Any, ...], texts: tuple[str, ...] = ()
    ) -> None:
        """Add a document; the runs and clauses that its `texts` share with many others get lists as well."""
        if self._new is None:
            self._new = NewSegment(self._index)
        self._new.add(key, group, grams, row, texts)
        if self._new.held() >= HELD:
            self._flush()

    def delete(self, field: str, term: str) -> None:
        """Delete the committed documents that have a term."""
        # An index without segments has no field to look in.
        if (field, term) in self._reader:
            for number in list(self._reader.postings(field, term).all_ids()):
                self._whoosh.delete_document(number)

    def commit(self) -> None:
        """Let readers see all of it at once; then merge what has become many, which they need not wait for."""
        try:
            self._flush()
            self._whoosh.commit(mergetype=lambda _, old: [*_filled(old), *self._segments])
        except BaseException:  # a full disk, say: the next one must find no lock
            self.cancel()
            raise
        self._reader.close()
        merge_segments(self._index, self._texts_of)

    def cancel(self) -> None:
        """Forget all of it, and delete what was written of it."""
        self._reader.close()
        if self._new is not None:
            with contextlib.suppress(OSError):  # what is still to be written finds no room either
                self._new.close()
        _cancel(self._whoosh)
        self._index.storage.discard_written()

    def _flush(self) -> None:
        if self._new is not None:
            self._segments.append(self._new.finish())
            self._new = None


class StockWriter(PostingWriter):
    """The same through Whoosh's own writer."""

    def add(
        self, key: str, group: str, grams: Collection[str], row: tuple[Any, ...], texts: tuple[str, ...] = ()
    ) -> None:
        self._whoosh.add_document(key=key, group=group, grams=grams, row=row)


def writer_of(index: FileIndex, texts_of: TextsOf | None = None) -> PostingWriter:
    """The writer that fits the version of Whoosh."""
    return PostingWriter(index, texts_of) if is_tried() else StockWriter(index)


# --- a segment ---------------------------------------------------------------------------------------
class NewSegment:
    """A segment being written: rows at once, lists at the end, since they have to come in order of their terms."""

    def __init__(self, index: FileIndex) -> None:
        self._storage, self._schema = index.storage, index.schema
        codec = default_codec()
        self._segment = codec.new_segment(self._storage, index.indexname)
        self._rows = codec.per_document_writer(self._storage, self._segment)
        self._lists: dict[str, defaultdict[str, list[int]]] = {
            field: defaultdict(list) for field in ("grams", "group", "key")
        }
        self._runs = CommonRuns()
        self._size = self._postings = 0

    def add(
        self, key: str, group: str, grams: Collection[str], row: tuple[Any, ...], texts: tuple[str, ...] = ()
    ) -> None:
        number = self.add_row(row)
        lists = self._lists["grams"]
        for gram in grams:
            lists[gram].append(number)
        self._postings += len(grams)
        self._runs.add(number, texts)
        self._lists["group"][group].append(number)
        self._lists["key"][key].append(number)

    def add_row(self, row: tuple[Any, ...]) -> int:
        """Add a document without lists; gives its number."""
        number = self._size
        self._rows.start_doc(number)
        self._rows.add_field("row", self._schema["row"], row, 0)
        self._rows.finish_doc()
        self._size += 1
        return number

    def held(self) -> int:
        """About how many bytes the lists take."""
        return _POSTING * (self._postings + self._runs.held) + _LIST * sum(map(len, self._lists.values()))

    def finish(self, lists: "Iterable[PostingList] | None" = None) -> Any:
        """Write the lists, those given or those gathered, and close; gives the segment."""
        # Here and not above: in another Whoosh the parts that it takes may not be there.
        from archive.search.posting_files import PostingFiles

        self._rows.close()
        with closing(PostingFiles(self._storage, self._segment)) as files:
            for field, term, numbers in self._gathered() if lists is None else lists:
                files.add(field, term, numbers)
        self._segment.set_doc_count(self._size)
        return self._segment

    def close(self) -> None:
        """Give up."""
        if not self._rows.is_closed:
            self._rows.close()

    def _gathered(self) -> "Iterator[PostingList]":
        self._lists["grams"].update(self._runs.lists())
        for field, lists in sorted(self._lists.items()):
            yield from _sorted_lists(field, lists)


def _sorted_lists(field: str, lists: Mapping[str, Sequence[int]]) -> "Iterator[PostingList]":
    # Characters sort as their bytes in UTF-8 do.
    for term in sorted(lists):
        yield field, term.encode(), lists[term]


# --- merging -----------------------------------------------------------------------------------------
def merge_segments(index: FileIndex, texts_of: TextsOf | None = None) -> None:
    """Merge tiers of segments that are alike in size once there are ten of them; one commit, if any.

    Readers see the same before and after, and a process that is killed leaves the index as it was.
    """
    if not _full_tiers(reader.segment() for reader, _ in index.reader().leaf_readers()):
        return
    writer = index.writer(compound=False)
    merge = partial(_merge_lists, index, texts_of) if is_tried() else partial(_merge_by_whoosh, index)
    try:
        writer.commit(mergetype=merge)
    except BaseException:
        _cancel(writer)
        index.storage.discard_written()
        raise


def _cancel(writer: Any) -> None:
    """Let go of Whoosh's write lock, whatever happens: a full disk has no room for what is thrown away either."""
    if not writer.is_closed:
        try:
            writer.cancel()
        except OSError:
            writer._finish()


def _merge_lists(index: FileIndex, texts_of: TextsOf | None, writer: Any, segments: list[Any]) -> list[Any]:
    kept = list(segments)
    for tier in _full_tiers(segments):
        merged = NewSegment(index)
        numbers = [_copy_rows(index, segment, merged) for segment in tier]
        kept = [segment for segment in kept if segment not in tier]
        lists = _merged_lists(index.storage, tier, numbers)
        if texts_of and (common := _common_in(index, tier, texts_of)):
            others = (one for one in lists if not (is_run(one[1]) or is_clause(one[1])))
            lists = heapq.merge(others, _sorted_lists("grams", common.lists()))
        kept.append(merged.finish(lists))
    return kept


def _common_in(index: FileIndex, tier: list[Any], texts_of: TextsOf) -> CommonRuns | None:
    """The lists of what the documents of a tier have in common; some from all over them show what it is.

    None where there are too few to tell, or so many that the lists would be too much to hold. Then the lists of the
    merged segments have to do, as far as they go together.
    """
    total = sum(segment.doc_count() for segment in tier)
    if total < SAMPLE:
        return None
    # So many of them, as far from each other as can be.
    spread = (row for place, row in enumerate(_rows_of(index, tier)) if place * SAMPLE % total < SAMPLE)
    sample = list(texts_of(spread))
    common = CommonRuns.chosen_from(sample)
    weighed = sample[::_WEIGHED]
    held = _POSTING * sum(len(common.grams_in(texts)) for texts in weighed) / len(weighed)
    if held * total >= HELD:
        return None
    for number, texts in enumerate(texts_of(_rows_of(index, tier))):
        common.add(number, texts)
    return common


def _rows_of(index: FileIndex, segments: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    """The rows of documents that are not deleted, in the order of their new numbers."""
    for segment in segments:
        with closing(SegmentReader(index.storage, index.schema, segment)) as reader:
            for _, stored in reader.iter_docs():
                yield stored["row"]


def _merge_by_whoosh(index: FileIndex, writer: Any, segments: list[Any]) -> list[Any]:
    tiers = _full_tiers(segments)
    for segment in (segment for tier in tiers for segment in tier):
        with closing(SegmentReader(index.storage, index.schema, segment)) as reader:
            writer.add_reader(reader)
    return [segment for segment in segments if not any(segment in tier for tier in tiers)]


# The number that a document of a segment gets; None: it is deleted.
_Numbers = Sequence[int | None]


def _copy_rows(index: FileIndex, segment: Any, merged: NewSegment) -> _Numbers:
    """Copy the rows that are not deleted, and give their new numbers: a range where none is deleted."""
    with closing(SegmentReader(index.storage, index.schema, segment)) as reader:
        found = {number: merged.add_row(stored["row"]) for number, stored in reader.iter_docs()}
    total = segment.doc_count_all()
    if len(found) == total:
        return range(found[0], found[0] + total)
    return [found.get(number) for number in range(total)]


def _merged_lists(storage: Any, tier: list[Any], numbers: list[_Numbers]) -> "Iterator[PostingList]":
    """The lists of all segments of `tier` in order, those of one term as one list."""
    from archive.search.posting_files import read_lists

    sources = [_placed(at, read_lists(storage, segment)) for at, segment in enumerate(tier)]
    for (field, term), group in groupby(heapq.merge(*sources), itemgetter(0, 1)):
        merged, pieces = array("I"), list(group)
        if is_run(term) and len(pieces) < len(tier):
            continue  # a segment without the list may still have the run
        for _, _, at, found in pieces:
            of_segment = numbers[at]
            if isinstance(of_segment, range):
                merged.extend(map(of_segment.start.__add__, found))
            else:
                merged.extend(number for old in found if (number := of_segment[old]) is not None)
        if merged:
            yield field, term, merged


def _placed(at: int, lists: "Iterable[PostingList]") -> Iterator[tuple[str, bytes, int, Sequence[int]]]:
    return ((field, term, at, numbers) for field, term, numbers in lists)


def _filled(segments: Iterable[Any]) -> list[Any]:
    """The segments that still have a document that is not deleted."""
    return [segment for segment in segments if segment.doc_count() > 0]


def _full_tiers(segments: Iterable[Any]) -> list[list[Any]]:
    """Ten segments or more whose numbers of documents have the same number of digits."""
    tiers: dict[int, list[Any]] = {}
    for segment in segments:
        if segment is not None:  # an empty index has one reader without
            tiers.setdefault(len(str(segment.doc_count())), []).append(segment)
    return [tier for tier in tiers.values() if len(tier) >= _MERGE_AT]
