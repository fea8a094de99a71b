"""The original files and the pictures of their pages, each only where readers may see it."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    StreamingHttpResponse,
)
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from archive.authenticity.published_files import note_masked_copy
from archive.ingest.originals import original_path
from archive.masks import Masks, has_masks, masks_of
from archive.models import Issue
from archive.pictures import (
    Original,
    TooBusy,
    cover_picture,
    existing,
    masked_pdf,
    masked_picture,
    page_picture,
    small_picture,
)
from archive.views.gone import gone

# What the browser may open itself; everything else is only saved. HTML would run in the site's name.
_INLINE: dict[str, str] = {
    Issue.SourceKind.PDF: "application/pdf",
    Issue.SourceKind.TEXT: "text/plain; charset=utf-8",
}
_SAVED: dict[str, str] = {
    Issue.SourceKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_RANGE = re.compile(r"^bytes=(\d*)-(\d*)$")
_CHUNK = 64 * 1024
# A withdrawn file must not live on in caches for long.
PUBLIC_CACHE = "public, max-age=3600"


def original_is_public(issue: Issue) -> bool:
    """True for a published issue, unless something is kept from readers that can be masked on no page: in a text file."""
    return issue.is_published and (issue.source_kind == Issue.SourceKind.PDF or not has_masks(issue))


@require_safe
def original(request: HttpRequest, sha256: str, name: str) -> HttpResponseBase:
    """The file as it came in: to everyone while it is public, else to staff. `name` is only for saving."""
    issue = Issue.objects.filter(sha256=sha256).first()
    if issue is None:
        raise Http404
    public = original_is_public(issue)
    # A user is asked for only where it matters: public files carry no session.
    if not public and not request.user.is_staff:
        if issue.state == Issue.State.WITHDRAWN:
            return gone(request, issue.withdrawn_reason)
        if issue.is_published:
            return gone(request, "")
        raise Http404
    # Everybody gets the masked one here, so that caches hold no other; the desk has an address of its own.
    if public and (masks := masks_of(issue)):
        try:
            path, tag = masked_original(issue, masks), f"{sha256}-{masks.key}"
        except TooBusy:
            return try_again()
        if path is None:
            return gone(request, "")
        note_masked_copy(issue, path, masks)
    else:
        path, tag = original_file(issue), sha256
        if path is None:
            raise Http404
    response = send_original(request, issue, path, tag)
    response.headers["Cache-Control"] = PUBLIC_CACHE if public else "private, no-store"
    if not public:
        patch_vary_headers(response, ("Cookie",))
    return response


def send_original(request: HttpRequest, issue: Issue, path: Path, tag: str) -> HttpResponseBase:
    """The file in the way of its kind: opened by the browser where nothing in it can run, else saved."""
    kinds = _INLINE | _SAVED
    response = serve_file(request, path, kinds.get(issue.source_kind, "application/octet-stream"), tag)
    disposition = content_disposition_header(issue.source_kind not in _INLINE, issue.file_name)
    response.headers["Content-Disposition"] = disposition or "attachment"
    if issue.source_kind not in _INLINE:
        response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def masked_original(issue: Issue, masks: Masks) -> Path | None:
    """The file with what is kept from readers masked; None when that cannot be made. Raises TooBusy."""
    pages = []
    for page in issue.pages.filter(number__in=masks.pages):
        picture = page_picture(original_of(issue), issue.sha256, page.number)
        if picture is None:
            return None
        boxes = masks.of_page(page.number, page.width, page.height)
        masked = masked_picture(picture, boxes, page.width, page.height, masks.key)
        pages.append((page.number, masked, page.width, page.height))
    return masked_pdf(original_of(issue), issue.sha256, pages, masks.key)


def original_of(issue: Issue) -> Original:
    """Gives the issue's file to whoever has to make something of it."""
    return partial(original_path, issue.sha256, issue.source_kind)


def original_file(issue: Issue) -> Path | None:
    """Where the issue's file can be read, None when it is not there. Raises FilesAway."""
    return existing(original_of(issue))


@require_safe
def cover(request: HttpRequest, sha256: str) -> HttpResponseBase:
    """The picture of a published issue's first page."""
    issue = Issue.objects.published().filter(sha256=sha256).first()
    try:
        picture = cover_picture(original_of(issue), sha256) if issue is not None else None
    except TooBusy:
        return try_again()
    if picture is None or issue is None:
        raise Http404
    picture, key = as_readers_see(issue, picture, 1)
    response = serve_file(request, picture, "image/webp", f"{sha256}-cover{key}")
    response.headers["Cache-Control"] = PUBLIC_CACHE
    return response


