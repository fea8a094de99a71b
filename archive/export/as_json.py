"""Published issues and documents as the JSON of `gazette-issue/1`, from their rows.

What the desk noted of an issue (findings) is not part of it, and neither is what was withdrawn of it.
"""

from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.timezone import localdate

from archive.models import Attachment, Block, ContentsEntry, Document, Issue

SCHEMA = "gazette-issue/1"


def issue_rows(issues: "QuerySet[Issue]") -> "QuerySet[Issue]":
    """`issues` with everything `issue_to_json` reads."""
    return issues.select_related("gazette").prefetch_related(
        Prefetch("contents", ContentsEntry.objects.select_related("document")),
        Prefetch("documents", document_rows(Document.objects.published().order_by("position"))),
    )


def document_rows(documents: "QuerySet[Document]") -> "QuerySet[Document]":
    """`documents` with everything `document_to_json` reads."""
    return documents.select_related("issue__gazette", "supplement__validity_source__issue").prefetch_related(
        Prefetch("blocks", Block.objects.order_by("position")),
        *("sections", "tables", "rosters", "attachments__annex", "enclosures", "appointments", "references"),
    )


def issue_record_rows(issues: "QuerySet[Issue]") -> "QuerySet[Issue]":
    """`issues` with everything `issue_record` reads."""
    return issues.select_related("gazette").prefetch_related(
        Prefetch("contents", ContentsEntry.objects.select_related("document")),
        Prefetch(
            "documents", Document.objects.published().order_by("position").only("public_id", "issue_id")
        ),
    )


def issue_to_json(issue: Issue) -> dict[str, Any]:
    """The whole issue with its documents."""
    return _issue_alone(issue) | {
        "documents": [document_to_json(document) for document in issue.documents.all()]
    }


def issue_record(issue: Issue) -> dict[str, Any]:
    """The issue by itself, with the ids of its documents in their place."""
    return _issue_alone(issue) | {"documents": [document.public_id for document in issue.documents.all()]}


def _issue_alone(issue: Issue) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        **issue_summary(issue),
        "source": {
            "name": issue.file_name,
            "sha256": issue.sha256,
            "kind": issue.source_kind,
            "pages": issue.page_count,
            "text": issue.text_source,
        },
        "score": issue.reading_score or None,
        "contents": [
            {
                "category": entry.category,
                "title": entry.title,
                "number": entry.number or None,
                "page": entry.page,
            }
            for entry in issue.contents.all()
            if entry.document is None or entry.document.withdrawn_at is None
        ],
    }


def issue_summary(issue: Issue) -> dict[str, Any]:
    """What an issue is called and when it came out."""
    return {
        "id": issue.pk,
        "url": issue.get_absolute_url(),
        "gazette": issue.gazette.name if issue.gazette else "",
        "year": issue.year,
        "number": issue.number if issue.label == str(issue.number) else issue.label or None,
        "total_number": issue.total_number,
        "published_on": _iso(issue.published_on),
        "frequency": issue.gazette.frequency if issue.gazette else "",
        "organiser": issue.gazette.organiser if issue.gazette else "",
    }


def document_summary(document: Document) -> dict[str, Any]:
    """What a document is called and where it stands."""
    return {
        "id": document.public_id,
        "url": document.get_absolute_url(),
        "issue": str(document.issue),
        "issue_id": document.issue_id,
        "position": document.position,
        "category": document.category,
        "title": document.title,
        "number": document.number or None,
        "issuer": document.issuer,
        "kind": document.kind,
        "signed_on": _iso(document.signed_on),
        "first_page": document.first_page,
        "last_page": document.last_page,
        "printed_first_page": document.printed_first_page,
        "printed_last_page": document.printed_last_page,
    }


