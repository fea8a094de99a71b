"""The shelves, and one issue with its contents as printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, zip_longest
from operator import attrgetter
from typing import Any

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from archive.authenticity.published_files import served_file
from archive.holdings import Shelf, Year, shelves
from archive.iiif.addresses import manifest_address
from archive.journal import reason_of
from archive.models import ContentsEntry, Document, Gazette, Issue, JournalEntry
from archive.pictures import has_cover, page_size, pages_that_fail
from archive.search.boxes import Box
from archive.search.page_hits import PageHits
from archive.templatetags.reading import span
from archive.views.addresses import asked_year
from archive.views.files import original_is_public
from archive.views.gone import gone
from archive.views.structured import issue_data

# So many issues of a gazette stand on the shelves with their covers, and the rest of the year that they end in.
COVERS = 60
# So many documents are named to whoever is shown a link to an issue.
NAMED = 5


@dataclass(frozen=True, slots=True)
class YearLink:
    """A way to a year: a place further down this page, or the page of that year alone."""

    year: int
    address: str


@dataclass(frozen=True, slots=True)
class ShownShelf:
    """The years of a gazette: those with covers, and those before, whose issues are named only."""

    gazette: Gazette
    covers: tuple[Year, ...]
    earlier: tuple[Year, ...]
    links: tuple[YearLink, ...]


@require_safe
def issues(request: HttpRequest) -> HttpResponse:
    """Every issue by year, with the numbers that are not here; with `?year=` the covers of that year."""
    held = published_issues()
    count_documents(held)
    year = asked_year(request.GET.get("year", ""), {issue.year for issue in held})
    shown = [_shown(shelf, number, year) for number, shelf in enumerate(shelves(held), 1)]
    with_covers: list[Any] = [
        place.issue for s in shown for one in s.covers for place in one.places if place.issue
    ]
    for issue in with_covers:
        issue.has_picture = has_cover(issue)
    counted = with_covers if year else held
    return render(
        request,
        "archive/issues.html",
        {
            "shelves": [shelf for shelf in shown if shelf.covers],
            "year": year,
            "issue_count": len(counted),
            "document_count": sum(issue.document_count for issue in counted),
        },
    )


def _shown(shelf: Shelf, number: int, year: int | None) -> ShownShelf:
    """The `number`th shelf of the page: of all years, or with the covers of one."""
    if year is not None:
        covers = tuple(one for one in shelf.years if one.year == year)
        earlier: tuple[Year, ...] = ()
    else:
        before = accumulate((one.present for one in shelf.years), initial=0)
        many = sum(count < COVERS for count, _one in zip(before, shelf.years, strict=False))
        covers, earlier = shelf.years[:many], shelf.years[many:]
    here = {one.year for one in covers}
    links = tuple(
        YearLink(one.year, f"#year-{number}-{one.year}" if one.year in here else f"?year={one.year}")
        for one in shelf.years
        if one.places
    )
    return ShownShelf(shelf.gazette, covers, earlier, links)


@require_safe
def issue(request: HttpRequest, gazette: str, year: int, label: str) -> HttpResponse:
    """One issue: its masthead, its contents as printed, its file."""
    found = known_issue(gazette, year, label)
    if not found.is_published:
        return gone(request, found.withdrawn_reason)
    original = original_address(found)
    file = served_file(found)
    cover = reverse("cover", args=[found.sha256]) if has_cover(found) else ""
    categories = contents_by_category(found)
    named = {entry.document_id for _category, entries in categories for entry in entries}
    documents = list(found.documents.published().order_by("position"))
    return render(
        request,
        "archive/issue.html",
        {
            "issue": found,
            "cover": bool(cover),
            "cover_address": request.build_absolute_uri(cover) if cover else "",
            "structured": issue_data(request, found, documents, original, cover, file),
            "description": _description(found, documents),
            "categories": categories,
            # What the print carries but its contents do not name.
            "unlisted": [document for document in documents if document.pk not in named],
            "document_count": len(documents),
            "original": original,
            "file": file,
            "paged": found.source_kind == Issue.SourceKind.PDF,
            "manifest": request.build_absolute_uri(manifest_address(found)) if _has_pages(found) else "",
            # A scan without text is read as pictures; of a part of an issue its pages are named.
            "pictures": page_pictures(found) if original and not found.is_searchable else [],
            "silent_pages": silent_pages(found) if found.is_searchable else [],
            **_neighbours(found),
        },
    )


@require_safe
def issue_short(request: HttpRequest, year: int, label: str) -> HttpResponse:
    """/issues/2022/2/ leads to the issue while the archive holds one gazette; of several it lists all."""
    found = list(Issue.objects.published().select_related("gazette").filter(year=year, label=label))
    if not found:
        raise Http404
    if len(found) == 1:
        return redirect(found[0])
    return render(request, "archive/which_issue.html", {"issues": found})


def _has_pages(issue: Issue) -> bool:
    return issue.source_kind == Issue.SourceKind.PDF and issue.pages.exists()


def known_issue(gazette: str, year: int, label: str) -> Issue:
    """The published or withdrawn issue of an address; 404 for all else, drafts among it."""
    address = {"gazette__slug": gazette, "year": year, "label": label}
    issue = Issue.objects.exclude(state=Issue.State.DRAFT).select_related("gazette").filter(**address).first()
    if issue is None:
        # An archive that was read in from bulk files knows of a withdrawn one no more than this.
        place = reverse("issue", args=[gazette, year, label])
        if reason := reason_of(JournalEntry.Type.ISSUE, url=place):
            return Issue(state=Issue.State.WITHDRAWN, withdrawn_reason=reason)
        raise Http404
    return issue


@dataclass(slots=True)
class PagePicture:
    """One page to look at. `address` is "" when it cannot be drawn; `lit` is what a search found on it.

    `printed` is the number that the page itself carries, 8–9 on a sheet with two pages; "" where it carries none.
    """

    number: int
    address: str
    width: int
    height: int
    has_text: bool
    printed: str = ""
    lit: "LitPage | None" = None


@dataclass(frozen=True, slots=True)
class LitPage:
    """The boxes over one picture, as x, y, width and height in points of a page of that `width` and `height`.

    `next` is the next page with hits, None on the last.
    """

    hits: int
    width: float
    height: float
    boxes: tuple[Box, ...]
    next: int | None


def light(pictures: list[PagePicture], found: list[PageHits]) -> int:
    """Put the boxes of what was found over the pictures; gives the number of hits."""
    after = [page.page for page in found[1:]]
    lit = {
        page.page: LitPage(page.hits, page.width, page.height, tuple(map(_around, page.boxes)), following)
        for page, following in zip_longest(found, after)
    }
    for picture in pictures:
        picture.lit = lit.get(picture.number)
    return sum(page.hits for page in found)


def _around(box: Box) -> Box:
    """A box as an SVG rectangle (x, y, width, height), a point larger on each side than the type."""
    x0, top, x1, bottom = box
    return round(x0 - 1, 1), round(top - 1, 1), round(x1 - x0 + 2, 1), round(bottom - top + 2, 1)


def page_pictures(issue: Issue, desk: bool = False, among: range | None = None) -> list[PagePicture]:
    """The pictures of a PDF's pages, at the addresses for readers or at those of the desk; of some or of all pages."""
    if issue.source_kind != Issue.SourceKind.PDF:
        return []
    failing = pages_that_fail(issue.sha256)
    found = []
    pages = issue.pages.only(
        *("number", "printed_number", "printed_right", "width", "height", "readable", "issue_id")
    )
    if among is not None:
        pages = pages.filter(number__range=(among.start, among.stop - 1))
    for page in pages:
        address = ""
        if page.number not in failing and desk:
            address = reverse("desk-page", args=[issue.pk, page.number])
        elif page.number not in failing and issue.gazette is not None:
            place = [issue.gazette.slug, issue.year, issue.label, page.number]
            address = reverse("page-picture", args=place)
        printed = span(page.printed_number, page.printed_right)
        size = page_size(page.width, page.height)
        found.append(PagePicture(page.number, address, *size, page.readable, printed))
    return found


