"""The record of a document that the archive holds: what `to_rows` and `store` have made of one, back again."""

from django.db.models import QuerySet

from archive.ingest.parse.records import (
    Appointment,
    Attachment,
    Block,
    Enclosure,
    Member,
    ParsedDocument,
    Reference,
    Roster,
    Section,
    Table,
    Validity,
)
from archive.ingest.to_rows import UNTITLED
from archive.models import Document

PARTS = (
    *("sections", "tables", "rosters", "blocks", "enclosures"),
    *("attachments", "appointments", "references"),
)


def with_parts(documents: "QuerySet[Document]") -> "QuerySet[Document]":
    """The documents with all that `document_record` reads, in a fixed number of queries."""
    return documents.prefetch_related(*PARTS)


def document_record(document: Document) -> ParsedDocument:
    """The record of a held document; `with_parts` has prefetched it."""
    sections = {section.pk: n for n, section in enumerate(document.sections.all())}
    tables = {table.pk: n for n, table in enumerate(document.tables.all())}
    rosters = {roster.pk: n for n, roster in enumerate(document.rosters.all())}
    blocks = {block.pk: n for n, block in enumerate(document.blocks.all())}
    return ParsedDocument(
        position=document.position,
        title="" if document.title == UNTITLED else document.title,
        category=document.category,
        title_in_contents=document.title_in_contents or None,
        page_in_contents=document.page_in_contents,
        number=document.number or None,
        number_as_printed=document.number_as_printed or None,
        number_in_contents=document.number_in_contents or None,
        issuer=document.issuer,
        kind=document.kind,
        recipients=document.recipients,
        signed_by=tuple(document.signed_by),
        signed_on=document.signed_on,
        note=document.note,
        first_page=document.first_page,
        last_page=document.last_page,
        printed_first_page=document.printed_first_page,
        printed_last_page=document.printed_last_page,
        blocks=tuple(
            Block(
                block.kind,
                block.text,
                block.page,
                _place(sections, block.section_id),
                _place(tables, block.table_id),
                _place(rosters, block.roster_id),
                block.confidence,
                tuple((start, end, sure) for start, end, sure in block.recognised),
                block.printed_page,
                block.as_printed or None,
            )
            for block in document.blocks.all()
        ),
        sections=tuple(
            Section(s.level, s.label, s.heading, s.run_in, s.page, _place(sections, s.parent_id))
            for s in document.sections.all()
        ),
        enclosures=tuple(
            Enclosure(e.title, blocks[e.block_id]) for e in document.enclosures.all() if e.block_id in blocks
        ),
        attachments=tuple(Attachment(a.label, a.title, a.omitted) for a in document.attachments.all()),
        tables=tuple(
            Table(
                t.title,
                tuple(t.columns),
                tuple(map(tuple, t.rows)),
                t.page,
                t.last_page,
                tuple((row, column, text) for row, column, text in t.as_printed),
            )
            for t in document.tables.all()
        ),
        rosters=tuple(
            Roster(tuple(Member(m["role"], m["person"], m["post"]) for m in r.members), r.page)
            for r in document.rosters.all()
        ),
        appointments=tuple(
            Appointment(a.action, a.person, a.post, a.remark, a.person_as_printed)
            for a in document.appointments.all()
        ),
        references=tuple(
            Reference(r.number or None, r.title, r.relation, r.evidence) for r in document.references.all()
        ),
        validity=_validity(document),
    )


def _place(places: dict[int, int], key: int | None) -> int | None:
    return None if key is None else places[key]


def _validity(document: Document) -> Validity | None:
    found = Validity(
        document.effective_on,
        document.expires_on,
        document.valid_years,
        tuple(document.validity_evidence),
    )
    return None if found == Validity() else found
