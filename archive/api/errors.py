"""What goes wrong while the API answers, as problem details; what nobody caught is told by archive/views/unavailable.py."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from archive.problem import problem
from archive.search.query import SearchNotReady
from archive.views.unavailable import not_ready

# A pattern is no answer to whoever has sent something else.
_CURSORS = "take it as it stands in the next of the page before, and for the same list"


class Gone(Exception):
    """What was asked for was here and was withdrawn, for this reason."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def tell_errors_of(api: NinjaAPI) -> None:
    """Let the API tell its errors so."""
    api.add_exception_handler(Http404, _not_found)
    api.add_exception_handler(HttpError, _by_status)
    api.add_exception_handler(ValidationError, _cannot_be_taken)
    api.add_exception_handler(Gone, _gone)
    api.add_exception_handler(SearchNotReady, lambda request, error: not_ready(request))


def _not_found(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(request, 404, str(error) or "nothing is at this address")


def _by_status(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(request, error.status_code, str(error))


def _gone(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(request, 410, error.reason or "withdrawn")


def _cannot_be_taken(request: HttpRequest, error: Any) -> HttpResponse:
    """422 with each parameter that cannot be taken; what was sent is not repeated."""
    errors = [
        {
            "parameter": str(one["loc"][-1]),
            "in": str(one["loc"][0]),
            "detail": _CURSORS if one["loc"][-1] == "after" else one["msg"].removeprefix("Value error, "),
        }
        for one in error.errors
    ]
    detail = "; ".join(f"{one['parameter']}: {one['detail']}" for one in errors)
    return problem(request, 422, detail, errors=errors)
