"""What the index holds at one moment, for one process: posting lists, a few columns, and the folded texts."""

import mmap
import threading
from array import array
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from whoosh.index import FileIndex

from archive.search.folder import TEXTS
from archive.search.postings import read_postings

# What documents are filtered and counted by.
VALUES = ("year", "month", "category", "kind", "issuer", "gazette", "validity", "model")
# Posting lists kept in memory, and how long one may be to be kept.
_KEPT_LISTS = 512
_KEPT_LENGTH = 50_000


@dataclass(frozen=True, slots=True)
class Row:
    """What is stored of one document: where its texts stand, and what it is filtered and sorted by.

    `lengths` are those of titles, numbers, people and body, in bytes; one byte 0 stands between them.
    """

    key: str
    group: str
    start: int
    lengths: tuple[int, int, int, int]
    values: tuple[str, ...]
    day: int
    order: str
    check: int


class Columns:
    """The rows of a segment (or of all of them), column by column; documents are numbered from 0."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.groups: list[str] = []
        self.starts = array("Q")
        self.ends = array("Q")
        self.title_lengths = array("I")
        self.number_lengths = array("I")
        self.people_lengths = array("I")
        self.body_lengths = array("I")
        self.values: dict[str, list[str]] = {name: [] for name in VALUES}
        self.days = array("i")
        self.orders: list[str] = []
        self.checks = array("I")

    def append(self, row: Row) -> None:
        self.keys.append(row.key)
        self.groups.append(row.group)
        titles, numbers, people, body = row.lengths
        self.starts.append(row.start)
        self.ends.append(row.start + titles + numbers + people + body + 3)
        self.title_lengths.append(titles)
        self.number_lengths.append(numbers)
        self.people_lengths.append(people)
        self.body_lengths.append(body)
        for name, value in zip(VALUES, row.values, strict=True):
            self.values[name].append(value)
        self.days.append(row.day)
        self.orders.append(row.order)
        self.checks.append(row.check)

    def extend(self, other: "Columns") -> None:
        self.keys += other.keys
        self.groups += other.groups
        self.starts += other.starts
        self.ends += other.ends
        self.title_lengths += other.title_lengths
        self.number_lengths += other.number_lengths
        self.people_lengths += other.people_lengths
        self.body_lengths += other.body_lengths
        for name in VALUES:
            self.values[name] += other.values[name]
        self.days += other.days
        self.orders += other.orders
        self.checks += other.checks


_GONE = Row("", "", 0, (0, 0, 0, 0), ("",) * len(VALUES), 0, "", 0)


class Snapshot:
    """All documents of the index at one moment, numbered from 0; `alive` are those that are not deleted.

    Texts are UTF-8, so a run of characters is found as a run of bytes.
    """

    def __init__(self, generation: Path, index: FileIndex, previous: "Snapshot | None" = None) -> None:
        self._index = index
        self._name = generation
        # Asked before opening: an empty index gives a reader that does not know.
        toc = index.latest_generation()
        reader = index.reader()
        self._toc = toc if reader.generation() is None else reader.generation()
        if previous and previous._name != generation:
            previous = None
        known = previous._segments if previous else {}
        self._segments: dict[str, Columns] = {}
        self._readers: list[tuple[int, Any]] = []
        self.columns = Columns()
        deleted: set[int] = set()
        strings: dict[str, str] = {}
        for segment_reader, _ in reader.leaf_readers():
            segment = segment_reader.segment()
            if segment is None:
                continue  # an empty index has one empty reader
            base = len(self.columns.keys)
            columns = known.get(segment.segment_id())
            if columns is None:
                try:
                    columns = _read_columns(segment_reader, strings)
                except TypeError:
                    # Whoosh takes a file that a writer deleted a moment ago for one that never was.
                    name = segment.codec().column_filename(segment, "_stored")
                    if (generation / name).exists():
                        raise
                    raise FileNotFoundError(generation / name) from None
            self._segments[segment.segment_id()] = columns
            self._readers.append((base, segment_reader))
            self.columns.extend(columns)
            deleted.update(base + number for number in segment.deleted_docs())
        self.deleted = frozenset(deleted)
        self.size = len(self.columns.keys)
        self.alive = frozenset(range(self.size)) - self.deleted
        self._texts = _map_texts(generation / TEXTS, previous)
        self._reading = threading.Lock()
        self._lists: OrderedDict[str, array[int]] = OrderedDict()

    def is_current(self, generation: Path) -> bool:
        """True while nothing was committed since."""
        return self._name == generation and bool(self._index.latest_generation() == self._toc)

    def documents_with(self, gram: str) -> "array[int]":
        """The documents that have a gram, ascending; deleted ones may be among them."""
        kept = self._lists
        # Readers seek in files that all threads share.
        with self._reading:
            if (found := kept.get(gram)) is not None:
                kept.move_to_end(gram)
                return found
            found = array("I")
            for base, reader in self._readers:
                numbers = read_postings(reader, "grams", gram)
                found.extend(number + base for number in numbers) if base else found.extend(numbers)
            if len(found) <= _KEPT_LENGTH:
                kept[gram] = found
                if len(kept) > _KEPT_LISTS:
                    kept.popitem(last=False)
        return found

    def count_with(self, gram: str) -> int:
        """About how many documents have a gram (deleted ones counted)."""
        with self._reading:
            if (found := self._lists.get(gram)) is not None:
                return len(found)
            return sum(reader.doc_frequency("grams", gram) for _, reader in self._readers)

    def documents_of_keys(self, keys: Iterable[str]) -> dict[str, int]:
        """The number of each key that is in the index."""
        wanted = set(keys)
        return {
            key: number
            for number, key in enumerate(self.columns.keys)
            if key in wanted and number not in self.deleted
        }

    # --- orders and measures, worked out once for all queries ----------------------------------------
    @cached_property
    def newest_first(self) -> "array[int]":
        """The place of each document by day, newest first; of one day by number, then as they came in."""
        c = self.columns
        return _places(sorted(range(self.size), key=lambda n: (-c.days[n], c.orders[n], n)))

    @cached_property
    def by_number(self) -> "array[int]":
        """The place of each document by number, those without one last; of one number the newest first."""
        c = self.columns
        return _places(sorted(range(self.size), key=lambda n: (not c.orders[n], c.orders[n], -c.days[n], n)))

    @cached_property
    def mean_length(self) -> float:
        """Of all bodies, in bytes; never 0."""
        return sum(self.columns.body_lengths) / max(1, self.size) or 1.0

    # --- texts -------------------------------------------------------------------------------------
    def text(self, number: int) -> bytes:
        """All four parts of a document, a byte 0 between them."""
        return self._texts[self.columns.starts[number] : self.columns.ends[number]]

    def texts(self, numbers: Iterable[int]) -> Iterator[bytes]:
        """The `text` of each of many documents, in their order."""
        texts, starts, ends = self._texts, self.columns.starts, self.columns.ends
        return (texts[starts[number] : ends[number]] for number in numbers)

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


def _places(ordered: list[int]) -> "array[int]":
    """Where each number stands in `ordered`, which has all from 0 on."""
    places = array("I", bytes(array("I").itemsize * len(ordered)))
    for place, number in enumerate(ordered):
        places[number] = place
    return places


def _read_columns(reader: Any, strings: dict[str, str]) -> Columns:
    """The rows of one segment; a deleted one leaves an empty row, so that numbers stay."""
    columns = Columns()
    for number, stored in reader.iter_docs():
        while len(columns.keys) < number:
            columns.append(_GONE)
        key, group, start, lengths, values, day, order, check = stored["row"]
        # A thousand documents share ten categories: one string each, not a thousand.
        values = tuple(strings.setdefault(value, value) for value in values)
        columns.append(Row(key, strings.setdefault(group, group), start, lengths, values, day, order, check))
    while len(columns.keys) < reader.doc_count_all():
        columns.append(_GONE)
    return columns


def _map_texts(path: Path, previous: Snapshot | None) -> "mmap.mmap | bytes":
    """The file of texts mapped as long as it is now; the previous mapping where nothing was appended."""
    size = path.stat().st_size
    if size == 0:
        return b""
    if previous and len(previous._texts) == size:
        return previous._texts
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)
