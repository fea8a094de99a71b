"""One document at the desk, beside its printed pages: every part of it can be corrected in place."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from archive.forms import SupplementForm
from archive.ingest.correcting import (
    Conflict,
    NothingToCorrect,
    correct,
    correct_word,
    join_to_previous,
    redact,
)
from archive.models import Appointment, Block, Correction, Document, Issue, Page, Reference, Section
from archive.printed_fields import FIELD_NAMES, corrected_fields
from archive.publishing import PublishingError, restore_document, withdraw_document
from archive.roles import EDITOR, PUBLISHER, has_role
from archive.views.correction_forms import FACTS, FIELDS, LEVELS, MEMBER, BadForm, changes_of
from archive.views.desk_access import editor_only, publisher_only, staff_only
from archive.views.document import document_context
from archive.views.document import with_parts as with_parts_of_page
from archive.views.drawn import MOST_HEAD, NoStart, Start, find_start, read_drawn
from archive.views.issues import PagePicture, page_pictures
from archive.views.marked import title_lines
from archive.views.own_parts import own_parts
from archive.views.review import with_readings
from archive.views.sheet_lines import SheetLine, sheet_lines
from archive.views.supplied import supplied_context

# What a block can be called besides a level of heading.
ROLES = ("paragraph", "subtitle", "recipient", "signature", "date", "note", "attachment")
# How many characters tell what stands beside a cut.
_GLIMPSE = 20


@dataclass(frozen=True, slots=True)
class Begin:
    """The form with which a document begins at a block. `shown`: it was drawn, or sent and not kept."""

    title: str
    number: str = ""
    head: int = 1
    start: int = 0
    end: int = 0
    shown: bool = False
    # what stays in front of the title, and what follows it, where blocks are parted for it
    stays: str = ""
    follows: str = ""


@dataclass(slots=True)
class BlockRow:
    """A block as the page shows it. `role` is its kind or the level of its heading; `seen` what a form sends back."""

    block: Block
    role: str
    seen: str
    editing: bool = False
    # what the editor wrote, where it could not be kept
    draft: str | None = None
    # what other forms of it send back: with the next block, as the first of a document, by its place from the end
    after: str = ""
    head: str = ""
    begin: Begin | None = None
    text_seen: str = ""
    first_seen: str = ""
    from_end: int = 0

    @property
    def is_text(self) -> bool:
        return self.block.table_id is None and self.block.roster_id is None


@dataclass(slots=True)
class Sheet:
    """A printed page of the document, with its lines to be lit."""

    picture: PagePicture
    width: float
    height: float
    lines: list[SheetLine] = field(default_factory=list)


@staff_only
@require_safe
def document(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    """The document, with a form in place of what `?edit=` names: fields, block-7, row-0-3, appointment, whole …

    `?drawn=` is what was drawn on a page for a document that begins in this one (see `archive.views.drawn`).
    """
    return document_page(request, document_at(pk, position))


@staff_only
@require_safe
def preview(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    """The document exactly as readers will see it."""
    found = get_object_or_404(with_parts_of_page(Document.objects.all()), issue_id=pk, position=position)
    if not found.issue.has_address:
        messages.error(request, _("这一期还缺刊名、年份或期号，补齐后才能预览。"))
        return redirect("desk-document", pk, position)
    query = request.GET.get("q", "").strip()
    # what readers will find at an address of their own is not there yet
    own = own_parts(found, query, lambda annex: reverse("desk-annex-file", args=[pk, position, annex.pk]))
    context = document_context(request, found, own, query)
    return render(request, "desk/preview.html", {**context, "previewed": True})


@editor_only
@require_POST
def correct_document(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    """Make the corrections of one form; where somebody else was faster, show what both have written."""
    found = get_object_or_404(Document.objects.select_related("issue"), issue_id=pk, position=position)
    act, reason = request.POST.get("act", ""), request.POST.get("reason", "")
    try:
        made = _correct(found, act, request.POST, request.user, reason)
    except BadForm as bad:
        messages.error(request, str(bad))
        return document_page(request, document_at(pk, position), request.POST, status=400)
    except NothingToCorrect:
        messages.info(request, _("没有改动。"))
    except Conflict:
        messages.error(
            request,
            _(
                "您打开以后，这里已被别人改过；您的修改没有保存。下面是现在的内容和您写的内容，请核对后再保存。"
            ),
        )
        return document_page(request, document_at(pk, position), request.POST, status=409)
    except ValueError:
        messages.error(request, _("这里不能这样更正。"))
        return document_page(request, document_at(pk, position), request.POST, status=400)
    else:
        _say(request, made)
    return redirect(_back_to(request, pk, position, act))


@publisher_only
@require_POST
def withdraw(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    """Take one document from the public with a reason, or give it back."""
    found = get_object_or_404(Document.objects.select_related("issue"), issue_id=pk, position=position)
    try:
        if request.POST.get("restore"):
            restore_document(found, request.user)
            messages.success(request, _("已恢复，读者可以看到这一件。"))
        else:
            withdraw_document(found, request.POST.get("reason", ""), request.user)
            messages.success(request, _("这一件已撤回，同期其他公文不受影响。"))
    except PublishingError as error:
        messages.error(request, str(error))
    return redirect("desk-document", pk, position)


def _correct(found: Document, act: str, sent: QueryDict, user: Any, reason: str) -> list[Correction]:
    if act == "word":
        old, new = sent.get("old", "").strip(), sent.get("new", "").strip()
        if not old:
            raise BadForm(_("请写明要改的字词。"))
        return correct_word(found, old, new, user=user, reason=reason)
    if act == "redact":
        run = sent.get("run", "").strip()
        if not run:
            raise BadForm(_("请写明要遮盖的文字。"))
        return redact(found, run, user=user, reason=reason)
    if act == "join":
        return join_to_previous(found, user=user, reason=reason)
    return correct(found, changes_of(act, sent), user=user, reason=reason)


def _say(request: HttpRequest, made: Sequence[Correction]) -> None:
    messages.success(
        request,
        format_html(
            '{}<a href="{}">{}</a>',
            _("已更正。"),
            reverse("desk-corrections", args=[made[0].issue_id]),
            _("查看与撤销"),
        ),
    )


def _back_to(request: HttpRequest, pk: int, position: int, act: str) -> str:
    """The document's page at the place of the correction; the one that was joined, or has begun."""
    if act in ("join", "begin"):
        return reverse("desk-document", args=[pk, position + (1 if act == "begin" else -1)])
    place = request.POST.get("place", "")
    anchor = f"#{place}" if place.replace("-", "").isalnum() else ""
    return reverse("desk-document", args=[pk, position]) + anchor


