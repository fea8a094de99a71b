"""The page on which a reader reports an error in a document. No cache keeps it, unlike the document's own."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from archive.client_address import TooMany, client_address
from archive.models import Document
from archive.reader_forms import ReportForm
from archive.reader_reports import take_in
from archive.views.addresses import with_parameters
from archive.views.document import public_document


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, public_id: str) -> HttpResponse:
    """The form, what was wrong in it, or thanks at an address of their own."""
    document = public_document(request, public_id)
    if isinstance(document, HttpResponse):
        return document
    if request.method != "POST":
        received = "received" in request.GET
        return _page(request, document, None if received else ReportForm(label_suffix=""))
    form = ReportForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _page(request, document, form, status=400)
    try:
        _keep(request, document, form)
    except TooMany as error:
        # What was written stands in the form still, to be sent later.
        form.add_error(
            None,
            ngettext(
                "从您所在的网络地址收到的报告太多，请过 %(n)s 分钟再提交。",
                "从您所在的网络地址收到的报告太多，请过 %(n)s 分钟再提交。",
                error.minutes,
            )
            % {"n": error.minutes},
        )
        response = _page(request, document, form, status=429)
        response.headers["Retry-After"] = str(error.seconds)
        return response
    return redirect(request.path + with_parameters({"received": "1"}))


def _keep(request: HttpRequest, document: Document, form: ReportForm) -> None:
    # A machine is told what people are told, and nothing is kept of it.
    if not form.from_a_machine:
        told = form.cleaned_data
        take_in(
            document,
            told["words"],
            quote=told["quote"],
            contact=told["contact"],
            address=client_address(request),
        )


def _page(
    request: HttpRequest, document: Document, form: ReportForm | None, status: int = 200
) -> HttpResponse:
    """The form, or thanks for what it brought where there is none."""
    context = {"document": document, "issue": document.issue, "form": form}
    return render(request, "archive/report.html", context, status=status)
