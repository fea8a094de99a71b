"""One document: its text, what is known of it, and what it refers to."""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from django.db import connection
from django.db.models import Model, Prefetch, QuerySet, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from archive.alerts.described import number_value
from archive.export.citations import as_bibtex, as_gbt7714, as_ris, cited
from archive.life import life_of
from archive.models import Document, DocumentAlias, Issue, Reference, ValidityJudgement
from archive.qr import qr_picture
from archive.search.query import shown_briefly
from archive.search.validity import changes_to, last_day
from archive.views.addresses import with_parameters
from archive.views.gone import gone, why_document_went
from archive.views.kept_parts import kept_parts
from archive.views.own_parts import Citing, OwnParts, own_parts, with_own_parts
from archive.views.structured import document_data

# So many documents that come nearest are named.
RELATED = 5


@require_safe
def document(request: HttpRequest, public_id: str) -> HttpResponse:
    """One document."""
    query = request.GET.get("q", "").strip()
    documents = Document.objects.published().select_related("issue__gazette", "issue__edition", "supplement")
    try:
        found = (with_own_parts(documents) if query else documents).get(public_id=public_id)
    except Document.DoesNotExist:
        return no_document(request, public_id)
    read_what_others_say(found)
    own = own_parts(found, query) if query else kept_parts(found)
    return render(request, "archive/document.html", document_context(request, found, own, query))


def public_document(request: HttpRequest, public_id: str) -> Document | HttpResponse:
    """The document with its issue and gazette where readers may see it, else the answer to give in its place."""
    documents = Document.objects.published().select_related("issue__gazette")
    return documents.filter(public_id=public_id).first() or no_document(request, public_id)


def whole_document(request: HttpRequest, public_id: str) -> Document | HttpResponse:
    """The same, with everything that its page shows."""
    whole = with_parts(Document.objects.published())
    return whole.filter(public_id=public_id).first() or no_document(request, public_id)


def with_parts(documents: "QuerySet[Document]") -> "QuerySet[Document]":
    """The documents with everything their page shows, in a fixed number of queries."""
    documents = with_own_parts(documents).select_related("supplement__validity_source__issue")
    return documents.prefetch_related(_judgements(), _cited_by())


