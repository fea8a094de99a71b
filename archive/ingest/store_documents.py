"""Save documents: their rows, and everything that hangs on each, table by table."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models

from archive.ingest import to_rows
from archive.ingest.fitting import fit_to_columns
from archive.ingest.parse.records import ParsedDocument
from archive.ingest.supplied import attach_annexes, hand_on
from archive.models import (
    Appointment,
    Attachment,
    Block,
    Document,
    DocumentAlias,
    Enclosure,
    Finding,
    Issue,
    Reference,
    Roster,
    Section,
    Table,
)

# Positions of held documents step aside by this while the new ones take their places.
_ASIDE = 1_000_000
BATCH = 500


def save_documents(
    issue: Issue,
    records: Sequence[ParsedDocument],
    rows: Mapping[int, Document],
    changed: set[int] | None = None,
) -> tuple[dict[int, Document], list[Finding]]:
    """The saved documents by position, and what saving had to change.

    `rows` has the document of each position that is held already, which keeps its row and so its public id.
    `changed` are the positions whose record is not what is held; None: all of them. `records` are all documents
    of the issue, or some of them that stay where they are.
    """
    wanted = [record for record in records if changed is None or record.position in changed]
    documents = {r.position: rows.get(r.position) or Document(issue=issue) for r in records}
    held = [document for document in documents.values() if document.pk]
    if any(document.pk and document.position != position for position, document in documents.items()):
        Document.objects.filter(issue=issue).update(position=models.F("position") + _ASIDE)
    if held:
        keys = [documents[record.position].pk for record in wanted if documents[record.position].pk]
        for model in (Enclosure, Block, Section, Table, Roster, Attachment, Appointment, Reference):
            model._default_manager.filter(document__in=keys).delete()
    for record in wanted:
        to_rows.fill(documents[record.position], record)
    notes = fit_to_columns([documents[record.position] for record in wanted])
    for position, document in documents.items():
        document.position = position
    Document.objects.bulk_update(held, to_rows.DOCUMENT_FIELDS, batch_size=50)
    Document.objects.bulk_create([d for d in documents.values() if not d.pk], batch_size=BATCH)
    notes += _save_parts(documents, wanted)
    attach_annexes([documents[record.position] for record in wanted])
    return documents, notes


def retire(gone: Document, target: Document) -> None:
    """Delete a document that is no more; its ids lead on to `target`, and what was withdrawn stays so inside it."""
    DocumentAlias.objects.filter(document=gone).update(document=target)
    gone.corrections.update(document=target)
    gone.findings.update(document=target)
    hand_on(gone, target)
    if gone.withdrawn_at and not target.withdrawn_at:
        # What was taken from the public must not come back inside its neighbour.
        target.withdrawn_at, target.withdrawn_reason = gone.withdrawn_at, gone.withdrawn_reason
        target.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    public_id = gone.public_id
    gone.delete()
    DocumentAlias.objects.create(public_id=public_id, document=target)


def _save_parts(documents: Mapping[int, Document], records: Sequence[ParsedDocument]) -> list[Finding]:
    """Everything that hangs on the documents of `records`, table by table."""
    rows: dict[type[models.Model], list[Any]] = defaultdict(list)
    sections: dict[int, list[Section]] = {}
    tables: dict[int, list[Table]] = {}
    rosters: dict[int, list[Roster]] = {}
    for record in records:
        document = documents[record.position]
        sections[record.position] = to_rows.sections(document, record)
        tables[record.position] = to_rows.tables(document, record)
        rosters[record.position] = to_rows.rosters(document, record)
        rows[Attachment] += to_rows.attachments(document, record)
        rows[Appointment] += to_rows.appointments(document, record)
        rows[Reference] += to_rows.references(document, record)
    rows[Table] = [table for some in tables.values() for table in some]
    rows[Roster] = [roster for some in rosters.values() for roster in some]
    notes = create(rows)
    notes += _create_sections(sections, records)

    blocks = {
        record.position: to_rows.blocks(
            documents[record.position],
            record,
            sections[record.position],
            tables[record.position],
            rosters[record.position],
        )
        for record in records
    }
    notes += create({Block: [block for some in blocks.values() for block in some]})
    enclosures = [
        enclosure
        for record in records
        for enclosure in to_rows.enclosures(documents[record.position], record, blocks[record.position])
    ]
    return notes + create({Enclosure: enclosures})


def create(rows: Mapping[type[models.Model], Sequence[Any]]) -> list[Finding]:
    notes = []
    for model, some in rows.items():
        notes += fit_to_columns(some)
        model._default_manager.bulk_create(some, batch_size=BATCH)
    return notes


def _create_sections(
    sections: Mapping[int, list[Section]], records: Sequence[ParsedDocument]
) -> list[Finding]:
    """Create the trees from the top down, a generation at a time: a parent needs its row first."""
    generations: dict[int, list[Section]] = defaultdict(list)
    for record in records:
        depth: list[int] = []
        for section, row in zip(record.sections, sections[record.position], strict=True):
            depth.append(0 if section.parent is None else depth[section.parent] + 1)
            if section.parent is not None:
                row.parent = sections[record.position][section.parent]
            generations[depth[-1]].append(row)
    notes = []
    for _, generation in sorted(generations.items()):
        notes += create({Section: generation})
    return notes
