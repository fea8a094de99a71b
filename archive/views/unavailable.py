"""The answer where a view failed: 503 with a word on what is the matter where it will pass by itself, else 500."""

import sys
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views import defaults

from archive.ingest.files_store import FileDamaged, FilesAway
from archive.problem import is_for_programs, problem
from archive.room import lacks_room

RETRY_SECONDS = 10
# Below the data folder: what can be made again, and may be deleted at any moment.
_THROWN_AWAY = ("pictures", "fetched")


def server_error(request: HttpRequest) -> HttpResponse:
    """The page of the error that is being handled. It asks nothing of the database, nor of the disk beyond a template.

    Django calls it for whatever nobody caught, in middleware as well, so that no answer is half a page.
    """
    error = sys.exc_info()[1]
    if _was_thrown_away(error):
        return HttpResponse(status=503, headers={"Retry-After": "1", "Cache-Control": "no-store"})
    if lacks_room(error):
        reason, template = "the disk is full", "503_room.html"
    elif isinstance(error, FileDamaged):
        reason, template = "the stored file is damaged", "503_file.html"
    elif isinstance(error, FilesAway):
        reason, template = "the files cannot be reached", "503_files.html"
    elif isinstance(error, OperationalError | InterfaceError):
        reason, template = "the database does not answer", "503.html"
    elif is_for_programs(request.path):
        return problem(request, 500, "something went wrong here; it has been noted")
    else:
        return HttpResponse(render_to_string("500.html"), status=500)
    return try_later(request, reason, template)


def _was_thrown_away(error: BaseException | None) -> bool:
    """True where a picture or a copy went away between two looks at it: whoever asks again has it made anew."""
    if not isinstance(error, FileNotFoundError) or not isinstance(error.filename, str | Path):
        return False
    return any(
        Path(settings.GAZETTE_DATA) / folder in Path(error.filename).parents for folder in _THROWN_AWAY
    )


def not_ready(request: HttpRequest) -> HttpResponse:
    """The answer while there is no index to ask."""
    return try_later(request, "search is not ready", "503_search.html")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request is none that can be answered, by whatever address; `exception` tells why, and is not repeated."""
    if is_for_programs(request.path):
        return problem(request, 400, "the request cannot be read")
    return defaults.bad_request(request, exception)


def try_later(request: HttpRequest, reason: str, template: str) -> HttpResponse:
    """503 with a page, or for programs the reason as JSON; kept by nobody."""
    if is_for_programs(request.path):
        answer = problem(request, 503, reason)
    else:
        answer = HttpResponse(render_to_string(template), status=503)
    answer.headers["Retry-After"] = str(RETRY_SECONDS)
    answer.headers["Cache-Control"] = "no-store"
    return answer
