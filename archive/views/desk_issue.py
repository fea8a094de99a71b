"""One issue at the desk: what was read of it, what the parser was unsure of, and whether readers may see it."""

from django.contrib import messages
from django.db.models import Case, F, IntegerField, Prefetch, Value, When
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from archive.forms import DiscardForm, PasswordForm, WithdrawForm
from archive.ingest.errors import IngestError
from archive.models import Block, Document, Finding, Issue
from archive.publishing import PublishingError, discard_issue, publish_issue, withdraw_issue
from archive.uploads import ACTIVE, read_again
from archive.views.desk_access import staff_only
from archive.views.document import title_lines
from archive.views.files import serve_page
from archive.views.issues import page_pictures
from archive.views.review import read_pages, score_of, suggestions_among
from archive.views.text import read_text

# How much of a document is shown before it is opened.
_PREVIEW_BLOCKS = 4


@staff_only
@require_safe
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """The review of one issue: its fields, its findings with both readings, its documents."""
    return _review(request, pk)


@staff_only
@require_safe
def document(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    """One document as readers will see its text."""
    documents = Document.objects.select_related("issue__gazette").prefetch_related(
        "sections", "blocks__table", "blocks__roster", "attachments", "enclosures__block", "findings"
    )
    found = get_object_or_404(documents, issue_id=pk, position=position)
    neighbours = {
        d.position: d for d in Document.objects.filter(issue_id=pk, position__in=[position - 1, position + 1])
    }
    context = {
        "issue": found.issue,
        "document": found,
        "title_lines": title_lines(found),
        "text": read_text(found),
        "original": _original_address(found.issue),
        "paged": found.issue.source_kind == Issue.SourceKind.PDF,
        "before": neighbours.get(position - 1),
        "after": neighbours.get(position + 1),
    }
    return render(request, "desk/document.html", context)


@staff_only
@require_safe
def pages(request: HttpRequest, pk: int) -> HttpResponse:
    """The pages of the issue as pictures, in every state of the issue."""
    found = get_object_or_404(Issue.objects.select_related("gazette"), pk=pk)
    context = {
        "issue": found,
        "pictures": page_pictures(found, desk=True),
        "original": _original_address(found),
    }
    return render(request, "desk/issue_pages.html", context)


@staff_only
@require_safe
def page(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """The picture of one page, in every state of the issue."""
    return serve_page(request, get_object_or_404(Issue, pk=pk), number)


@sensitive_post_parameters("password")
@staff_only
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


@staff_only
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Issue, pk=pk)
    try:
        publish_issue(found, request.user)
    except PublishingError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("已发布，读者现在可以看到。"))
    return redirect("desk-issue", pk)


@staff_only
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


@staff_only
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


def _original_address(issue: Issue) -> str:
    """Staff see the file in every state of the issue."""
    return reverse("original", args=[issue.sha256, issue.file_name.replace("/", "-")])


def _review(request: HttpRequest, pk: int, form: Form | None = None, status: int = 200) -> HttpResponse:
    found = get_object_or_404(Issue.objects.select_related("gazette"), pk=pk)
    order = Case(
        *(When(severity=severity, then=Value(rank)) for rank, severity in enumerate(Finding.Severity.values)),
        output_field=IntegerField(),
    )
    findings, suggestions = suggestions_among(
        found.findings.select_related("document").order_by(order, F("page").asc(nulls_last=True), "position")
    )
    previews = Block.objects.filter(position__lt=_PREVIEW_BLOCKS)
    documents = list(
        found.documents.prefetch_related(Prefetch("blocks", previews, to_attr="first_blocks"), "findings")
    )
    context = {
        "issue": found,
        "findings": findings,
        "suggestions": suggestions,
        "score": score_of(found),
        "read_pages": read_pages(found),
        "reading": found.runs.filter(state__in=ACTIVE).exists(),
        "password_form": PasswordForm(),
        "documents": documents,
        "runs": found.runs.select_related("uploaded_by")[:5],
        "original": _original_address(found),
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
