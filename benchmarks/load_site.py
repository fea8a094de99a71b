"""The archive as gunicorn serves it, with a view beside it that does nothing: what benchmarks/load.py measures.

The view stands at three addresses: /benchmark/bare/ without any middleware, /benchmark/plain/ with what `startproject`
gives a project, /benchmark/same/ with the archive's. KEEP_PAGES=0 takes the keeping of whole pages away.
"""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test.utils import override_settings
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gazette.settings")
BARE, PLAIN, SAME = "/benchmark/bare/", "/benchmark/plain/", "/benchmark/same/"
STARTPROJECT = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
_PAGE = "0123456789" * 1000


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_PAGE)


if os.environ.get("KEEP_PAGES") == "0":
    settings.MIDDLEWARE.remove("archive.public_pages.PublicPages")

# First the application: it sets Django up.
from gazette.wsgi import application as _archive  # noqa: E402, I001
import gazette.urls  # noqa: E402

gazette.urls.urlpatterns[:0] = [path(address[1:], bare) for address in (BARE, PLAIN, SAME)]


def _handler(middleware: list[str]) -> WSGIHandler:
    with override_settings(MIDDLEWARE=middleware):
        return WSGIHandler()


_beside = {BARE: _handler([]), PLAIN: _handler(STARTPROJECT)}


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    handler: Any = _beside.get(environ["PATH_INFO"], _archive)
    answer: Iterable[bytes] = handler(environ, start_response)
    return answer
