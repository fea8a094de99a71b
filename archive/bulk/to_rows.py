"""The rows that a record of the bulk files stands for, saved: a document with all its parts, an issue, a page."""

from datetime import date, datetime
from typing import Any

from archive.ingest.version import PARSER_VERSION
from archive.models import (
    Annex,
    Appointment,
    Attachment,
    Block,
    ContentsEntry,
    Correction,
    Document,
    DocumentAlias,
    Enclosure,
    Gazette,
    Issue,
    Page,
    Roster,
    Section,
    Supplement,
    Table,
)
from archive.numbers import read_number

Record = dict[str, Any]
# What stands for the corrections of another archive that blotted something out of the print of an issue.
MASKED = "原档案库遮盖了这一期刊面上的内容；批量数据不含被遮盖的文字，也不收这一期的原件"


def save_issue(record: Record) -> Issue:
    """The issue, published, without its documents."""
    more, source = record["more"], record["source"]
    gazette, _new = Gazette.objects.get_or_create(
        name=record["gazette"],
        defaults={
            "slug": more["gazette_slug"],
            "organiser": record["organiser"],
            "frequency": record["frequency"],
        },
    )
    issue = Issue(
        pk=record["id"],
        gazette=gazette,
        year=record["year"],
        label=more["label"],
        number=more["number"],
        total_number=record["total_number"],
        published_on=_day(record["published_on"]),
        file_name=source["name"],
        sha256=source["sha256"],
        file_size=more["file_size"],
        source_kind=source["kind"],
        text_source=source["text"],
        page_count=source["pages"],
        # Nobody is to read the file anew for a newer parser: what editors have corrected is in what was read in.
        parser_version=PARSER_VERSION,
        reading_score=record["score"] or {},
        state=Issue.State.PUBLISHED,
        released_at=_moment(more["released_at"]),
    )
    issue.save(force_insert=True)
    dates = {name: _moment(more[name]) for name in ("added_at", "changed_at")}
    Issue.objects.filter(pk=issue.pk).update(**dates)
    if more["masked"]:
        Correction.objects.create(issue=issue, kind=Correction.Kind.REDACT, redacts=True, reason=MASKED)
    return issue


def save_contents(record: Record, documents: dict[str, int]) -> None:
    """The printed contents of an issue; `documents` are the keys of documents by their ids."""
    entries = zip(record["contents"], record["more"]["contents_at"], strict=True)
    ContentsEntry.objects.bulk_create(
        ContentsEntry(
            issue_id=record["id"],
            position=position,
            category=entry["category"],
            title=entry["title"],
            number=entry["number"] or "",
            page=entry["page"],
            document_id=documents[document] if document else None,
        )
        for entry, (position, document) in entries
    )


def page_row(record: Record) -> Page:
    """The page, not yet saved."""
    return Page(
        issue_id=record["issue"],
        number=record["number"],
        printed_number=record["printed_number"],
        printed_right=record["printed_right"],
        width=record["width"],
        height=record["height"],
        lines=record["lines"],
        readable=record["readable"],
        text_source=record["text"],
        wants_ocr=record["wants_recognition"],
    )