def silent_pages(issue: Issue) -> list[int]:
    """The numbers of the pages whose text is not in the archive."""
    pages = issue.pages.filter(readable=False, wants_ocr=True)
    return list(pages.order_by("number").values_list("number", flat=True))


def published_issues() -> list[Any]:
    """The published issues, newest first, each with its gazette."""
    return list(Issue.objects.published().select_related("gazette").newest_first())


def count_documents(issues: list[Any]) -> None:
    """Give each issue the number of its published documents, `document_count`."""
    # Beside the issues, not joined with them: grouping by all their columns takes as long as reading the documents.
    documents = Document.objects.published().filter(issue__in=issues).order_by()
    counted = dict(documents.values_list("issue").annotate(n=Count("pk")))
    for issue in issues:
        issue.document_count = counted.get(issue.pk, 0)


def contents_by_category(issue: Issue) -> list[tuple[str, list[ContentsEntry]]]:
    """The lines of the printed contents under their categories, in the order printed."""
    entries = issue.contents.select_related("document__issue").order_by("position")
    return [(category, list(lines)) for category, lines in groupby(entries, attrgetter("category"))]


def original_address(issue: Issue) -> str:
    """The address of the issue's file; "" while it is kept back."""
    if not original_is_public(issue):
        return ""
    return reverse("original", args=[issue.sha256, issue.file_name.replace("/", "-")])


def _description(issue: Issue, documents: Sequence[Document]) -> str:
    """The issue in a line, for whoever is shown a link to it: its first documents."""
    organiser = issue.gazette.organiser if issue.gazette else ""
    return " · ".join(filter(None, [organiser, *(document.title for document in documents[:NAMED])]))


def _neighbours(issue: Issue) -> dict[str, Issue | None]:
    """The issues before and after this one in the order of its gazette."""
    order = list(
        Issue.objects.published().filter(gazette=issue.gazette).newest_first().select_related("gazette")
    )
    at = order.index(issue)
    return {"after": order[at - 1] if at else None, "before": order[at + 1] if at + 1 < len(order) else None}
