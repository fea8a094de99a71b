"""Uploads: with the plain form, many at once, or by script, one file a request with its progress."""

from collections.abc import Iterator
from urllib.parse import unquote

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from archive.batches import MOST_SINGLE, open_batch
from archive.forms import UploadForm
from archive.ingest.errors import IngestError, LimitExceeded, UnreadableFile
from archive.ingest.sources import is_source_name, may_be_tried
from archive.models import Batch
from archive.uploads import Accepted, clean_name
from archive.views.desk_access import editor_only
from archive.views.desk_runs import all_runs, with_remedies
from archive.zipped import accept_files

# More names than this say nothing more.
_MOST_MESSAGES = 20
_CHUNK = 1024 * 1024


class SentFile:
    """A file that is the whole body of a request."""

    def __init__(self, request: HttpRequest, name: str, size: int) -> None:
        self.request, self.size = request, size
        self.name: str | None = name

    def chunks(self) -> Iterator[bytes]:
        """Raises UnreadableFile when the connection breaks before the file is there whole."""
        left = self.size
        while left:
            try:
                chunk = self.request.read(min(_CHUNK, left))
            except OSError:
                chunk = b""
            if not chunk:
                raise UnreadableFile(self.name or "", _("上传中断，没有收到整个文件"), _("请再传一次"))
            left -= len(chunk)
            yield chunk


@sensitive_post_parameters("password")
@editor_only
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Keep and queue the uploaded files; what became of each stands at the top of the page that follows."""
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        for text in [str(text) for texts in form.errors.values() for text in texts]:
            messages.error(request, text)
        return redirect("desk")
    password, replace = form.cleaned_data["password"], form.cleaned_data["replace"]
    folder = [file for file in form.cleaned_data["folder"] if is_source_name(file.name or "")]
    files = [*form.cleaned_data["uploads"], *folder]
    batch = open_batch("", request.user) if folder or len(files) > MOST_SINGLE else None
    accepted: list[Accepted] = []
    refused: list[IngestError] = []
    for file in files:
        for one in accept_files(file, user=request.user, password=password, replace=replace, batch=batch):
            if isinstance(one, Accepted):
                accepted.append(one)
            else:
                refused.append(one)
    new = sum(one.is_new for one in accepted)
    if new:
        text = ngettext("已接收 %(n)s 个文件，正在排队识别。", "已接收 %(n)s 个文件，正在排队识别。", new)
        messages.success(request, text % {"n": new})
    for one in [one for one in accepted if not one.is_new][:_MOST_MESSAGES]:
        messages.info(request, said(one))
    for error in refused[:_MOST_MESSAGES]:
        messages.error(request, said(error))
    if len(refused) > _MOST_MESSAGES:
        messages.error(request, _("另有 %(n)s 个文件未能接收。") % {"n": len(refused) - _MOST_MESSAGES})
    batch = batch or next((one.batch for one in accepted if one.batch), None)
    return redirect("desk-batch", batch.pk) if batch else redirect("desk")


@editor_only
@require_POST
def upload_file(request: HttpRequest) -> JsonResponse:
    """Keep and queue the file that is the body of the request (`?name=`, `?replace=1`, `?batch=12`; its password in
    the header X-Password, percent-encoded). A zip gives an answer for each file in it.

    The answer: `said`, a line of HTML for each file that was not queued; `rows`, those of the runs that were;
    `new`, how many; `batch`, the address of the batch that they are in.
    """
    wanted = request.GET.get("batch", "")
    batch = get_object_or_404(Batch, pk=int(wanted)) if wanted.isdecimal() else None
    try:
        sent = _announced(request)
    except IngestError as error:
        # Nothing was read, and nothing will be.
        return JsonResponse({"said": [_line(error)], "rows": [], "new": 0, "batch": ""}, status=400)
    found = accept_files(
        sent,
        user=request.user,
        password=unquote(request.headers.get("X-Password", ""))[:200],
        replace=request.GET.get("replace") == "1",
        batch=batch,
    )
    accepted = [one for one in found if isinstance(one, Accepted)]
    new = [one.run.pk for one in accepted if one.is_new and one.run]
    batch = batch or next((one.batch for one in accepted if one.batch), None)
    # Those of a batch are shown on its page.
    runs = [] if batch else with_remedies(all_runs().filter(pk__in=new))
    return JsonResponse(
        {
            "said": [_line(one) for one in found if isinstance(one, IngestError) or not one.is_new],
            "rows": [render_to_string("desk/_run.html", {"run": run}, request) for run in runs],
            "new": len(new),
            "batch": reverse("desk-batch", args=[batch.pk]) if batch else "",
        }
    )


def _announced(request: HttpRequest) -> SentFile:
    """The file as the head of the request announces it. Raises an IngestError when it is not to be read at all."""
    name = clean_name(request.GET.get("name", ""))
    length = request.headers.get("Content-Length", "")
    if not may_be_tried(name):
        raise UnreadableFile(name, _("不是可以上传的格式"), _("请上传 PDF、DOCX、HTML、Markdown、txt 或 zip"))
    if not length.isdecimal():
        raise UnreadableFile(name, _("请求没有说明文件大小"), _("请换一个浏览器再试"))
    if int(length) > settings.UPLOAD_MAX_BYTES:
        raise LimitExceeded(
            name,
            _("文件超过 %(size)s MB") % {"size": settings.UPLOAD_MAX_BYTES // 1024**2},
            _("请降低扫描分辨率，或联系管理员放宽限制"),
        )
    return SentFile(request, name, int(length))


# --- what is said of a file --------------------------------------------------------------------------
def said(one: Accepted | IngestError) -> SafeString:
    """第2期.pdf：已在库中：2022年第2期 — one line on a file that was not queued, with a link to its issue."""
    if isinstance(one, IngestError):
        # What is wrong with a file is said in the language of the gazette.
        return format_html('<span lang="zh-Hans">{}</span>', str(one))
    name = format_html('<span lang="zh-Hans">{}</span>{}', one.name, _("："))
    if one.issue is None:
        return format_html("{}{}", name, _("同一文件正在处理。"))
    address = reverse("desk-issue", args=[one.issue.pk])
    return format_html(
        '{}{}<a href="{}" lang="zh-Hans">{}</a>', name, _("已在库中："), address, one.issue.name
    )


def _line(one: Accepted | IngestError) -> str:
    return format_html(
        '<li class="{}">{}</li>', "error" if isinstance(one, IngestError) else "info", said(one)
    )
