"""What keeps the posting lists: Whoosh, or tantivy where SEARCH_ENGINE says so.

A store writes rows and grams into the folder of a generation, and reads them as `PostingLists`. All else is the
same over either: folding, conditions, ranking, facets, generations, the queue.
"""

from abc import ABC, abstractmethod
from array import array
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar, Protocol

from django.core.exceptions import ImproperlyConfigured

from archive.search.records import Columns, Record, Row

# What SEARCH_ENGINE may name.
ENGINES = ("whoosh", "tantivy")
# Posting lists kept in memory, and how long one may be to be kept.
_KEPT_LISTS = 512
_KEPT_LENGTH = 50_000


class StoreUnreadable(Exception):
    """The files of a generation cannot be read; the message names the folder and the remedy."""


class PostingLists(ABC):
    """Rows and posting lists as one commit left them; documents are numbered from 0, and stay so.

    `deleted` are numbers that no longer count. Lists may hold them; rows of theirs may be empty.
    """

    # True where `documents_with_all` decides of runs as well, so that no text has to be looked into.
    finds_runs: ClassVar[bool] = False

    columns: Columns
    deleted: frozenset[int]

    def __init__(self) -> None:
        # Readers may share files and positions in them: one thread reads at a time.
        self._reading = Lock()
        self._kept: OrderedDict[str, array[int]] = OrderedDict()

    def documents_with(self, gram: str) -> "array[int]":
        """The documents that have a gram, ascending; deleted ones may be among them."""
        with self._reading:
            if (found := self._kept.get(gram)) is not None:
                self._kept.move_to_end(gram)
                return found
            found = self._read(gram)
            if len(found) <= _KEPT_LENGTH:
                self._kept[gram] = found
                if len(self._kept) > _KEPT_LISTS:
                    self._kept.popitem(last=False)
        return found

    def documents_with_all(self, grams: Iterable[str], runs: Sequence[str] = ()) -> set[int]:
        """The documents that have all grams, one at least; of those that have none of the `runs` (three characters
        and more, whose pairs are among the grams) only where `finds_runs` is False."""
        found: set[int] | None = None
        for count, gram in sorted((self.count_with(gram), gram) for gram in grams):
            if not count:
                return set()
            documents = self.documents_with(gram)
            # Lists come shortest first: the first becomes the set, the longer ones are only run through.
            found = set(documents) if found is None else found.intersection(documents)
            if not found:
                return found
        return found or set()

    def count_with(self, gram: str) -> int:
        """About how many documents have a gram (deleted ones may be counted)."""
        with self._reading:
            if (found := self._kept.get(gram)) is not None:
                return len(found)
            return self._count(gram)

    @abstractmethod
    def is_current(self) -> bool:
        """True while nothing was committed since. Raises FileNotFoundError where the generation is gone."""

    @abstractmethod
    def _read(self, gram: str) -> "array[int]": ...

    @abstractmethod
    def _count(self, gram: str) -> int: ...


class StoreWriter(Protocol):
    """One change of a generation; nothing of it is seen before `commit`."""

    def add(self, record: Record, row: Row) -> None: ...

    def delete(self, field: str, term: str) -> None:
        """Delete the committed documents of a key or group."""
        ...

    def commit(self) -> None:
        """Let readers see all of it at once."""
        ...

    def cancel(self) -> None:
        """Forget all of it; files may stay behind until the next commit."""
        ...


class PostingStore(Protocol):
    """How one engine keeps posting lists in a folder."""

    # The engine with its version: files of another are not read.
    version: str

    def create(self, generation: Path) -> None:
        """Begin an empty index in a folder that is there."""
        ...

    def writer(self, generation: Path) -> StoreWriter:
        """A change of `generation`; the caller holds the write lock of the index."""
        ...

    def read(self, generation: Path, previous: Any | None) -> PostingLists:
        """What is committed; `previous` are lists of the same generation, whose rows need not be read again.

        Raises FileNotFoundError where a writer replaced what is read meanwhile, StoreUnreadable.
        """
        ...


def store_of(engine: str) -> PostingStore:
    """The store of a SEARCH_ENGINE; raises ImproperlyConfigured for one that is unknown or not installed."""
    match engine:
        case "whoosh":
            from archive.search.whoosh_store import WhooshStore

            return WhooshStore()
        case "tantivy":
            try:
                from archive.search.tantivy_store import TantivyStore
            except ModuleNotFoundError as error:
                raise ImproperlyConfigured(
                    "SEARCH_ENGINE=tantivy needs the package tantivy, which is not installed: "
                    "pip install -r requirements-tantivy.txt (make run SEARCH_ENGINE=tantivy does it), "
                    "or leave SEARCH_ENGINE away"
                ) from error
            return TantivyStore()
        case _:
            raise ImproperlyConfigured(f"SEARCH_ENGINE is {' or '.join(ENGINES)}, not {engine!r}")
