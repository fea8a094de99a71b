"""What editors add to a document at the desk: archival fields that print does not give, and annexes left out of it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from archive.annexes import attach, move, remove
from archive.forms import SupplementForm
from archive.ingest.errors import IngestError
from archive.models import Annex, Attachment, Document
from archive.publishing import ChangedMeanwhile
from archive.supplementing import supply
from archive.views.annexes import send_annex
from archive.views.desk_access import editor_only, staff_only
from archive.views.desk_document import document_at, document_page


@editor_only
@require_POST
def supplement(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    """Keep the archival fields of a document; where somebody else was faster, show both."""
    found = get_object_or_404(Document, issue_id=pk, position=position)
    form = SupplementForm(request.POST)
    if not form.is_valid():
        return document_page(request, document_at(pk, position), status=400, supplement=form)
    changes = form.changes()
    if not changes:
        messages.info(request, _("没有改动。"))
        return redirect(_back(pk, position, "supplement"))
    try:
        supply(found, changes, request.user, form.cleaned_data["seen"])
    except ChangedMeanwhile as conflict:
        messages.error(request, str(conflict))
        return document_page(request, document_at(pk, position), status=409, supplement=form)
    messages.success(request, _("已保存。"))
    return redirect(_back(pk, position, "supplement"))


@editor_only
@require_POST
def add_annex(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    """Keep the file as the full text of the attachment that `label` and `title` name."""
    found = get_object_or_404(Document, issue_id=pk, position=position)
    file = request.FILES.get("file")
    if file is None or "title" not in request.POST:
        messages.error(request, _("请选择附件全文的文件。"))
        return document_page(request, document_at(pk, position), status=400)
    try:
        label, title = (request.POST.get(name, "") for name in ("label", "title"))
        attach(file, found, label, title, request.user)
    except IngestError as error:
        messages.error(request, format_html('<span lang="zh-Hans">{}</span>', str(error)))
        return document_page(request, document_at(pk, position), status=400)
    except Attachment.DoesNotExist:
        messages.error(request, _("这一件里已没有这个附件，文件没有保存。"))
        return document_page(request, document_at(pk, position), status=409)
    messages.success(request, _("已补录附件全文。"))
    return redirect(_back(pk, position, "annexes"))


@editor_only
@require_POST
def change_annex(request: HttpRequest, pk: int, position: int, annex: int) -> HttpResponse:
    """Take an annex away (`remove`), or give it to the attachment whose place among them is `attachment`."""
    found = _annex(pk, position, annex)
    if "remove" in request.POST:
        remove(found, request.user)
        messages.success(request, _("已删去附件全文。"))
        return redirect(_back(pk, position, "annexes"))
    wanted = request.POST.get("attachment", "")
    attachment = (
        Attachment.objects.filter(document=found.document_id, position=int(wanted)).first()
        if wanted.isdecimal() and len(wanted) < 7
        else None
    )
    try:
        if attachment is None:
            raise Attachment.DoesNotExist
        move(found, attachment.label, attachment.title, request.user)
    except Attachment.DoesNotExist:
        messages.error(request, _("请选择一个还没有全文的附件。"))
        return document_page(request, document_at(pk, position), status=400)
    messages.success(request, _("已归位，读者可以看到。"))
    return redirect(_back(pk, position, "annexes"))


@staff_only
@require_safe
def annex_file(request: HttpRequest, pk: int, position: int, annex: int) -> HttpResponseBase:
    """The file of an annex, in every state of its document."""
    return send_annex(request, _annex(pk, position, annex))


def _annex(pk: int, position: int, annex: int) -> Annex:
    found = (
        Annex.objects.select_related("document")
        .filter(pk=annex, document__issue_id=pk, document__position=position)
        .first()
    )
    if found is None:
        raise Http404
    return found


def _back(pk: int, position: int, anchor: str) -> str:
    return f"{reverse('desk-document', args=[pk, position])}#{anchor}"