# --- what the page shows -------------------------------------------------------------------------------
def document_at(pk: int, position: int) -> Document:
    """The document with all that its workbench shows; 404 where there is none."""
    documents = Document.objects.select_related("issue__gazette").prefetch_related(
        "sections", "blocks__table", "blocks__roster", "tables", "rosters", "findings"
    )
    documents = documents.prefetch_related("appointments", "references", "attachments__annex")
    documents = documents.select_related("supplement__validity_source")
    return get_object_or_404(documents, issue_id=pk, position=position)


def document_page(
    request: HttpRequest,
    found: Document,
    sent: QueryDict | None = None,
    status: int = 200,
    supplement: SupplementForm | None = None,
) -> HttpResponse:
    """The workbench of a document from `document_at`, with what the editor sent where that could not be kept."""
    issue = found.issue
    edit = request.GET.get("edit", "") if sent is None else sent.get("place", "")
    blocks = list(found.blocks.all())
    rows = _rows(found, blocks, edit, sent, _drawn_start(request, found))
    neighbours = {
        d.position: d
        for d in Document.objects.filter(issue=issue, position__in=[found.position - 1, found.position + 1])
    }
    context = {
        "issue": issue,
        "document": found,
        "title_lines": title_lines(found),
        "edit": edit,
        "rows": rows,
        "sheets": _sheets(found, blocks),
        "paged": issue.source_kind == Issue.SourceKind.PDF,
        "original": reverse("desk-original", args=[issue.pk]),
        "levels": LEVELS,
        "roles": [(role, Block.Kind(role).label) for role in ROLES],
        "fields": _field_rows(found, sent),
        "fields_seen": json.dumps(_field_values(found), ensure_ascii=False),
        "corrected": corrected_fields(found),
        "facts": [_fact_list(found, kind) for kind in FACTS],
        "actions": Appointment.Action.choices,
        "relations": Reference.Relation.choices,
        **supplied_context(found, edit, supplement),
        "edit_row": _edited_row(found, edit),
        "edit_roster": _edited_roster(found, edit),
        "open_findings": with_readings(f for f in found.findings.all() if not f.settled_as),
        "may_edit": has_role(request.user, EDITOR),
        "may_publish": has_role(request.user, PUBLISHER),
        "before": neighbours.get(found.position - 1),
        "after": neighbours.get(found.position + 1),
        "correction_count": found.corrections.exclude(state=Correction.State.UNDONE).count(),
    }
    return render(request, "desk/document.html", context, status=status)


def _rows(
    found: Document, blocks: Sequence[Block], edit: str, sent: QueryDict | None, drawn: Start | None
) -> list[BlockRow]:
    begun: set[int] = set()
    sections: dict[int, Section] = {section.pk: section for section in found.sections.all()}
    rows = []
    for n, block in enumerate(blocks):
        heading = None
        if block.section_id is not None and block.section_id not in begun:
            section = sections[block.section_id]
            if block.kind == Block.Kind.HEADING or section.run_in:
                begun.add(block.section_id)
                heading = {
                    "level": section.level,
                    "label": section.label,
                    "heading": section.heading,
                    "run_in": section.run_in,
                }
        row = BlockRow(
            block,
            role=str(heading["level"]) if heading else block.kind,
            seen=json.dumps({"text": block.text, "kind": block.kind, "heading": heading}, ensure_ascii=False),
        )
        if edit == f"block-{block.position}":
            row.editing = True
            row.draft = None if sent is None else sent.get("text")
            if n + 1 < len(blocks):
                row.after = json.dumps([block.text, blocks[n + 1].text], ensure_ascii=False)
            head = [[one.kind, one.text, one.page] for one in blocks[n : n + MOST_HEAD]]
            row.head = json.dumps(head, ensure_ascii=False)
            row.begin = _begin(blocks[n : n + MOST_HEAD], sent, drawn)
            row.text_seen = json.dumps(block.text, ensure_ascii=False)
            row.first_seen = json.dumps(blocks[0].text, ensure_ascii=False)
            row.from_end = len(blocks) - n
        rows.append(row)
    return rows


