"""What a document's page shows of it, with the terms of the query that it was opened with marked and counted."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.safestring import SafeString

from archive.models import Block, Document
from archive.search.marks import Marker, Marks
from archive.search.query_language import Term
from archive.search.snippets import terms_for
from archive.views.text import DocumentText, read_text


@dataclass(frozen=True, slots=True)
class MarkedDocument:
    """Escaped, hits in <mark>, numbered from 1 in the order of the page; `hits` is their number.

    What the contents print is "" where it is the same as in the body. `page` is the page of the file with the first
    hit, or about so: where its paragraph begins; of a document without hits, its first page.
    """

    title_lines: tuple[SafeString, SafeString]
    number: SafeString
    title_in_contents: SafeString
    number_in_contents: SafeString
    text: DocumentText
    hits: int
    page: int | None


def terms_of(query: str, document: Document) -> tuple[Term, ...]:
    """What to mark in a document for `query`, which may be any string; nothing for none."""
    if not query.strip():
        return ()
    texts = [*_head(document), *(block.text for block in document.blocks.all())]
    for block in document.blocks.all():
        # A table is shown by its cells, and its title may stand in no block.
        if block.table is not None:
            texts.append(block.table.title)
            texts.extend("\t".join(row) for row in (block.table.columns, *block.table.rows))
    return terms_for(query, "\n".join(texts))


def marked_document(document: Document, terms: tuple[Term, ...]) -> MarkedDocument:
    """The document with `terms` marked; of no terms, only escaped. Needs what `read_text` needs."""
    marks = Marks(terms)
    # No hit runs from one of these into another, nor into the text: so it is with the search.
    title, number, other_title, other_number = (marks.of([text])[0] for text in _head(document))
    blocks = list(document.blocks.all())
    markers: Mapping[int, Marker] = dict(
        zip((block.pk for block in blocks), marks.of([block.text for block in blocks]), strict=True)
    )

    page = document.first_page

    def marker_of(block: Block) -> Marker:
        nonlocal page
        if not marks.count:
            page = block.page
        return markers[block.pk]

    issuer, rest = title_lines(document)
    _, number_text, other_title_text, other_number_text = _head(document)
    # In the order of the page, which is what numbers the hits; they are counted when all is marked.
    return MarkedDocument(
        title_lines=(title(issuer), title(rest)),
        number=number(number_text),
        number_in_contents=other_number(other_number_text),
        title_in_contents=other_title(other_title_text),
        text=read_text(document, marker_of),
        hits=marks.count,
        page=page if marks.count and page else document.first_page,
    )


def title_lines(document: Document) -> tuple[str, str]:
    """The issuer and the rest of the title, as official paper sets them on lines of their own."""
    title, issuer = document.title, document.issuer
    if issuer and title.startswith(issuer) and len(title) > len(issuer) + 3:
        return issuer, title[len(issuer) :]
    return "", title


def _head(document: Document) -> tuple[str, str, str, str]:
    """Title and number, then what the contents print for them where that is something else."""
    title, number = document.title_in_contents, document.number_in_contents
    return (
        document.title,
        document.number,
        title if title != document.title else "",
        number if number != document.number else "",
    )
