"""A document as it is printed: just its pages, as pictures and as a PDF."""

from functools import partial
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from archive.cut_pages import cut_pages
from archive.masks import masks_of
from archive.models import Document
from archive.pictures import TooBusy
from archive.search.page_hits import hits_of_document
from archive.views.document import has_pages, no_document, public_document
from archive.views.files import (
    PUBLIC_CACHE,
    masked_original,
    original_is_public,
    original_of,
    serve_file,
    try_again,
)
from archive.views.gone import gone
from archive.views.issues import light, original_address, page_pictures
from archive.views.marked import terms_of, title_lines
from archive.views.own_parts import pictures_address
from archive.views.take_along import file_name


@require_safe
def in_print(request: HttpRequest, public_id: str) -> HttpResponse:
    """The pages of a document one below the other, with the hits of `q` lit; 404 for a file without pages."""
    documents = (
        Document.objects.published().select_related("issue__gazette").prefetch_related("blocks__table")
    )
    document = documents.filter(public_id=public_id).first()
    if document is None:
        return no_document(request, public_id)
    issue, query = document.issue, request.GET.get("q", "").strip()
    original = original_address(issue)
    if not original or not has_pages(document):
        raise Http404
    first, last = document.first_page or 0, document.last_page or 0
    pictures = page_pictures(issue, among=range(first, last + 1))
    if not pictures:
        raise Http404
    terms = terms_of(query, document)
    found = hits_of_document(document, terms, masks_of(issue).hide) if terms else []
    context = {
        "document": document,
        "issue": issue,
        "title_lines": title_lines(document),
        "query": query,
        "pictures": pictures,
        "hits": light(pictures, found),
        "original": original,
        "address": request.build_absolute_uri(document.get_absolute_url()),
        "whole": f"{pictures_address(document, query)}#page-{first}",
    }
    return render(request, "archive/in_print.html", context)


@require_safe
def pages(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The pages of the document cut out of the issue's PDF, as readers may see them.

    404 for files without pages, 410 where the file is kept back, 503 while others have pages drawn.
    """
    found = public_document(request, public_id)
    if isinstance(found, HttpResponse):
        return found
    issue = found.issue
    if not has_pages(found):
        raise Http404
    if not original_is_public(issue):
        return gone(request, "")
    assert found.first_page is not None and found.last_page is not None
    masks = masks_of(issue)
    try:
        original = original_of(issue)
        if masks:
            if (masked := masked_original(issue, masks)) is None:
                return gone(request, "")
            original = partial(Path, masked)
        title = f"{found.title}（{found.number}）" if found.number else found.title
        key = masks.key if masks else ""
        cut = cut_pages(original, issue.sha256, found.first_page, found.last_page, title=title, key=key)
    except TooBusy:
        return try_again()
    if cut is None:
        raise Http404
    response = serve_file(request, cut, "application/pdf", f"{issue.sha256}-{cut.stem}")
    disposition = content_disposition_header(False, file_name(found, "pdf"))
    response.headers["Content-Disposition"] = disposition or "inline"
    response.headers["Cache-Control"] = PUBLIC_CACHE
    return response
