"""/api/v1/documents: the list, one document with its text, and where a query stands on its pages."""

from typing import Annotated

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_noop as _
from ninja import Query, Router

from archive.api.answers import answer
from archive.api.errors import Gone
from archive.api.filters import DocumentId, Narrowing, Words, among, storable
from archive.api.paging import AfterDocument, PageNumber, PageSize, page_of
from archive.api.records import DocumentRecord
from archive.api.schemas import DocumentList, HitsAnswer
from archive.export.as_json import document_rows, document_summary, document_to_json
from archive.masks import masks_of
from archive.models import Document
from archive.numbers import read_number
from archive.search.numbered import documents_with_number
from archive.search.page_hits import hits_of_document
from archive.search.query import matching_documents
from archive.views.document import with_parts
from archive.views.files import original_is_public
from archive.views.gone import why_document_went
from archive.views.marked import marked_document, terms_of

router = Router()


@router.get(
    "/documents",
    response=DocumentList,
    summary=_("公文清单"),
    description=_("本库公开的公文，最新一期在前；条件与检索页相同。"),
)
def documents(
    request: HttpRequest,
    narrowing: Query[Narrowing],
    number: Annotated[str, Query(description=_("只要这个文号的，任何写法都行。"))] = "",
    page: PageNumber = 1,
    page_size: PageSize = 50,
    after: AfterDocument = "",
) -> HttpResponse:
    found = Document.objects.published().select_related("issue__gazette").newest_first()
    if chosen := narrowing.chosen():
        found = found.filter(pk__in=among(matching_documents("", filters=chosen)))
    if number:
        read = read_number(number)
        keys = [document.pk for document in documents_with_number(read)] if read else []
        found = found.filter(pk__in=keys)
    return answer(page_of(request, found, document_summary, page, page_size, after))


@router.get(
    "/documents/{id}",
    response=DocumentRecord,
    summary=_("一件公文"),
    description=_("一件公文的著录和全文；已撤回的答 410 和理由。"),
)
def document(request: HttpRequest, id: DocumentId) -> HttpResponse:
    return answer(document_to_json(_find_document(document_rows(Document.objects.published()), id)))


@router.get(
    "/documents/{id}/hits",
    response=HitsAnswer,
    summary=_("命中处在版面上的位置"),
    description=_("检索式在一件公文的哪些页、页上什么位置。"),
)
def document_hits(request: HttpRequest, id: DocumentId, q: Words = "") -> HttpResponse:
    found = _find_document(with_parts(Document.objects.published()), id)
    terms = terms_of(q, found)
    # Where the pictures are kept back, so is what stands on them.
    pages = (
        hits_of_document(found, terms, masks_of(found.issue).hide) if original_is_public(found.issue) else []
    )
    return answer(
        {
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
    )


def _find_document(published: "QuerySet[Document]", id: str) -> Document:
    """The document of today's id or an old one. Raises Gone with the reason where it was withdrawn, else Http404."""
    key = storable(id)
    found = published.filter(public_id=key).first() or published.filter(aliases__public_id=key).first()
    if found is not None:
        return found
    if (reason := why_document_went(key)) is not None:
        raise Gone(reason)
    raise Http404("no published document has this id")
