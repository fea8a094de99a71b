"""What is followed, in the words of the page that leads to it, and the address of the search that shows all of it."""

from urllib.parse import parse_qsl, urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from archive.models import Document, Followed
from archive.numbers import read_number
from archive.search.query import FACETS

LONGEST = 2000
_PARAMETERS = ("q", *FACETS)


def search_value(query: str, filters: dict[str, str]) -> str:
    """A search as `Followed` holds it: its parameters in one order, as they stand in its address."""
    asked = {"q": query, **filters}
    return urlencode({name: asked[name] for name in _PARAMETERS if asked.get(name)})


def search_of(value: str) -> tuple[str, dict[str, str]]:
    """The query and the filters of a search that is followed."""
    asked = dict(parse_qsl(value))
    query = asked.pop("q", "")
    return query, asked


def kind_value(kind: str) -> str | None:
    """A kind as `Followed` holds it; None for one of which readers see no document."""
    if not kind or "\x00" in kind or not Document.objects.published().filter(kind=kind).exists():
        return None
    return kind


def number_value(text: str) -> str | None:
    """A number as `Followed` holds it; None for what is none. It need not be here: it may be awaited."""
    number = read_number(text)
    if number is None or number.sequence is None or len(number.canonical) > 120:
        return None
    return number.canonical


def described(what: str, value: str) -> str:
    """One line: 检索 古树名木 · 2024, 文种 通知, 文号 云政发〔2024〕1号."""
    if what == Followed.What.SEARCH:
        query, filters = search_of(value)
        words = " · ".join(" ".join(part.split()) for part in (query, *filters.values()) if part)
        return _("检索：%(words)s") % {"words": words} if words else _("全部新公文")
    if what == Followed.What.KIND:
        return _("文种：%(kind)s") % {"kind": value}
    return _("文号：%(number)s") % {"number": value}


def address_of(what: str, value: str) -> str:
    """The path of the search that shows it, newest first."""
    parameter = {Followed.What.KIND: "kind", Followed.What.NUMBER: "q"}.get(Followed.What(what))
    asked = {parameter: value} if parameter else dict(parse_qsl(value))
    # All that there is has no words to be looked for.
    return f"{reverse('search')}?{urlencode({**asked, 'sort': 'date'})}" if asked else reverse("issues")
