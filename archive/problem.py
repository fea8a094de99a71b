"""Errors for programs: problem details as JSON (RFC 9457), for whatever lies below /api/."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.encoding import iri_to_uri

API = "/api/"
# Where the page about the API tells what each status means.
_TOLD = f"{API}#error-"


def is_for_programs(path: str) -> bool:
    """True where an error is told as JSON: everywhere below /api/ but on the page about the API."""
    return path.startswith(API) and path != API


def problem(
    request: HttpRequest,
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> HttpResponse:
    """The answer that tells an error: `detail` in words, `more` as further members. Asks nothing of the database."""
    told = {
        "type": f"{_TOLD}{status}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": iri_to_uri(request.get_full_path()),
        **more,
    }
    # As it is written, not as \u escapes: people read it, too. A lone surrogate is no character of UTF-8.
    body = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
    return HttpResponse(
        body,
        status=status,
        content_type="application/problem+json",
        headers=headers,
    )
