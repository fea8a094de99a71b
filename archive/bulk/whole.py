"""Records that belong to the whole archive rather than to an issue: each is read in one go, row by row."""

from collections.abc import Callable, Iterator
from typing import Any

from django.urls import reverse

from archive.gaps import number_runs
from archive.models import Appointment, Document, JournalEntry, Namesake, Reference, ValidityJudgement
from archive.namesakes import tell_apart, words_on

Record = dict[str, Any]
# Rows that are in memory at once.
_AT_ONCE = 500


def reference_lines() -> Iterator[Record]:
    """Which document names which, with the sentence; `target` is the id of the document here, null where there is none."""
    published = Document.objects.published().order_by()
    rows = Reference.objects.filter(document__in=published).select_related("document", "target__issue")
    rows = rows.only(
        *("position", "number", "title", "relation", "evidence", "document__public_id"),
        *("target__public_id", "target__withdrawn_at", "target__issue__state"),
    )
    for one in rows.order_by("document__issue", "document__position", "position").iterator(_AT_ONCE):
        yield {
            "document": one.document.public_id,
            "position": one.position,
            "number": one.number or None,
            "title": one.title,
            "relation": one.relation,
            "evidence": one.evidence,
            "target": one.target.public_id if one.target and one.target.is_public else None,
        }


def number_lines() -> Iterator[Record]:
    """The numbers of each code and year: how many are here, the last, and the stretches that are not, [first, last]."""
    held = Document.objects.published().exclude(number_code="")
    held = held.filter(number_year__isnull=False, number_sequence__isnull=False).order_by()
    numbers = held.values_list("number_code", "number_year", "number_sequence").iterator(_AT_ONCE)
    for run in number_runs((code, year, last) for code, year, last in numbers if year and last):
        yield {
            "code": run.code,
            "year": run.year,
            "present": run.present,
            "last": run.last,
            "missing": run.missing,
            "gaps": [list(stretch) for stretch in run.stretches],
            "url": reverse("number-year", args=[run.code, run.year]),
        }


def judgement_lines() -> Iterator[Record]:
    """What editors have said of sentences that would change whether a document holds."""
    published = Document.objects.published().order_by()
    rows = ValidityJudgement.objects.filter(document__in=published).select_related(
        "document", "source__issue"
    )
    for one in rows.order_by("pk").iterator(_AT_ONCE):
        if one.source is None or one.source.is_public:
            yield {
                "document": one.document.public_id,
                "state": one.state,
                "source": one.source.public_id if one.source else None,
                "evidence": one.evidence,
                "confirmed": one.confirmed,
                "said_at": one.made_at.isoformat(),
            }


def namesake_lines() -> Iterator[Record]:
    """Whom editors hold for one person: of each name the documents of each, and which of them are told apart, by place."""
    names = Namesake.objects.order_by("person").values_list("person", flat=True).distinct()
    for name in names.iterator(_AT_ONCE):
        rows = Appointment.objects.published().filter(person=name).order_by("document_id").distinct()
        ids = dict(rows.values_list("document_id", "document__public_id"))
        found = tell_apart(sorted(ids), words_on(name))
        if found.settled:
            yield {
                "person": name,
                "persons": [[ids[key] for key in one.documents] for one in found.settled],
                "told_apart": [
                    [place, other]
                    for place, one in enumerate(found.settled)
                    for other in one.unlike
                    if place < other
                ],
            }


def gone_lines() -> Iterator[Record]:
    """What was public and is not any more, with the reason where it was withdrawn; see /api/v1/changes."""
    for entry in JournalEntry.objects.filter(gone=True).order_by("sequence").iterator(_AT_ONCE):
        yield {
            "type": entry.type,
            "id": entry.key,
            "issue_id": entry.issue,
            "url": entry.url,
            "reason": entry.reason or None,
            "now": entry.now or None,
            "sequence": entry.sequence,
            "at": entry.at.isoformat(),
        }


WHOLE: dict[str, Callable[[], Iterator[Record]]] = {
    "references": reference_lines,
    "numbers": number_lines,
    "judgements": judgement_lines,
    "namesakes": namesake_lines,
    "gone": gone_lines,
}
