"""What IIIF viewers are given: the manifest of each published issue, and the pictures of its pages as JPEG in some sizes.

Pages of other sites may read all of it (`archive/other_sites.py`), since a viewer runs in somebody else's page.
"""

import json
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.views.decorators.http import conditional_page, require_safe

from archive.iiif.addresses import image_address
from archive.iiif.image import (
    CONTEXT,
    FORMAT,
    asked_size,
    image_information,
    jpegs_that_fail,
    page_jpeg,
    resized,
    sizes_of,
)
from archive.models import Gazette, Issue, Page
from archive.models.issue import IssueQuerySet
from archive.pictures import TooBusy, pages_that_fail
from archive.views.files import (
    PUBLIC_CACHE,
    as_readers_see,
    original_is_public,
    original_of,
    serve_file,
    try_again,
)
from archive.views.gone import gone
from archive.views.issues import known_issue, original_address
from archive.views.viewer import page_of

# The library of manifests takes most of a second to load, which every command would pay: each view here loads it when it
# is first asked for (`from archive.iiif import manifest`).


class SeeOther(HttpResponseRedirect):
    """Leads from a thing to what is said of it."""

    status_code = 303


@require_safe
def collection(request: HttpRequest) -> HttpResponse:
    """All that there is to see, by gazette and year, the newest year first."""
    from archive.iiif import manifest as iiif

    named = _with_pages().values_list("gazette__slug", "gazette__name", "year")
    years = [one for one in named.order_by("gazette__name", "-year").distinct() if one[2] is not None]
    return _answer(iiif.as_json(iiif.years_to_collection(years, request.build_absolute_uri)))


@require_safe
def year(request: HttpRequest, gazette: str, year: int) -> HttpResponse:
    """The issues of a gazette in a year; 404 where there are none to see."""
    from archive.iiif import manifest as iiif

    issues = list(_with_pages().filter(gazette__slug=gazette, year=year).newest_first().reverse())
    if not issues:
        raise Http404
    held = issues[0].gazette
    assert isinstance(held, Gazette)
    return _answer(iiif.as_json(iiif.issues_to_collection(held, year, issues, request.build_absolute_uri)))


@require_safe
def manifest(request: HttpRequest, gazette: str, year: int, label: str) -> HttpResponse:
    """The manifest of an issue; 404 for one without pages to look at, 410 for one that was withdrawn."""
    from archive.iiif import manifest as iiif

    found = known_issue(gazette, year, label)
    if not original_is_public(found):
        return gone(request, found.withdrawn_reason)
    pages = _pages(found)
    if not pages:
        raise Http404
    documents = found.documents.published().order_by("position")
    made = iiif.issue_to_manifest(
        found,
        pages,
        documents.only("issue_id", "public_id", "title", "category", "first_page", "last_page"),
        request.build_absolute_uri,
        original=original_address(found),
        undrawn=_undrawn(found),
    )
    return _answer(iiif.as_json(made))


@require_safe
def canvas(request: HttpRequest, gazette: str, year: int, label: str, number: int) -> HttpResponse:
    """One page as it stands in the manifest."""
    from archive.iiif import manifest as iiif

    found = known_issue(gazette, year, label)
    if not original_is_public(found):
        return gone(request, found.withdrawn_reason)
    page, drawn = page_of(found, number), number not in _undrawn(found)
    return _answer(iiif.as_json(iiif.page_to_canvas(found, page, request.build_absolute_uri, drawn=drawn)))


@require_safe
def image(request: HttpRequest, gazette: str, year: int, label: str, number: int) -> HttpResponse:
    """The base of a page's pictures leads to what is said of them, as the Image API asks for."""
    found = known_issue(gazette, year, label)
    if not original_is_public(found):
        return gone(request, found.withdrawn_reason)
    page_of(found, number)
    return SeeOther(f"{image_address(found, number)}/info.json")


@require_safe
@conditional_page
def information(request: HttpRequest, gazette: str, year: int, label: str, number: int) -> HttpResponse:
    """In which sizes the picture of a page can be had."""
    found = known_issue(gazette, year, label)
    if not original_is_public(found):
        return gone(request, found.withdrawn_reason)
    base = request.build_absolute_uri(image_address(found, number))
    response = _answer(image_information(base, sizes_of(page_of(found, number))), CONTEXT)
    response.headers["Cache-Control"] = PUBLIC_CACHE
    return response


@require_safe
def picture(
    request: HttpRequest, gazette: str, year: int, label: str, number: int, size: str
) -> HttpResponseBase:
    """The picture of a page in one of its sizes, as readers may see it; 404 for all others."""
    found = known_issue(gazette, year, label)
    if not original_is_public(found):
        return gone(request, found.withdrawn_reason)
    sizes = sizes_of(page_of(found, number))
    if (wanted := asked_size(size, sizes)) is None:
        raise Http404
    try:
        drawn = page_jpeg(original_of(found), found.sha256, number, sizes[-1])
    except TooBusy:
        return try_again()
    if drawn is None:
        raise Http404
    shown, key = as_readers_see(found, drawn, number)
    if wanted != sizes[-1]:
        shown = resized(shown, wanted)
    response = serve_file(request, shown, FORMAT, f"{found.sha256}-{number}{key}-{wanted.width}")
    if response.status_code in (200, 206, 304):
        response.headers["Cache-Control"] = PUBLIC_CACHE
    return response


def _with_pages() -> IssueQuerySet:
    """The published issues that have pages to look at, each with its gazette."""
    pages = Page.objects.filter(issue=OuterRef("pk"))
    issues = Issue.objects.published().select_related("gazette").filter(source_kind=Issue.SourceKind.PDF)
    return issues.filter(Exists(pages))


def _pages(issue: Issue) -> list[Page]:
    """The pages of a PDF, without their lines; [] for other files."""
    if issue.source_kind != Issue.SourceKind.PDF:
        return []
    return list(issue.pages.only("issue_id", "number", "printed_number", "printed_right", "width", "height"))


def _undrawn(issue: Issue) -> set[int]:
    return pages_that_fail(issue.sha256) | jpegs_that_fail(issue.sha256)


def _answer(content: dict[str, Any], context: str = "") -> HttpResponse:
    """JSON-LD, as the standard wants it said whatever is asked for."""
    context = context or content["@context"]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text, content_type=f'application/ld+json;profile="{context}"')
