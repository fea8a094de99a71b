"""An issue page by page: all pages below each other, one page with its text, and the lines to lay over its picture."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page, require_safe

from archive.iiif.addresses import manifest_address
from archive.masks import Masks, masks_of
from archive.models import Document, Issue, Page
from archive.search.boxes import PrintedLine, width_of
from archive.search.page_hits import hits_of_issue, printed_lines
from archive.templatetags.reading import span
from archive.views.files import PUBLIC_CACHE, original_is_public
from archive.views.gone import gone
from archive.views.issues import known_issue, light, original_address, page_pictures
from archive.views.marked import title_lines


@dataclass(frozen=True, slots=True)
class Standing:
    """A document with the pages of the file on which it stands."""

    document: Document
    first: int
    last: int

    @property
    def short(self) -> str:
        """Its title without the issuer, which most titles of an issue begin with."""
        return title_lines(self.document)[1]

    @property
    def printed(self) -> str:
        """Its pages as the print numbers them."""
        return span(self.document.printed_first_page, self.document.printed_last_page)


@require_safe
@gzip_page
@conditional_page
def pages(request: HttpRequest, gazette: str, year: int, label: str) -> HttpResponse:
    """Every page of an issue as a picture, with the hits of `q` lit; 404 for a file without pages."""
    found = known_issue(gazette, year, label)
    if not found.is_published:
        return gone(request, found.withdrawn_reason)
    original = original_address(found)
    if not original or not (pictures := page_pictures(found)):
        raise Http404
    query = request.GET.get("q", "").strip()
    standing = documents_on_pages(found)
    context = {
        "issue": found,
        "pictures": [(picture, _on(standing, picture.number)) for picture in pictures],
        "original": original,
        "manifest": request.build_absolute_uri(manifest_address(found)),
        "query": query,
        "hits": light(pictures, hits_of_issue(found, query, masks_of(found).hide)),
        "standing": standing,
    }
    return render(request, "archive/pages.html", context)


@require_safe
@gzip_page
@conditional_page
def page(request: HttpRequest, gazette: str, year: int, label: str, number: int) -> HttpResponse:
    """One page with its picture, its text line by line and the documents on it, for readers without script."""
    found = known_issue(gazette, year, label)
    if not original_is_public(found):
        return gone(request, found.withdrawn_reason)
    sheet = page_of(found, number)
    pictures = page_pictures(found, among=range(number, number + 1))
    if not pictures:
        raise Http404
    place = [found.gazette and found.gazette.slug, found.year, found.label]
    beside = set(found.pages.filter(number__in=(number - 1, number + 1)).values_list("number", flat=True))
    masks = masks_of(found)
    context = {
        "issue": found,
        "picture": pictures[0],
        "lines": [text for _line, text in readable_lines(sheet, masks)],
        "masked": number in masks.pages,
        "standing": _on(documents_on_pages(found), number),
        "original": original_address(found),
        "whole": reverse("issue-pages", args=place),
        "before": reverse("issue-page", args=[*place, number - 1]) if number - 1 in beside else "",
        "after": reverse("issue-page", args=[*place, number + 1]) if number + 1 in beside else "",
    }
    return render(request, "archive/page.html", context)


@require_safe
@gzip_page
@conditional_page
def page_lines(request: HttpRequest, gazette: str, year: int, label: str, number: int) -> HttpResponse:
    """The lines of a page as `laid_lines` gives them, to be selected over its picture."""
    found = known_issue(gazette, year, label)
    if not original_is_public(found):
        return gone(request, found.withdrawn_reason)
    answer = JsonResponse(
        {"lines": laid_lines(page_of(found, number), masks_of(found))},
        json_dumps_params={"ensure_ascii": False, "separators": (",", ":")},
    )
    answer.headers["Cache-Control"] = PUBLIC_CACHE
    return answer


def readable_lines(page: Page, masks: Masks) -> Iterator[tuple[PrintedLine, str]]:
    """The lines of a page in the order of reading, each with what readers may see of its text; none for a page
    whose text cannot be read.
    """
    for line in printed_lines(page) if page.readable else []:
        if (text := masks.readable(line)).strip():
            yield line, text


# text; left, top, width and height in hundredths of the page's width; how many ems the text is wide
LaidLine = tuple[str, float, float, float, float, float]


def laid_lines(page: Page, masks: Masks) -> list[LaidLine]:
    """Where each line stands on a picture of the page, whatever its size, as far as readers may see it."""
    if page.width <= 0:
        return []
    found = []
    for line, text in readable_lines(page, masks):
        sides = line.x0, line.top, line.x1 - line.x0, line.bottom - line.top
        left, top, width, height = (round(100 * side / page.width, 2) for side in sides)
        found.append((text, left, top, width, height, width_of(text)))
    return found


def documents_on_pages(issue: Issue) -> list[Standing]:
    """The documents of an issue that readers may see and that stand on pages of its file, in the order printed."""
    documents = issue.documents.published().filter(first_page__isnull=False).order_by("position")
    documents = documents.only(
        *("issue_id", "public_id", "title", "issuer", "category", "position", "first_page", "last_page"),
        *("printed_first_page", "printed_last_page"),
    )
    return [
        Standing(document, first, document.last_page or first)
        for document in documents
        if (first := document.first_page) is not None
    ]


def _on(standing: Sequence[Standing], number: int) -> list[Standing]:
    return [one for one in standing if one.first <= number <= one.last]


def page_of(issue: Issue, number: int) -> Page:
    """That page of a PDF; 404 for none, and for other files."""
    page = issue.pages.filter(number=number).first()
    if page is None or issue.source_kind != Issue.SourceKind.PDF:
        raise Http404
    return page
