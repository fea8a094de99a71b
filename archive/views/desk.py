"""The desk: uploads, what the worker is at, and the issues by how far they are on their way to the readers."""

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from archive.batches import MOST_SINGLE
from archive.forms import UploadForm
from archive.ingest.sources import ISSUE_SUFFIXES, LEGACY_SUFFIXES, NOT_ISSUES, ZIP_SUFFIX
from archive.latest_acts import latest_acts
from archive.models import Batch, Document, Finding, Gazette, Issue
from archive.uploads import ACTIVE
from archive.views.addresses import Choice, page_addresses, with_parameters
from archive.views.desk_access import staff_only
from archive.views.desk_batches import counted_batches
from archive.views.desk_runs import all_runs, with_remedies
from archive.views.review import score_of
from archive.worker_heartbeat import worker_is_alive
from archive.worklist import STATES, called, count_states, in_state, open_findings, with_work_state

ISSUES_A_PAGE = 50
PROCESSING = "processing"
_NEWEST_RUNS = 8
_MOST_RUNS = 50
_MOST_BATCHES = 5


@staff_only
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Upload, what the worker is at, and the issues: `?state=`, `?year=`, `?gazette=`, `?q=` narrow them."""
    runs = all_runs().filter(batch=None)
    newest = list(runs[:_NEWEST_RUNS])
    older = list(runs.filter(state__in=ACTIVE).exclude(pk__in=[run.pk for run in newest])[:_MOST_RUNS])
    shown = newest + older
    context = {
        "form": UploadForm(),
        "max_files": settings.UPLOAD_MAX_FILES,
        "max_megabytes": settings.UPLOAD_MAX_BYTES // 1024**2,
        "upload": _for_the_script(),
        "runs": with_remedies(shown),
        "runs_under_way": any(run.state in ACTIVE for run in shown),
        "batches": counted_batches().exclude(state=Batch.State.DONE)[:_MOST_BATCHES],
        "worker_is_alive": worker_is_alive(timezone.now()),
        **_list_context(request),
    }
    return render(request, "desk/desk.html", context)


# --- the list ----------------------------------------------------------------------------------------
def _list_context(request: HttpRequest) -> dict[str, Any]:
    wanted = {name: request.GET.get(name, "").strip() for name in ("state", "year", "gazette", "q")}
    issues = called(Issue.objects.all(), wanted["q"])
    if wanted["year"].isdecimal():
        issues = issues.filter(year=min(int(wanted["year"]), 9999))
    if wanted["gazette"]:
        issues = issues.filter(gazette__slug=wanted["gazette"])
    counts = count_states(issues)
    waiting = all_runs().filter(state__in=ACTIVE)
    if wanted["q"]:
        waiting = waiting.filter(file_name__icontains=wanted["q"])
    counts[PROCESSING] = waiting.count()
    processing = wanted["state"] == PROCESSING
    # What is being read stands first, then what waits, in the order in which it came.
    listed: Any = waiting.order_by("-state", "pk")
    if not processing:
        listed = with_counts(with_work_state(in_state(issues, wanted["state"]))).newest_first()
    page = Paginator(listed, ISSUES_A_PAGE).get_page(request.GET.get("page"))
    given = {name: value for name, value in wanted.items() if value}
    return {
        "tabs": _tabs(given, counts),
        "processing": processing,
        "rows": with_remedies(page.object_list) if processing else _with_acts(list(page.object_list)),
        "narrowed": bool(given),
        "wanted": wanted,
        "years": Issue.objects.filter(year__isnull=False)
        .order_by("-year")
        .values_list("year", flat=True)
        .distinct(),
        "gazettes": Gazette.objects.all(),
        "pages": page_addresses(given, page.number, page.paginator.num_pages),
    }


def _tabs(given: dict[str, str], counts: dict[str, int]) -> list[Choice]:
    state = given.get("state", "")
    everything = sum(counts[name] for name in STATES)
    names = {"": (_("全部"), everything), PROCESSING: (_("处理中"), counts[PROCESSING])}
    names |= {name: (str(label), counts[name]) for name, label in STATES.items()}
    if state not in names:
        state = ""
    return [
        Choice(label, with_parameters(given, state=name) + "#issues", name == state, count)
        for name, (label, count) in names.items()
    ]


def _with_acts(issues: list[Issue]) -> list[Issue]:
    """The issues, each with `act`, what was done with it last, its `score` and the `state_name` of the list."""
    acts = latest_acts(issues)
    for issue in issues:
        issue.act = acts[issue.pk]  # type: ignore[attr-defined]
        issue.score = score_of(issue)  # type: ignore[attr-defined]
        issue.state_name = STATES[issue.work_state]  # type: ignore[attr-defined]
    return issues


def with_counts(issues: "QuerySet[Issue]") -> Any:
    """The issues with how many documents each has, and how many open findings of each severity."""
    documents = Document.objects.filter(issue=OuterRef("pk")).order_by().values("issue")
    findings = open_findings().filter(issue=OuterRef("pk")).values("issue")

    def of_severity(severity: str) -> Coalesce:
        counted = findings.annotate(n=Count("pk", filter=Q(severity=severity))).values("n")
        return Coalesce(Subquery(counted), 0)

    return issues.select_related("gazette").annotate(
        document_count=Coalesce(Subquery(documents.annotate(n=Count("pk")).values("n")), 0),
        errors=of_severity(Finding.Severity.ERROR),
        warnings=of_severity(Finding.Severity.WARNING),
        notes=of_severity(Finding.Severity.NOTE),
    )


# --- for the script ----------------------------------------------------------------------------------
def _for_the_script() -> dict[str, Any]:
    """Where the script sends files, what it may send, and what it says; the server checks the same again."""
    return {
        "address": reverse("desk-upload-file"),
        "openBatch": reverse("desk-batch-open"),
        "maxBytes": settings.UPLOAD_MAX_BYTES,
        "mostSingle": MOST_SINGLE,
        "suffixes": sorted(ISSUE_SUFFIXES | LEGACY_SUFFIXES | {ZIP_SUFFIX}),
        # What in a folder speaks of the folder and is no issue.
        "passedOver": sorted(NOT_ISSUES),
        "words": {
            "tooLarge": _("文件超过 {size} MB，没有上传。请降低扫描分辨率，或联系管理员放宽限制。"),
            "empty": _("文件是空的，没有上传。"),
            "kind": _("不是可以上传的格式，没有上传。请上传 PDF、DOCX、HTML、Markdown、txt 或 zip。"),
            "broken": _("连接中断，没有收到这个文件。"),
            "signedOut": _("登录已过期，请重新登录后再传。"),
            "refused": _("服务器没有接收（{status}）。"),
            "again": _("再传一次"),
            "waiting": _("等待上传"),
            "received": _("已收到，正在检查"),
            "sent": _("{sent}/{size} MB"),
            "many": _("已上传 {n}/{all} 个"),
            "done": _("上传完毕：{n} 个排队识别，{known} 个没有接收或已在库中。"),
            "nothing": _("没有可以上传的公报文件。"),
            "toBatch": _("看这一批的进度"),
            "drop": _("松开即开始上传"),
        },
    }
