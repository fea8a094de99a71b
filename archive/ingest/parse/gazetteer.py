"""The counties and districts of each city.

`places.tsv` holds a province, a prefecture and its names a line. It is read when first asked for, since most texts
never ask.
"""

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


@cache
def prefectures() -> dict[str, tuple[str, frozenset[str]]]:
    """(province, names of its counties and districts) of each prefecture: 市, 州, 盟, 地区, and 直辖市."""
    return {
        prefecture: (province, frozenset(names.split()))
        for province, prefecture, names in _rows("places.tsv")
        if prefecture
    }


@cache
def places_of_province(province: str) -> frozenset[str]:
    """The names of all counties, districts and prefectures of a province, and its own."""
    names = {province}
    for in_province, prefecture, places in _rows("places.tsv"):
        if in_province == province:
            names.update(places.split(), [prefecture] if prefecture else [])
    return frozenset(names)


@cache
def all_places() -> frozenset[str]:
    """Every name of the gazetteer."""
    return frozenset().union(*(places_of_province(row[0]) for row in _rows("places.tsv")))


def city_named_in(text: str) -> str | None:
    """The prefecture whose name stands in a text (阳城市人民政府公报), the longest; None when none does."""
    named = [name for name in prefectures() if name in text]
    return max(named, key=len, default=None)


@cache
def _rows(file: str) -> tuple[tuple[str, ...], ...]:
    lines = (_FOLDER / file).read_text(encoding="utf-8").splitlines()
    return tuple(tuple(line.split("\t")) for line in lines if line and not line.startswith("#"))
