"""Public pages are made once for all readers who are not signed in, and again when what they show has changed."""

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import DisallowedHost
from django.db import Error as NoDatabase
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers

from archive.edition import present_edition
from archive.language import chosen_language

# Pages of those who work here, and what says how the archive is just now.
NOT_PUBLIC = ("/desk/", "/admin/", "/healthz", "/metrics", "/static/", "/files/", "/pictures/")
# An address that is longer is asked for once.
LONGEST_ADDRESS = 1000
# Beside every change a page is made anew after so many seconds: should a process die between the index and the name
# of the new edition, search pages would stay as they were.
LONGEST_KEPT = 600
# What pages are made with, below the project's folder.
_MADE_WITH = ("templates/**/*.html", "static/*", "archive/**/*.py", "archive/**/*.mo", "gazette/*.py")
# The settings that show in a page or in its headers.
_SET = ("SITE", "HSTS_SECONDS", "HSTS_SUBDOMAINS", "HSTS_PRELOAD", "STATIC_COLLECTED", "TIME_ZONE")


class PublicPages:
    """Middleware: answers 304 or with the page that was made before, as long as the edition is the same.

    Whoever has a session gets pages made for them alone. Pages that set a cookie, stream a file or forbid it are
    not kept. It stands before the session middleware: a kept page asks the database for the edition, and nothing else.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _may_be_kept(request):
            return self.get_response(request)
        try:
            name = _name_of(request)
        except (DisallowedHost, NoDatabase, OSError):
            # What is amiss here is so further in, where it is told, with all headers.
            return self.get_response(request)
        tag = f'W/"{name}"'
        if request.META.get("HTTP_IF_NONE_MATCH", "").strip() == tag:
            return _with_headers(HttpResponseNotModified(), tag)
        kept = caches["pages"].get(name)
        if kept is not None:
            body, headers = kept
            response = HttpResponse(body)
            # As they were, rather than one by one: that takes as long as asking for the edition.
            response.headers = headers
            return response
        response = self.get_response(request)
        if not _is_for_all(response):
            return response
        _with_headers(response, tag)
        if request.method == "GET":
            caches["pages"].set(name, (response.content, response.headers), LONGEST_KEPT)
        return response


def _may_be_kept(request: HttpRequest) -> bool:
    return (
        request.method in ("GET", "HEAD")
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and not request.path.startswith(NOT_PUBLIC)
        and len(request.get_full_path()) <= LONGEST_ADDRESS
    )


def _name_of(request: HttpRequest) -> str:
    """A name for the answer: all that it depends on, in one checksum. Citations and terms of validity go by the day."""
    made_of: tuple[Any, ...] = (
        program(),
        present_edition(),
        timezone.localdate(),
        chosen_language(request),
        request.scheme,
        request.get_host(),
        request.get_full_path(),
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


def _with_headers(response: HttpResponse, tag: str) -> HttpResponse:
    response.headers["ETag"] = tag
    patch_vary_headers(response, ("Cookie",))
    # Kept by browsers and proxies, and asked for again each time: what was withdrawn is gone at once.
    patch_cache_control(response, public=True, no_cache=True)
    return response
