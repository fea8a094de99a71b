"""One document: its text, what is known of it, and what it refers to."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from archive.export.citations import Cited, as_bibtex, as_gbt7714, as_ris, cited
from archive.life import life_of
from archive.models import (
    Block,
    Document,
    DocumentAlias,
    Enclosure,
    Issue,
    Reference,
    ValidityJudgement,
)
from archive.qr import qr_picture
from archive.search.query import related_documents
from archive.search.validity import changes_to, last_day
from archive.views.addresses import with_parameters
from archive.views.corrected import corrected_fields
from archive.views.doubt import is_unsure
from archive.views.gone import gone
from archive.views.issues import original_address
from archive.views.marked import marked_document, terms_of
from archive.views.text import DocumentText, Piece


@require_safe
def document(request: HttpRequest, public_id: str) -> HttpResponse:
    """One document."""
    found = with_parts(Document.objects.published()).filter(public_id=public_id).first()
    if found is None:
        return no_document(request, public_id)
    return render(request, "archive/document.html", document_context(request, found))


def public_document(request: HttpRequest, public_id: str) -> Document | HttpResponse:
    """The document with its issue and gazette where readers may see it, else the answer to give in its place."""
    documents = Document.objects.published().select_related("issue__gazette")
    return documents.filter(public_id=public_id).first() or no_document(request, public_id)


def with_parts(documents: "QuerySet[Document]") -> "QuerySet[Document]":
    """The documents with everything their page shows, in a fixed number of queries."""
    return documents.select_related("issue__gazette", "supplement__validity_source__issue").prefetch_related(
        "sections",
        "blocks__table",
        "blocks__roster",
        "attachments__annex",
        Prefetch("validity_judgements", ValidityJudgement.objects.select_related("source__issue")),
        "appointments",
        "tables",
        Prefetch("enclosures", Enclosure.objects.select_related("block")),
        Prefetch("references", Reference.objects.select_related("target__issue__gazette")),
        Prefetch(
            "cited_by",
            Reference.objects.filter(document__in=Document.objects.published()).select_related("document"),
        ),
    )


def document_context(request: HttpRequest, document: Document) -> dict[str, Any]:
    """What the document page shows; for a preview at the desk, too. `document` comes from `with_parts`."""
    issue, query = document.issue, request.GET.get("q", "").strip()
    marked = marked_document(document, terms_of(query, document))
    original = original_address(issue)
    before, after = _neighbour_documents(document)
    address = request.build_absolute_uri(document.get_absolute_url())
    references = [(reference, _public_target(reference)) for reference in document.references.all()]
    cited_by = list(document.cited_by.all())
    # What the page names as citing or cited already is not named again.
    last = last_day(document)
    in_text = {anchor for piece in marked.text.pieces for anchor in piece.appointments}
    named = {target.pk for _, target in references if target} | {one.document_id for one in cited_by}
    return {
        "document": document,
        "issue": issue,
        "marked": marked,
        "text": (text := marked.text),
        "recognised": any(block.confidence is not None for block in document.blocks.all()),
        "unsure": any(is_unsure(block.confidence) for block in document.blocks.all()),
        "validity": validity_sentence(document),
        "expired": last is not None and last < timezone.localdate(),
        "supplement": getattr(document, "supplement", None),
        "query": query,
        "stepping": steps(marked.hits, query, request.GET.get("hit", "")),
        "references": references,
        "cited_by": cited_by,
        "changed_by": changes_to(document),
        "life": life_of(document),
        "related": [one for one in related_documents(document) if one.pk not in named],
        # Each with the name of its line where the text has no place for it.
        "appointments": [
            (one, "" if one.anchor in in_text else one.anchor) for one in document.appointments.all()
        ],
        "attachments": (attachments := list(document.attachments.all())),
        "annexes": [
            (attachment, annex, annex.address(document.public_id))
            for attachment in attachments
            if (annex := getattr(attachment, "annex", None)) is not None
        ],
        "omitted": sum(attachment.omitted for attachment in attachments),
        "original": original,
        "paged": issue.source_kind == Issue.SourceKind.PDF,
        "pictures": pictures_address(document, query) if original else "",
        # Addresses below the document's, which a draft has not.
        "public": (public := issue.is_published and document.withdrawn_at is None),
        "qr": _address_picture(address) if public else "",
        "printed": bool(original) and has_pages(document),
        "before": before,
        "after": after,
        "address": address,
        "citation": as_gbt7714(one := cited(document, address, timezone.localdate())),
        "bibtex": as_bibtex(one),
        "ris": as_ris(one),
        "enclosures": enclosure_citations(document, text, one),
        "corrected_fields": corrected_fields(document),
    }


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


def pictures_address(document: Document, query: str) -> str:
    """Where the pictures of the issue's pages are, with the query lit on them; "" for a file without pages."""
    issue = document.issue
    if issue.source_kind != Issue.SourceKind.PDF or issue.gazette is None:
        return ""
    address = reverse("issue-pages", args=[issue.gazette.slug, issue.year, issue.label])
    return address + (with_parameters({"q": query}) if query else "")


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


def enclosure_citations(document: Document, text: DocumentText, one: Cited) -> list[tuple[str, str]]:
    """(anchor, citation) of each plan that the document carries: 古树名木保护办法 stands in 关于印发…的通知."""
    found = [piece for piece in text.pieces if piece.kind == "subtitle"]
    carrier = as_gbt7714(one)
    return [
        (piece.anchor, f"{title}[J/OL]//{carrier.removesuffix('.')}#{piece.anchor}.")
        for piece in found
        if (title := enclosure_title(document, piece))
    ]


def enclosure_title(document: Document, piece: Piece) -> str:
    """The enclosure's title as the archive holds it, which may run over several printed lines."""
    place = int(piece.anchor.rpartition("-")[2])
    subtitles = [block for block in document.blocks.all() if block.kind == Block.Kind.SUBTITLE]
    block = subtitles[place - 1]
    titles = {enclosure.block_id: enclosure.title for enclosure in document.enclosures.all()}
    return titles.get(block.pk) or "".join(block.text.split("\n"))


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
    found = get_object_or_404(Document.objects.select_related("issue"), public_id=public_id)
    if found.issue.state == Issue.State.WITHDRAWN:
        return gone(request, found.issue.withdrawn_reason)
    if found.withdrawn_at is not None and found.issue.is_published:
        return gone(request, found.withdrawn_reason)
    raise Http404


def _neighbour_documents(document: Document) -> tuple[Document | None, Document | None]:
    beside = Document.objects.filter(issue=document.issue_id, withdrawn_at__isnull=True).only(
        "public_id", "title", "issue_id", "position"
    )
    before = beside.filter(position__lt=document.position).order_by("-position").first()
    after = beside.filter(position__gt=document.position).order_by("position").first()
    return before, after


def _public_target(reference: Reference) -> Document | None:
    """The document that a reference leads to, when readers may see it."""
    target = reference.target
    return target if target is not None and target.is_public else None
