"""One issue at the desk: what was read of it, what the parser was unsure of, and whether readers may see it."""

import json
from collections import Counter

from django.contrib import messages
from django.db.models import Prefetch
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from archive.forms import DiscardForm, IssueForm, PasswordForm, WithdrawForm
from archive.ingest.errors import IngestError
from archive.models import Block, Correction, Finding, Gazette, Issue
from archive.publishing import (
    ChangedMeanwhile,
    PublishingError,
    discard_issue,
    fill_in,
    filled_values,
    publish_issue,
    withdraw_issue,
)
from archive.roles import EDITOR, has_role
from archive.uploads import ACTIVE, read_again
from archive.views.desk_access import editor_only, publisher_only, staff_only
from archive.views.files import original_file, send_original, serve_page
from archive.views.issues import page_pictures
from archive.views.review import finding_sheets, in_review_order, read_pages, score_of, with_readings

# How much of a document is shown before it is opened.
_PREVIEW_BLOCKS = 4


@staff_only
@require_safe
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """The review of one issue: its fields, its findings with both readings, its documents."""
    return _review(request, pk)


@staff_only
@require_safe
def pages(request: HttpRequest, pk: int) -> HttpResponse:
    """The pages of the issue as pictures, in every state of the issue."""
    found = get_object_or_404(Issue.objects.select_related("gazette"), pk=pk)
    context = {
        "issue": found,
        "pictures": page_pictures(found, desk=True),
        "original": reverse("desk-original", args=[found.pk]),
    }
    return render(request, "desk/issue_pages.html", context)


@staff_only
@require_safe
def page(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """The picture of one page, in every state of the issue."""
    return serve_page(request, get_object_or_404(Issue, pk=pk), number)


@staff_only
@require_safe
def original(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file as it came in, unmasked, in every state of the issue."""
    found = get_object_or_404(Issue, pk=pk)
    path = original_file(found)
    if path is None:
        raise Http404
    return send_original(request, found, path, found.sha256)


@sensitive_post_parameters("password")
@editor_only
@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Queue the issue's file to be read anew: recognition is installed now, or the program is a newer one."""
    found = get_object_or_404(Issue, pk=pk)
    form = PasswordForm(request.POST)
    password = form.cleaned_data["password"] if form.is_valid() else ""
    try:
        read_again(found, user=request.user, password=password)
    except IngestError as error:
        messages.error(request, format_html('<span lang="zh-Hans">{}</span>', str(error)))
        return redirect("desk-issue", pk)
    messages.success(request, _("已排队重新读取。网址和发布状态不变，完成后这里会更新。"))
    return redirect("desk")


@editor_only
@require_POST
def fields(request: HttpRequest, pk: int) -> HttpResponse:
    """Fill in what the issue is called and when it came out; where somebody else was faster, show both."""
    found = get_object_or_404(Issue.objects.select_related("gazette"), pk=pk)
    form = IssueForm(request.POST)
    if not form.is_valid():
        return _review(request, pk, form, status=400)
    changes = form.changes()
    if not changes:
        messages.info(request, _("没有改动。"))
        return redirect(reverse("desk-issue", args=[pk]) + "#fields")
    try:
        fill_in(found, changes, request.user, form.cleaned_data["seen"])
    except ChangedMeanwhile as conflict:
        messages.error(request, str(conflict))
        return _review(request, pk, form, status=409)
    except PublishingError as error:
        form.add_error(None, str(error))
        return _review(request, pk, form, status=400)
    messages.success(request, _("已保存。以后重新读取原件不会改动这里。"))
    return redirect(reverse("desk-issue", args=[pk]) + "#fields")


@publisher_only
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Issue, pk=pk)
    open_findings = Counter(found.findings.open().values_list("severity", flat=True))
    if open_findings[Finding.Severity.ERROR]:
        messages.error(request, _("还有没有核对的错误，核对后才能发布。"))
        return redirect(reverse("desk-issue", args=[pk]) + "#findings")
    if open_findings[Finding.Severity.WARNING] and request.POST.get("sure") != "1":
        messages.error(request, _("还有没有核对的警告。请先核对，或勾选“仍要发布”。"))
        return redirect("desk-issue", pk)
    try:
        publish_issue(found, request.user)
    except PublishingError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("已发布，读者现在可以看到。"))
    return redirect("desk-issue", pk)


