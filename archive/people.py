"""Who was appointed to which post and who left it, as published documents print it: to look up by name and by post."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import CharField, Count, Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Cast, Coalesce, Substr

from archive.models import Appointment, Document, Roster
from archive.models.document import DocumentQuerySet
from archive.models.facts import AppointmentQuerySet
from archive.search.folding import fold, normalise
from archive.search.suggestions import documents_naming

# What one look for names or posts shows of each, and how long what is looked for may be.
FOUND, LONGEST = 60, 80
# The dots that stand inside a name: 阿依古丽·买买提.
_DOTS = re.compile("[·•・．‧∙⋅･]")


@dataclass(frozen=True, slots=True)
class Found:
    """A name or a post with how many documents print it."""

    text: str
    documents: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of a roster that has the name: 副组长 林岚 市水利局局长."""

    document: Document
    role: str
    post: str


def appointments() -> AppointmentQuerySet:
    """Those that readers may see, each with its document, issue and gazette."""
    return Appointment.objects.published().select_related("document__issue__gazette")


def personnel_documents() -> DocumentQuerySet:
    """The published documents that appoint or remove somebody, newest first, with their appointments."""
    day = Coalesce("signed_on", "issue__published_on")
    return (
        Document.objects.published()
        .filter(Exists(Appointment.objects.filter(document=OuterRef("pk"))))
        .select_related("issue__gazette")
        .prefetch_related(Prefetch("appointments", Appointment.objects.order_by("position")))
        .order_by(day.desc(nulls_last=True), "-pk")
    )


def of_year(documents: DocumentQuerySet, year: int) -> DocumentQuerySet:
    """Those dated in the year; where no date is printed, those of an issue of the year."""
    return documents.filter(Q(signed_on__year=year) | Q(signed_on__isnull=True, issue__year=year))


def years() -> list[tuple[int, int]]:
    """(year, how many documents appoint or remove somebody in it), newest first."""
    # The first four characters of the day, 2022-03-28: a database without dates of its own would call back for each row.
    year = Coalesce(Substr(Cast("signed_on", CharField()), 1, 4), Cast("issue__year", CharField()))
    counted = (
        personnel_documents()
        .order_by()
        .annotate(dated=year)
        .values_list("dated")
        .annotate(documents=Count("pk"))
    )
    return sorted(((int(year), documents) for year, documents in counted), reverse=True)


def people_like(text: str) -> list[Found]:
    """The names that have `text` in them, those in most documents first; one more than FOUND where there are more."""
    return _like("person", text)


def posts_like(text: str) -> list[Found]:
    """The posts that have `text` in them, likewise."""
    return _like("post", text)


def _like(field: str, text: str) -> list[Found]:
    wanted = Q()
    for spelling in spellings(text[:LONGEST]):
        wanted |= Q(**{f"{field}__contains": spelling})
    if not wanted:
        return []
    counted = (
        Appointment.objects.published()
        .filter(wanted)
        .order_by()
        .values_list(field)
        .annotate(documents=Count("document", distinct=True))
        .order_by("-documents", field)
    )
    return [Found(one, documents) for one, documents in counted[: FOUND + 1]]


def appointed_among(names: Iterable[str]) -> list[Found]:
    """Those of `names` (in any spelling) that published documents appoint or remove."""
    wanted = {spelling for name in names for spelling in spellings(name)}
    if not wanted:
        return []
    counted = (
        Appointment.objects.published()
        .filter(person__in=wanted)
        .order_by()
        .values_list("person")
        .annotate(documents=Count("document", distinct=True))
        .order_by("-documents", "person")
    )
    return [Found(name, documents) for name, documents in counted]


def spellings(text: str) -> list[str]:
    """How the archive may have what was typed: as it is, without white space, in usual width, in simplified characters."""
    text = text.replace("\x00", "")
    bare = "".join(text.split())
    usual = unicodedata.normalize("NFKC", bare)
    found = [text.strip(), bare, usual, _DOTS.sub("·", bare), fold(bare).text]
    return list(dict.fromkeys(one for one in found if one))


def listed(name: str) -> list[Listed]:
    """The lines of rosters of published documents that have the name, newest document first.

    They are found through the index: none while there is none.
    """
    keys = documents_naming(name)
    if not keys:
        return []
    place = {key: n for n, key in enumerate(keys)}
    rosters: QuerySet[Roster] = Roster.objects.filter(
        document__in=Document.objects.published().filter(pk__in=keys)
    ).select_related("document__issue__gazette")
    wanted = normalise(name)
    return [
        Listed(roster.document, member.get("role", ""), member.get("post", ""))
        for roster in sorted(rosters, key=lambda one: (place[one.document_id], one.position))
        for member in roster.members
        if normalise(member.get("person", "")) == wanted
    ]


def spelt_otherwise(field: str, text: str) -> str | None:
    """The name or post (`field`: person, post) that is here under another spelling of `text`; None where there is none."""
    for spelling in spellings(text)[1:]:
        published = Appointment.objects.published()
        rows = published.filter(person=spelling) if field == "person" else published.to_post(spelling)
        if spelling != text and rows.exists():
            return spelling
    return None


def by_issuer(rows: AppointmentQuerySet) -> AppointmentQuerySet:
    """In the order of their issuing bodies, of each newest first."""
    newest = rows.newest_first()
    return newest.order_by(F("document__issuer"), *newest.query.order_by)
