"""What a reader takes along of one document: its reference, its tables, and the whole of it in other forms."""

import re

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from archive.export.akoma_ntoso import CONTENT_TYPE, document_to_akn
from archive.export.citations import Cited, as_bibtex, as_ris, cited
from archive.export.markdown import document_to_markdown
from archive.export.plain_text import document_to_text
from archive.export.table import table_as_csv
from archive.models import Document
from archive.views.document import leading_to, public_document, whole_document

# What file systems and the header of the answer do not take.
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')
_LONGEST_NAME = 60


@require_safe
def bibtex(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The reference as BibTeX."""
    found = public_document(request, public_id)
    if isinstance(found, HttpResponse):
        return found
    return _saved(as_bibtex(_cited(request, found)), "application/x-bibtex", file_name(found, "bib"))


@require_safe
def ris(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The reference as RIS."""
    found = public_document(request, public_id)
    if isinstance(found, HttpResponse):
        return found
    return _saved(
        as_ris(_cited(request, found)), "application/x-research-info-systems", file_name(found, "ris")
    )


@require_safe
def akoma_ntoso(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The document as Akoma Ntoso."""
    found = whole_document(request, public_id)
    if isinstance(found, HttpResponse):
        return found
    keys = leading_to(found)
    shown = Document.objects.published().in_bulk(set(keys.values()))
    targets = {position: shown[key] for position, key in keys.items() if key in shown}
    written = document_to_akn(found, targets, request.build_absolute_uri)
    return _saved(written, CONTENT_TYPE, file_name(found, "xml"))


@require_safe
def plain_text(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The document as plain text."""
    found = whole_document(request, public_id)
    if isinstance(found, HttpResponse):
        return found
    return _saved(document_to_text(found, _cited(request, found)), "text/plain", file_name(found, "txt"))


@require_safe
def markdown(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The document as Markdown."""
    found = whole_document(request, public_id)
    if isinstance(found, HttpResponse):
        return found
    text = document_to_markdown(found, _cited(request, found))
    return _saved(text, "text/markdown", file_name(found, "md"))


@require_safe
def table(request: HttpRequest, public_id: str, position: int) -> HttpResponseBase:
    """One table as CSV; `position` is that of its anchor."""
    found = public_document(request, public_id)
    if isinstance(found, HttpResponse):
        return found
    one = found.tables.filter(position=position).first()
    if one is None:
        raise Http404
    name = file_name(found, "csv", f"-{one.title or position + 1}")
    return _saved(table_as_csv(one.columns, one.rows), "text/csv", name)


def file_name(document: Document, ending: str, part: str = "") -> str:
    """云政发〔2024〕1号.pdf; of a document without number its title, and `part` behind either."""
    name = _NOT_IN_NAMES.sub("_", f"{document.number or document.title}{part}")
    return f"{name[:_LONGEST_NAME].strip(' .')}.{ending}"


def _cited(request: HttpRequest, document: Document) -> Cited:
    address = request.build_absolute_uri(document.get_absolute_url())
    return cited(document, address, timezone.localdate())


def _saved(text: str | bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type=f"{content_type}; charset=utf-8")
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
