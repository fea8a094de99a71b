"""/api/v1/search and /api/v1/suggest."""

import re
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop as _
from ninja import Query, Router

from archive.api.answers import answer
from archive.api.filters import Narrowing, Words
from archive.api.paging import READ_ON, PageNumber, PageSize, address_behind, address_of_page
from archive.api.schemas import SearchAnswer, Suggestions
from archive.models import Document
from archive.search.query import SearchNotReady, search_documents
from archive.search.results import Place, SearchResults
from archive.search.suggestions import Suggestion, suggest

router = Router()
Sort = Annotated[
    Literal["relevance", "date", "number"],
    Query(
        description=_(
            "次序：relevance 相关程度，date 成文日期从新到旧，"
            "number 文号。只有后两种可以用 after 接着读；有 after 时以它的次序为准。"
        )
    ),
]

# A cursor: by date or by number, the day, the bytes of what sorts as the number does, and the document.
_CURSOR = re.compile(r"([sn])\.([0-9]{1,9})\.((?:[0-9a-f]{2})*)\.([0-9]{1,18})")
_LETTERS = {"date": "s", "number": "n"}
AfterHit = Annotated[str, Query(pattern=f"^(?:{_CURSOR.pattern})?$", max_length=2000, description=READ_ON)]


@router.get(
    "/search",
    response=SearchAnswer,
    summary=_("检索公文"),
    description=_("按检索式和条件查找公文，条件与检索页相同。"),
)
def search(
    request: HttpRequest,
    narrowing: Query[Narrowing],
    q: Words = "",
    sort: Sort = "relevance",
    page: PageNumber = 1,
    page_size: PageSize = 20,
    after: AfterHit = "",
) -> HttpResponse:
    place, order = (None, str(sort)) if not after else _read_cursor(after)
    found = search_documents(
        q,
        filters=narrowing.chosen(),
        page=1 if after else page,
        page_size=page_size,
        sort=order,
        after=place,
    )
    if not found.ready:
        raise SearchNotReady
    return answer(
        {
            "total": found.total,
            "page": None if after else found.page,
            "pages": found.pages,
            "next": _next(request, found, order),
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
    )


def _read_cursor(after: str) -> tuple[Place, str]:
    """The place of a document, and the order in which it is its place."""
    read = _CURSOR.fullmatch(after)
    assert read is not None  # the parameter has this form
    order = next(name for name, letter in _LETTERS.items() if letter == read[1])
    number = bytes.fromhex(read[3]).decode("utf-8", "replace")
    return Place(int(read[2]), number, f"{Document._meta.label_lower}.{read[4]}"), order


def _next(request: HttpRequest, found: SearchResults, order: str) -> str | None:
    if (last := found.last) is not None:
        told = (_LETTERS[order], str(last.day), last.order.encode().hex(), last.key.rpartition(".")[2])
        return address_behind(request, ".".join(told))
    if order == "relevance" and found.page < found.pages:
        return address_of_page(request, found.page + 1)
    return None


@router.get(
    "/suggest",
    response=Suggestions,
    summary=_("随输入提示"),
    description=_("以已输入的字开头或含有这些字的文号、标题和人名。"),
)
def suggestions(
    request: HttpRequest,
    q: Annotated[str, Query(description=_("已输入的字，两个字起。"))] = "",
) -> dict[str, list[Suggestion]]:
    return {"suggestions": suggest(q)}
