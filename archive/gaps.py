"""What is missing from runs of numbers: issues of a year, and documents of a code and year.

A gap lies below a number that is here. It means "not in this archive", never "not published".
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from archive.holdings import Shelf


@dataclass(frozen=True, slots=True)
class YearGap:
    """A year of a gazette from which issues are missing: their labels; none where the whole year is."""

    year: int
    missing: tuple[str, ...]
    present: int


@dataclass(frozen=True, slots=True)
class NumberRun:
    """The documents of one code and year: how many numbers are here, and which below the largest are not."""

    code: str
    year: int
    present: int
    last: int
    # (3, 3), (5, 12): first and last of each stretch
    stretches: tuple[tuple[int, int], ...]

    @property
    def missing(self) -> int:
        return sum(last - first + 1 for first, last in self.stretches)


def year_gaps(shelf: Shelf) -> list[YearGap]:
    """The years of a gazette from which something is missing, newest first."""
    return [
        YearGap(year.year, tuple(place.label for place in year.places if place.issue is None), year.present)
        for year in shelf.years
        if year.missing or not year.places
    ]


def number_gaps(numbers: Iterable[tuple[str, int, int]]) -> list[NumberRun]:
    """The runs from which numbers are missing, as `number_runs` gives them."""
    return [run for run in number_runs(numbers) if run.stretches]


def number_runs(numbers: Iterable[tuple[str, int, int]]) -> list[NumberRun]:
    """All runs; `numbers` are (code, year, sequence).

    The codes with the most documents come first, and in each code the newest year.
    """
    held: dict[tuple[str, int], set[int]] = defaultdict(set)
    documents: Counter[str] = Counter()
    for code, year, sequence in numbers:
        held[code, year].add(sequence)
        documents[code] += 1
    runs = [
        NumberRun(code, year, len(found), max(found), _stretches(found))
        for (code, year), found in held.items()
    ]
    return sorted(runs, key=lambda run: (-documents[run.code], run.code, -run.year))


def _stretches(held: set[int]) -> tuple[tuple[int, int], ...]:
    """What is missing between 1 and the largest: {1, 2, 4, 8} lacks (3, 3) and (5, 7)."""
    found, expected = [], 1
    for number in sorted(held):
        if number > expected:
            found.append((expected, number - 1))
        expected = number + 1
    return tuple(found)
