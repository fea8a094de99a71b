"""The corrections of an issue: listed, undone one by one, taken along as a table; and findings settled."""

import csv
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from archive.export.table import MARK, safe_cell
from archive.ingest.correcting import Conflict, NothingToCorrect, undo
from archive.ingest.settling import take_reading
from archive.models import Correction, Finding, Issue
from archive.roles import EDITOR, has_role
from archive.views.desk_access import editor_only, staff_only, wanted_of
from archive.views.review import in_review_order

_COLUMNS = (
    "document",
    "kind",
    "place",
    "old",
    "new",
    "reason",
    "state",
    "made_by",
    "made_at",
    "undone_by",
    "undone_at",
)


@staff_only
@require_safe
def corrections(request: HttpRequest, pk: int) -> HttpResponse:
    """Every correction, newest act first, with what undoes it."""
    issue = get_object_or_404(Issue.objects.select_related("gazette"), pk=pk)
    acts: dict[str, list[Correction]] = {}
    for correction in _corrections(issue).order_by("-pk"):
        acts.setdefault(correction.act, []).insert(0, correction)
    context = {"issue": issue, "acts": list(acts.values()), "may_edit": has_role(request.user, EDITOR)}
    return render(request, "desk/corrections.html", context)


@staff_only
@require_safe
def corrections_table(request: HttpRequest, pk: int) -> HttpResponse:
    """The corrections as CSV."""
    issue = get_object_or_404(Issue, pk=pk)
    response = HttpResponse(MARK, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="corrections-{issue.pk}.csv"'
    out = csv.writer(response)
    out.writerow(_COLUMNS)
    for correction in _corrections(issue).order_by("pk"):
        out.writerow([safe_cell(_told(correction, name)) for name in _COLUMNS])
    return response


def _corrections(issue: Issue) -> Any:
    return issue.corrections.select_related("document", "made_by", "undone_by")


def _told(correction: Correction, name: str) -> str:
    value = getattr(correction, name)
    if name == "document":
        return correction.document.public_id if correction.document else ""
    if name in ("made_by", "undone_by"):
        return value.get_username() if value else ""
    return value.isoformat() if hasattr(value, "isoformat") else "" if value is None else str(value)


@editor_only
@require_POST
def undo_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    if not Correction.objects.filter(issue_id=pk, act=act).exists():
        raise Http404
    try:
        undo(act, user=request.user)
    except Conflict:
        messages.error(request, _("这处文字后来又改过，不能单独撤销；请先撤销较晚的更正。"))
    else:
        messages.success(request, _("已撤销，恢复为更正以前的内容。"))
    return redirect("desk-corrections", pk)


def _next_open(finding: Finding) -> Finding | None:
    """The open finding that stands behind this one on the review page; the first where it is the last."""
    order = list(in_review_order(Finding.objects.filter(issue=finding.issue_id).open()))
    at = order.index(finding) if finding in order else -1
    rest = [*order[at + 1 :], *order[: max(at, 0)]]
    return rest[0] if rest else None


@editor_only
@require_POST
def settle_finding(request: HttpRequest, pk: int, finding: int) -> HttpResponse:
    """Settle a finding by the reading chosen, and lead on to the next."""
    found = get_object_or_404(Finding.objects.select_related("document"), pk=finding, issue_id=pk)
    after = _next_open(found)
    try:
        take_reading(found, request.POST.get("reading", ""), user=request.user)
    except Conflict:
        messages.error(request, _("这一件刚刚被别人改过，请刷新后再核对。"))
    except (NothingToCorrect, ValueError):
        messages.error(request, _("正文里已没有这一处，请核对后选“已核对”。"))
    after_it = reverse("desk-issue", args=[pk]) + (f"#finding-{after.pk}" if after else "#findings")
    return redirect(wanted_of(request, after_it))
