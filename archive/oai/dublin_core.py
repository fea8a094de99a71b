"""A document in the fifteen elements of Dublin Core, as far as the archive knows them.

Only what the public JSON of the document has too: the datestamp of a record says when that last changed, and so when
this may have.
"""

from collections.abc import Iterator

from django.utils.timezone import localdate

from archive.export.citations import as_printed_at, cited
from archive.models import Document, Reference

LANGUAGE = "zh"
# Of the DCMI types.
TYPE = "Text"

Element = tuple[str, str]


def document_to_dc(document: Document, address: str) -> list[Element]:
    """(element, value) in the order of the standard; elements are repeated, and what is not known is left out.

    `address` is the whole one of its page. Needs its issue and gazette, its supplement and its references.
    """
    found = _elements(document, address)
    return list(dict.fromkeys((name, value) for name, value in found if value.strip()))


def _elements(document: Document, address: str) -> Iterator[Element]:
    issue = document.issue
    supplement = getattr(document, "supplement", None)
    yield "title", document.title
    for name in [document.issuer] if document.issuer else document.signed_by:
        yield "creator", name
    yield "subject", document.category
    if supplement is not None:
        for word in [supplement.subject_class, *supplement.keywords]:
            yield "subject", word
    yield "publisher", issue.gazette.name if issue.gazette else ""
    yield "date", document.signed_on.isoformat() if document.signed_on else str(issue.year or "")
    yield "type", TYPE
    yield "type", document.kind
    yield "identifier", address
    yield "identifier", document.number
    yield "source", as_printed_at(cited(document, address, localdate()))
    yield "language", LANGUAGE
    for reference in document.references.all():
        yield "relation", _named(reference)


def _named(reference: Reference) -> str:
    """The other document as print names it: 《古树名木管理办法》（云政发〔2011〕3号）."""
    title = f"《{reference.title}》" if reference.title else ""
    if title and reference.number:
        return f"{title}（{reference.number}）"
    return title or reference.number
