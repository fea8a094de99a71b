"""The text of a document that is searched and shown in snippets, put together from its rows.

Four parts: titles (of body and contents), numbers (all readings), people, and the body with its tables. A match
never runs from one part into another, nor from one title into the next; inside the body it may run over the
end of a paragraph, as it may over the end of a printed page.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from archive.models import Block, Document, Roster, Table
from archive.search.folding import normalise

# What `document_texts` reads; `prefetch` asks for all of it in few queries.
_ROWS = ("tables", "rosters", "appointments")


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of the body as printed, with the anchor and heading of the section it stands in."""

    text: str
    anchor: str = ""
    heading: str = ""


@dataclass(frozen=True, slots=True)
class DocumentTexts:
    """What is searched of one document, as printed."""

    titles: tuple[str, ...]
    numbers: tuple[str, ...]
    people: tuple[str, ...]
    body: str


def prefetch(documents: QuerySet[Document]) -> QuerySet[Document]:
    """`documents` with all rows that their texts are made of."""
    blocks = Block.objects.select_related("section").order_by("position")
    return documents.select_related("issue__gazette").prefetch_related(
        Prefetch("blocks", queryset=blocks), *_ROWS
    )


def document_texts(document: Document) -> DocumentTexts:
    """The four parts of `document`."""
    people = [appointment.person for appointment in document.appointments.all()]
    for roster in document.rosters.all():
        people.extend(member.get("person", "") for member in roster.members)
    return DocumentTexts(
        titles=_distinct([document.title, document.title_in_contents]),
        numbers=_distinct([document.number, document.number_as_printed, document.number_in_contents]),
        people=_distinct(people),
        body="\n".join(passage.text for passage in passages(document)),
    )


def passages(document: Document) -> list[Passage]:
    """The body in reading order, tables and rosters where they are printed."""
    tables = {table.pk: table for table in document.tables.all()}
    rosters = {roster.pk: roster for roster in document.rosters.all()}
    found: list[Passage] = []
    for block in document.blocks.all():
        text = block.text
        if block.table_id in tables:
            text = _with_cells(text, _table_rows(tables.pop(block.table_id)))
        if block.roster_id in rosters:
            text = _with_cells(text, _roster_rows(rosters.pop(block.roster_id)))
        if text:
            section = block.section if block.section_id else None
            found.append(Passage(text, section.anchor, str(section)) if section else Passage(text))
    # Of tables and rosters that no block leads to, nothing may be lost either.
    for table in tables.values():
        found.append(Passage(_with_cells("", _table_rows(table))))
    for roster in rosters.values():
        found.append(Passage(_with_cells("", _roster_rows(roster))))
    return found


def _table_rows(table: Table) -> list[list[str]]:
    return [[table.title], list(table.columns), *table.rows]


def _roster_rows(roster: Roster) -> list[list[str]]:
    return [[m.get("role", ""), m.get("person", ""), m.get("post", "")] for m in roster.members]


def _with_cells(text: str, rows: list[list[str]]) -> str:
    """`text` with those rows behind it that hold a cell it has not."""
    folded = normalise(text)
    lines = [
        "\t".join(cell for cell in row if cell)
        for row in rows
        if any(normalise(cell) not in folded for cell in row if cell)
    ]
    return "\n".join(filter(None, [text, *lines]))


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    """The texts that are not blank and differ once folded, in order."""
    found: dict[str, str] = {}
    for text in texts:
        if folded := normalise(text):
            found.setdefault(folded, text)
    return tuple(found.values())
