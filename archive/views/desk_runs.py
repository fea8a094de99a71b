"""Uploads on their way into the archive: how far they are, and what helps where one failed."""

from collections.abc import Iterable

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from archive.forms import PasswordForm
from archive.models import IngestRun
from archive.uploads import ACTIVE, failed_original, retry
from archive.views.addresses import page_addresses
from archive.views.desk_access import editor_only, staff_only

RUNS_A_PAGE = 50


@staff_only
@require_safe
def runs(request: HttpRequest) -> HttpResponse:
    """All uploads, newest first."""
    page = Paginator(all_runs(), RUNS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "runs": with_remedies(page.object_list),
        "pages": page_addresses({}, page.number, page.paginator.num_pages),
        "runs_under_way": any(run.state in ACTIVE for run in page.object_list),
    }
    return render(request, "desk/runs.html", context)


@staff_only
@require_safe
def runs_state(request: HttpRequest) -> JsonResponse:
    """The rows of the runs asked for (`?run=12&run=13`), as they would stand in the page now, and how many of them
    are still under way.
    """
    keys = [int(key) for key in request.GET.getlist("run")[:RUNS_A_PAGE] if key.isdecimal()]
    found = with_remedies(all_runs().filter(pk__in=keys))
    return JsonResponse(
        {
            "rows": {run.pk: render_to_string("desk/_run.html", {"run": run}, request) for run in found},
            "active": sum(run.state in ACTIVE for run in found),
        }
    )


@sensitive_post_parameters("password")
@editor_only
@require_POST
def retry_run(request: HttpRequest, pk: int) -> HttpResponse:
    """Queue the kept file of a failed upload anew, with the password it needs or to replace what is in its place."""
    run = get_object_or_404(IngestRun, pk=pk)
    form = PasswordForm(request.POST)
    password = form.cleaned_data["password"] if form.is_valid() else ""
    if run.failure == IngestRun.Failure.PASSWORD and not password:
        messages.error(request, _("请填写打开这个 PDF 的密码。"))
    elif run.state != IngestRun.State.FAILED:
        messages.info(request, _("这个文件没有失败，不需要再试。"))
    elif retry(run, password=password, replace=request.POST.get("replace") == "1") is None:
        messages.error(request, _("原文件已不再保留，请重新上传。"))
    else:
        messages.success(request, _("已重新排队。"))
    return redirect("desk-batch", run.batch_id) if run.batch_id else redirect("desk")


@staff_only
@require_safe
def failed_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file of a failed upload as it came: only saved, never opened, for nobody knows what it is."""
    run = get_object_or_404(IngestRun, pk=pk)
    path = failed_original(run)
    if path is None:
        raise Http404
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=run.file_name, content_type="application/octet-stream"
    )


# --- what the pages show -----------------------------------------------------------------------------
def all_runs() -> "QuerySet[IngestRun]":
    return IngestRun.objects.select_related("issue__gazette", "uploaded_by", "batch")


def with_remedies(found: Iterable[IngestRun]) -> list[IngestRun]:
    """The runs, each with `kept`: its file is still here, to be tried again."""
    runs = list(found)
    for run in runs:
        run.kept = failed_original(run) is not None  # type: ignore[attr-defined]
    return runs
