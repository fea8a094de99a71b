"""The text of a document that is searched and shown in snippets, put together from its rows.

Four parts: titles (of body and contents), numbers (all readings), people, and the body with its tables. A match
never runs from one part into another, nor from one title into the next; inside the body it may run over the
end of a paragraph, as it may over the end of a printed page.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Prefetch, QuerySet

from archive.models import Block, Document, Roster, Table
from archive.models.document import heading_line
from archive.search.folding import normalise


class Passage(NamedTuple):
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
    """`documents` with all rows that `document_texts` reads."""
    return documents.select_related("issue__gazette").prefetch_related(
        Prefetch("blocks", Block.objects.order_by("position")), "tables", "rosters", "appointments"
    )


def document_texts(document: Document) -> DocumentTexts:
    """The four parts of `document`."""
    people = [appointment.person for appointment in document.appointments.all()]
    for roster in document.rosters.all():
        people.extend(member.get("person", "") for member in roster.members)
    body = _passages(
        [(block.text, block.table_id, block.roster_id, "", "", "") for block in document.blocks.all()],
        {table.pk: _table_rows(table.title, table.columns, table.rows) for table in document.tables.all()},
        {roster.pk: _roster_rows(roster.members) for roster in document.rosters.all()},
    )
    return DocumentTexts(
        titles=_distinct([document.title, document.title_in_contents]),
        numbers=_distinct([document.number, document.number_as_printed, document.number_in_contents]),
        people=_distinct(people),
        body="\n".join(passage.text for passage in body),
    )


def passages_of(documents: Collection[int]) -> Mapping[int, list[Passage]]:
    """The bodies of some documents (primary keys) in reading order, with their sections, in three queries."""
    blocks: defaultdict[int, list[_Block]] = defaultdict(list)
    names = ("text", "table", "roster", "section__anchor", "section__label", "section__heading")
    of_documents = {"document__in": documents}
    for key, *block in (
        Block.objects.filter(**of_documents).order_by("position").values_list("document", *names)
    ):
        blocks[key].append(tuple(block))
    tables: defaultdict[int, _Rows] = defaultdict(dict)
    for key, pk, title, columns, rows in (
        Table.objects.filter(**of_documents)
        .order_by("position")
        .values_list("document", "pk", "title", "columns", "rows")
    ):
        tables[key][pk] = _table_rows(title, columns, rows)
    rosters: defaultdict[int, _Rows] = defaultdict(dict)
    for key, pk, members in (
        Roster.objects.filter(**of_documents).order_by("position").values_list("document", "pk", "members")
    ):
        rosters[key][pk] = _roster_rows(members)
    return {key: _passages(blocks[key], tables[key], rosters[key]) for key in documents}


# text, table, roster; anchor, label and heading of the section
_Block = tuple[str, int | None, int | None, str | None, str | None, str | None]
_Rows = dict[int, list[list[str]]]


def _passages(blocks: Iterable[_Block], tables: _Rows, rosters: _Rows) -> list[Passage]:
    """The body in reading order, tables and rosters where they are printed. Empties `tables` and `rosters`."""
    found: list[Passage] = []
    for text, table, roster, anchor, label, heading in blocks:
        for key, rows in ((table, tables), (roster, rosters)):
            if key is not None and key in rows:
                text = _with_cells(text, rows.pop(key))
        if text:
            line = heading_line(label or "", heading or "") if label or heading else ""
            found.append(Passage(text, anchor or "", line))
    # Of tables and rosters that no block leads to, nothing may be lost either.
    for rows in (tables, rosters):
        found.extend(Passage(_with_cells("", cells)) for cells in rows.values())
    return found


def _table_rows(title: str, columns: list[str], rows: list[list[str]]) -> list[list[str]]:
    return [[title], columns, *rows]


def _roster_rows(members: list[dict[str, str]]) -> list[list[str]]:
    return [[member.get(name, "") for name in ("role", "person", "post")] for member in members]


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
