"""Posting lists in tantivy's files: characters with their positions, pairs, words, and the grams of titles.

tantivy cuts the texts itself. A run of three characters and more is a phrase of characters, narrowed by its rarest
pairs first, and no phrase runs from one value of a field into the next: its answer is that of a scan.
"""

import json
import os
import struct
from collections.abc import Collection, Iterator
from dataclasses import astuple
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zlib import crc32

import tantivy
from tantivy import Occur, Order, Query, Tokenizer

from archive.search.checked_files import CheckedFiles
from archive.search.document_set import DocumentSet
from archive.search.folder import on_disk
from archive.search.folding import WORD
from archive.search.grams import TITLE_MARK, WORD_MARK, pairs_of
from archive.search.records import Columns, Record, Row
from archive.search.stores import Narrowed, PostingLists, StoreUnreadable

# What tantivy may gather in memory before it writes a segment.
_HEAP_BYTES = 128_000_000
_META = "meta.json"
# Written beside a file before it takes its place; a writer that is killed leaves it.
_HALF_WRITTEN = ".tmp*"
_ENDINGS = ("fast", "fieldnorm", "idx", "pos", "store", "term")
_FOOTER, _FOOTER_MAGIC = struct.Struct("<II"), 1337


class TantivyStore:
    version = f"tantivy-{version('tantivy')}"

    def reads(self, version: str) -> bool:
        """Another tantivy may have another form of files; opening it tells."""
        return True

    def create(self, generation: Path) -> None:
        _open(generation, _schema())

    def writer(self, generation: Path) -> "TantivyWriter":
        return TantivyWriter(generation)

    def read(self, generation: Path, previous: Any | None) -> "TantivyLists":
        try:
            return TantivyLists(generation, previous)
        except (FileNotFoundError, StoreUnreadable, KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # what tantivy panics over is no Exception
            raise StoreUnreadable(
                f"{generation} cannot be read ({error}): run manage.py rebuild_index"
            ) from error


class TantivyWriter:
    """Adds and deletes; holds tantivy's write lock, which the kernel takes from a process that is killed."""

    def __init__(self, generation: Path) -> None:
        self._generation = generation
        for path in generation.glob(_HALF_WRITTEN):
            path.unlink()
        self._index = _open(generation)
        self._committed = self._index.searcher()
        # One thread: it indexes what was handed to it while the next documents are read from the database.
        self._writer = self._index.writer(_HEAP_BYTES, 1)

    def add(self, record: Record, row: Row) -> None:
        document = tantivy.Document()
        for text in record.texts:
            for field in ("characters", "pairs", "words"):
                document.add_text(field, text)
        for title in record.titles:
            document.add_text("titles", title)
        document.add_text("key", record.key)
        document.add_text("group", record.group)
        document.add_unsigned("start", row.start)
        document.add_bytes("row", json.dumps(astuple(row), ensure_ascii=False).encode())
        self._writer.add_document(document)

    def delete(self, field: str, term: str) -> None:
        # By where their texts start: a term would take what is added in this commit along.
        query = Query.term_query(self._index.schema, field, term, "basic")
        for start, _ in _in_order(self._committed, query, self._committed.doc_freq(field, term)):
            found = Query.term_query(self._index.schema, "start", start, "basic")
            self._writer.delete_documents_by_query(found)

    def commit(self) -> None:
        """Readers see it before segments are merged; tantivy merges eight and more of about one size.

        tantivy brings its files to the disk before meta.json names them, but not the change of meta.json itself.
        """
        try:
            self._writer.commit()
            self._writer.wait_merging_threads()
            on_disk(self._generation)
        except BaseException:  # a full disk, say: the next one must find no lock
            self.cancel()
            raise

    def cancel(self) -> None:
        """Nothing that was not committed is ever read; letting go of the writer frees the lock."""
        del self._writer


class TantivyLists(PostingLists):
    """The documents of one commit that are not deleted, numbered as their texts stand, which is as they came in."""

    deleted = DocumentSet()

    def __init__(self, generation: Path, previous: "TantivyLists | None") -> None:
        super().__init__()
        self._meta = generation / _META
        # Asked before opening: a commit in between is seen the next time.
        self._state = self._stat()
        segments = json.loads(self._meta.read_bytes())["segments"]
        own = [name for segment in segments for name in _files_of(segment)]
        self._files: CheckedFiles = CheckedFiles(
            generation, own, _is_whole, previous._files if previous else None
        )
        if previous is None:
            self._index = _open(generation)
        else:
            self._index = previous._index
            self._index.reload()
        self._searcher = self._index.searcher()
        hits = _in_order(self._searcher, Query.all_query(), self._searcher.num_docs)
        self._numbers = {start: number for number, (start, _) in enumerate(hits)}
        self.columns = Columns()
        known: dict[int, int] = {}
        if previous is not None:
            # Texts are only ever appended: what is new stands behind what is known.
            known = previous._numbers
            self.columns.extend(previous.columns, [known[start] for start in self._numbers if start in known])
        for start, address in hits:
            if start not in known:
                self.columns.append(_row(self._searcher.doc(address)))

    def is_current(self) -> bool:
        return self._stat() == self._state and self._files.are_untouched()

    def documents_with_all(self, grams: Collection[str]) -> DocumentSet:
        return self._having(grams, ())

    def narrow(self, within: DocumentSet, grams: Collection[str], runs: Collection[str]) -> Narrowed:
        """No text need be looked into: a run is found as a phrase, sooner where its rarest pairs are asked for too."""
        pairs = {pair for run in runs for pair in self.rarest(pairs_of(run))}
        left = within & self._having(pairs.union(grams), runs)
        return Narrowed(left, frozenset(), dict.fromkeys(runs, left))

    def _having(self, grams: Collection[str], runs: Collection[str]) -> DocumentSet:
        """The documents that have all grams, one at least, and all runs.

        Asked in one query, for each document found becomes two objects of Python; lists that are held cost nothing.
        """
        counted = {gram: self.count_with(gram) for gram in grams}
        if not all(counted.values()):
            return DocumentSet()
        if not runs and (len(counted) == 1 or counted.keys() <= self._kept.keys()):
            return super().documents_with_all(grams)
        schema = self._index.schema
        queries = [_of_gram(schema, gram) for gram in counted]
        queries += [Query.phrase_query(schema, "characters", list(run)) for run in runs]
        both = Query.boolean_query([(Occur.Must, query) for query in queries])
        return self._found(both, min(counted.values()))

    def _read(self, gram: str) -> DocumentSet:
        query, size = _of_gram(self._index.schema, gram), len(self._numbers)
        if 2 * self._count(gram) <= size:
            return self._found(query, size)
        # Those that lack it are the fewer.
        others = Query.boolean_query([(Occur.Must, Query.all_query()), (Occur.MustNot, query)])
        return DocumentSet.range(0, size) - self._found(others, size)

    def _count(self, gram: str) -> int:
        # tantivy counts deleted documents, which have no number here.
        return min(self._searcher.doc_freq(*_term(gram)), len(self._numbers))

    def _found(self, query: Query, most: int) -> DocumentSet:
        numbers = self._numbers
        hits = _in_order(self._searcher, query, most)
        return DocumentSet.of((numbers[start] for start, _ in hits), len(numbers))

    def _stat(self) -> tuple[int, int, int]:
        """Differs after each commit, which puts a new file in the place of the old one."""
        found = os.stat(self._meta)
        return found.st_ino, found.st_mtime_ns, found.st_size


def _files_of(segment: dict[str, Any]) -> Iterator[str]:
    """The names of the files of a segment as meta.json describes it."""
    name = segment["segment_id"].replace("-", "")
    yield from (f"{name}.{ending}" for ending in _ENDINGS)
    if deletes := segment["deletes"]:
        yield f"{name}.{deletes['opstamp']}.del"


def _is_whole(path: Path) -> bool:
    """True where a file has the checksum that tantivy put behind it: {"crc": …}, its length, a number that tells it."""
    data = path.read_bytes()
    if len(data) <= _FOOTER.size:
        return False
    length, magic = _FOOTER.unpack(data[-_FOOTER.size :])
    end = len(data) - _FOOTER.size - length
    if magic != _FOOTER_MAGIC or end < 0:
        return False
    try:
        return bool(json.loads(data[end : -_FOOTER.size])["crc"] == crc32(data[:end]))
    except (ValueError, KeyError, TypeError):
        return False


def _schema() -> tantivy.Schema:
    """What tantivy keeps. `start` is where the texts of a document begin, and so what it is known by."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("characters", tokenizer_name="characters", index_option="position")
    builder.add_text_field("pairs", tokenizer_name="pairs", index_option="basic")
    builder.add_text_field("words", tokenizer_name="words", index_option="basic")
    builder.add_text_field("titles", tokenizer_name="grams", index_option="basic")
    builder.add_text_field("key", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("group", tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("start", indexed=True, fast=True)
    builder.add_bytes_field("row", stored=True)
    return builder.build()


_TOKENIZERS = {
    "characters": Tokenizer.regex("(?s)."),
    "pairs": Tokenizer.ngram(2, 2),
    "grams": Tokenizer.ngram(1, 2),
    "words": Tokenizer.regex(f"[{WORD}]+"),
}


def _open(generation: Path, schema: "tantivy.Schema | None" = None) -> tantivy.Index:
    """The index in a folder; made anew where a schema is given."""
    folder = str(generation)
    index = tantivy.Index.open(folder) if schema is None else tantivy.Index(schema, folder, reuse=False)
    # Else a thread would look for commits twice a second.
    index.config_reader("manual")
    for name, tokenizer in _TOKENIZERS.items():
        index.register_tokenizer(name, tantivy.TextAnalyzerBuilder(tokenizer).build())
    return index


def _in_order(searcher: tantivy.Searcher, query: Query, most: int) -> list[tuple[int, tantivy.DocAddress]]:
    """Where the texts of the documents found begin, ascending, with their addresses; not more than `most`."""
    found = searcher.search(query, max(1, most), count=False, order_by_field="start", order=Order.Asc)
    return found.hits


def _term(gram: str) -> tuple[str, str]:
    """The field and the term of a gram."""
    if gram.startswith(WORD_MARK):
        return "words", gram.removeprefix(WORD_MARK)
    if gram.startswith(TITLE_MARK):
        return "titles", gram.removeprefix(TITLE_MARK)
    return ("characters" if len(gram) == 1 else "pairs"), gram


def _of_gram(schema: tantivy.Schema, gram: str) -> Query:
    return Query.term_query(schema, *_term(gram), index_option="basic")


def _row(document: tantivy.Document) -> Row:
    return Row(*json.loads(document["row"][0]))
