"""Public pages are made once for all readers who are not signed in, and again when what they show has changed."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import caches
from django.core.handlers.wsgi import get_path_info
from django.db import Error as NoDatabase
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, parse_cookie
from django.http.response import ResponseHeaders
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import http_date, parse_etags

from archive.edition import edition_since, present_edition
from archive.language import chosen_language
from archive.log_lines import request_id
from archive.metrics import KEPT_PAGES
from archive.other_sites import for_other_sites
from archive.request_log import id_of, note

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


# Pages of those who work here, what says how the archive is just now, and files that have tags of their own.
NOT_PUBLIC = (
    "/desk/",
    "/admin/",
    "/healthz",
    "/metrics",
    "/static/",
    "/files/",
    "/pictures/",
    "/bulk/",
    "/iiif/images/",
)
# In characters. An address that is longer is asked for once.
LONGEST_ADDRESS = 1000
# Beside every change a page is made anew after so many seconds: should a process die between the index and the name
# of the new edition, search pages would stay as they were.
LONGEST_KEPT = 600
# What pages are made with, below the project's folder.
_MADE_WITH = ("templates/**/*.*", "static/*", "archive/**/*.py", "archive/**/*.mo", "gazette/*.py")
# The settings that show in a page or in its headers.
_SET = (
    *("SITE", "HSTS_SECONDS", "HSTS_SUBDOMAINS", "HSTS_PRELOAD", "STATIC_COLLECTED", "TIME_ZONE"),
    *("MAIL_HOST", "MAIL_FROM", "SITE_ADDRESS", "MANIFEST_KEY_FILE"),
)


class PublicPages:
    """Middleware: answers 304 or with the page that was made before, as long as the edition is the same; keeps what is made.

    Whoever has a session gets pages made for them alone. Pages that set a cookie, stream a file or forbid it are
    not kept. It stands before the session middleware: a kept page asks the database for the edition, and nothing else.

    Last-Modified is when the edition began, for whoever wants to know; by If-Modified-Since nobody is told that a page
    holds. A second may see two editions, a transaction ends later than it says, and a page changes with the program
    and the day, too: only ETag is exact.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            name = _name_of(request.META, request.path_info)
        except (NoDatabase, OSError):
            # What is amiss here is so further in, where it is told, with all headers.
            name = ""
        if not name:
            return self.get_response(request)
        if kept := _kept(name, request.META, request.path_info):
            response = HttpResponse(kept.body, status=kept.status)
            # As they were, rather than one by one: that takes as long as asking for the edition.
            response.headers = kept.headers
            return response
        response = self.get_response(request)
        if not _is_for_all(response):
            return response
        _with_headers(response, name)
        # Asked for behind the making: of an edition that began meanwhile it is later than what the page shows, never earlier.
        if since := edition_since():
            response.headers.setdefault("Last-Modified", http_date(since.timestamp()))
        if request.method == "GET":
            caches["pages"].set(name, (response.content, response.headers), LONGEST_KEPT)
        return response


def answer_as_kept(environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes] | None:
    """The body of a kept page, or of a 304, its head being sent; None where Django is to answer.

    What `PublicPages` does, at the door: to make a request of what came in, and to end it, takes Django longer than all
    of this.
    """
    began = time.perf_counter()
    path = get_path_info(environ)
    try:
        kept = _kept(name, environ, path) if (name := _name_of(environ, path)) else None
    except (NoDatabase, OSError):
        kept = None
    if kept is None:
        return None
    known = request_id.set(id_of(environ))
    try:
        status = HTTPStatus(kept.status)
        start_response(
            f"{status:d} {status.phrase}", [*kept.headers.items(), ("X-Request-ID", request_id.get())]
        )
        KEPT_PAGES.inc()
        note(environ, path, kept.status, time.perf_counter() - began)
    finally:
        request_id.reset(known)
    return [kept.body] if environ["REQUEST_METHOD"] == "GET" else []


@dataclass(frozen=True, slots=True)
class Kept:
    """A page as it was made; with status 304 its head alone."""

    status: int
    headers: ResponseHeaders
    body: bytes


def _kept(name: str, environ: dict[str, Any], path: str) -> Kept | None:
    """What there is under the name for this request."""
    if _has_it(environ.get("HTTP_IF_NONE_MATCH", ""), _tag(name)):
        headers = _with_headers(HttpResponseNotModified(), name).headers
        # A page of another site is told that what it has still holds, as it was told the answer itself.
        for header, value in for_other_sites(path).items():
            headers[header] = value
        return Kept(304, headers, b"")
    found = caches["pages"].get(name)
    return Kept(200, found[1], found[0]) if found else None


def _name_of(environ: dict[str, Any], path: str) -> str:
    """A name for the answer: all that it depends on, in one checksum; "" for what is not for all.

    Citations and terms of validity go by the day. Under a host that is not the site's nothing was ever kept. `path` is
    given in characters: in `environ` it is so only once Django has made a request of it.
    """
    query = environ.get("QUERY_STRING", "")
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or path.startswith(NOT_PUBLIC):
        return ""
    cookies = parse_cookie(environ.get("HTTP_COOKIE", ""))
    if settings.SESSION_COOKIE_NAME in cookies or len(path) + len(query) > LONGEST_ADDRESS:
        return ""
    secure = settings.SECURE_PROXY_SSL_HEADER
    made_of: tuple[Any, ...] = (
        program(),
        present_edition(),
        timezone.localdate(),
        chosen_language(cookies),
        # Some views pack what they answer.
        "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""),
        environ["wsgi.url_scheme"],
        environ.get(secure[0]) if secure else None,
        environ.get("HTTP_HOST"),
        environ.get("SERVER_NAME"),
        environ.get("SERVER_PORT"),
        environ.get("SCRIPT_NAME", ""),
        path,
        query,
    )
    return hashlib.sha256(repr(made_of).encode("utf-8", "surrogatepass")).hexdigest()[:40]


@cache
def program() -> str:
    """A checksum of the program and of what the settings say of the site: with another one pages may look otherwise."""
    digest = hashlib.sha256(repr([getattr(settings, name) for name in _SET]).encode())
    for pattern in _MADE_WITH:
        for path in sorted(settings.BASE_DIR.glob(pattern)):
            if path.is_file():
                digest.update(path.read_bytes())
    return digest.hexdigest()


def _is_for_all(response: HttpResponse) -> bool:
    control = response.headers.get("Cache-Control", "")
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and not any(word in control for word in ("private", "no-store", "max-age"))
    )


def _tag(name: str) -> str:
    return f'W/"{name}"'


def _has_it(sent: str, tag: str) -> bool:
    """True where one of the tags sent (RFC 9110, compared weakly) is that of the answer."""
    if sent.strip() == tag:
        return True
    plain = tag.removeprefix("W/")
    return plain in sent and any(one.removeprefix("W/") == plain for one in parse_etags(sent))


def _with_headers(response: HttpResponse, name: str) -> HttpResponse:
    response.headers["ETag"] = _tag(name)
    patch_vary_headers(response, ("Cookie",))
    # Kept by browsers and proxies, and asked for again each time: what was withdrawn is gone at once.
    patch_cache_control(response, public=True, no_cache=True)
    return response
