"""Who may come to the desk: staff; anybody else is asked to sign in, or told that the account does not suffice."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth import views as auth_views
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def staff_only(view: View[P]) -> View[P]:
    """The view, for staff alone and never kept in a cache."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not request.user.is_staff:
            return render(request, "desk/forbidden.html", status=403)
        return view(request, *args, **kwargs)

    return guarded


@method_decorator(never_cache, name="dispatch")
class SignIn(auth_views.LoginView):
    template_name = "desk/sign_in.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        found = super().get_context_data(**context)
        # Django's own `site` is the host's name, and would stand in the masthead in place of ours.
        return {name: value for name, value in found.items() if name not in {"site", "site_name"}}


@method_decorator(never_cache, name="dispatch")
class SignOut(auth_views.LogoutView):
    """By POST only."""
