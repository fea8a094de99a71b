"""Who is signed in: the password was right, the second factor too where it is asked for, and the session still lasts.

Until all three hold, `request.user` is nobody: each page, the administration and the files ask that one question, and
cannot let somebody in by forgetting the others.
"""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from archive.second_factor import Step, step_of

_BEGAN, _SEEN = "signed_in_at", "seen_at"
# A session is written anew at most this often, seconds.
_NOTE_SEEN = 60


class SignedIn:
    """Middleware, behind the authentication and the OTP middleware.

    Nothing is asked of session and database before a page asks for the user: public pages do not.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        known: Any = request
        by_password = known.user
        known.by_password = SimpleLazyObject(lambda: _while_the_session_lasts(request, by_password))
        known.user = SimpleLazyObject(lambda: _in_full(known.by_password))
        return self.get_response(request)


def by_password(request: HttpRequest) -> Any:
    """Whoever has given the password, whatever else is asked of them; nobody (AnonymousUser) when none has."""
    return getattr(request, "by_password", request.user)


def step_wanted(request: HttpRequest) -> Step:
    """What is still asked of whoever has given the password; "" also when nobody has."""
    user = by_password(request)
    return step_of(user, verified=user.is_verified()) if user.is_authenticated else ""


def begin_session(request: HttpRequest) -> None:
    """The session's time counts from now."""
    request.session[_BEGAN] = request.session[_SEEN] = time.time()


def _in_full(user: Any) -> Any:
    if user.is_authenticated and step_of(user, verified=user.is_verified()):
        return AnonymousUser()
    return user


def _while_the_session_lasts(request: HttpRequest, user: Any) -> Any:
    if not user.is_authenticated:
        return user
    now = time.time()
    began, seen = request.session.get(_BEGAN), request.session.get(_SEEN)
    if began is None or seen is None:
        begin_session(request)
    elif now - began > settings.SESSION_MAX_SECONDS or now - seen > settings.SESSION_IDLE_SECONDS:
        request.session.flush()
        return AnonymousUser()
    elif now - seen > _NOTE_SEEN:
        request.session[_SEEN] = now
    return user
