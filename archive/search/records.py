"""One document as it is indexed, and what is kept of it beside the posting lists."""

import sys
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from zlib import crc32

# What documents are filtered and counted by.
VALUES = ("year", "month", "category", "kind", "issuer", "gazette", "validity", "model")


@dataclass(frozen=True, slots=True)
class Record:
    """One document as it is indexed; texts are folded.

    `values` are what filters and facets go by, `day` (a date's ordinal) and `order` what sorting goes by.
    Records of one `group` (an issue) are removed together.
    """

    key: str
    group: str
    titles: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    body: str = ""
    values: dict[str, str] = field(default_factory=dict)
    day: int = 0
    order: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text by itself, none running into the next."""
        return (*self.titles, *self.numbers, *self.people, self.body)

    def parts(self) -> tuple[bytes, bytes, bytes, bytes]:
        """Titles, numbers, people and body as they stand in the file of texts."""
        return (
            "\x00".join(self.titles).encode(),
            "\x00".join(self.numbers).encode(),
            "\x00".join(self.people).encode(),
            self.body.encode(),
        )

    def check(self) -> int:
        """A checksum of everything that is indexed of the document."""
        known = repr((self.group, sorted(self.values.items()), self.day, self.order)).encode()
        return crc32(b"\x00".join((*self.parts(), known)))


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
    # of its texts as they stand in the file
    sum: int

    @property
    def end(self) -> int:
        """Where its texts end."""
        return self.start + sum(self.lengths) + len(self.lengths) - 1


# What a deleted document leaves, so that the numbers of the others stay.
GONE = Row("", "", 0, (0, 0, 0, 0), ("",) * len(VALUES), 0, "", 0, 0)


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
        self.sums = array("I")

    def append(self, row: Row) -> None:
        self.keys.append(row.key)
        # A thousand documents share ten categories: one string each, not a thousand.
        self.groups.append(sys.intern(row.group))
        titles, numbers, people, body = row.lengths
        self.starts.append(row.start)
        self.ends.append(row.end)
        self.title_lengths.append(titles)
        self.number_lengths.append(numbers)
        self.people_lengths.append(people)
        self.body_lengths.append(body)
        for name, value in zip(VALUES, row.values, strict=True):
            self.values[name].append(sys.intern(value))
        self.days.append(row.day)
        self.orders.append(row.order)
        self.checks.append(row.check)
        self.sums.append(row.sum)

    def extend(self, other: "Columns", numbers: Iterable[int] | None = None) -> None:
        """Append the rows of `other`, all of them or those of `numbers`."""
        if numbers is not None:
            other = other._picked(list(numbers))
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
        self.sums += other.sums

    def _picked(self, numbers: list[int]) -> "Columns":
        picked = Columns()
        for name, column in vars(self).items():
            if isinstance(column, dict):
                picked.values = {value: [rows[n] for n in numbers] for value, rows in column.items()}
            else:
                getattr(picked, name).extend([column[n] for n in numbers])
        return picked
