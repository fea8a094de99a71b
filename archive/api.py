"""The public API under /api/v1/: read only, published documents only; described by /api/v1/openapi.json."""

from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import NinjaAPI, Path, Query, Schema
from ninja.errors import HttpError

from archive.api_changes import router as changes
from archive.export.as_json import (
    document_rows,
    document_summary,
    document_to_json,
    issue_rows,
    issue_summary,
    issue_to_json,
)
from archive.masks import masks_of
from archive.models import Document, Issue
from archive.numbers import read_number
from archive.search.numbered import documents_with_number
from archive.search.page_hits import hits_of_document
from archive.search.query import search_documents
from archive.search.suggestions import Kind, Suggestion, suggest
from archive.search.validity import STATES
from archive.views.document import with_parts
from archive.views.files import original_is_public
from archive.views.marked import marked_document, terms_of

# The pages that show an API in a browser fetch their script from elsewhere: none of them.
api = NinjaAPI(
    title="Gazette archive",
    version="1",
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api-1",
    description="Published issues of government gazettes and their documents, as JSON.",
)

api.add_router("", changes)

PageNumber = Annotated[int, Query(ge=1, le=1_000_000, description="page of the list, from 1")]
PageSize = Annotated[int, Query(ge=1, le=100, description="entries on a page")]
Narrow = Annotated[str, Query(description="only those with exactly this value")]
Identifier = Annotated[int, Path(ge=1, le=2**62)]


class FacetCount(Schema):
    value: str
    count: int


class SearchHit(Schema):
    """`snippets` are HTML: escaped text with the finds in <mark>."""

    id: str
    title: str
    number: str | None
    issue: str
    url: str
    score: float
    snippets: list[str]


class SearchAnswer(Schema):
    """`total` counts the documents that match the whole query. When none does and the query is a question,
    `partial` is true and `results` are the documents that come nearest."""

    total: int
    page: int
    pages: int
    partial: bool
    seconds: float
    results: list[SearchHit]
    facets: dict[str, list[FacetCount]]


class PageHits(Schema):
    """`page` counts the pages of the file. A box is [x0, top, x1, bottom], in the units of `width` and `height`
    (points), from the top left corner."""

    page: int
    printed_page: int | None
    width: float
    height: float
    boxes: list[tuple[float, float, float, float]]


class HitsAnswer(Schema):
    """`total` counts the hits that the document's page marks. `pages` are those of its printed pages that have
    hits; none for a file without pages."""

    total: int
    pages: list[PageHits]


@api.get("/search", response=SearchAnswer, summary="Search documents")
def search(
    request: HttpRequest,
    q: Annotated[str, Query(description="what to find; see the query language in the documentation")] = "",
    page: PageNumber = 1,
    page_size: PageSize = 20,
    year: Narrow = "",
    category: Narrow = "",
    kind: Narrow = "",
    issuer: Narrow = "",
    gazette: Narrow = "",
    month: Annotated[str, Query(description="only those published in this month, 1 to 12")] = "",
    validity: Annotated[str, Query(description="only those that are: " + ", ".join(STATES))] = "",
    sort: Annotated[str, Query(description="relevance, date or number")] = "relevance",
) -> dict[str, Any]:
    filters = {"year": year, "month": month, "category": category, "kind": kind, "issuer": issuer}
    filters |= {"gazette": gazette, "validity": validity}
    found = search_documents(q, filters=filters, page=page, page_size=page_size, sort=sort)
    if not found.ready:
        raise HttpError(503, "search is not ready")
    return {
        "total": found.total,
        "page": found.page,
        "pages": found.pages,
        "partial": found.partial,
        "seconds": round(found.seconds, 6),
        "results": [
            {
                "id": hit.document.public_id,
                "title": hit.document.title,
                "number": hit.document.number or None,
                "issue": str(hit.document.issue),
                "url": hit.document.get_absolute_url(),
                "score": round(hit.score, 3),
                "snippets": [snippet.html for snippet in hit.snippets],
            }
            for hit in found.hits
        ],
        "facets": {
            name: [{"value": value.value, "count": value.count} for value in values if value.count]
            for name, values in found.facets.items()
        },
    }


