"""The WSGI application that gunicorn serves: what is kept of pages, Django, and the rest of what was sent."""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from django.conf import settings
from django.core.wsgi import get_wsgi_application

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gazette.settings")

_django = get_wsgi_application()

from archive.public_pages import answer_as_kept  # noqa: E402  (it needs Django set up)

_PIECE = 64 * 1024


class _Body(Protocol):
    def read(self, size: int, /) -> bytes: ...


def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """What is kept, or what Django answers, after all that was sent has been read.

    A page may answer by the head of a request alone: a file of 300 MB is refused unread. A socket that is closed over
    unread bytes tells nginx that the connection broke, often before it has seen the answer: readers would be told that
    the archive is away.
    """
    answer: Iterable[bytes] | None = answer_as_kept(environ, start_response)
    if answer is None:
        answer = _django(environ, start_response)
    read_out(environ["wsgi.input"], settings.REQUEST_MAX_BYTES)
    return answer


def read_out(body: _Body, most: int) -> None:
    """Read what is left of a body and forget it, up to `most` bytes."""
    while most > 0 and (piece := body.read(min(_PIECE, most))):
        most -= len(piece)