@editor_only
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Issue, pk=pk)
    form = DiscardForm(request.POST)
    if not form.is_valid():
        return _review(request, pk, form, status=400)
    try:
        discard_issue(found, request.user)
    except PublishingError as error:
        messages.error(request, str(error))
        return redirect("desk-issue", pk)
    messages.success(request, format_html('{}<span lang="zh-Hans">{}</span>', _("草稿已丢弃："), found.name))
    return redirect("desk")


@publisher_only
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Issue, pk=pk)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _review(request, pk, form, status=400)
    try:
        withdraw_issue(found, form.cleaned_data["reason"], request.user)
    except PublishingError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("已撤回，读者不再能看到这一期。"))
    return redirect("desk-issue", pk)


def _review(request: HttpRequest, pk: int, form: Form | None = None, status: int = 200) -> HttpResponse:
    found = get_object_or_404(Issue.objects.select_related("gazette"), pk=pk)
    every = with_readings(in_review_order(found.findings.select_related("document", "settled_by")))
    findings = [finding for finding in every if not finding.settled_as]
    by_severity = Counter(finding.severity for finding in findings)
    previews = Block.objects.filter(position__lt=_PREVIEW_BLOCKS)
    documents = list(
        found.documents.prefetch_related(Prefetch("blocks", previews, to_attr="first_blocks"), "findings")
    )
    fields = form if isinstance(form, IssueForm) else None
    values = filled_values(found)
    if fields is None and request.GET.get("edit") == "issue":
        fields = IssueForm(initial=values)
    context = {
        "issue": found,
        "fields": fields,
        # told beside each field when another editor has changed it meanwhile
        "field_rows": [(field, values[field.name]) for field in fields.visible_fields()] if fields else [],
        "fields_seen": _seen(form, status) or json.dumps(values, ensure_ascii=False),
        "conflict": status == 409,
        "gazettes": Gazette.objects.all() if fields else [],
        "findings": findings,
        "settled": [finding for finding in every if finding.settled_as],
        "sheets": finding_sheets(found, findings),
        "open_count": len(findings),
        "open_errors": by_severity[Finding.Severity.ERROR],
        "open_warnings": by_severity[Finding.Severity.WARNING],
        "correction_count": found.corrections.exclude(state=Correction.State.UNDONE).count(),
        "may_edit": has_role(request.user, EDITOR),
        "score": score_of(found),
        "read_pages": read_pages(found),
        "reading": found.runs.filter(state__in=ACTIVE).exists(),
        "password_form": PasswordForm(),
        "documents": documents,
        "runs": found.runs.select_related("uploaded_by")[:5],
        "original": reverse("desk-original", args=[found.pk]),
        "paged": found.source_kind == Issue.SourceKind.PDF,
        "can_publish": not found.is_published,
        "can_discard": found.state == Issue.State.DRAFT and found.released_at is None,
        "missing": [
            name
            for name, known in (
                (_("刊名"), found.gazette),
                (_("年份"), found.year),
                (_("期号"), found.label),
            )
            if not known
        ],
        "discard_form": form if isinstance(form, DiscardForm) else DiscardForm(),
        "withdraw_form": form if isinstance(form, WithdrawForm) else WithdrawForm(),
    }
    return render(request, "desk/issue.html", context, status=status)


def _seen(form: Form | None, status: int) -> str:
    """What the editor saw, for a form that comes back with errors; after a conflict it is what stands there now."""
    return form.data.get("seen", "") if isinstance(form, IssueForm) and status == 400 else ""
