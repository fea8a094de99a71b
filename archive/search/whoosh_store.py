"""Posting lists in Whoosh's files: one field of grams, and a small stored row a document."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import astuple
from functools import partial
from itertools import chain, starmap
from pathlib import Path
from typing import Any

import whoosh
from whoosh.fields import ID, STORED, Schema
from whoosh.index import TOC, EmptyIndexError, FileIndex

from archive.search.checked_files import CheckedFiles
from archive.search.common_runs import LONGEST, SHORTEST, ListedClauses, clause_gram, clause_of, run_gram
from archive.search.document_set import DocumentSet
from archive.search.folder import TEXTS
from archive.search.grams import Grams, grams_of, pairs_of
from archive.search.mapped_storage import MappedStorage, sum_of
from archive.search.posting_writer import writer_of
from archive.search.postings import read_postings
from archive.search.records import GONE, Columns, Record, Row
from archive.search.stores import Narrowed, PostingLists, StoreUnreadable

# Raised when the lists are others: 2 has those of common runs, 3 those of clauses; 4 names checksums.
_LISTS = 4
# Reading so many numbers of a posting list costs as much as a look into one text.
_NUMBERS_A_LOOK = 40
# Asking one segment for the lists of the parts of a run costs as much as so many looks at least.
_LOOKS_A_SEGMENT = 20


class WhooshStore:
    version = f"whoosh-{'.'.join(map(str, whoosh.__version__[:3]))} lists-{_LISTS}"

    def reads(self, version: str) -> bool:
        """Files of this form alone: older ones name no checksums."""
        return version == self.version

    def create(self, generation: Path) -> None:
        MappedStorage(str(generation)).create_index(schema())

    def writer(self, generation: Path) -> "WhooshWriter":
        return WhooshWriter(generation)

    def read(self, generation: Path, previous: Any | None) -> "WhooshLists":
        try:
            return WhooshLists(generation, _open(generation), previous)
        except EmptyIndexError as error:
            raise FileNotFoundError(generation) from error
        except (FileNotFoundError, StoreUnreadable):
            raise
        except Exception as error:
            # Files are checked before they are read, so that nothing else should get here; a disk can still fail.
            raise StoreUnreadable(f"{generation} cannot be read ({error})") from error


class WhooshWriter:
    """Grams worked out of the texts, and the texts themselves for common runs, for the writer that fits this Whoosh."""

    def __init__(self, generation: Path) -> None:
        self._postings = writer_of(_open(generation), partial(_texts_of, generation / TEXTS))
        self.delete = self._postings.delete
        self.commit = self._postings.commit
        self.cancel = self._postings.cancel

    def add(self, record: Record, row: Row) -> None:
        grams = grams_of(record.texts, record.titles)
        self._postings.add(record.key, record.group, grams, astuple(row), record.texts)


class WhooshLists(PostingLists):
    """The segments of one commit, their documents numbered one segment after the other."""

    def __init__(self, generation: Path, index: FileIndex, previous: "WhooshLists | None") -> None:
        super().__init__()
        self._index = index
        # Asked before opening: an empty index gives a reader that does not know. And the files are looked at before
        # Whoosh opens them, which would wait half a second for each that is gone.
        self.toc = index.latest_generation()
        sums = index.storage.sums(self.toc)
        ids = {
            segment.segment_id() for segment in TOC.read(index.storage, index.indexname, self.toc).segments
        }
        own = [name for name in sums if name.partition(".")[0] in ids]
        known_files = previous._files if previous else None
        self._files: CheckedFiles = CheckedFiles(
            generation, own, lambda path: sum_of(path) == sums[path.name], known_files
        )
        reader = index.reader()
        if reader.generation() not in {None, self.toc}:
            raise FileNotFoundError(generation)  # a commit in between: look again
        known = previous.segments if previous else {}
        self.segments: dict[str, Columns] = {}
        self.readers: list[tuple[int, Any]] = []
        self.columns = Columns()
        self.deleted = DocumentSet()
        known_clauses = previous.clauses if previous else {}
        self.clauses: dict[str, tuple[str, ...]] = {}
        for segment_reader, _ in reader.leaf_readers():
            segment = segment_reader.segment()
            if segment is None:
                continue  # an empty index has one empty reader
            base = len(self.columns.keys)
            columns = known.get(segment.segment_id())
            if columns is None:
                try:
                    columns = _read_columns(segment_reader)
                except TypeError:
                    # Whoosh takes a file that a writer deleted a moment ago for one that never was.
                    name = segment.codec().column_filename(segment, "_stored")
                    if (generation / name).exists():
                        raise
                    raise FileNotFoundError(generation / name) from None
            self.segments[segment.segment_id()] = columns
            clauses = known_clauses.get(segment.segment_id())
            self.clauses[segment.segment_id()] = _read_clauses(segment_reader) if clauses is None else clauses
            self.readers.append((base, segment_reader))
            self.columns.extend(columns)
            gone = [base + number for number in segment.deleted_docs()]
            self.deleted |= DocumentSet.of(gone, len(self.columns.keys))
        self._clauses = ListedClauses(chain.from_iterable(self.clauses.values()))

    def is_current(self) -> bool:
        return bool(self._index.latest_generation() == self.toc) and self._files.are_untouched()

    def narrow(self, within: DocumentSet, grams: Collection[str], runs: Collection[str]) -> Narrowed:
        """By as many lists as are read sooner than the texts of what is left."""
        left, unread = self._with_grams(within, grams)
        sure: dict[str, DocumentSet] = {}
        # The longest are the rarest, as a rule.
        for run in sorted(runs, key=lambda run: (-len(run), run)):
            sure[run], unsure = self._with_run(left, run)
            left = sure[run] | unsure
        return Narrowed(left, unread, sure)

    def _with_grams(self, within: DocumentSet, grams: Collection[str]) -> tuple[DocumentSet, frozenset[str]]:
        """Those of `within` that have the grams, but for some, given too, whose lists were not worth reading."""
        counted = self._counted(grams)
        for at, (count, gram) in enumerate(counted):
            if not _is_worth(within, count):
                return within, frozenset(gram for _, gram in counted[at:])
            within &= self.documents_with(gram)
        return within, frozenset()

    def _with_run(self, within: DocumentSet, run: str) -> tuple[DocumentSet, DocumentSet]:
        """Those of `within` that have a run by the lists of what is common, and those of which the texts have to tell."""
        sure, unsure = DocumentSet(), within
        if SHORTEST <= len(run) <= LONGEST:
            having, covered = self.listed_runs(run)
            sure, unsure = within & having, within - covered
        if self._are_few(unsure):
            return sure, unsure
        # What has a common clause with the run in it needs no look, nor the lists of the other pairs.
        rarest, *others = self.rarest(pairs_of(run))
        unsure, _ = self._with_grams(unsure, [rarest])
        having = self._with_common_clause(unsure, run)
        unsure, _ = self._with_grams(unsure - having, others)
        return sure | having, unsure

    def _with_common_clause(self, within: DocumentSet, run: str) -> DocumentSet:
        """Those of `within` that have a listed clause with `run` in it."""
        found = DocumentSet()
        for clause in self._clauses.with_run(run):
            if self._are_few(within - found):
                break
            gram = clause_gram(clause)
            if _is_worth(within - found, self.count_with(gram)):
                found |= within & self.documents_with(gram)
        return found

    def _are_few(self, documents: DocumentSet) -> bool:
        """True where the texts of `documents` are read sooner than any lists of all segments."""
        return len(documents) <= _LOOKS_A_SEGMENT * len(self.readers)

    def listed_runs(self, run: str) -> tuple[DocumentSet, DocumentSet]:
        """The documents that have a common run, and all those of segments that list it: of others nothing is said."""
        gram = run_gram(run)
        covered = DocumentSet()
        with self._reading:
            for base, reader in self.readers:
                if ("grams", gram) in reader:
                    covered |= DocumentSet.range(base, base + reader.doc_count_all())
        return (self.documents_with(gram) if covered else covered), covered

    def _read(self, gram: str) -> DocumentSet:
        bits = 0
        for base, reader in self.readers:
            if numbers := read_postings(reader, "grams", gram):
                bits |= DocumentSet.of(numbers, numbers[-1] + 1).bits << base
        return DocumentSet(bits)

    def _count(self, gram: str) -> int:
        return sum(reader.doc_frequency("grams", gram) for _, reader in self.readers)


def _is_worth(documents: DocumentSet, numbers: int) -> bool:
    """True where a list of so many numbers is read sooner than the texts of `documents`."""
    return len(documents) * _NUMBERS_A_LOOK >= numbers


def schema() -> Schema:
    """What Whoosh keeps."""
    return Schema(key=ID(unique=True), group=ID(), grams=Grams(), row=STORED())


def _open(generation: Path) -> FileIndex:
    return MappedStorage(str(generation)).open_index()


def _texts_of(path: Path, rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[str, ...]]:
    """The folded texts of documents by their rows; read, not mapped, for all pages of a mapping stay in memory."""
    with path.open("rb") as file:
        for row in starmap(Row, rows):
            file.seek(row.start)
            yield tuple(filter(None, file.read(row.end - row.start).decode().split("\0")))


def _read_clauses(reader: Any) -> tuple[str, ...]:
    """The clauses that one segment lists."""
    return tuple(map(clause_of, reader.expand_prefix("grams", clause_gram("").encode())))


def _read_columns(reader: Any) -> Columns:
    """The rows of one segment; a deleted one leaves an empty row, so that numbers stay."""
    columns = Columns()
    for number, stored in reader.iter_docs():
        while len(columns.keys) < number:
            columns.append(GONE)
        columns.append(Row(*stored["row"]))
    while len(columns.keys) < reader.doc_count_all():
        columns.append(GONE)
    return columns
