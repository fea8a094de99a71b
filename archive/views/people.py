"""People and posts: who was appointed or removed, by name and by post, as printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from archive import people as archive_people
from archive.models import Appointment, Document
from archive.namesakes import Person, tell_apart, words_on
from archive.views.addresses import asked_year, page_addresses
from archive.views.structured import way_data

DOCUMENTS_A_PAGE, ACTS_A_PAGE = 20, 100
# Names that a document is listed with for each of its acts; the others are on its own page.
NAMES = 8


@dataclass(frozen=True, slots=True)
class Act:
    """What a document does to several people: 任命, with the first of their names, and how many more there are."""

    name: str
    leaves: bool
    people: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True)
class IssuerActs:
    """The appointments and removals by one issuing body; "" where none is printed."""

    issuer: str
    acts: tuple[Appointment, ...]


@dataclass(frozen=True, slots=True)
class PersonActs:
    """One person whom editors have told apart from others of the name, or (`documents` 0) what nobody has settled."""

    documents: int
    unlike: tuple[int, ...]
    issuers: tuple[IssuerActs, ...]


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Find a person or a post (`?q=`); else the personnel documents, newest first, of a year with `?year=`."""
    query = request.GET.get("q", "").replace("\x00", "").strip()
    if query:
        found = [archive_people.people_like(query), archive_people.posts_like(query)]
        most = archive_people.FOUND
        return render(
            request,
            "archive/people_found.html",
            {
                "query": query,
                "people": found[0][:most],
                "posts": found[1][:most],
                "more": any(len(one) > most for one in found),
            },
        )
    years = archive_people.years()
    total = sum(count for _year, count in years)
    year = asked_year(request.GET.get("year", ""), {year for year, _count in years})
    documents = archive_people.personnel_documents()
    if year:
        documents = archive_people.of_year(documents, year)
    paginator = Paginator(documents, DOCUMENTS_A_PAGE)
    # The years have been counted: the database need not count once more.
    paginator.count = dict(years)[year] if year else total
    page = paginator.get_page(request.GET.get("page"))
    parameters = {"year": str(year) if year else ""}
    return render(
        request,
        "archive/people.html",
        {
            "years": years,
            "year": year,
            "total": total,
            "documents": [(document, acts_of(document)) for document in page.object_list],
            "pages": page_addresses(parameters, page.number, page.paginator.num_pages),
        },
    )


@require_safe
def person(request: HttpRequest, name: str) -> HttpResponse:
    """All appointments and removals of a name, newest first, by issuing body; people apart where editors say so."""
    acts = list(archive_people.appointments().filter(person=name).newest_first())
    if not acts and (other := archive_people.spelt_otherwise("person", name)):
        return redirect("person", other)
    listed = archive_people.listed(name)
    if not acts and not listed:
        return _not_here(request, name)
    documents = list(dict.fromkeys(act.document_id for act in acts))
    persons = tell_apart(documents, words_on(name))
    settled = [_person_acts(acts, one) for one in persons.settled]
    open_acts = [act for act in acts if act.document_id in set(persons.open)]
    return render(
        request,
        "archive/person.html",
        {
            "name": name,
            "acts": len(acts),
            "documents": len(documents),
            "persons": settled if len(settled) > 1 or persons.open else [],
            # One person, or nobody has said anything: the page is not divided.
            "issuers": settled[0].issuers if len(settled) == 1 and not persons.open else by_issuer(open_acts),
            "one": persons.one,
            "settled": bool(settled),
            "listed": listed,
            "structured": way_data(request, _way(), name),
        },
    )


@require_safe
def post(request: HttpRequest, post: str) -> HttpResponse:
    """Who was appointed to a post and who left it, newest first, by issuing body."""
    acts = archive_people.by_issuer(archive_people.appointments().to_post(post))
    page = Paginator(acts, ACTS_A_PAGE).get_page(request.GET.get("page"))
    if not page.paginator.count:
        if other := archive_people.spelt_otherwise("post", post):
            return redirect("post", other)
        return _not_here(request, post)
    return render(
        request,
        "archive/post.html",
        {
            "post": post,
            "structured": way_data(request, _way(), post),
            "acts": page.paginator.count,
            "issuers": by_issuer(list(page.object_list)),
            "pages": page_addresses({}, page.number, page.paginator.num_pages),
        },
    )


def acts_of(document: Document) -> list[Act]:
    """What a document does, in the order printed, with the names of those concerned."""
    named: dict[str, list[Appointment]] = {}
    for one in document.appointments.all():
        named.setdefault(one.action, []).append(one)
    found = []
    for acts in named.values():
        names = tuple(dict.fromkeys(one.person for one in acts))
        found.append(Act(acts[0].get_action_display(), acts[0].leaves, names[:NAMES], len(names[NAMES:])))
    return found


def by_issuer(acts: Sequence[Appointment]) -> tuple[IssuerActs, ...]:
    """Grouped by issuing body, in the order in which the bodies come first."""
    issuers = list(dict.fromkeys(act.document.issuer for act in acts))
    ordered = sorted(acts, key=lambda act: issuers.index(act.document.issuer))
    return tuple(
        IssuerActs(issuer, tuple(group))
        for issuer, group in groupby(ordered, key=lambda act: act.document.issuer)
    )


def _way() -> list[tuple[str, str]]:
    return [(_("人事任免"), reverse("people"))]


def _person_acts(acts: Sequence[Appointment], one: Person) -> PersonActs:
    own = [act for act in acts if act.document_id in one.documents]
    return PersonActs(len(one.documents), tuple(n + 1 for n in one.unlike), by_issuer(own))


def _not_here(request: HttpRequest, text: str) -> HttpResponse:
    """Nothing under that name or post: drafts and what was withdrawn are among that."""
    return render(request, "archive/nobody.html", {"text": text[: archive_people.LONGEST]}, status=404)
