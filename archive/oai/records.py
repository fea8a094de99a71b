"""The records that are harvested: the documents of the journal, in the order in which they changed.

A list goes by the sequence of the journal, which grows with each change: a record that changes while a list is read
comes again further on, and none is passed over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min

from archive.models import Document, JournalEntry
from archive.models.document import DocumentQuerySet
from archive.models.journal import JournalQuerySet
from archive.oai.sets import in_set


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records a list has: those of a set ("" for all) that changed from `since` on and before `before`."""

    set_spec: str = ""
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A record as its journal has it, with its document where readers see that, else None: then it was deleted."""

    entry: JournalEntry
    document: Document | None


def entries_after(wanted: Wanted, sequence: int, most: int) -> list[JournalEntry]:
    """The next entries behind that sequence, `most` at most."""
    return list(_wanted(wanted).filter(sequence__gt=sequence).order_by("sequence")[:most])


def how_many(wanted: Wanted) -> int:
    """How many entries there are in all, just now."""
    return _wanted(wanted).count()


def entry_of(public_id: str) -> JournalEntry | None:
    """The entry of a document that was ever public; None for all others."""
    return _documents().filter(key=public_id).first()


def earliest() -> datetime | None:
    """Before then nothing was changed; None while nothing was ever public."""
    found: datetime | None = _documents().aggregate(earliest=Min("at"))["earliest"]
    return found


def headers_of(entries: Sequence[JournalEntry]) -> list[Record]:
    """The entries as records, of their documents hardly more than that readers see them."""
    return _as_records(entries, Document.objects.published().only("public_id"))


def records_of(entries: Sequence[JournalEntry]) -> list[Record]:
    """The entries as records, with all that Dublin Core has of their documents."""
    documents = Document.objects.published().select_related("issue__gazette", "supplement")
    return _as_records(entries, documents.prefetch_related("references"))


def _as_records(entries: Sequence[JournalEntry], published: DocumentQuerySet) -> list[Record]:
    # What the journal calls gone stays so until it has heard otherwise; what readers do not see is gone in any case.
    present = [entry.key for entry in entries if not entry.gone]
    documents = {document.public_id: document for document in published.filter(public_id__in=present)}
    return [Record(entry, documents.get(entry.key)) for entry in entries]


def _wanted(wanted: Wanted) -> JournalQuerySet:
    found = _documents()
    if wanted.set_spec:
        condition = in_set(wanted.set_spec)
        found = found.none() if condition is None else found.filter(condition)
    if wanted.since:
        found = found.filter(at__gte=wanted.since)
    if wanted.before:
        found = found.filter(at__lt=wanted.before)
    return found


def _documents() -> JournalQuerySet:
    return JournalEntry.objects.filter(type=JournalEntry.Type.DOCUMENT)
