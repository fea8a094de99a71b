"""Who may come to the desk and what they may do there. Each view declares exactly one of three guards:

    staff_only      reads, whatever the role
    editor_only     uploads, reads again, corrects, fills in, discards drafts
    publisher_only  publishes, withdraws, publishes again

Anybody else is asked to sign in, or told what the account lacks and whom to ask.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from axes.helpers import get_client_username, get_cool_off
from axes.models import AccessAttempt
from django.contrib.auth import login
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from archive.client_address import client_address
from archive.roles import EDITOR, PUBLISHER, Role, administrators, has_role
from archive.second_factor import step_of
from archive.signed_in import begin_session, step_wanted

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def staff_only(view: View[P]) -> View[P]:
    """The view, for staff alone and never kept in a cache."""
    return _guarded(view, None, "staff_only")


def editor_only(view: View[P]) -> View[P]:
    """The view, for staff who are editors."""
    return _guarded(view, EDITOR, "editor_only")


def publisher_only(view: View[P]) -> View[P]:
    """The view, for staff who are publishers."""
    return _guarded(view, PUBLISHER, "publisher_only")


def _guarded(view: View[P], role: Role | None, name: str) -> View[P]:
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_sign_in(request, request.get_full_path())
        if not request.user.is_staff or (role and not has_role(request.user, role)):
            return forbidden(request, role)
        known: Any = request
        # no browser sends one, and no database takes it
        known.GET, known.POST = _without_nul(request.GET), _without_nul(request.POST)
        return view(request, *args, **kwargs)

    # A test reads them off the views; two on one view are a mistake.
    guarded.guards = (*getattr(view, "guards", ()), name)  # type: ignore[attr-defined]
    return guarded


def _without_nul(sent: QueryDict) -> QueryDict:
    """What was sent, as it is where it holds no NUL."""
    if not any("\x00" in value for _name, values in sent.lists() for value in values):
        return sent
    cleaned = sent.copy()
    for name, values in sent.lists():
        cleaned.setlist(name, [value.replace("\x00", "") for value in values])
    return cleaned


def forbidden(
    request: HttpRequest, role: Role | None = None, *, administration: bool = False
) -> HttpResponse:
    """403: what the account lacks (a role, or to be staff at all) and, for staff, who can give it."""
    is_staff = request.user.is_authenticated and request.user.is_staff
    context = {
        "role": role if is_staff else None,
        "administration": administration,
        "administrators": administrators() if is_staff else [],
    }
    return render(request, "desk/forbidden.html", context, status=403)


# --- signing in --------------------------------------------------------------------------------------
_STEPS = {"code": "account-code", "enrol": "account-second-factor"}


def to_sign_in(request: HttpRequest, wanted: str) -> HttpResponseRedirect:
    """To whatever is asked next of somebody who is not signed in yet, and from there to what was wanted."""
    if step := step_wanted(request):
        return redirect(f"{reverse(_STEPS[step])}?{urlencode({'next': wanted}, safe='/')}")
    return redirect_to_login(wanted)


def wanted_of(request: HttpRequest, otherwise: str = "") -> str:
    """Where `next` in form or address leads, when it is a path of this site; else `otherwise`, by itself the desk."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    # Only a path: `redirect` takes any other word for the name of a view.
    allowed = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, None)
    return wanted if allowed else otherwise or reverse("desk")


@method_decorator(never_cache, name="dispatch")
class SignIn(auth_views.LoginView):
    http_method_names = ["get", "head", "post", "options"]
    template_name = "desk/sign_in.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        found = super().get_context_data(**context)
        # Django's own `site` is the host's name, and would stand in the masthead in place of ours.
        return {name: value for name, value in found.items() if name not in {"site", "site_name"}}

    def get_success_url(self) -> str:
        return wanted_of(self.request)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user: Any = form.get_user()
        login(self.request, user)
        begin_session(self.request)
        if step := step_of(user, verified=False):
            return redirect(
                f"{reverse(_STEPS[step])}?{urlencode({'next': self.get_success_url()}, safe='/')}"
            )
        return redirect(self.get_success_url())


@method_decorator(never_cache, name="dispatch")
class SignOut(auth_views.LogoutView):
    """By POST only."""

    http_method_names = ["post", "options"]


def locked_out(
    request: HttpRequest, _response: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """429: too many wrong passwords for this name from this address, and how many minutes that lasts."""
    attempts = AccessAttempt.objects.filter(
        username=get_client_username(request, credentials), ip_address=client_address(request)
    )
    last = attempts.order_by("-attempt_time").values_list("attempt_time", flat=True).first()
    left = ((last + get_cool_off() - timezone.now()) if last else get_cool_off()).total_seconds()
    minutes = max(1, -int(-left // 60))
    response = render(request, "desk/locked_out.html", {"minutes": minutes}, status=429)
    response.headers["Retry-After"] = str(max(1, int(left)))
    return response
