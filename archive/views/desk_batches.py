"""Batches at the desk: the report of each, live, and the means to hold it back, let it go on and try again."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from archive.batches import open_batch, pause, report_of, resume, retry_failed
from archive.models import Batch, IngestRun
from archive.uploads import ACTIVE
from archive.views.addresses import page_addresses, with_parameters
from archive.views.desk_access import editor_only, staff_only
from archive.views.desk_runs import all_runs, with_remedies
from archive.worker_heartbeat import worker_is_alive

BATCHES_A_PAGE = 30
RUNS_A_PAGE = 50
# What the list below the report can be narrowed to.
_SHOWN = {
    "failed": [IngestRun.State.FAILED],
    "waiting": [*ACTIVE],
    "done": [IngestRun.State.DONE],
}


@staff_only
@require_safe
def batches(request: HttpRequest) -> HttpResponse:
    """All batches, newest first."""
    page = Paginator(counted_batches(), BATCHES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "batches": page.object_list,
        "pages": page_addresses({}, page.number, page.paginator.num_pages),
    }
    return render(request, "desk/batches.html", context)


@staff_only
@require_safe
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """The report of one batch, and below it the files: those that failed, or `?show=waiting`, `?show=done`."""
    found = get_object_or_404(Batch.objects.select_related("created_by"), pk=pk)
    report = report_of(found)
    shown = request.GET.get("show", "")
    if shown not in _SHOWN:
        shown = "failed" if report.failed else "waiting" if report.waiting or report.running else "done"
    listed = all_runs().filter(batch=found, state__in=_SHOWN[shown])
    # What runs stands first, then in the order in which they are taken up.
    ordered = listed.order_by("-state", "pk") if shown == "waiting" else listed.order_by("pk")
    page = Paginator(ordered, RUNS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "batch": found,
        "report": report,
        "under_way": found.state == Batch.State.RUNNING or report.running > 0,
        "worker_is_alive": worker_is_alive(timezone.now()),
        "shown": shown,
        "choices": [
            (name, count, with_parameters({"show": name}), name == shown)
            for name, count in (
                ("failed", report.failed),
                ("waiting", report.waiting + report.running),
                ("done", report.added + report.unchanged + report.replaced),
            )
        ],
        "runs": with_remedies(page.object_list),
        "pages": page_addresses({"show": shown}, page.number, page.paginator.num_pages),
    }
    return render(request, "desk/batch.html", context)


@editor_only
@require_POST
def open_(request: HttpRequest) -> JsonResponse:
    """A new batch for the files that the script is about to send: its key and its page."""
    made = open_batch(request.POST.get("name", ""), request.user)
    return JsonResponse({"batch": made.pk, "page": reverse("desk-batch", args=[made.pk])})


@editor_only
@require_POST
def pause_batch(request: HttpRequest, pk: int) -> HttpResponse:
    if pause(get_object_or_404(Batch, pk=pk)):
        messages.success(request, _("已暂停。正在读取的一个文件会读完，其余的等你继续。"))
    return redirect("desk-batch", pk)


@editor_only
@require_POST
def resume_batch(request: HttpRequest, pk: int) -> HttpResponse:
    if resume(get_object_or_404(Batch, pk=pk)):
        messages.success(request, _("已继续。"))
    return redirect("desk-batch", pk)


@editor_only
@require_POST
def retry_batch(request: HttpRequest, pk: int) -> HttpResponse:
    """Queue again whatever failed and can be tried again as it is."""
    again, left = retry_failed(get_object_or_404(Batch, pk=pk))
    if again:
        text = ngettext("%(n)s 个文件已重新排队。", "%(n)s 个文件已重新排队。", again)
        messages.success(request, text % {"n": again})
    if left:
        text = ngettext(
            "%(n)s 个文件没有重试：要密码、要确认替换，或原文件已不在。",
            "%(n)s 个文件没有重试：要密码、要确认替换，或原文件已不在。",
            left,
        )
        messages.info(request, text % {"n": left})
    return redirect("desk-batch", pk)


def counted_batches() -> "QuerySet[Batch]":
    """The batches, newest first, with how many files each has, and how many have ended and failed."""
    ended = [IngestRun.State.DONE, IngestRun.State.FAILED]
    counted = Batch.objects.select_related("created_by").annotate(
        files=Count("runs"),
        ended=Count("runs", filter=Q(runs__state__in=ended)),
        failed=Count("runs", filter=Q(runs__state=IngestRun.State.FAILED)),
    )
    return counted.order_by("-created_at", "-pk")
