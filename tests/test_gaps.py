"""Missing issues and document numbers: only below a number that is here."""

import pytest

from archive.gaps import number_gaps, year_gaps
from archive.holdings import shelves
from archive.models import Gazette, Issue

ONE = Gazette(pk=1, name="云岭市人民政府公报", slug="云岭")


def test_years_of_which_something_is_missing() -> None:
    held = [(2022, "1"), (2022, "2"), (2022, "4"), (2020, "1"), (2020, "增刊1"), (2019, "2-3")]
    issues = [Issue(pk=n, gazette=ONE, year=year, label=label) for n, (year, label) in enumerate(held, 1)]
    (shelf,) = shelves(issues)
    assert [(gap.year, gap.missing, gap.present) for gap in year_gaps(shelf)] == [
        (2022, ("3",), 3),
        (2021, (), 0),  # the whole year
        (2019, ("1",), 1),
    ]


@pytest.mark.parametrize(
    ("held", "stretches"),
    [
        ([1, 2, 4], ((3, 3),)),
        ([1, 2, 4, 8], ((3, 3), (5, 7))),
        ([4, 2, 2, 1], ((3, 3),)),
        ([3], ((1, 2),)),
        # a number that was misread takes one line, not two thousand
        ([1, 2, 2022], ((3, 2021),)),
    ],
)
def test_numbers_that_are_missing(held: list[int], stretches: tuple[tuple[int, int], ...]) -> None:
    (run,) = number_gaps(("阳政办发", 2022, number) for number in held)
    assert run.stretches == stretches
    assert run.missing == sum(b - a + 1 for a, b in stretches)
    assert (run.present, run.last) == (len(set(held)), max(held))


def test_runs_without_gaps_are_left_out_and_the_most_used_code_comes_first() -> None:
    numbers = [
        ("阳政发", 2022, 1),
        ("晋政发", 2021, 7),
        ("阳政办发", 2021, 2),
        ("阳政办发", 2022, 2),
        ("阳政办发", 2020, 1),
    ]
    assert [(run.code, run.year) for run in number_gaps(numbers)] == [
        ("阳政办发", 2022),
        ("阳政办发", 2021),
        ("晋政发", 2021),
    ]
