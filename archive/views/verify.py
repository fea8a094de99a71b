"""Is this file one that the archive has published? By its checksum, which the reader's browser works out where it can."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from archive.authenticity.standing import Standing, standings_of
from archive.models import Document, PublishedFile
from archive.views.addresses import with_parameters
from archive.views.issues import original_address

_CHECKSUM = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Shown:
    """A standing with where its file is to be had, "" where it is not, and how many documents its issue has."""

    standing: Standing
    address: str
    document_count: int


# A file is looked at and nothing changes: without a token in its form, the page sets no cookie.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """The form; with `?sha256=` what is known of that checksum. A file that is sent leads to that of its own."""
    if request.method == "POST":
        return _received(request)
    asked = "".join(request.GET.get("sha256", "").split()).lower()
    if not asked:
        return _page(request)
    if _CHECKSUM.fullmatch(asked) is None:
        return _page(
            request, asked, error=_("SHA-256 是 64 个数字和字母（0–9、a–f），请核对后再填。"), status=400
        )
    return _page(request, asked, shown=[_shown(one) for one in standings_of(asked)])


def _received(request: HttpRequest) -> HttpResponse:
    most = settings.UPLOAD_MAX_BYTES // 1024**2
    length = request.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > settings.REQUEST_MAX_BYTES:
        # Refused unread.
        error = _("文件超过 %(size)s MB。请自己算出 SHA-256，填在下面。") % {"size": most}
        return _page(request, error=error, status=413)
    checksum = Checksum(request)
    request.upload_handlers = [checksum]
    try:
        request.POST  # noqa: B018  (this reads what is sent)
    except (MultiPartParserError, UnreadablePostError):
        return _page(request, error=_("文件没有传完，请再试一次。"), status=400)
    if not checksum.found:
        return _page(request, error=_("请先选择一个文件。"), status=400)
    return redirect(reverse("verify") + with_parameters({"sha256": checksum.found}))


class Checksum(FileUploadHandler):
    """Works out the checksum of the first file as it comes in, and keeps nothing of it. `found` is "" without any."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.found = ""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.digest = hashlib.sha256()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.digest.update(raw_data)

    def file_complete(self, file_size: int) -> None:
        self.found = self.digest.hexdigest()
        # What follows is not looked at.
        raise StopUpload(connection_reset=True)


def _shown(one: Standing) -> Shown:
    address = ""
    if one.is_given and one.file.kind != PublishedFile.Kind.ANNEX:
        address = original_address(one.issue)
    documents = Document.objects.published().filter(issue=one.issue)
    return Shown(one, address, documents.count())


def _page(
    request: HttpRequest,
    asked: str = "",
    shown: list[Shown] | None = None,
    *,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    """`shown` is None where nothing was looked up."""
    context = {
        "asked": asked,
        "shown": shown,
        "error": error,
        "most": settings.UPLOAD_MAX_BYTES // 1024**2,
    }
    return render(request, "archive/verify.html", context, status=status)
