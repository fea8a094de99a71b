"""The rows of one document, made of its record and not yet saved; `store` saves them."""

from collections.abc import Sequence

from archive.ingest.anchors import section_anchors
from archive.ingest.parse.records import ParsedDocument, Validity
from archive.models import (
    Appointment,
    Attachment,
    Block,
    Document,
    Enclosure,
    Reference,
    Roster,
    Section,
    Table,
)
from archive.numbers import read_number

# A letter may be printed without its title; a link needs a name.
UNTITLED = "（原文未印标题）"

DOCUMENT_FIELDS = [
    *("position", "category", "title", "title_in_contents", "page_in_contents"),
    *("number", "number_as_printed", "number_in_contents"),
    *("number_code", "number_year", "number_sequence"),
    *("issuer", "kind", "recipients", "signed_by", "signed_on", "note"),
    *("first_page", "last_page", "printed_first_page", "printed_last_page"),
    *("effective_on", "expires_on", "valid_years", "validity_evidence"),
]


def fill(document: Document, record: ParsedDocument) -> Document:
    """`document` with the fields of the record."""
    number = read_number(record.number) if record.number else None
    document.position = record.position
    document.category = record.category
    document.title = record.title or UNTITLED
    document.title_in_contents = record.title_in_contents or ""
    document.page_in_contents = record.page_in_contents
    document.number = record.number or ""
    document.number_as_printed = record.number_as_printed or ""
    document.number_in_contents = record.number_in_contents or ""
    document.number_code = number.code if number else ""
    document.number_year = number.year if number else None
    document.number_sequence = number.sequence if number else None
    document.issuer = record.issuer
    document.kind = record.kind
    document.recipients = record.recipients
    document.signed_by = list(record.signed_by)
    document.signed_on = record.signed_on
    document.note = record.note
    document.first_page = record.first_page
    document.last_page = record.last_page
    document.printed_first_page = record.printed_first_page
    document.printed_last_page = record.printed_last_page
    validity = record.validity or Validity()
    document.effective_on = validity.effective_on
    document.expires_on = validity.expires_on
    document.valid_years = validity.years
    document.validity_evidence = list(validity.evidence)
    return document


def sections(document: Document, record: ParsedDocument) -> list[Section]:
    """The headings, without their parents: a parent needs its own row first."""
    return [
        Section(
            document=document,
            position=n,
            level=section.level,
            label=section.label,
            heading=section.heading,
            run_in=section.run_in,
            page=section.page,
            anchor=anchor,
        )
        for n, (section, anchor) in enumerate(
            zip(record.sections, section_anchors(record.sections), strict=True)
        )
    ]


def tables(document: Document, record: ParsedDocument) -> list[Table]:
    """The printed tables."""
    return [
        Table(
            document=document,
            position=n,
            title=table.title,
            columns=list(table.columns),
            rows=[list(row) for row in table.rows],
            page=table.page,
            last_page=table.last_page,
            as_printed=[list(cell) for cell in table.as_printed],
        )
        for n, table in enumerate(record.tables)
    ]


def rosters(document: Document, record: ParsedDocument) -> list[Roster]:
    """The leading groups."""
    return [
        Roster(
            document=document,
            position=n,
            members=[{"role": m.role, "person": m.person, "post": m.post} for m in roster.members],
            page=roster.page,
        )
        for n, roster in enumerate(record.rosters)
    ]


def blocks(
    document: Document,
    record: ParsedDocument,
    sections: Sequence[Section],
    tables: Sequence[Table],
    rosters: Sequence[Roster],
) -> list[Block]:
    """The whole text in reading order, tied to the rows of its sections, tables and rosters."""
    return [
        Block(
            document=document,
            position=n,
            kind=block.kind,
            text=block.text,
            page=block.page,
            section=None if block.section is None else sections[block.section],
            table=None if block.table is None else tables[block.table],
            roster=None if block.roster is None else rosters[block.roster],
            confidence=block.confidence,
            recognised=[list(line) for line in block.recognised],
            printed_page=block.printed_page,
            as_printed=block.as_printed or "",
        )
        for n, block in enumerate(record.blocks)
    ]


def enclosures(document: Document, record: ParsedDocument, rows: Sequence[Block]) -> list[Enclosure]:
    """The plans that the document carries, each at the block of its title."""
    return [
        Enclosure(document=document, position=n, title=enclosure.title, block=rows[enclosure.block])
        for n, enclosure in enumerate(record.enclosures)
    ]


def attachments(document: Document, record: ParsedDocument) -> list[Attachment]:
    """The lines of the 附件 list."""
    return [
        Attachment(document=document, position=n, label=a.label, title=a.title, omitted=a.omitted)
        for n, a in enumerate(record.attachments)
    ]


def appointments(document: Document, record: ParsedDocument) -> list[Appointment]:
    """Who takes or leaves which post."""
    return [
        Appointment(
            document=document,
            position=n,
            action=a.action,
            person=a.person,
            person_as_printed=a.person_as_printed,
            post=a.post,
            remark=a.remark,
        )
        for n, a in enumerate(record.appointments)
    ]


def references(document: Document, record: ParsedDocument) -> list[Reference]:
    """Which documents it names, not yet resolved."""
    return [
        Reference(
            document=document,
            position=n,
            relation=r.relation,
            number=r.number or "",
            title=r.title,
            evidence=r.evidence,
        )
        for n, r in enumerate(record.references)
    ]
