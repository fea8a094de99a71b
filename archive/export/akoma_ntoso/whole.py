"""A document with all that it carries, put together and written out."""

from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import override
from lxml import etree

from archive.export.akoma_ntoso.about import (
    Named,
    author_of,
    classification,
    lifecycle,
    named_by,
    proprietary,
    publication,
)
from archive.export.akoma_ntoso.body import Pieces, Writer, is_act
from archive.export.akoma_ntoso.elements import Element, element
from archive.export.akoma_ntoso.identity import AddressOf, Identity, identification, identity_of
from archive.export.akoma_ntoso.links import Links
from archive.life import life_of
from archive.models import Document
from archive.structure import Part, parts_of

CONTENT_TYPE = "application/akn+xml"


def document_to_akn(document: Document, targets: Mapping[int, Document], address_of: AddressOf) -> bytes:
    """The document as a file of Akoma Ntoso.

    It comes with everything that its page shows (`with_parts`). `targets` are the documents that it names and readers
    may see, by the position of the reference.
    """
    # What it says is the same whatever language somebody reads the pages in.
    with override(settings.LANGUAGE_CODE):
        root = element("akomaNtoso", _Whole(document, targets, address_of).component())
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=False)
    return written


class _Whole:
    def __init__(self, document: Document, targets: Mapping[int, Document], address_of: AddressOf) -> None:
        self.document = document
        self.address_of = address_of
        self.parts = parts_of(document)
        self.events = life_of(document).events
        self.names: Identity = identity_of(document, _kind_of_text(self.parts[0]))
        self.named: Named = named_by(document, self.names, self.events, targets, address_of)
        self.author = author_of(document, self.named)
        self.writer = Writer(
            Links(document, targets, address_of),
            self.named.organizations,
            document.signed_on,
            document.sections.all(),
        )
        self.titles = {one.block_id: one.title for one in document.enclosures.all() if one.block_id}

    def component(self) -> Element:
        """The document itself, and behind it what it carries."""
        document, part = self.document, self.parts[0]
        meta = element(
            "meta",
            self._identification("main", document.title),
            *publication(document),
            *classification(document),
            *lifecycle(self.events),
            element("references", *self.named.found.values(), source="#archive"),
            *proprietary(document, self.events),
        )
        pieces = self.writer.write(part, "")
        head = [element("longTitle", element("p", element("docTitle", document.title)), eId="longTitle")]
        if document.number:
            head.append(element("p", element("docNumber", document.number), class_="number"))
        attached = [*self._enclosed(), *self._annexes()]
        return _put_together(part, document.kind or "document", meta, head, pieces, attached)

    def _enclosed(self) -> list[Element]:
        found = []
        for place, part in enumerate(self.parts[1:], 1):
            assert part.title is not None
            eid = f"att_{place}"
            title = self.titles.get(part.title.pk) or "".join(part.title.text.splitlines())
            meta = element("meta", self._identification(eid, title))
            printed: list[str | Element] = []
            for line in part.title.text.splitlines():
                printed += [element("br"), line] if printed else [line]
            head = [
                element("longTitle", element("p", element("docTitle", *printed)), eId=f"{eid}__longTitle")
            ]
            pieces = self.writer.write(part, f"{eid}__")
            inner = _put_together(part, "enclosure", meta, head, pieces, [])
            found.append(element("attachment", inner, eId=eid, archive_anchor=f"enclosure-{place}"))
        return found

    def _annexes(self) -> list[Element]:
        """What is attached and left out of print, where editors have added its file."""
        found = []
        for one in self.document.attachments.all():
            annex = getattr(one, "annex", None)
            if annex is None:
                continue
            eid = f"annex_{one.position + 1}"
            address = self.address_of(annex.address(self.document.public_id))
            named = element("documentRef", href=address, showAs=one.title, eId=f"{eid}__ref")
            head = [element("num", one.label)] if one.label else []
            found.append(element("attachment", *head, element("heading", one.title), named, eId=eid))
        return found

    def _identification(self, component: str, title: str) -> Element:
        return identification(self.document, self.names, component, title, self.author, self.address_of)


def _kind_of_text(part: Part) -> str:
    return "act" if is_act(part) else "doc"


def _put_together(
    part: Part, name: str, meta: Element, head: list[Element], pieces: Pieces, attached: list[Element]
) -> Element:
    kind = _kind_of_text(part)
    return element(
        kind,
        meta,
        element("preface", *head, *pieces.preface),
        *([element("preamble", *pieces.preamble)] if pieces.preamble else []),
        # A scan that nobody has recognised has no text.
        element("body" if kind == "act" else "mainBody", *(pieces.body or [element("p")])),
        *([element("conclusions", *pieces.conclusions)] if pieces.conclusions else []),
        *([element("attachments", *attached)] if attached else []),
        name=name,
    )
