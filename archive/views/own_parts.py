"""What a document's page shows that follows from the rows of its own issue alone, as HTML.

That is all of the text, most of the card, and what stands beside it. It depends on no reader but for the terms of a
query, which are marked in it, and the language; so that it can be kept (see `kept_parts`).
"""

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from archive.masks import has_masks
from archive.models import Annex, Block, Document, Enclosure, Issue, Reference
from archive.printed_fields import corrected_fields
from archive.search.query import near_documents
from archive.views.addresses import with_parameters
from archive.views.doubt import is_unsure
from archive.views.issues import original_address
from archive.views.marked import marked_document, terms_of
from archive.views.text import DocumentText, Piece

# The address of an annex: readers have another one than the desk, where the document may be a draft.
AddressOfAnnex = Callable[[Annex], str]


@dataclass(frozen=True, slots=True)
class Citing:
    """What a document says of another one. Which document of the archive that is changes with what comes in."""

    position: int
    relation: str
    number: str
    title: str
    evidence: str

    @property
    def word(self) -> str:
        """The relation as readers see it."""
        return str(Reference.Relation(self.relation).label)


@dataclass(frozen=True, slots=True)
class OwnParts:
    """The parts in the order of the page. Addresses are "" for what is not there.

    `hits` and `page`, the page of the file with the first hit, belong to the query. `enclosures` are (anchor, title)
    of the plans that the document carries, `related` the keys of the documents that come nearest to it.
    """

    issuer: SafeString
    title: SafeString
    number: SafeString
    outline: SafeString
    facts: SafeString
    place: SafeString
    files: SafeString
    scan: SafeString
    text: SafeString
    acts: SafeString
    beside: SafeString
    before: str
    after: str
    original: str
    pictures: str
    enclosures: Sequence[tuple[str, str]]
    references: Sequence[Citing]
    related: Sequence[int]
    hits: int = 0
    page: int | None = None

    def as_record(self) -> dict[str, Any]:
        """The parts as JSON keeps them."""
        record = {one.name: getattr(self, one.name) for one in fields(self)}
        return record | {"references": [astuple(one) for one in self.references]}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "OwnParts":
        """What `as_record` gave; raises TypeError or KeyError for anything else."""
        html = {one.name: SafeString(record[one.name]) for one in fields(cls) if one.type is SafeString}
        enclosures = [(anchor, title) for anchor, title in record["enclosures"]]
        references = [Citing(*one) for one in record["references"]]
        return cls(**{**record, **html, "enclosures": enclosures, "references": references})


def with_own_parts(documents: "QuerySet[Document]") -> "QuerySet[Document]":
    """The documents with what `own_parts` asks of them, in a fixed number of queries."""
    return documents.select_related("issue__gazette").prefetch_related(
        "sections",
        "blocks__table",
        "blocks__roster",
        "attachments__annex",
        "appointments",
        "references",
        "tables",
        Prefetch("enclosures", Enclosure.objects.select_related("block")),
    )


def own_parts(document: Document, query: str = "", annex_address: AddressOfAnnex | None = None) -> OwnParts:
    """The parts, with the terms of `query` marked. `document` comes from `with_own_parts`."""
    issue = document.issue
    marked = marked_document(document, terms_of(query, document))
    original = original_address(issue)
    pictures = pictures_address(document, query) if original else ""
    before, after = _neighbour_documents(document)
    in_text = {anchor for piece in marked.text.pieces for anchor in piece.appointments}
    attachments = list(document.attachments.all())
    address_of = annex_address or (lambda annex: annex.address(document.public_id))
    context = {
        "document": document,
        "issue": issue,
        "marked": marked,
        "text": marked.text,
        "query": query,
        "recognised": any(block.confidence is not None for block in document.blocks.all()),
        "unsure": any(is_unsure(block.confidence) for block in document.blocks.all()),
        # Each with the name of its line where the text has no place for it.
        "appointments": [
            (one, "" if one.anchor in in_text else one.anchor) for one in document.appointments.all()
        ],
        "attachments": attachments,
        "annexes": [
            (attachment, annex, address_of(annex))
            for attachment in attachments
            if (annex := getattr(attachment, "annex", None)) is not None
        ],
        "omitted": sum(attachment.omitted for attachment in attachments),
        "original": original,
        # Of a copy that is masked the page of the issue knows more: copies change without the issue.
        "masked": bool(original) and has_masks(issue),
        "paged": issue.source_kind == Issue.SourceKind.PDF,
        "pictures": pictures,
        "before": before,
        "after": after,
        "corrected_fields": corrected_fields(document),
        "public": document.is_public,
        "site": settings.SITE,
        "language_tag": "en" if get_language() == "en" else "zh-Hans",
        "search_address": reverse("search"),
    }

    def part(name: str) -> SafeString:
        return render_to_string(f"archive/_document_{name}.html", context)

    issuer, title = marked.title_lines
    return OwnParts(
        issuer=issuer,
        title=title,
        number=marked.number,
        outline=part("outline"),
        facts=part("facts"),
        place=part("place"),
        files=part("files"),
        scan=part("scan"),
        text=part("text"),
        acts=part("acts"),
        beside=part("beside"),
        before=before.get_absolute_url() if before else "",
        after=after.get_absolute_url() if after else "",
        original=original,
        pictures=pictures,
        enclosures=enclosures_in(document, marked.text),
        references=[
            Citing(one.position, one.relation, one.number, one.title, one.evidence)
            for one in document.references.all()
        ],
        related=near_documents(document),
        hits=marked.hits,
        page=marked.page,
    )


def pictures_address(document: Document, query: str) -> str:
    """Where the pictures of the issue's pages are, with the query lit on them; "" for a file without pages."""
    issue = document.issue
    if issue.source_kind != Issue.SourceKind.PDF or issue.gazette is None:
        return ""
    address = reverse("issue-pages", args=[issue.gazette.slug, issue.year, issue.label])
    return address + (with_parameters({"q": query}) if query else "")


def enclosures_in(document: Document, text: DocumentText) -> list[tuple[str, str]]:
    """(anchor, title) of each plan that the document carries: 古树名木保护办法 stands in 关于印发…的通知."""
    found = [piece for piece in text.pieces if piece.kind == "subtitle"]
    return [(piece.anchor, title) for piece in found if (title := enclosure_title(document, piece))]


def enclosure_title(document: Document, piece: Piece) -> str:
    """The enclosure's title as the archive holds it, which may run over several printed lines."""
    place = int(piece.anchor.rpartition("-")[2])
    subtitles = [block for block in document.blocks.all() if block.kind == Block.Kind.SUBTITLE]
    block = subtitles[place - 1]
    titles = {enclosure.block_id: enclosure.title for enclosure in document.enclosures.all()}
    return titles.get(block.pk) or "".join(block.text.split("\n"))


def _neighbour_documents(document: Document) -> tuple[Document | None, Document | None]:
    beside = Document.objects.filter(issue=document.issue_id, withdrawn_at__isnull=True).only(
        "public_id", "title", "issue_id", "position"
    )
    before = beside.filter(position__lt=document.position).order_by("-position").first()
    after = beside.filter(position__gt=document.position).order_by("position").first()
    return before, after
