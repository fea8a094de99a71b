"""The shelves, and one issue with its contents as printed."""

from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from archive.holdings import shelves
from archive.models import ContentsEntry, Issue
from archive.pictures import has_cover
from archive.views.files import original_is_public
from archive.views.gone import gone


def issues(request: HttpRequest) -> HttpResponse:
    """Every issue by year, with the numbers that are not here."""
    held = list(published_issues())
    return render(
        request,
        "archive/issues.html",
        {
            "shelves": shelves(held),
            "issue_count": len(held),
            "document_count": sum(issue.document_count for issue in held),
        },
    )


def issue(request: HttpRequest, gazette: str, year: int, label: str) -> HttpResponse:
    """One issue: its masthead, its contents as printed, its file."""
    address = {"gazette__slug": gazette, "year": year, "label": label}
    found = Issue.objects.published().select_related("gazette").filter(**address).first()
    if found is None:
        withdrawn = Issue.objects.filter(state=Issue.State.WITHDRAWN, **address).first()
        if withdrawn is None:
            raise Http404
        return gone(request, withdrawn.withdrawn_reason)
    categories = contents_by_category(found)
    named = {entry.document_id for _category, entries in categories for entry in entries}
    documents = list(found.documents.published().order_by("position"))
    return render(
        request,
        "archive/issue.html",
        {
            "issue": found,
            "cover": has_cover(found),
            "categories": categories,
            # What the print carries but its contents do not name.
            "unlisted": [document for document in documents if document.pk not in named],
            "document_count": len(documents),
            "original": original_address(found),
            "paged": found.source_kind == Issue.SourceKind.PDF,
            **_neighbours(found),
        },
    )


def issue_short(request: HttpRequest, year: int, label: str) -> HttpResponse:
    """/issues/2022/2/ leads to the issue while the archive holds one gazette; of several it lists all."""
    found = list(Issue.objects.published().select_related("gazette").filter(year=year, label=label))
    if not found:
        raise Http404
    if len(found) == 1:
        return redirect(found[0])
    return render(request, "archive/which_issue.html", {"issues": found})


def published_issues() -> "QuerySet[Any]":
    """The published issues, newest first, each with its gazette and the number of its documents."""
    counted = Count("documents", filter=Q(documents__withdrawn_at__isnull=True))
    return Issue.objects.published().select_related("gazette").annotate(document_count=counted).newest_first()


def contents_by_category(issue: Issue) -> list[tuple[str, list[ContentsEntry]]]:
    """The lines of the printed contents under their categories, in the order printed."""
    entries = issue.contents.select_related("document__issue").order_by("position")
    return [(category, list(lines)) for category, lines in groupby(entries, attrgetter("category"))]


def original_address(issue: Issue) -> str:
    """The address of the issue's file; "" while it is kept back."""
    if not original_is_public(issue):
        return ""
    return reverse("original", args=[issue.sha256, issue.file_name.replace("/", "-")])


def _neighbours(issue: Issue) -> dict[str, Issue | None]:
    """The issues before and after this one in the order of its gazette."""
    order = list(
        Issue.objects.published().filter(gazette=issue.gazette).newest_first().select_related("gazette")
    )
    at = order.index(issue)
    return {"after": order[at - 1] if at else None, "before": order[at + 1] if at + 1 < len(order) else None}
