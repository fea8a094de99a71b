"""What the index holds at one moment, for one process: posting lists, a few columns, and the folded texts."""

import mmap
import os
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from zlib import crc32

from archive.search.document_set import DocumentSet, Order
from archive.search.folder import TEXTS, seen_of
from archive.search.results import Place
from archive.search.stores import PostingLists, PostingStore, StoreUnreadable
from archive.search.value_sets import ValueSets


class Snapshot:
    """All documents of the index at one moment, numbered from 0; `alive` are those that are not deleted.

    Texts are UTF-8, so a run of characters is found as a run of bytes.
    """

    def __init__(self, generation: Path, store: PostingStore, previous: "Snapshot | None" = None) -> None:
        self._name = generation
        if previous and previous._name != generation:
            previous = None
        self.lists: PostingLists = store.read(generation, previous.lists if previous else None)
        self.columns = self.lists.columns
        self.size = len(self.columns.keys)
        self.alive = DocumentSet.range(0, self.size) - self.lists.deleted
        self._texts_path = generation / TEXTS
        self._texts_seen = seen_of(self._texts_path)
        # Texts are only ever appended: what the previous snapshot has looked at need not be looked at again.
        self._check_texts(previous._texts_end if previous and previous._texts_stand() else 0)
        self._texts_end: int = max(self.columns.ends, default=0)
        self._texts = _map_texts(self._texts_path, previous)
        self.documents_with = self.lists.documents_with
        self.documents_with_all = self.lists.documents_with_all
        self.count_with = self.lists.count_with
        self.narrow = self.lists.narrow
        self.rarest = self.lists.rarest
        self._value_sets: dict[str, ValueSets] = {}

    def is_current(self, generation: Path) -> bool:
        """True while nothing was committed since, and nobody touched what is read. Raises FileNotFoundError."""
        return self._name == generation and self.lists.is_current() and self._texts_stand()

    def values(self, name: str) -> ValueSets:
        """The documents by their value in one of the columns VALUES."""
        if name not in self._value_sets:
            self._value_sets[name] = ValueSets(self.columns.values[name])
        return self._value_sets[name]

    def documents_of_keys(self, keys: Iterable[str]) -> dict[str, int]:
        """The number of each key that is in the index."""
        wanted = set(keys)
        return {
            key: number
            for number, key in enumerate(self.columns.keys)
            if key in wanted and number in self.alive
        }

    # --- orders and measures, worked out once for all queries ----------------------------------------
    @cached_property
    def by_day(self) -> Order:
        """Newest first; of one day by number, then by key."""
        return Order(sorted(range(self.size), key=lambda number: sorts_by_day(self.place(number))))

    @cached_property
    def by_number(self) -> Order:
        """By number, those without one last; of one number the newest first."""
        return Order(sorted(range(self.size), key=lambda number: sorts_by_number(self.place(number))))

    def place(self, number: int) -> Place:
        """What sorting goes by."""
        c = self.columns
        return Place(c.days[number], c.orders[number], c.keys[number])

    @cached_property
    def mean_length(self) -> float:
        """Of all bodies, in bytes; never 0."""
        return sum(self.columns.body_lengths) / max(1, self.size) or 1.0

    # --- texts -------------------------------------------------------------------------------------
    def _texts_stand(self) -> bool:
        """False when texts of this snapshot are others than they were. A writer may have appended some."""
        seen, known = seen_of(self._texts_path), self._texts_seen
        if seen == known:
            return True
        if seen[0] != known[0]:
            return False
        if seen[1] <= known[1]:
            # Nobody appended: a writer has taken back what it did not commit, or it was no writer.
            try:
                self._check_texts(0)
            except StoreUnreadable:
                return False
        self._texts_seen = seen
        return True

    def _check_texts(self, start: int) -> None:
        """Raises StoreUnreadable where a text that begins at `start` or behind it has not its checksum.

        Read, not mapped, for all pages of a mapping stay in memory.
        """
        starts, ends, sums = self.columns.starts, self.columns.ends, self.columns.sums
        texts = os.open(self._texts_path, os.O_RDONLY)
        try:
            for number in self.alive:
                at = starts[number]
                if at >= start and crc32(os.pread(texts, ends[number] - at, at)) != sums[number]:
                    raise StoreUnreadable(f"{self._texts_path} is damaged")
        finally:
            os.close(texts)

    def text(self, number: int) -> bytes:
        """All four parts of a document, a byte 0 between them."""
        return self._texts[self.columns.starts[number] : self.columns.ends[number]]

    def texts(self, numbers: Iterable[int]) -> Iterator[bytes]:
        """The `text` of each of many documents, in their order."""
        texts, starts, ends = self._texts, self.columns.starts, self.columns.ends
        return (texts[starts[number] : ends[number]] for number in numbers)

    def heads(self, numbers: Iterable[int]) -> Iterator[bytes]:
        """What stands before the body of each document: titles, numbers and people."""
        c, texts = self.columns, self._texts
        starts, ends, bodies = c.starts, c.ends, c.body_lengths
        return (texts[starts[number] : ends[number] - bodies[number]] for number in numbers)

    def body(self, number: int) -> bytes:
        end = self.columns.ends[number]
        return self._texts[end - self.columns.body_lengths[number] : end]

    def titles(self, number: int) -> bytes:
        start = self.columns.starts[number]
        return self._texts[start : start + self.columns.title_lengths[number]]

    def numbers(self, number: int) -> bytes:
        start = self.columns.starts[number] + self.columns.title_lengths[number] + 1
        return self._texts[start : start + self.columns.number_lengths[number]]

    def people(self, number: int) -> bytes:
        c = self.columns
        start = c.starts[number] + c.title_lengths[number] + c.number_lengths[number] + 2
        return self._texts[start : start + c.people_lengths[number]]


def sorts_by_day(place: Place) -> tuple[object, ...]:
    # As they came in would be another order each time the index is built anew; of two keys the later has more figures.
    return (-place.day, place.order, len(place.key), place.key)


def sorts_by_number(place: Place) -> tuple[object, ...]:
    return (not place.order, place.order, -place.day, len(place.key), place.key)


def _map_texts(path: Path, previous: Snapshot | None) -> "mmap.mmap | bytes":
    """The file of texts mapped as long as it is now; the previous mapping where nothing was appended."""
    size = path.stat().st_size
    if size == 0:
        return b""
    if previous and len(previous._texts) == size:
        return previous._texts
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)
