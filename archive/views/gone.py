"""The page of what was here and was withdrawn."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from archive.journal import reason_of
from archive.models import Document, Issue, JournalEntry


def why_document_went(public_id: str) -> str | None:
    """The reason for which readers see the document with this id, or with this one before, no more: its own or that of
    its issue. None where it was never withdrawn from them, as a draft.
    """
    known = Document.objects.select_related("issue").filter(
        Q(public_id=public_id) | Q(aliases__public_id=public_id)
    )
    if (found := known.first()) is None:
        # An archive that was read in from bulk files knows of what is gone no more than the journal.
        return reason_of(JournalEntry.Type.DOCUMENT, key=public_id) or None
    if found.issue.state == Issue.State.WITHDRAWN:
        return found.issue.withdrawn_reason
    if found.withdrawn_at is not None and found.issue.is_published:
        return found.withdrawn_reason
    return None


def why_issue_went(number: int) -> str | None:
    """The same of the issue with this number in the archive."""
    known = Issue.objects.filter(pk=number)
    if (found := known.first()) is None:
        return reason_of(JournalEntry.Type.ISSUE, key=str(number)) or None
    return found.withdrawn_reason if found.state == Issue.State.WITHDRAWN else None


def gone(request: HttpRequest, reason: str) -> HttpResponse:
    """The page of what was here and was withdrawn: the reason, and nothing of what it said."""
    return render(request, "archive/gone.html", {"reason": reason}, status=410)