def document_to_json(document: Document) -> dict[str, Any]:
    """The whole document."""
    sections = list(document.sections.all())
    blocks = list(document.blocks.all())
    tables, rosters = list(document.tables.all()), list(document.rosters.all())
    section_at, block_at = _places(sections), _places(blocks)
    table_at, roster_at = _places(tables), _places(rosters)
    return {
        **document_summary(document),
        "title_in_contents": document.title_in_contents or None,
        "page_in_contents": document.page_in_contents,
        "number_as_printed": document.number_as_printed or None,
        "number_in_contents": document.number_in_contents or None,
        "recipients": document.recipients,
        "signed_by": document.signed_by,
        "note": document.note,
        "validity": _validity(document),
        "supplied": _supplied(document),
        "blocks": [
            {
                "kind": block.kind,
                "text": block.text,
                "page": block.page,
                "section": section_at.get(block.section_id),
                "confidence": block.confidence,
                **({"as_printed": block.as_printed} if block.as_printed else {}),
                "recognised": block.recognised,
                "printed_page": block.printed_page,
                **({"table": table_at[block.table_id]} if block.table_id in table_at else {}),
                **({"roster": roster_at[block.roster_id]} if block.roster_id in roster_at else {}),
            }
            for block in blocks
        ],
        "sections": [
            {
                "level": section.level,
                "label": section.label,
                "heading": section.heading,
                "run_in": section.run_in,
                "page": section.page,
                "parent": section_at.get(section.parent_id),
                "anchor": section.anchor,
            }
            for section in sections
        ],
        "enclosures": [
            {"title": enclosure.title, "block": block_at.get(enclosure.block_id)}
            for enclosure in document.enclosures.all()
        ],
        "attachments": [
            {
                "label": attachment.label,
                "title": attachment.title,
                "omitted": attachment.omitted,
                "annex": _annex(document, attachment),
            }
            for attachment in document.attachments.all()
        ],
        "tables": [
            {
                "title": table.title,
                "columns": table.columns,
                "rows": table.rows,
                "page": table.page,
                **({"as_printed": table.as_printed} if table.as_printed else {}),
            }
            for table in tables
        ],
        "rosters": [{"members": roster.members, "page": roster.page} for roster in rosters],
        "appointments": [
            {"action": item.action, "person": item.person, "post": item.post, "remark": item.remark}
            for item in document.appointments.all()
        ],
        "references": [
            {
                "number": reference.number or None,
                "title": reference.title,
                "relation": reference.relation,
                "evidence": reference.evidence,
            }
            for reference in document.references.all()
        ],
    }


def _validity(document: Document) -> dict[str, Any] | None:
    """From when and until when the text says that it is in force; None where it does not say."""
    if not document.validity_evidence:
        return None
    return {
        "effective_on": _iso(document.effective_on),
        "expires_on": _iso(document.expires_on),
        "years": document.valid_years,
        "evidence": document.validity_evidence,
    }


def _supplied(document: Document) -> dict[str, Any] | None:
    """What editors have filled in of what print does not give; None where they have not.

    `state` is their word on whether the document holds, `source` the id of the document that says so.
    """
    supplement = getattr(document, "supplement", None)
    if supplement is None:
        return None
    source = supplement.public_source()
    found = {
        "index_number": supplement.index_number,
        "subject_class": supplement.subject_class,
        "keywords": supplement.keywords,
        "released_on": _iso(supplement.released_on),
        "state": supplement.validity or None,
        "state_on": _iso(supplement.validity_on),
        "state_evidence": supplement.public_evidence(),
        "state_source": source.public_id if source else None,
    }
    return found if any(found.values()) else None


def _annex(document: Document, attachment: Attachment) -> dict[str, Any] | None:
    """The full text of an attachment that editors have added as a file; None where they have not."""
    annex = getattr(attachment, "annex", None)
    if annex is None:
        return None
    return {
        "url": annex.address(document.public_id),
        "size": annex.size,
        "sha256": annex.sha256,
        "added_on": _iso(localdate(annex.added_at)),
    }


def _places(rows: list[Any]) -> dict[int | None, int]:
    """The place of each row in its list, by primary key."""
    return {row.pk: place for place, row in enumerate(rows)}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
