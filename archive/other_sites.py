"""What pages of other sites may read of the archive: API, bulk files and what IIIF viewers ask for, which run in such pages.

It is public, and the same for everybody; nobody is signed in by a request from elsewhere: `*` lets no cookie along.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

_OPEN_TO_ALL = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag, "
    "Last-Modified, Link, Retry-After",
}
_OPEN = ("/api/", "/bulk/", "/iiif/")
# The pages about them are for people.
_PAGES = ("/api/", "/bulk/")


def for_other_sites(path: str) -> dict[str, str]:
    """The headers that let other sites read the answer at a path; {} where they may not."""
    return _OPEN_TO_ALL if path.startswith(_OPEN) and path not in _PAGES else {}


class OtherSites:
    """Middleware: sets them on every answer there, also on one that says that something is not there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in for_other_sites(request.path_info).items():
            response.headers[name] = value
        return response
