"""Following by mail: signing up, confirming, leaving. Nobody is signed in; a link in a mail is the word of its owner.

No page says whether an address is known, or shows one. Links are looked at with GET and done with POST, so that
programs that open what is in a mail confirm and end nothing.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from archive.alerts import alerts_are_on
from archive.alerts.described import (
    LONGEST,
    address_of,
    described,
    kind_value,
    number_value,
    search_value,
)
from archive.alerts.following import Wanted, ask_for_list, confirm, end_all, end_one, sign_up
from archive.alerts.tokens import Link, read, signed
from archive.client_address import TooMany, client_address
from archive.models import Followed, Subscriber
from archive.reader_forms import AddressForm, FollowForm
from archive.views.addresses import with_parameters
from archive.views.search import Search

View = Callable[..., HttpResponse]


def where_mails_are_sent(view: View) -> View:
    """Without a mail server there is no such page. With one, no cache keeps it."""

    @wraps(view)
    def guarded(request: HttpRequest, *given: Any, **named: Any) -> HttpResponse:
        if not alerts_are_on():
            raise Http404
        return view(request, *given, **named)

    return never_cache(guarded)


@where_mails_are_sent
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """The form by which an address is to follow what the page's own address names; 404 where that is nothing."""
    wanted = _wanted(request)
    context: dict[str, Any] = {
        "what": described(wanted.what, wanted.value),
        "address": address_of(wanted.what, wanted.value),
    }
    if len(wanted.value) > LONGEST:
        return _page(request, "archive/alerts/follow.html", context | {"too_long": True}, status=400)
    if request.method != "POST":
        asked = "asked" in request.GET
        form = None if asked else FollowForm(initial={"language": get_language()}, label_suffix="")
        return _page(request, "archive/alerts/follow.html", context | {"form": form})
    form = FollowForm(request.POST, label_suffix="")
    return _taken(
        request,
        form,
        lambda told: sign_up(told["email"], wanted, told["language"], client_address(request)),
        "archive/alerts/follow.html",
        context,
    )


@where_mails_are_sent
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """With the link of a mail all that its address follows, each to be ended; without it the form that asks for one."""
    if token := request.GET.get("t", ""):
        subscriber = _owner(token)
        return _ended(request) if subscriber is None else _list(request, subscriber)
    if request.method != "POST":
        form = None if "asked" in request.GET else AddressForm(label_suffix="")
        return _page(request, "archive/alerts/mine.html", {"form": form})
    form = AddressForm(request.POST, label_suffix="")
    return _taken(
        request,
        form,
        lambda told: ask_for_list(told["email"], client_address(request)),
        "archive/alerts/mine.html",
        {},
    )


@where_mails_are_sent
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_one(request: HttpRequest) -> HttpResponse:
    """What is to be followed, with the button that confirms it, or word that it was."""
    key = _key(request, Link.CONFIRM)[1]
    followed = Followed.objects.filter(key=key).first()
    if request.method == "POST":
        followed = confirm(key)
    if followed is None:
        return _ended(request)
    context = {
        "followed": followed,
        "what": described(followed.what, followed.value),
        "address": address_of(followed.what, followed.value),
        "end": f"{reverse('alerts-end')}{with_parameters({'t': signed(Link.END_ONE, key)})}",
    }
    return _page(request, "archive/alerts/confirm.html", context)


@csrf_exempt
@where_mails_are_sent
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest) -> HttpResponse:
    """What is to be ended, with the button that ends it. Mail programs send the form by themselves (RFC 8058): without a
    cookie and from elsewhere, so that the link alone decides.
    """
    link, key = _key(request, Link.END_ONE, Link.END_ALL)
    if request.method == "POST":
        (end_one if link == Link.END_ONE else end_all)(key)
        return _ended(request)
    if link == Link.END_ALL:
        there = Subscriber.objects.filter(key=key).exists()
        return _page(request, "archive/alerts/end.html", {"all": True}) if there else _ended(request)
    followed = Followed.objects.filter(key=key).first()
    if followed is None:
        return _ended(request)
    return _page(request, "archive/alerts/end.html", {"what": described(followed.what, followed.value)})


def _list(request: HttpRequest, subscriber: Subscriber) -> HttpResponse:
    """All that is followed. A form ends one thing, by its place, or all."""
    if request.method == "POST":
        chosen = request.POST.get("followed", "")
        if chosen == "all":
            end_all(subscriber.key)
            return _ended(request)
        # By its key, which none but the owner's pages hold; of another address it ends nothing.
        for followed in subscriber.followed.filter(key=chosen[:40].replace("\x00", "")):
            end_one(followed.key)
        return redirect(request.get_full_path())
    confirmed = subscriber.followed.filter(confirmed_at__isnull=False)
    context = {
        "followed": [
            (one.key, described(one.what, one.value), address_of(one.what, one.value)) for one in confirmed
        ],
        "paused": subscriber.paused_at is not None,
    }
    return _page(request, "archive/alerts/list.html", context)


def _wanted(request: HttpRequest) -> Wanted:
    """What the address names: a kind, a number, else a search with the parameters of the results page."""
    what = request.GET.get("follow", Followed.What.SEARCH)
    value: str | None = None
    if what == Followed.What.KIND:
        value = kind_value(request.GET.get("kind", "").strip())
    elif what == Followed.What.NUMBER:
        value = number_value(request.GET.get("number", "").strip())
    elif what == Followed.What.SEARCH:
        search = Search.of(request)
        value = search_value(search.query, search.chosen)
    if value is None:
        raise Http404
    return Wanted(str(what), value)


def _owner(token: str) -> Subscriber | None:
    """Whose list the link leads to; None where the address has left. Raises Http404 for a link that was made up."""
    found = read(token, Link.LIST)
    if found is None:
        raise Http404
    return Subscriber.objects.filter(key=found[1]).first()


def _key(request: HttpRequest, *links: Link) -> tuple[Link, str]:
    """What the link of the page is good for, and its key. Raises Http404 for one that was made up."""
    found = read(request.GET.get("t", ""), *links)
    if found is None:
        raise Http404
    return found


def _taken(
    request: HttpRequest,
    form: forms.Form,
    take: Callable[[dict[str, Any]], None],
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    """What was filled in, taken, and the page that says that a mail is on its way, whoever's address it is."""
    if not form.is_valid():
        return _page(request, template, context | {"form": form}, status=400)
    try:
        # A machine is told what people are told, and no mail goes.
        if not getattr(form, "from_a_machine", False):
            take(form.cleaned_data)
    except TooMany as error:
        form.add_error(
            None,
            ngettext(
                "从您所在的网络地址提交得太多，请过 %(n)s 分钟再试。",
                "从您所在的网络地址提交得太多，请过 %(n)s 分钟再试。",
                error.minutes,
            )
            % {"n": error.minutes},
        )
        response = _page(request, template, context | {"form": form}, status=429)
        response.headers["Retry-After"] = str(error.seconds)
        return response
    parameters = {name: str(value) for name, value in request.GET.items()}
    return redirect(request.path + with_parameters({**parameters, "asked": "1"}))


def _ended(request: HttpRequest) -> HttpResponse:
    """Word that nothing is followed by that link, or any more: it does not say which."""
    return _page(request, "archive/alerts/ended.html", {})


def _page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, template, context, status=status)
