"""Each request has an id, which all its lines in the log and its answer carry, and at choice a line of its own.

The line names method, path, status, duration and client, and never what stands behind the question mark: what readers
look for is theirs, and what is sent to a sign-in is nobody's.
"""

import logging
import re
import secrets
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from archive.client_address import address_in
from archive.log_lines import request_id

logger = logging.getLogger(__name__)

_AN_ID = re.compile(r"[0-9A-Za-z_-]{8,64}")
# Monitors ask every few seconds; that all is well need not be said each time.
_QUIET = ("/healthz", "/metrics")


class RequestLog:
    """Middleware, before all others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        known = request_id.set(id_of(request.META))
        began = time.perf_counter()
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request_id.get()
            note(request.META, request.path, response.status_code, time.perf_counter() - began)
            return response
        finally:
            request_id.reset(known)


def id_of(environ: dict[str, Any]) -> str:
    """The id that the proxy before the site gave the request; one of our own where none did, or there is no proxy."""
    given = environ.get("HTTP_X_REQUEST_ID", "") if settings.PROXIES else ""
    return given if _AN_ID.fullmatch(given) else secrets.token_hex(16)


def note(environ: dict[str, Any], path: str, status: int, seconds: float) -> None:
    """Write the line of a request, where it is to have one. A body that is streamed goes out after it, and does not count."""
    if not settings.LOG_REQUESTS or (path in _QUIET and status == 200):
        return
    facts = {
        "method": environ["REQUEST_METHOD"],
        "path": path,
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
        "client": address_in(environ),
    }
    logger.info("%(method)s %(path)s %(status)s %(milliseconds)s ms %(client)s", facts, extra=facts)
