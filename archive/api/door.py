"""What holds for each address of the API: it can only be read; what may be asked from pages of other sites."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, URLResolver

from archive.problem import problem

METHODS = "GET, HEAD, OPTIONS"
# For so long a browser need not ask again whether another site's page may ask (seconds).
_ASKED_FOR = 86_400
View = Callable[..., HttpResponseBase]


def behind_the_door(patterns: list[URLResolver | URLPattern]) -> list[URLResolver | URLPattern]:
    """The addresses, each with the door before its view."""
    return [
        URLPattern(one.pattern, _door(one.callback), one.default_args, one.name)
        for one in patterns
        if isinstance(one, URLPattern)
    ]


def _door(view: View) -> View:
    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        asked = request.method
        if asked == "OPTIONS":
            return HttpResponse(status=204, headers=_preflight())
        if asked not in ("GET", "HEAD"):
            return problem(request, 405, "the archive is only read here", {"Allow": METHODS})
        # The head of what GET gives; whoever sends it leaves the body away.
        request.method = "GET"
        try:
            return view(request, *args, **kwargs)
        finally:
            request.method = asked

    # Nothing is done for anybody here that a token would have to guard.
    answer.csrf_exempt = True  # type: ignore[attr-defined]
    return answer


def _preflight() -> dict[str, str]:
    return {
        "Allow": METHODS,
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": "*",
        "Access-Control-Max-Age": str(_ASKED_FOR),
    }