def save_document(record: Record) -> Document:
    """The document with its parts, but for what leads to other documents."""
    number = read_number(record["number"]) if record["number"] else None
    validity = record["validity"] or {}
    document = Document(
        pk=record["more"]["row"],
        public_id=record["id"],
        issue_id=record["issue_id"],
        number=record["number"] or "",
        number_as_printed=record["number_as_printed"] or "",
        number_in_contents=record["number_in_contents"] or "",
        number_code=number.code if number else "",
        number_year=number.year if number else None,
        number_sequence=number.sequence if number else None,
        title_in_contents=record["title_in_contents"] or "",
        signed_on=_day(record["signed_on"]),
        effective_on=_day(validity.get("effective_on")),
        expires_on=_day(validity.get("expires_on")),
        valid_years=validity.get("years"),
        validity_evidence=validity.get("evidence", []),
        **{name: record[name] for name in _AS_THEY_ARE},
    )
    document.save(force_insert=True)
    aliases = [DocumentAlias(public_id=alias, document=document) for alias in record["more"]["aliases"]]
    DocumentAlias.objects.bulk_create(aliases)
    Correction.objects.bulk_create(
        Correction(
            issue_id=document.issue_id,
            document=document,
            kind=Correction.Kind.FIELD,
            place={"field": field},
            old=printed,
            new=record[field],
        )
        for field, printed in record["more"]["printed_fields"]
    )
    _save_text(document, record)
    _save_attachments(document, record)
    Appointment.objects.bulk_create(
        Appointment(document=document, position=n, person_as_printed=printed, **item)
        for n, (item, printed) in enumerate(
            zip(record["appointments"], record["more"]["names_as_printed"], strict=True)
        )
    )
    if (supplied := record["supplied"]) is not None:
        Supplement.objects.create(
            document=document,
            index_number=supplied["index_number"],
            subject_class=supplied["subject_class"],
            keywords=supplied["keywords"],
            released_on=_day(supplied["released_on"]),
            validity=supplied["state"] or "",
            validity_on=_day(supplied["state_on"]),
            validity_evidence=supplied["state_evidence"],
            validity_at=_moment(record["more"]["state_said_at"]),
        )
    return document


_AS_THEY_ARE = (
    *(
        "position",
        "category",
        "title",
        "page_in_contents",
        "issuer",
        "kind",
        "recipients",
        "signed_by",
        "note",
    ),
    *("first_page", "last_page", "printed_first_page", "printed_last_page"),
)


def _save_text(document: Document, record: Record) -> None:
    sections = [
        Section(document=document, position=n, **{k: v for k, v in section.items() if k != "parent"})
        for n, section in enumerate(record["sections"])
    ]
    Section.objects.bulk_create(sections)
    children = []
    for section, said in zip(sections, record["sections"], strict=True):
        if said["parent"] is not None:
            section.parent = sections[said["parent"]]
            children.append(section)
    Section.objects.bulk_update(children, ["parent"], batch_size=200)
    last_pages = record["more"]["last_pages_of_tables"]
    tables = [
        Table(document=document, position=n, last_page=last, **table)
        for n, (table, last) in enumerate(zip(record["tables"], last_pages, strict=True))
    ]
    Table.objects.bulk_create(tables)
    rosters = [Roster(document=document, position=n, **roster) for n, roster in enumerate(record["rosters"])]
    Roster.objects.bulk_create(rosters)
    places: dict[str, list[Any]] = {"section": sections, "table": tables, "roster": rosters}
    blocks = []
    for n, block in enumerate(record["blocks"]):
        parts = {name: rows[block[name]] for name, rows in places.items() if block.get(name) is not None}
        blocks.append(Block(document=document, position=n, **{**block, "section": None, **parts}))
    Block.objects.bulk_create(blocks)
    Enclosure.objects.bulk_create(
        Enclosure(
            document=document,
            position=n,
            title=said["title"],
            block=None if said["block"] is None else blocks[said["block"]],
        )
        for n, said in enumerate(record["enclosures"])
    )


def _save_attachments(document: Document, record: Record) -> None:
    for n, said in enumerate(record["attachments"]):
        plain = {name: said[name] for name in ("label", "title", "omitted")}
        attachment = Attachment.objects.create(document=document, position=n, **plain)
        if (annex := said["annex"]) is None:
            continue
        file = record["more"]["annexes"][n]
        row = Annex.objects.create(
            document=document,
            attachment=attachment,
            label=said["label"],
            title=said["title"],
            file_name=file["name"],
            sha256=annex["sha256"],
            size=annex["size"],
            kind=file["kind"],
        )
        Annex.objects.filter(pk=row.pk).update(added_at=_moment(file["added_at"]))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
