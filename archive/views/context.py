"""What every template knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

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


def site(request: HttpRequest) -> dict[str, Any]:
    """The site's name, publisher and registration numbers as `site`; the reader's language; the place in the navigation."""
    match = request.resolver_match
    return {
        "site": settings.SITE,
        "language_tag": "en" if get_language() == "en" else "zh-Hans",
        "place": PLACES.get(match.url_name or "", "") if match else "",
        "search_address": reverse("search"),
        "number_address": reverse("number"),
        "desk_address": reverse("desk"),
    }
