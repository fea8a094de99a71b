"""What every template knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from archive.alerts import alerts_are_on
from archive.views.addresses import with_parameters

# Which entry of the navigation a page belongs to, by the name of its address.
PLACES = {
    "issues": "issues",
    "issue": "issues",
    "issue-pages": "issues",
    "issue-page": "issues",
    "document": "issues",
    "document-print": "issues",
    "document-report": "issues",
    "numbers": "numbers",
    "number-code": "numbers",
    "number-year": "numbers",
    "number-document": "numbers",
    "number": "numbers",
    "people": "people",
    "person": "people",
    "post": "people",
    "numbers-not-held": "numbers",
    "search": "search",
    "help": "help",
}

# Addresses of pages that search engines may keep, each with the parameters that make another page of it. Any other, the
# words of a search that are marked in it, makes none.
CANONICAL: dict[str, tuple[str, ...]] = {
    "home": (),
    "issues": ("year",),
    "issue": (),
    "issue-pages": (),
    "issue-page": (),
    "document": (),
    "numbers": (),
    "numbers-not-held": (),
    "number-code": ("page",),
    "number-year": ("page",),
    "number-document": (),
    "people": ("year", "page"),
    "person": (),
    "post": ("page",),
    "help": (),
    "about": (),
    "api-docs": (),
    "bulk": (),
    "verify": (),
    "manifests": (),
}


def site(request: HttpRequest) -> dict[str, Any]:
    """The site's name, publisher and registration numbers as `site`; the reader's language; the place in the navigation;
    the page's own address. `alerts_address` is "" where no mails are sent."""
    match = request.resolver_match
    return {
        "site": settings.SITE,
        "language_tag": "en" if get_language() == "en" else "zh-Hans",
        "place": PLACES.get(match.url_name or "", "") if match else "",
        "canonical": canonical(request),
        "search_address": reverse("search"),
        "number_address": reverse("number"),
        "desk_address": reverse("desk"),
        "alerts_address": reverse("alerts") if alerts_are_on() else "",
    }


def canonical(request: HttpRequest) -> str:
    """The one address of the page among all that lead to it; "" for pages that have none."""
    match = request.resolver_match
    kept = CANONICAL.get(match.url_name or "") if match else None
    if kept is None:
        return ""
    parameters = {name: value for name in kept if _is_told(name, value := request.GET.get(name, ""))}
    return request.build_absolute_uri(request.path) + (with_parameters(parameters) if parameters else "")


def _is_told(name: str, value: str) -> bool:
    """True for a year or a page, but for the first page, which goes without saying."""
    return value.isascii() and value.isdecimal() and (name, value) != ("page", "1")
