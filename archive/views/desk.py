"""The desk: what waits for an editor, uploads, and how far the worker is with them."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from archive.forms import UploadForm
from archive.models import Document, Finding, Issue
from archive.uploads import ACTIVE, Accepted
from archive.views.addresses import page_addresses
from archive.views.desk_access import staff_only
from archive.views.desk_runs import all_runs, polled, with_remedies
from archive.worker_heartbeat import worker_is_alive
from archive.zipped import accept_files

ISSUES_A_PAGE = 50
_NEWEST_RUNS = 8
# More names than this say nothing more.
_MOST_MESSAGES = 20


@staff_only
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Upload, what the worker is at, drafts to review, and all other issues."""
    return render(request, "desk/desk.html", _desk_context(request, UploadForm()))


@sensitive_post_parameters("password")
@staff_only
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Keep and queue the uploaded files; what became of each stands at the top of the desk."""
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "desk/desk.html", _desk_context(request, form), status=400)
    password, replace = form.cleaned_data["password"], form.cleaned_data["replace"]
    accepted: list[Accepted] = []
    refused: list[str] = []
    for file in form.cleaned_data["uploads"]:
        for one in accept_files(file, user=request.user, password=password, replace=replace):
            if isinstance(one, Accepted):
                accepted.append(one)
            else:
                refused.append(str(one))
    _say_accepted(request, accepted)
    for message in refused[:_MOST_MESSAGES]:
        # What is wrong with a file is said in the language of the gazette.
        messages.error(request, format_html('<span lang="zh-Hans">{}</span>', message))
    if len(refused) > _MOST_MESSAGES:
        messages.error(request, _("另有 %(n)s 个文件未能接收。") % {"n": len(refused) - _MOST_MESSAGES})
    return redirect("desk")


# --- what the pages show -----------------------------------------------------------------------------
def _desk_context(request: HttpRequest, form: UploadForm) -> dict[str, Any]:
    newest = list(all_runs()[:_NEWEST_RUNS])
    older = list(all_runs().filter(state__in=ACTIVE).exclude(pk__in=[run.pk for run in newest]))
    shown = newest + older
    issues = with_counts(Issue.objects.exclude(state=Issue.State.DRAFT)).newest_first()
    page = Paginator(issues, ISSUES_A_PAGE).get_page(request.GET.get("page"))
    return {
        "form": form,
        "max_files": settings.UPLOAD_MAX_FILES,
        "max_bytes": settings.UPLOAD_MAX_BYTES,
        "runs": with_remedies(shown),
        "polled": polled(shown),
        "worker_is_alive": worker_is_alive(timezone.now()),
        "drafts": with_counts(Issue.objects.filter(state=Issue.State.DRAFT)).order_by("-added_at"),
        "issues": page.object_list,
        "issue_count": page.paginator.count,
        "pages": page_addresses({}, page.number, page.paginator.num_pages),
    }


def with_counts(issues: "QuerySet[Issue]") -> Any:
    """The issues with how many documents each has, and how many findings of each severity."""
    documents = Document.objects.filter(issue=OuterRef("pk")).order_by().values("issue")
    findings = Finding.objects.filter(issue=OuterRef("pk")).order_by().values("issue")

    def of_severity(severity: str) -> Coalesce:
        counted = findings.annotate(n=Count("pk", filter=Q(severity=severity))).values("n")
        return Coalesce(Subquery(counted), 0)

    return issues.select_related("gazette").annotate(
        document_count=Coalesce(Subquery(documents.annotate(n=Count("pk")).values("n")), 0),
        errors=of_severity(Finding.Severity.ERROR),
        warnings=of_severity(Finding.Severity.WARNING),
        notes=of_severity(Finding.Severity.NOTE),
    )


def _say_accepted(request: HttpRequest, accepted: list[Accepted]) -> None:
    new = [one for one in accepted if one.is_new]
    if new:
        text = ngettext(
            "已接收 %(n)s 个文件，正在排队识别。", "已接收 %(n)s 个文件，正在排队识别。", len(new)
        )
        messages.success(request, text % {"n": len(new)})
    for one in [one for one in accepted if not one.is_new][:_MOST_MESSAGES]:
        if one.issue is not None:
            messages.info(
                request,
                format_html(
                    '<span lang="zh-Hans">{}</span>{}{}<a href="{}" lang="zh-Hans">{}</a>',
                    one.name,
                    _("："),
                    _("已在库中："),
                    reverse("desk-issue", args=[one.issue.pk]),
                    one.issue.name,
                ),
            )
        else:
            messages.info(
                request,
                format_html('<span lang="zh-Hans">{}</span>{}{}', one.name, _("："), _("同一文件正在处理。")),
            )
