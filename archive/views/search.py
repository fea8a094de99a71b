"""The results page, and the address that leads from a document number to its document."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from archive.models import Document, Reference
from archive.numbers import DocumentNumber, read_number
from archive.people import Found, appointed_among
from archive.search.numbered import documents_with_number
from archive.search.query import chosen_filters, search_documents
from archive.search.query_language import MAX_LENGTH, parse_query, positive_terms
from archive.search.ranking import SORTS
from archive.search.results import FacetValue
from archive.search.validity import AMENDED, EXPIRED, REPEALED, STANDS
from archive.views.addresses import Choice, Facet, page_addresses, with_parameters
from archive.views.examples import facts_for_examples, search_rules
from archive.vocabulary import order_of_categories

FACET_NAMES = {
    "year": _("年份"),
    "month": _("月份"),
    "category": _("栏目"),
    "kind": _("文种"),
    "issuer": _("发文机关"),
    "gazette": _("公报"),
    "validity": _("效力"),
}
VALIDITY_NAMES = {
    STANDS: _("未见废止、修改或期满"),
    AMENDED: _("已被修改"),
    EXPIRED: _("已过有效期"),
    REPEALED: _("已被废止"),
}
SORT_NAMES = {"relevance": _("相关"), "date": _("日期"), "number": _("文号")}
# Values of a facet that stand open; the others fold away under them.
OPEN_VALUES = 8
# Documents that a number leads to, and people whom a query names, above the results.
LEADING = 5
LONGEST_NAME = 80
_PERSON = re.compile("^person[:：]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Search:
    """What an address asks for: the same for the page of results, its feed and its table."""

    query: str
    chosen: dict[str, str]
    sort: str

    @classmethod
    def of(cls, request: HttpRequest) -> "Search":
        """The search of an address; an order that is none is the usual one."""
        sort = request.GET.get("sort", "")
        return cls(
            query=request.GET.get("q", "").strip(),
            chosen=chosen_filters(request.GET),
            sort=sort if sort in SORTS else SORTS[0],
        )

    @property
    def parameters(self) -> dict[str, str]:
        """What makes up its address, without the page; the usual order is not said."""
        return {"q": self.query, **self.chosen, "sort": "" if self.sort == SORTS[0] else self.sort}


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """One page of results. Everything on it is an address: query, filters, order and page."""
    wanted = Search.of(request)
    query, chosen, sort, parameters = wanted.query, wanted.chosen, wanted.sort, wanted.parameters
    asked = bool(query or chosen)
    context: dict[str, Any] = {"query": query, "words": query, "chosen": chosen, "asked": asked}
    if asked:
        page = page_of(request.GET.get("page", ""))
        results = search_documents(query, filters=chosen, page=page, sort=sort)
        if results.total and page > results.pages:
            return redirect(request.path + with_parameters(parameters, page=str(results.pages)))
        leading = leading_documents(query) if results.page == 1 else []
        # Where they stand first among the hits, they are named there.
        citing = {document.pk: getattr(document, "citing", 0) for document in leading}
        for hit in results.hits:
            hit.document.citing = citing.get(hit.document.pk, 0)  # type: ignore[attr-defined]
        lead_the_hits = {d.pk for d in leading} == {hit.document.pk for hit in results.hits[: len(leading)]}
        context |= {
            "results": results,
            "leading": [] if lead_the_hits else leading,
            "leading_hits": len(leading) if lead_the_hits else 0,
            "people": people_asked_for(query) if results.page == 1 else [],
            "facets": facets_of(results.facets, parameters),
            "sorts": [
                Choice(name, with_parameters(parameters, sort="" if key == SORTS[0] else key), key == sort)
                for key, name in SORT_NAMES.items()
            ],
            "pages": page_addresses(parameters, results.page, results.pages),
            "without_filters": with_parameters({"q": query}),
            "respelled": [
                (term, with_parameters({**parameters, "q": term.query})) for term in results.respelled
            ],
            "same_search": with_parameters(parameters),
            "feed": _feed_address(parameters, found=results.total > 0),
            "alert": _alert_parameters(parameters, found=results.total > 0),
            "terms": [(term, with_parameters({**parameters, "q": term.query})) for term in results.terms],
        }
    else:
        context["rules"] = search_rules(facts_for_examples())
    # Nobody may take it for an answer, nor keep it, that there is nothing to ask.
    ready = not asked or results.ready
    return render(request, "archive/search.html", context, status=200 if ready else 503)


def page_of(text: str) -> int:
    """The page that an address asks for; 1 for what is no page."""
    return max(1, int(text[:7])) if text.isascii() and text.isdecimal() else 1


def leading_documents(query: str) -> list[Document]:
    """The documents of the number that the query is, each with its `citing`; none for any other query."""
    number = read_number(query)
    found = documents_with_number(number)[:LEADING] if number else []
    counts = citing_documents(found)
    for document in found:
        document.citing = counts.get(document.pk, 0)  # type: ignore[attr-defined]
    return found


def people_asked_for(query: str) -> list[Found]:
    """Whom the query names that were appointed or removed: by `person:`, or where it is a name and nothing else."""
    terms = positive_terms(parse_query(query[:MAX_LENGTH]))
    names = [_PERSON.sub("", term.printed).strip('"') for term in terms if term.field == "person"]
    if len(terms) == 1 and not terms[0].field:
        names.append(query.strip(' "'))
    return appointed_among([name for name in names if len(name) <= LONGEST_NAME][:LEADING])


def citing_documents(documents: Sequence[Document]) -> dict[int, int]:
    """How many published documents refer to each (by primary key); those to which none does are left out."""
    if not documents:
        return {}
    named = Reference.objects.filter(target__in=documents, document__in=Document.objects.published())
    counted = named.values("target").annotate(count=Count("document", distinct=True)).order_by()
    return {row["target"]: row["count"] for row in counted}


def _feed_address(parameters: Mapping[str, str], found: bool) -> str:
    """The feed of a search: that of a kind or an issuing body, where nothing else is asked for and there is any."""
    asked = [name for name, value in parameters.items() if value and name != "sort"]
    if found and asked in (["kind"], ["issuer"]) and "/" not in (value := parameters[asked[0]]):
        return reverse(f"feed-{asked[0]}", args=[value])
    return reverse("search-feed") + with_parameters(parameters)


def _alert_parameters(parameters: Mapping[str, str], found: bool) -> str:
    """What follows the search by mail: as for its feed."""
    asked = {name: value for name, value in parameters.items() if value and name != "sort"}
    follow = "kind" if found and list(asked) == ["kind"] else "search"
    return with_parameters(asked, follow=follow)


def facets_of(facets: Mapping[str, Sequence[FacetValue]], parameters: Mapping[str, str]) -> list[Facet]:
    """The facets with an address for each value: to choose it, or to let it go again."""
    found = []
    for key, values in facets.items():
        if not values or not _is_a_choice(key, values, parameters):
            continue
        choices = [
            Choice(
                _name_of(key, value.value),
                with_parameters(parameters, **_changes(key, value)),
                value.selected,
                value.count,
            )
            for value in _in_order(key, values)
        ]
        found.append(Facet(key, FACET_NAMES[key], choices[:OPEN_VALUES], choices[OPEN_VALUES:]))
    return found


def _is_a_choice(key: str, values: Sequence[FacetValue], parameters: Mapping[str, str]) -> bool:
    """One gazette is nothing to choose from, nor is it when nothing was changed; months are those of one year."""
    if any(value.selected for value in values):
        return True
    if key in {"gazette", "validity"}:
        return len(values) > 1
    return key != "month" or "year" in parameters


def _changes(key: str, value: FacetValue) -> dict[str, str]:
    """What choosing a value, or letting it go again, changes of the query; a month goes with its year."""
    if not value.selected:
        return {key: value.value}
    return {key: "", "month": ""} if key == "year" else {key: ""}


def _name_of(key: str, value: str) -> str | Promise:
    if key == "month":
        return _("%(month)s月") % {"month": value}
    return VALIDITY_NAMES.get(value, value) if key == "validity" else value


def _in_order(key: str, values: Sequence[FacetValue]) -> Sequence[FacetValue]:
    """Years from the newest, months and states of validity in their own order, categories in that of the editors, all
    else by count."""
    if key == "year":
        return sorted(values, key=lambda value: value.value, reverse=True)
    if key == "month":
        return sorted(values, key=lambda value: value.value.zfill(2))
    if key == "validity":
        return sorted(values, key=lambda value: [*VALIDITY_NAMES, value.value].index(value.value))
    if key == "category" and len(values) > 1 and (order := order_of_categories()):
        place = {name: n for n, name in enumerate(order)}
        return sorted(values, key=lambda value: place.get(value.value, len(place)))
    return values


@require_safe
def number(request: HttpRequest) -> HttpResponse:
    """Lead from any spelling of a document number to its document."""
    query = request.GET.get("q", "").strip()
    wanted = read_number(query)
    if wanted is not None:
        found = documents_with_number(wanted)
        if found:
            return _lead_to(request, wanted, found)
    context = {
        "query": query,
        "number": wanted.canonical if wanted else "",
        "mentions": search_documents(wanted.canonical, page_size=5) if wanted else None,
    }
    return render(request, "archive/number.html", context, status=404 if query else 200)


def _lead_to(request: HttpRequest, wanted: DocumentNumber, found: list[Document]) -> HttpResponse:
    simple = not (wanted.joined or wanted.session or wanted.branch or wanted.year_first or wanted.dated)
    if wanted.code and "/" not in wanted.code and simple and wanted.sequence is not None:
        if wanted.year is None:
            return redirect("number-year", wanted.code, wanted.sequence)
        return redirect("number-document", wanted.code, wanted.year, wanted.sequence)
    if len(found) == 1:
        return redirect(found[0])
    return render(request, "archive/which_document.html", {"number": wanted.canonical, "documents": found})
