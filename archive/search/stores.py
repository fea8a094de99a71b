"""What keeps the posting lists: Whoosh, or tantivy where SEARCH_ENGINE says so.

A store writes rows and grams into the folder of a generation, and reads them as `PostingLists`. All else is the
same over either: folding, conditions, ranking, facets, generations, the queue.
"""

from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Collection, Mapping, Set
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, Protocol

from django.core.exceptions import ImproperlyConfigured

from archive.search.document_set import DocumentSet
from archive.search.records import Columns, Record, Row

# What SEARCH_ENGINE may name.
ENGINES = ("whoosh", "tantivy")
# Posting lists kept in memory, a bit a document each.
_KEPT_LISTS = 512
# So many of a term's rarest grams are intersected.
_RAREST = 4


class StoreUnreadable(Exception):
    """The files of a generation cannot be read; the message names the folder and the remedy."""


class Narrowed(NamedTuple):
    """What posting lists say of documents that shall have some grams and some runs: `left` may have them all.

    Lists of grams that were not worth reading are `unread`, and texts tell instead. Of a run, three characters and
    more, lists of its parts do not say whether they stand together: what is `sure` to have it by other lists needs
    no look, and of all others the texts tell.
    """

    left: DocumentSet
    unread: Set[str]
    sure: Mapping[str, DocumentSet]


class PostingLists(ABC):
    """Rows and posting lists as one commit left them; documents are numbered from 0, and stay so.

    `deleted` are numbers that no longer count. Lists may hold them; rows of theirs may be empty.
    """

    columns: Columns
    deleted: DocumentSet

    def __init__(self) -> None:
        # Readers may share files and positions in them: one thread reads at a time.
        self._reading = Lock()
        self._kept: OrderedDict[str, DocumentSet] = OrderedDict()

    def documents_with(self, gram: str) -> DocumentSet:
        """The documents that have a gram; deleted ones may be among them."""
        with self._reading:
            if (found := self._kept.get(gram)) is not None:
                self._kept.move_to_end(gram)
                return found
            found = self._kept[gram] = self._read(gram)
            if len(self._kept) > _KEPT_LISTS:
                self._kept.popitem(last=False)
        return found

    def documents_with_all(self, grams: Collection[str]) -> DocumentSet:
        """The documents that have all grams, one at least; deleted ones may be among them."""
        found: DocumentSet | None = None
        for _, gram in self._counted(grams):
            found = self.documents_with(gram) if found is None else found & self.documents_with(gram)
            if not found:
                return found
        return found or DocumentSet()

    @abstractmethod
    def narrow(self, within: DocumentSet, grams: Collection[str], runs: Collection[str]) -> Narrowed:
        """Those of `within` that may have all grams and all runs; one of either at least.

        Here is decided how a run is found, each engine in its way.
        """

    def rarest(self, grams: Collection[str]) -> list[str]:
        """The few of the grams that the fewest documents have, the shortest list first; a look costs less than more."""
        return [gram for _, gram in self._counted(grams)[:_RAREST]]

    def _counted(self, grams: Collection[str]) -> list[tuple[int, str]]:
        """The grams with their counts, the shortest list first."""
        return sorted((self.count_with(gram), gram) for gram in set(grams))

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
    def _read(self, gram: str) -> DocumentSet: ...

    @abstractmethod
    def _count(self, gram: str) -> int: ...


class StoreWriter(Protocol):
    """One change of a generation; nothing of it is seen before `commit`."""

    def add(self, record: Record, row: Row) -> None: ...

    def delete(self, field: str, term: str) -> None:
        """Delete the committed documents of a key or group."""
        ...

    def commit(self) -> None:
        """Let readers see all of it at once.

        The files are on the disk before anything leads to them, and so is the change when this returns.
        """
        ...

    def cancel(self) -> None:
        """Forget all of it; files may stay behind until the next commit."""
        ...


class PostingStore(Protocol):
    """How one engine keeps posting lists in a folder."""

    # The engine with its version, and what else its files depend on: nothing is written to files of another.
    version: str

    def reads(self, version: str) -> bool:
        """True for another version whose files can be read, so that they serve while the index is built anew."""
        ...

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


def reading_store(version: str) -> PostingStore | None:
    """The store whose present form reads the files of `version`, which may have been written by an older one.

    None where none does: of another engine that is not installed, or of files that have changed since.
    """
    for engine in ENGINES:
        if not version.startswith(f"{engine}-"):
            continue
        try:
            store = store_of(engine)
        except ImproperlyConfigured:
            return None
        return store if store.reads(version) else None
    return None


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
