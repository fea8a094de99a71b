"""The bulk files: a page that lists them, and the files themselves."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from archive.bulk.folder import MANIFEST, BulkFile, Manifest, present
from archive.ingest.originals import checksum
from archive.views.files import serve_file
from archive.views.unavailable import try_later

# What each file holds, in the order of the page; translated there.
KINDS = ("documents", "issues", "sections", "appointments", "references", "numbers", "gone", "pages")
FURTHER = ("judgements", "namesakes")


@require_safe
def bulk(request: HttpRequest) -> HttpResponse:
    """The files with their sizes, rows and checksums; where they are being made, that they are."""
    found = present()
    manifest = found[1] if found else None
    context = {
        "manifest": manifest,
        "made_at": parse_datetime(manifest.made_at) if manifest else None,
        "kinds": [(kind, _of_kind(manifest, kind)) for kind in (*KINDS, *FURTHER)] if manifest else [],
    }
    answer = render(request, "archive/bulk.html", context)
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@require_safe
def bulk_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """One of the files, or the range of it that is asked for; 503 while they are older than the last withdrawal."""
    found = present()
    if found is None:
        return try_later(request, "the bulk files are being made", "503_bulk.html")
    folder, manifest = found
    file = manifest.file(name)
    if file is None and name != MANIFEST:
        raise Http404
    path = folder / name
    tag = file.sha256 if file else checksum(path)[0]
    try:
        answer = serve_file(request, path, file.media_type if file else "application/json", tag)
    except FileNotFoundError:  # made anew between two looks
        return try_later(request, "the bulk files are being made", "503_bulk.html")
    answer.headers["Content-Disposition"] = content_disposition_header(name != MANIFEST, name) or "inline"
    # Asked for again each time: what was withdrawn is gone from it.
    answer.headers["Cache-Control"] = "public, no-cache"
    return answer


def _of_kind(manifest: Manifest, kind: str) -> list[BulkFile]:
    return [file for file in manifest.files if file.name.partition(".")[0] == kind]