def _drawn_start(request: HttpRequest, found: Document) -> Start | None:
    """The start that `?drawn=` names, where it lies in this document."""
    drawn = read_drawn(request.GET.get("drawn", ""))
    if drawn is None or not has_role(request.user, EDITOR):
        return None
    try:
        start = find_start(found.issue, drawn)
    except NoStart:
        return None
    return start if start.document == found else None


def _begin(blocks: Sequence[Block], sent: QueryDict | None, drawn: Start | None) -> Begin:
    """The form for a document that begins with the first of the blocks."""
    if sent is not None and sent.get("act") == "begin":
        head, start, end = (
            int(value) if re.fullmatch("[0-9]{1,6}", value := sent.get(name, "")) else 0
            for name in ("head", "start", "end")
        )
        title, number = sent.get("title", ""), sent.get("number", "")
    elif drawn is not None and drawn.block == blocks[0].position:
        title, number = drawn.title, drawn.number
        head, start, end = drawn.head, drawn.start, drawn.end
    else:
        return Begin(blocks[0].text)
    last = blocks[min(max(head, 1), len(blocks)) - 1].text
    stays, follows = blocks[0].text[:start].strip(), last[end:].strip() if end else ""
    return Begin(title, number, head, start, end, True, stays[-_GLIMPSE:], follows[:_GLIMPSE])


def _field_values(found: Document) -> dict[str, Any]:
    values = {name: getattr(found, name) for name in FIELDS}
    values["signed_on"] = found.signed_on.isoformat() if found.signed_on else None
    return values


def _field_rows(found: Document, sent: QueryDict | None) -> list[dict[str, Any]]:
    rows = []
    for name, value in _field_values(found).items():
        text = "、".join(value) if isinstance(value, list) else value or ""
        draft = sent.get(name, text) if sent is not None and sent.get("act") == "fields" else text
        rows.append({"name": name, "label": FIELD_NAMES[name], "text": text, "draft": draft})
    return rows


def _fact_list(found: Document, kind: str) -> dict[str, Any]:
    manager = {"appointment": "appointments", "reference": "references", "attachment": "attachments"}[kind]
    rows = list(getattr(found, manager).all())
    names = FACTS[kind]
    values = [{name: getattr(row, name) for name in names} for row in rows]
    return {
        "kind": kind,
        "rows": rows,
        "values": [*values, dict.fromkeys(names, "")],
        "seen": json.dumps(values, ensure_ascii=False),
    }


def _edited_row(found: Document, edit: str) -> dict[str, Any] | None:
    """The row of a table that `row-TABLE-ROW` names; row -1, written head, is the head."""
    parts = edit.split("-")
    if len(parts) != 3 or parts[0] != "row" or not parts[1].isdecimal():
        return None
    tables = {table.position: table for table in found.tables.all()}
    table = tables.get(int(parts[1]))
    row = -1 if parts[2] == "head" else int(parts[2]) if parts[2].isdecimal() else None
    if table is None or row is None or row >= len(table.rows):
        return None
    cells = table.columns if row < 0 else table.rows[row]
    names = [*table.columns, *[""] * len(cells)][: len(cells)]
    return {
        "table": table,
        "row": row,
        "cells": list(zip(names, cells, strict=True)),
        "seen": json.dumps(cells, ensure_ascii=False),
    }


def _edited_roster(found: Document, edit: str) -> dict[str, Any] | None:
    name, _dash, number = edit.partition("-")
    rosters = {roster.position: roster for roster in found.rosters.all()}
    roster = rosters.get(int(number)) if name == "roster" and number.isdecimal() else None
    if roster is None:
        return None
    return {
        "roster": roster,
        "members": [*roster.members, dict.fromkeys(MEMBER, "")],
        "seen": json.dumps(roster.members, ensure_ascii=False),
    }


def _sheets(found: Document, blocks: Sequence[Block]) -> list[Sheet]:
    """The printed pages of the document, each with its lines and the blocks they belong to."""
    issue = found.issue
    if issue.source_kind != Issue.SourceKind.PDF or found.first_page is None:
        return []
    last = found.last_page or found.first_page
    pages = list(Page.objects.filter(issue=issue, number__gte=found.first_page, number__lte=last))
    pictures = {
        picture.number: picture
        for picture in page_pictures(issue, desk=True)
        if found.first_page <= picture.number <= last
    }
    sheets = {
        page.number: Sheet(pictures[page.number], page.width, page.height)
        for page in pages
        if page.number in pictures
    }
    for line in sheet_lines(found, pages, blocks):
        if line.page in sheets and line.block is not None:
            sheets[line.page].lines.append(line)
    return list(sheets.values())
