"""One's own account: what it may do, its password, its second factor; and the code that signing in asks for."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from archive.forms import CodeForm
from archive.roles import ROLES, administrators, roles_of
from archive.second_factor import (
    Answer,
    backup_codes_left,
    check_code,
    has_second_factor,
    needs_second_factor,
    new_backup_codes,
    new_key,
    secret_of,
    set_up,
)
from archive.signed_in import begin_session, by_password, step_wanted
from archive.views.desk_access import staff_only, to_sign_in, wanted_of

# The secret that is being set up, until a code has shown that it arrived.
_KEY = "second_factor_key"


@staff_only
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """What the account may do, and where password and second factor are changed."""
    user = request.user
    context = {
        "roles": roles_of(user),
        "missing_roles": [role for role in ROLES if role not in roles_of(user)],
        "administrators": administrators(),
        "has_second_factor": has_second_factor(user),
        "needs_second_factor": needs_second_factor(user),
        "backup_codes_left": backup_codes_left(user),
    }
    return render(request, "desk/account.html", context)


@sensitive_post_parameters()
@staff_only
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Another password; all other sessions of the account end with the old one."""
    user: Any = request.user
    form = PasswordChangeForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        update_session_auth_hash(request, user)
        begin_session(request)
        messages.success(request, _("密码已更改。这个账号在其他地方的登录都已退出。"))
        return redirect("account")
    return render(request, "desk/password.html", {"form": form})


# --- the second factor -------------------------------------------------------------------------------
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The second step of signing in: the code of now, or a backup code."""
    if step_wanted(request) != "code":
        return (
            redirect(wanted_of(request))
            if request.user.is_authenticated
            else to_sign_in(request, wanted_of(request))
        )
    form, wait = CodeForm(request.POST or None), 0
    if request.method == "POST" and form.is_valid():
        answer = check_code(request, by_password(request), form.cleaned_data["code"])
        if answer.good:
            return redirect(wanted_of(request))
        wait = _seconds_until(answer)
        form.add_error("code", _why(wait))
    context = {"form": form, "next": wanted_of(request)}
    response = render(request, "desk/code.html", context, status=429 if wait else 200)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Set up a second factor, or one in place of another: the secret, and a code that shows that it arrived.

    For whoever is signed in, and for those who need a second factor before they are.
    """
    step = step_wanted(request)
    if step == "code" or not by_password(request).is_authenticated:
        return to_sign_in(request, request.get_full_path())
    user = by_password(request)
    key = request.session.get(_KEY)
    if key is None:
        key = request.session[_KEY] = new_key()
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        codes = set_up(request, user, key, form.cleaned_data["code"])
        if codes is not None:
            del request.session[_KEY]
            return render(request, "desk/backup_codes.html", {"codes": codes, "next": wanted_of(request)})
        form.add_error("code", _("验证码不对。请核对手机的时间，再输入应用里现在显示的六位数字。"))
    secret, picture = secret_of(user, key)
    context = {
        "form": form,
        "secret": secret,
        "picture": picture,
        "next": wanted_of(request),
        "required": step == "enrol",
        "replaces": not step and has_second_factor(user),
    }
    return render(request, "desk/second_factor.html", context)


@staff_only
@require_POST
def backup_codes(request: HttpRequest) -> HttpResponse:
    """New backup codes, shown this once; the ones before are void."""
    if not has_second_factor(request.user):
        return redirect("account-second-factor")
    return render(request, "desk/backup_codes.html", {"codes": new_backup_codes(request.user), "next": ""})


def _seconds_until(answer: Answer) -> int:
    """How long it is until another code is looked at; 0 where the next one is."""
    return 0 if answer.again_at is None else max(1, round((answer.again_at - timezone.now()).total_seconds()))


def _why(seconds: int) -> str:
    if not seconds:
        return _("验证码不对，或者已经用过。请输入应用里现在显示的六位数字，或一个没有用过的备用码。")
    return _("错误的验证码太多，请过 %(seconds)s 秒再试。") % {"seconds": seconds}
