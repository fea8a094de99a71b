"""Years and gaps: said only where the print proves them."""

import pytest

from archive.holdings import numbers_of, shelves
from archive.models import Gazette, Issue

ONE = Gazette(pk=1, name="云岭市人民政府公报", slug="云岭")


def held(*issues: tuple[int, str] | tuple[int, str, int | None]) -> list[Issue]:
    return [
        Issue(pk=n, gazette=ONE, year=i[0], label=i[1], total_number=i[2] if len(i) > 2 else None)
        for n, i in enumerate(issues, start=1)
    ]


def written(issues: list[Issue]) -> dict[int, str]:
    """2021: "1 2 (3) 4": the labels of a year, gaps in brackets."""
    return {
        year.year: " ".join(p.label if p.issue else f"({p.label})" for p in year.places)
        for shelf in shelves(issues)
        for year in shelf.years
    }


@pytest.mark.parametrize(
    ("label", "numbers"),
    [
        ("2", (2,)),
        ("3-4", (3, 4)),
        ("3—4", (3, 4)),
        ("11、12", (11, 12)),
        ("增刊1", ()),
        ("合订本", ()),
        ("4-3", (4,)),
        ("1-99", (1,)),
    ],
)
def test_numbers_of_a_label(label: str, numbers: tuple[int, ...]) -> None:
    assert numbers_of(Issue(label=label)) == numbers


@pytest.mark.parametrize(
    ("issues", "expected"),
    [
        ([(2022, "1"), (2022, "2")], {2022: "1 2"}),
        ([(2022, "2"), (2022, "5")], {2022: "(1) 2 (3) (4) 5"}),
        # a double issue fills two places
        ([(2022, "1"), (2022, "3-4"), (2022, "5")], {2022: "1 (2) 3-4 5"}),
        # special issues stand behind the count and prove nothing
        ([(2022, "增刊1"), (2022, "2")], {2022: "(1) 2 增刊1"}),
        # a year of which nothing is here
        ([(2022, "1"), (2020, "1")], {2022: "1", 2021: "", 2020: "1"}),
        # 2021年第5期 总第11期, 2022年第2期 总第14期: 2021 had a 第6期
        ([(2022, "2", 14), (2021, "5", 11)], {2022: "(1) 2", 2021: "(1) (2) (3) (4) 5 (6)"}),
        # the totals leave no room
        ([(2022, "1", 12), (2021, "5", 11)], {2022: "1", 2021: "(1) (2) (3) (4) 5"}),
        # a total that was misread proves nothing
        ([(2022, "1", 9012), (2021, "1", 11)], {2022: "1", 2021: "1"}),
    ],
)
def test_gaps(issues: list[tuple[int, str]], expected: dict[int, str]) -> None:
    assert written(held(*issues)) == expected


def test_each_gazette_has_its_own_shelf_newest_year_first() -> None:
    other = Gazette(pk=2, name="丙公报", slug="丙")
    issues = [*held((2021, "1"), (2022, "1")), Issue(pk=9, gazette=other, year=2020, label="1")]
    assert [(s.gazette.name, [y.year for y in s.years]) for s in shelves(issues)] == [
        ("丙公报", [2020]),
        ("云岭市人民政府公报", [2022, 2021]),
    ]
    year = shelves(held((2022, "2")))[0].years[0]
    assert (year.present, year.missing) == (1, 1)
