"""Addresses of lists that can be narrowed, sorted and paged: one query string for each choice."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.http import Http404
from django.utils.functional import Promise
from django.utils.http import urlencode


@dataclass(frozen=True, slots=True)
class Choice:
    """Something a reader can choose, as a link."""

    name: str | Promise
    address: str
    selected: bool = False
    count: int = 0


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to narrow a result: its values, and those that are folded away."""

    key: str
    name: str | Promise
    choices: list[Choice]
    more: list[Choice] = field(default_factory=list)


def with_parameters(parameters: Mapping[str, str], **changes: str) -> str:
    """The query string of `parameters` with `changes`; what is blank is left out, and so is the page."""
    merged = {**parameters, **changes}
    return "?" + urlencode({name: value for name, value in merged.items() if value})


def page_addresses(parameters: Mapping[str, str], page: int, pages: int) -> list[Choice | None]:
    """The pages around the present one, the first and the last; None where some are left out; [] for one page."""
    if pages < 2:
        return []
    shown = sorted({1, pages, *range(max(1, page - 2), min(pages, page + 2) + 1)})
    found: list[Choice | None] = []
    for before, number in zip([0, *shown], shown, strict=False):
        if number - before > 1:
            found.append(None)
        address = with_parameters(parameters, page=str(number) if number > 1 else "")
        found.append(Choice(str(number), address, number == page))
    return found


def asked_year(text: str, known: Collection[int]) -> int | None:
    """The year that an address asks for; None for all. Raises Http404 for one of which nothing is here."""
    if not text:
        return None
    if text not in map(str, known):
        raise Http404
    return int(text)
