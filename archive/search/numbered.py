"""The documents of a number that a reader typed in whatever spelling, without full text."""

from django.db.models import Q

from archive.models import Document
from archive.models.document import DocumentQuerySet
from archive.numbers import DocumentNumber, read_number


def documents_with_number(number: DocumentNumber) -> list[Document]:
    """The published documents of `number`, newest first; without a code ([2022]15) those of any code.

    First those that print it as their own; else those whose joint number holds it, or whose issue's contents
    name it where the document itself prints another.
    """
    published = Document.objects.published().select_related("issue__gazette").newest_first()
    own = published.filter(number_year=number.year, number_sequence=number.sequence)
    if number.code:
        own = own.filter(number_code=number.code)
    if found := _those_with(own, number, "number"):
        return found
    written = f"{number.sequence}号"
    if found := _those_with(published.filter(number__contains=written), number, "number"):
        return found
    return _those_with(published.filter(~Q(number_in_contents="")), number, "number_in_contents", written)


def _those_with(
    documents: DocumentQuerySet, number: DocumentNumber, field: str, written: str = ""
) -> list[Document]:
    """Those whose `field` reads as `number`, or holds it among others."""
    if written:
        documents = documents.filter(**{f"{field}__contains": written})
    return [document for document in documents if is_number(read_number(getattr(document, field)), number)]


def is_number(read: DocumentNumber | None, wanted: DocumentNumber) -> bool:
    """True where `read` is the number that is wanted, or holds it among others; without a code, of any code."""
    if read is None:
        return False
    if read == wanted:
        return True
    if wanted.code:
        return any(part == wanted for part in read.parts)
    return any(
        (part.year, part.sequence, part.session) == (wanted.year, wanted.sequence, wanted.session)
        for part in read.parts
    )