@require_safe
def page(
    request: HttpRequest, gazette: str, year: int, label: str, number: int, *, small: bool = False
) -> HttpResponseBase:
    """The picture of one page of a published issue, while its file is public; `small`: to leaf by."""
    address = {"gazette__slug": gazette, "year": year, "label": label}
    issue = Issue.objects.filter(**address).exclude(state=Issue.State.DRAFT).first()
    if issue is None:
        raise Http404
    if not original_is_public(issue):
        return gone(request, issue.withdrawn_reason)
    response = serve_page(request, issue, number, masked=True, small=small)
    if response.status_code in (200, 206, 304):
        response.headers["Cache-Control"] = PUBLIC_CACHE
    return response


def serve_page(
    request: HttpRequest, issue: Issue, number: int, *, masked: bool = False, small: bool = False
) -> HttpResponseBase:
    """The picture of one page, whoever asks; `masked`: without what is kept from readers.

    404 when the issue has no such page or it cannot be drawn.
    """
    if issue.source_kind != Issue.SourceKind.PDF or not issue.pages.filter(number=number).exists():
        raise Http404
    try:
        picture = page_picture(original_of(issue), issue.sha256, number)
    except TooBusy:
        return try_again()
    if picture is None:
        raise Http404
    picture, key = as_readers_see(issue, picture, number) if masked else (picture, "")
    if small:
        picture, key = small_picture(picture), f"{key}-small"
    return serve_file(request, picture, "image/webp", f"{issue.sha256}-{number}{key}")


def as_readers_see(issue: Issue, picture: Path, number: int) -> tuple[Path, str]:
    """The picture of a page with what is kept from readers masked, and what tells it from others by its tag."""
    masks = masks_of(issue)
    page = issue.pages.filter(number=number).first() if number in masks.pages else None
    if page is None:
        return picture, ""
    boxes = masks.of_page(number, page.width, page.height)
    return masked_picture(picture, boxes, page.width, page.height, masks.key), f"-{masks.key}"


def try_again() -> HttpResponse:
    """The answer while others have pages drawn: the same request in a moment."""
    return HttpResponse(status=503, headers={"Retry-After": "3", "Cache-Control": "no-store"})


def serve_file(request: HttpRequest, path: Path, content_type: str, tag: str) -> HttpResponseBase:
    """The file, or the one range of it that is asked for, or 304 when the reader has it already.

    Readers of large PDFs fetch them page by page with ranges; several ranges at once get the whole file.
    """
    etag, size = f'"{tag}"', path.stat().st_size
    wanted = None
    if request.headers.get("If-None-Match", "").strip() in (etag, f"W/{etag}"):
        response: HttpResponseBase = HttpResponseNotModified()
    else:
        if request.headers.get("If-Range", etag) == etag:
            wanted = read_range(request.headers.get("Range", ""), size)
        if wanted is None:
            response = FileResponse(path.open("rb"), content_type=content_type)
        elif not wanted:
            response = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        else:
            response = StreamingHttpResponse(
                _Part(path.open("rb"), wanted), status=206, content_type=content_type
            )
            response.headers["Content-Length"] = str(len(wanted))
            response.headers["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{size}"
    response.headers["ETag"] = etag
    response.headers["Accept-Ranges"] = "bytes"
    return response


def read_range(header: str, size: int) -> range | None:
    """The bytes that a Range header asks for, empty when the file has none of them, None for the whole file.

    Forms: bytes=0-499, bytes=500- (to the end), bytes=-500 (the last 500). All others are not understood,
    and then the whole file is sent, as RFC 9110 allows.
    """
    match = _RANGE.match(header.strip())
    if not match or not (match[1] or match[2]):
        return None
    if not match[1]:
        return range(max(size - int(match[2]), 0), size) if int(match[2]) else range(0)
    start, last = int(match[1]), int(match[2]) if match[2] else size - 1
    if match[2] and last < start:
        return None
    return range(start, min(last + 1, size)) if start < size else range(0)


class _Part:
    """A range of a file that is open already: its copy may be thrown away while it is sent."""

    def __init__(self, file: BinaryIO, wanted: range) -> None:
        self.file, self.wanted = file, wanted

    def __iter__(self) -> Iterator[bytes]:
        self.file.seek(self.wanted.start)
        left = len(self.wanted)
        while left and (chunk := self.file.read(min(_CHUNK, left))):
            left -= len(chunk)
            yield chunk

    def close(self) -> None:
        self.file.close()
