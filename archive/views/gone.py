"""The page of what was here and was withdrawn."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from archive.models import Document, Issue


def why_gone(document: Document) -> str | None:
    """The reason for which readers see the document no more, of its own or of its issue; None where it was never withdrawn
    from them, as a draft."""
    if document.issue.state == Issue.State.WITHDRAWN:
        return document.issue.withdrawn_reason
    if document.withdrawn_at is not None and document.issue.is_published:
        return document.withdrawn_reason
    return None


def gone(request: HttpRequest, reason: str) -> HttpResponse:
    """The page of what was here and was withdrawn: the reason, and nothing of what it said."""
    return render(request, "archive/gone.html", {"reason": reason}, status=410)
