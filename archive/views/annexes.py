"""The full text of annexes that print leaves out, to readers while their document is public."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from archive.ingest.annex_files import CONTENT_TYPES, annex_path
from archive.models import Annex, Document
from archive.views.files import PUBLIC_CACHE, serve_file
from archive.views.gone import gone


@require_safe
def annex(request: HttpRequest, public_id: str, sha256: str, name: str) -> HttpResponseBase:
    """The file, to be saved; `name` is only for the eye. Of a withdrawn document: that it is gone, and why."""
    annexes = Annex.objects.select_related("document__issue").filter(attachment__isnull=False)
    found = annexes.filter(document__public_id=public_id, sha256=sha256).first()
    if found is None:
        raise Http404
    document: Document = found.document
    if not document.is_public:
        issue = document.issue
        if issue.state == issue.State.WITHDRAWN:
            return gone(request, issue.withdrawn_reason)
        if issue.is_published:
            return gone(request, document.withdrawn_reason)
        raise Http404
    response = send_annex(request, found)
    response.headers["Cache-Control"] = PUBLIC_CACHE
    return response


def send_annex(request: HttpRequest, annex: Annex) -> HttpResponseBase:
    """The file as a download: nothing in it is ever opened in the site's name."""
    path = annex_path(annex.sha256, annex.kind)
    if not path.is_file():
        raise Http404
    response = serve_file(request, path, CONTENT_TYPES[annex.kind], annex.sha256)
    response.headers["Content-Disposition"] = (
        content_disposition_header(True, annex.file_name) or "attachment"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