def read_what_others_say(document: Document) -> None:
    """Give the document what others say of it, and editors; see `with_parts`.

    Most documents have nothing of that: whether there is any is asked first, for all of it at once.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SAID, [document.pk] * 2)
        judged, cited = cursor.fetchone()
    # As a prefetch leaves it that finds nothing, without its cost.
    found = document.__dict__.setdefault("_prefetched_objects_cache", {})
    found |= {"validity_judgements": _nothing(ValidityJudgement), "cited_by": _nothing(Reference)}
    wanted = [said() for said, any_of_it in ((_judgements, judged), (_cited_by, cited)) if any_of_it]
    for prefetch in wanted:
        del found[prefetch.prefetch_to]
    prefetch_related_objects([document], *wanted)


def _judgements() -> Prefetch[Any]:
    return Prefetch("validity_judgements", ValidityJudgement.objects.select_related("source__issue"))


def _cited_by() -> Prefetch[Any]:
    published = Document.objects.published().order_by()
    return Prefetch("cited_by", Reference.objects.filter(document__in=published).select_related("document"))


@cache
def _nothing(model: type[Model]) -> "QuerySet[Any]":
    """No rows, and already asked for."""
    nothing = model._default_manager.none()
    assert not nothing
    return nothing


# In plain SQL, since each page asks it.
_SAID = "SELECT " + ", ".join(
    f"EXISTS (SELECT 1 FROM {model._meta.db_table} WHERE {column} = %s)"
    for model, column in ((ValidityJudgement, "document_id"), (Reference, "target_id"))
)


def leading_to(document: Document) -> dict[int, int]:
    """The keys of the documents to which its references lead, by their position; readers may not see all of them."""
    leading = Reference.objects.filter(document=document, target__isnull=False)
    return dict(leading.values_list("position", "target_id"))


def _named(document: Document, own: OwnParts) -> tuple[list[tuple[Citing, Document | None]], list[Document]]:
    """(each reference with the document that it leads to, the documents that come nearest): what readers may see."""
    targets = leading_to(document) if own.references else {}
    near = own.related[: 2 * RELATED]
    rows = shown_briefly({*targets.values(), *near})
    references = [(one, rows.get(targets.get(one.position, 0))) for one in own.references]
    # What the page names as citing or cited already is not named again.
    cited = {target.pk for _, target in references if target}
    cited |= {one.document_id for one in document.cited_by.all()}
    return references, [rows[key] for key in near if key in rows and key not in cited][:RELATED]


def document_context(request: HttpRequest, document: Document, own: OwnParts, query: str) -> dict[str, Any]:
    """What the document page shows; for a preview at the desk, too. `document` comes from `with_parts` or
    `read_what_others_say`."""
    issue = document.issue
    address = request.build_absolute_uri(document.get_absolute_url())
    references, related = _named(document, own)
    last = last_day(document)
    return {
        "document": document,
        "issue": issue,
        "own": own,
        "validity": validity_sentence(document),
        "expired": last is not None and last < timezone.localdate(),
        "supplement": getattr(document, "supplement", None),
        "query": query,
        "stepping": steps(own.hits, query, request.GET.get("hit", "")),
        "references": references,
        "cited_by": list(document.cited_by.all()),
        "changed_by": changes_to(document),
        "life": life_of(document),
        "related": related,
        # Addresses below the document's, which a draft has not.
        "public": (public := document.is_public),
        "followable": bool(document.number and number_value(document.number)),
        "structured": document_data(request, document, references) if public else "",
        "qr": _address_picture(address) if public else "",
        "printed": bool(own.original) and has_pages(document),
        "address": address,
        "description": _description(document),
        "citation": (citation := as_gbt7714(one := cited(document, address, timezone.localdate()))),
        "bibtex": as_bibtex(one),
        "ris": as_ris(one),
        "enclosures": [
            (anchor, f"{title}[J/OL]//{citation.removesuffix('.')}#{anchor}.")
            for anchor, title in own.enclosures
        ],
    }


def _description(document: Document) -> str:
    """The document in a line, for whoever is shown a link to it."""
    day = document.signed_on.isoformat() if document.signed_on else ""
    return " · ".join(filter(None, [document.number, document.issuer, day, str(document.issue)]))


@lru_cache(maxsize=1024)
def _address_picture(address: str) -> SafeString:
    """The address for the foot of the printed page; kept, since it takes as long as all the rest of a page."""
    return mark_safe(qr_picture(address))


@dataclass(frozen=True, slots=True)
class Steps:
    """How to go from hit to hit; `at` is the one that the address asks for, 0 for none, and then the first is next."""

    total: int
    at: int
    before: str
    after: str


def steps(total: int, query: str, hit: str) -> Steps:
    """The steps among `total` hits from the one numbered `hit`, round in a circle; no addresses where there are none."""
    at = int(hit) if hit.isascii() and hit.isdecimal() and len(hit) < 7 else 0
    at = at if at <= total else 0
    if not total:
        return Steps(0, 0, "", "")
    before, after = (at - 2) % total + 1 if at else total, at % total + 1
    return Steps(total, at, _hit_address(query, before), _hit_address(query, after))


def _hit_address(query: str, hit: int) -> str:
    return f"{with_parameters({'q': query, 'hit': str(hit)})}#hit-{hit}"


def has_pages(document: Document) -> bool:
    """True where the document stands on pages of a PDF."""
    on_pages = document.first_page is not None and document.last_page is not None
    return on_pages and document.issue.source_kind == Issue.SourceKind.PDF


def validity_sentence(document: Document) -> str:
    """From when and until when the text says that it is in force, in one sentence; "" when it says nothing."""
    begin = date_format(document.effective_on) if document.effective_on else ""
    end = date_format(document.expires_on) if document.expires_on else ""
    years = document.valid_years or 0
    term = ngettext("有效期%(n)s年", "有效期%(n)s年", years) % {"n": years} if years else ""
    if begin and end:
        return _("自%(begin)s起施行，有效期至%(end)s") % {"begin": begin, "end": end}
    if begin and term:
        return _("自%(begin)s起施行，%(term)s") % {"begin": begin, "term": term}
    if begin:
        return _("自%(begin)s起施行") % {"begin": begin}
    return _("有效期至%(end)s") % {"end": end} if end else term


def no_document(request: HttpRequest, public_id: str) -> HttpResponse:
    """Lead an old id on, to the same address of today's; say why a withdrawn document is gone; 404 for all else.

    Drafts are among the rest.
    """
    alias = DocumentAlias.objects.select_related("document").filter(public_id=public_id).first()
    match = request.resolver_match
    if alias is not None and match is not None:
        return redirect(
            reverse(match.view_name, kwargs={**match.kwargs, "public_id": alias.document.public_id}),
            permanent=True,
        )
    if (reason := why_document_went(public_id)) is not None:
        return gone(request, reason)
    raise Http404
