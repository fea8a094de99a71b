"""The page behind the one-time link: a name and a password for the first administrator."""

from django.contrib.auth import login
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from archive.first_administrator import spend_token, token_is_good


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def first_administrator(request: HttpRequest, token: str) -> HttpResponse:
    """The form, and on success the desk, signed in. 410 when the link is spent or wrong: the two look alike."""
    if not token_is_good(token):
        return _gone(request)
    form = UserCreationForm[User](request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not spend_token(token):
            return _gone(request)
        form.instance.is_staff = form.instance.is_superuser = True
        login(request, form.save(), backend="django.contrib.auth.backends.ModelBackend")
        return redirect("desk")
    return render(request, "desk/first_administrator.html", {"form": form})


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/first_administrator.html", {"form": None}, status=410)
