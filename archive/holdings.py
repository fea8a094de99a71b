"""Which issues the archive holds, year by year, and which it lacks.

A gap is said only where the print proves it: a number below the largest one of its year, or running total numbers
(总第14期) that leave room between two years. It means "not in this archive", never "not published".
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archive.models import Gazette, Issue

# 3-4, 3—4, 3、4: one issue that counts as two
_NUMBERS = re.compile(r"^([0-9]{1,3})(?:\s*[-—–~～至、]\s*([0-9]{1,3}))?$")
# More than a weekly gazette has in a year: a total number that leaves more room was misread.
_MOST_IN_A_YEAR = 60


@dataclass(frozen=True, slots=True)
class Place:
    """One place on the shelf: an issue, or the number of one that is not here."""

    label: str
    issue: Issue | None = None


@dataclass(frozen=True, slots=True)
class Year:
    """One year of a gazette; `places` is empty for a year between two others of which nothing is here."""

    year: int
    places: tuple[Place, ...] = ()

    @property
    def present(self) -> int:
        return sum(place.issue is not None for place in self.places)

    @property
    def missing(self) -> int:
        return len(self.places) - self.present


@dataclass(frozen=True, slots=True)
class Shelf:
    """All years of one gazette, newest first."""

    gazette: Gazette
    years: tuple[Year, ...]


def numbers_of(issue: Issue) -> tuple[int, ...]:
    """The numbers that an issue counts as: (3, 4) for 3-4, () for 增刊1."""
    if match := _NUMBERS.match(issue.label):
        first, last = int(match[1]), int(match[2] or match[1])
        return tuple(range(first, last + 1)) if first <= last < first + 12 else (first,)
    return ()


def shelves(issues: Iterable[Issue]) -> list[Shelf]:
    """The issues put in place, one shelf a gazette. They must come with their gazette and a year."""
    by_gazette: dict[Gazette, list[Issue]] = defaultdict(list)
    for issue in issues:
        if issue.gazette is not None and issue.year is not None:
            by_gazette[issue.gazette].append(issue)
    return [
        Shelf(gazette, _years(held)) for gazette, held in sorted(by_gazette.items(), key=lambda g: g[0].name)
    ]


def _years(issues: Sequence[Issue]) -> tuple[Year, ...]:
    by_year: dict[int, list[Issue]] = defaultdict(list)
    for issue in issues:
        by_year[issue.year or 0].append(issue)
    years = []
    for year in range(max(by_year), min(by_year) - 1, -1):
        held = by_year.get(year, [])
        years.append(Year(year, _places(held, _last_number(held, by_year.get(year + 1, [])))))
    return tuple(years)


def _places(held: list[Issue], last: int) -> tuple[Place, ...]:
    numbered = {numbers[0]: issue for issue in held if (numbers := numbers_of(issue))}
    covered = {number for issue in held for number in numbers_of(issue)}
    places = [
        Place(numbered[number].label, numbered[number]) if number in numbered else Place(str(number))
        for number in range(1, last + 1)
        if number in numbered or number not in covered
    ]
    # Special issues (增刊1) have no place in the count; they stand behind it.
    special = sorted(
        (issue for issue in held if not numbers_of(issue)), key=lambda i: (str(i.published_on or ""), i.label)
    )
    return (*places, *(Place(issue.label, issue) for issue in special))


def _last_number(held: list[Issue], following: list[Issue]) -> int:
    """The largest number that the year is known to have had."""
    counted = [(numbers_of(issue)[-1], issue.total_number) for issue in held if numbers_of(issue)]
    last = max((number for number, _ in counted), default=0)
    # 2021年第5期 is 总第11期 and 2022年第2期 is 总第14期, so 2022年第1期 is 总第13期 and 2021 had a 第6期
    for number, total in counted:
        for issue in following:
            if total and issue.total_number and (after := numbers_of(issue)):
                proven = number + (issue.total_number - after[-1]) - total
                if last < proven <= _MOST_IN_A_YEAR:
                    last = proven
    return last
