"""The records of the bulk files: what a line of each says.

An issue and a document are what the API gives of them, with `more`: what their pages show beside that, so that an empty
archive that reads the files gives the same pages.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet

from archive.export.as_json import document_rows, document_to_json, issue_record
from archive.ingest.correct.change import BLOT
from archive.masks import Masks
from archive.models import Annex, Document, Issue, Page
from archive.printed_fields import field_corrections, printed_fields
from archive.search.boxes import PrintedLine

Record = dict[str, Any]


def bulk_document_rows(documents: "QuerySet[Document]") -> "QuerySet[Document]":
    """`documents` with everything that their records read."""
    return document_rows(documents).prefetch_related("aliases", Prefetch("corrections", field_corrections()))


def issue_line(issue: Issue, masked: bool) -> Record:
    """The issue with the ids of its documents. It comes from `issue_record_rows`.

    `contents_at` has for each line of the contents its place and the id of its document; `masked` says that the print
    has something that readers may not see, so that whoever has the whole file must not show it.
    """
    assert issue.gazette is not None
    shown = [one for one in issue.contents.all() if one.document is None or one.document.withdrawn_at is None]
    more = {
        "gazette_slug": issue.gazette.slug,
        "label": issue.label,
        "number": issue.number,
        "file_size": issue.file_size,
        "masked": masked,
        "added_at": _moment(issue.added_at),
        "released_at": _moment(issue.released_at),
        "changed_at": _moment(issue.changed_at),
        "contents_at": [
            [one.position, one.document.public_id if one.document is not None else None] for one in shown
        ],
    }
    return issue_record(issue) | {"more": more}


def document_line(document: Document) -> Record:
    """The whole document, which comes from `bulk_document_rows`. `row` is its place among documents that nothing else
    puts in order; `aliases` are the ids that lead to it.
    """
    more: Record = {
        "row": document.pk,
        "aliases": sorted(alias.public_id for alias in document.aliases.all()),
        "names_as_printed": [one.person_as_printed for one in document.appointments.all()],
        "last_pages_of_tables": [table.last_page for table in document.tables.all()],
        "printed_fields": [list(one) for one in printed_fields(document, document.corrections.all())],
        "annexes": [_annex(getattr(one, "annex", None)) for one in document.attachments.all()],
    }
    supplement = getattr(document, "supplement", None)
    if supplement is not None:
        more["state_said_at"] = _moment(supplement.validity_at)
    return document_to_json(document) | {"more": more}


def section_lines(document: Record) -> Iterator[Record]:
    """The headings of a document's record, each with where it stands; `parent` is the place of another, from 0."""
    for position, section in enumerate(document["sections"]):
        url = f"{document['url']}#{section['anchor']}"
        yield {"document": document["id"], "position": position, **section, "url": url}


def appointment_lines(document: Record) -> Iterator[Record]:
    """Who takes or leaves which post by a document's record, with its day."""
    day = document["signed_on"]
    for position, item in enumerate(document["appointments"]):
        url = f"{document['url']}#appointment-{position}"
        yield {"document": document["id"], "position": position, **item, "signed_on": day, "url": url}


def page_line(page: Page, masks: Masks) -> Record:
    """A page of a file: its lines as [text, x0, top, x1, bottom, confidence], in points from the top left corner, as far
    as readers may see them.
    """
    return {
        "issue": page.issue_id,
        "number": page.number,
        "printed_number": page.printed_number,
        "printed_right": page.printed_right,
        "width": page.width,
        "height": page.height,
        "readable": page.readable,
        "text": page.text_source,
        "wants_recognition": page.wants_ocr,
        "lines": [shown for line in page.lines if (shown := _shown(page.number, line, masks))],
    }


def _shown(number: int, line: list[Any], masks: Masks) -> list[Any]:
    """The line as readers may see it; [] where nothing of it is left."""
    text = masks.readable(PrintedLine(number, *line[:5]))
    return [text, *line[1:]] if text.replace(BLOT, "").strip() or text == line[0] else []


def _annex(annex: Annex | None) -> Record | None:
    if annex is None:
        return None
    return {"name": annex.file_name, "kind": annex.kind, "added_at": _moment(annex.added_at)}


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