class SuggestionAnswer(Schema):
    """`text` is a number, a title or a name as printed; characters `start` to `end` of it are what was typed.
    `url` leads to the document, of a person to the search for the `documents` that name them. `detail` is the title
    of a number's document, and the number of a title's."""

    kind: Kind
    text: str
    url: str
    detail: str
    documents: int
    start: int
    end: int


class Suggestions(Schema):
    """Eight at most: numbers, then titles, then people, newest first in each."""

    suggestions: list[SuggestionAnswer]


@api.get("/suggest", response=Suggestions, summary="Numbers, titles and people for what is being typed")
def suggestions(
    request: HttpRequest,
    q: Annotated[str, Query(description="what was typed so far; from two characters on")] = "",
) -> dict[str, list[Suggestion]]:
    return {"suggestions": suggest(q)}


@api.get("/issues", summary="List issues")
def issues(
    request: HttpRequest,
    gazette: Narrow = "",
    year: Narrow = "",
    page: PageNumber = 1,
    page_size: PageSize = 50,
) -> dict[str, Any]:
    found = Issue.objects.published().select_related("gazette").newest_first()
    if gazette:
        found = found.filter(gazette__name=_storable(gazette))
    if year:
        found = found.filter(year=_number(year))
    return _page(found, issue_summary, page, page_size)


@api.get("/issues/{id}", summary="One issue with its documents")
def issue(request: HttpRequest, id: Identifier) -> dict[str, Any]:
    return issue_to_json(get_object_or_404(issue_rows(Issue.objects.published()), pk=id))


@api.get("/documents", summary="List documents")
def documents(
    request: HttpRequest,
    year: Narrow = "",
    category: Narrow = "",
    kind: Narrow = "",
    issuer: Narrow = "",
    gazette: Narrow = "",
    number: Annotated[str, Query(description="a document number in any spelling")] = "",
    page: PageNumber = 1,
    page_size: PageSize = 50,
) -> dict[str, Any]:
    found = Document.objects.published().select_related("issue__gazette").newest_first()
    if year:
        found = found.filter(issue__year=_number(year))
    exact = {"category": category, "kind": kind, "issuer": issuer, "issue__gazette__name": gazette}
    found = found.filter(**{name: _storable(value) for name, value in exact.items() if value})
    if number:
        read = read_number(number)
        keys = [document.pk for document in documents_with_number(read)] if read else []
        found = found.filter(pk__in=keys)
    return _page(found, document_summary, page, page_size)


@api.get("/documents/{id}", summary="One document with its text")
def document(request: HttpRequest, id: str) -> dict[str, Any]:
    published = document_rows(Document.objects.published())
    key = _storable(id)
    found = published.filter(public_id=key).first()
    return document_to_json(found or get_object_or_404(published, aliases__public_id=key))


@api.get("/documents/{id}/hits", response=HitsAnswer, summary="Where a query stands on a document's pages")
def document_hits(
    request: HttpRequest,
    id: str,
    q: Annotated[str, Query(description="what to find; see the query language in the documentation")] = "",
) -> dict[str, Any]:
    published = with_parts(Document.objects.published())
    key = _storable(id)
    found = published.filter(public_id=key).first() or get_object_or_404(published, aliases__public_id=key)
    terms = terms_of(q, found)
    # Where the pictures are kept back, so is what stands on them.
    pages = (
        hits_of_document(found, terms, masks_of(found.issue).hide) if original_is_public(found.issue) else []
    )
    return {
        "total": marked_document(found, terms).hits,
        "pages": [
            {
                "page": page.page,
                "printed_page": page.printed_page,
                "width": page.width,
                "height": page.height,
                "boxes": page.boxes,
            }
            for page in pages
        ],
    }


def _number(text: str) -> int:
    """A year to filter by; -1, which nothing has, for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 4 else -1


def _storable(text: str) -> str:
    """`text` without the one character that PostgreSQL does not take."""
    return text.replace("\x00", "\ufffd")


def _page(rows: "QuerySet[Any]", summary: Any, page: int, page_size: int) -> dict[str, Any]:
    total = rows.count()
    first = (page - 1) * page_size
    return {
        "total": total,
        "page": page,
        "pages": max(1, -(-total // page_size)),
        "results": [summary(row) for row in rows[first : first + page_size]],
    }
