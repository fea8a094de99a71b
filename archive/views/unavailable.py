"""The answer where a view failed: 503 with a word on what is the matter where it will pass by itself, else 500."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from archive.room import lacks_room

RETRY_SECONDS = 10
_API = "/api/"


def server_error(request: HttpRequest) -> HttpResponse:
    """The page of the error that is being handled. It asks nothing of the database, nor of the disk beyond a template.

    Django calls it for whatever nobody caught, in middleware as well, so that no answer is half a page.
    """
    error = sys.exc_info()[1]
    if lacks_room(error):
        reason, template = "the disk is full", "503_room.html"
    elif isinstance(error, OperationalError | InterfaceError):
        reason, template = "the database does not answer", "503.html"
    else:
        return HttpResponse(render_to_string("500.html"), status=500)
    return try_later(request, reason, template)


def not_ready(request: HttpRequest) -> HttpResponse:
    """The answer while there is no index to ask."""
    return try_later(request, "search is not ready", "503_search.html")


def try_later(request: HttpRequest, reason: str, template: str) -> HttpResponse:
    """503 with a page, or for programs the reason as JSON; kept by nobody."""
    answer: HttpResponse
    if request.path.startswith(_API):
        answer = JsonResponse({"detail": reason}, status=503)
    else:
        answer = HttpResponse(render_to_string(template), status=503)
    answer.headers["Retry-After"] = str(RETRY_SECONDS)
    answer.headers["Cache-Control"] = "no-store"
    return answer
