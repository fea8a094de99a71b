"""Changes of what a document says: its fields, the text of a block, a cell, what is blotted out."""

from dataclasses import replace
from datetime import date
from typing import Any

from archive.ingest.correct.aim import changed_run
from archive.ingest.correct.change import Change, Stale, find_block
from archive.ingest.correct.facts import with_facts_of
from archive.ingest.parse.contents import folded_title
from archive.ingest.parse.records import Block, ParsedDocument, Section, Table
from archive.ingest.parse.sections import read_label
from archive.ingest.parse.signs import read_date

TEXT_FIELDS = ("title", "category", "number", "number_as_printed", "issuer", "kind", "recipients", "note")
FIELDS = (*TEXT_FIELDS, "title_in_contents", "signed_by", "signed_on")
# What is None where nothing is printed.
_MAY_BE_NONE = ("number", "number_as_printed", "title_in_contents", "signed_on")


def field_value(document: ParsedDocument, name: str) -> Any:
    """A field as a change holds it."""
    value = getattr(document, name)
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def change_field(document: ParsedDocument, change: Change) -> ParsedDocument:
    """The document with another value of one field."""
    name = change.place["field"]
    if name not in FIELDS:
        raise ValueError(f"no field to be corrected: {name}")
    if (field_value(document, name) or "") != (change.old or ""):
        raise Stale(str(change.old))
    value: Any = change.new
    if name == "signed_on":
        value = date.fromisoformat(value) if value else None
    elif name == "signed_by":
        value = tuple(value or ())
    elif name in _MAY_BE_NONE:
        value = value or None
    else:
        value = value or ""
    return replace(document, **{name: value})


def change_text(document: ParsedDocument, change: Change) -> ParsedDocument:
    """The document with another text in one block; the heading that stands in it and the facts follow."""
    old, new = change.old, change.new
    at = find_block(document, change.place["block"], old)
    block = document.blocks[at]
    if block.table is not None or block.roster is not None:
        raise ValueError("a table is corrected by its cells, a roster by its members")
    return with_facts_of(document, with_text(document, at, new, _printed(block.as_printed, old, new)))


def _printed(printed: str | None, old: str, new: str) -> str | None:
    """The text as printed, kept through several corrections; None once it is what stands there again."""
    first = old if printed is None else printed
    return None if first == new else first


def with_text(document: ParsedDocument, at: int, text: str, as_printed: str | None) -> ParsedDocument:
    """The document with `text` in block `at`."""
    block = document.blocks[at]
    changed_block = replace(_with_recognised(block, text), as_printed=as_printed)
    blocks = (*document.blocks[:at], changed_block, *document.blocks[at + 1 :])
    changed = _with_fields_of(replace(document, blocks=blocks), at, block, text)
    if (own := own_section(document, at)) is not None:
        section = retitled(document.sections[own], text)
        sections = (*document.sections[:own], section, *document.sections[own + 1 :])
        changed = replace(changed, sections=sections)
    return changed


def _with_recognised(block: Block, text: str) -> Block:
    """The block with another text, and how sure recognition was of what is left of the old one."""
    recognised = kept_lines(block, text)
    sure = min((line[2] for line in recognised), default=None) if block.recognised else block.confidence
    return replace(block, text=text, recognised=recognised, confidence=sure)


def kept_lines(block: Block, text: str) -> tuple[tuple[int, int, float], ...]:
    """The recognised lines of a block that now reads `text`, where they stand in it.

    A line in which an editor has corrected something has been compared with the print, and is doubted no more.
    """
    start, end_old, end_new = changed_run(block.text, text)
    moved = end_new - end_old
    return tuple(
        line if line[1] <= start else (line[0] + moved, line[1] + moved, line[2])
        for line in block.recognised
        if line[1] <= start or line[0] >= end_old
    )


def _with_fields_of(document: ParsedDocument, at: int, before: Block, text: str) -> ParsedDocument:
    """The document with the fields that were read off block `at`, as they stand in its changed text."""
    if before.kind == "recipient" and document.recipients == before.text.rstrip("：: "):
        return replace(document, recipients=text.rstrip("：: "))
    if before.kind == "note" and document.note == before.text.strip("（）() "):
        return replace(document, note=text.strip("（）() "))
    if (
        before.kind == "date"
        and document.signed_on is not None
        and document.signed_on == read_date(before.text)
    ):
        return replace(document, signed_on=read_date(text))
    if before.kind == "signature" and (old := " ".join(before.text.split())) in document.signed_by:
        new = " ".join(text.split())
        return replace(document, signed_by=tuple(new if one == old else one for one in document.signed_by))
    if before.kind == "subtitle":
        enclosures = tuple(
            replace(e, title=folded_title(text)) if e.block == at else e for e in document.enclosures
        )
        document = replace(document, enclosures=enclosures)
    if before.kind in ("subtitle", "heading"):
        name = before.text.replace("\n", "")
        tables = tuple(
            replace(t, title=text.replace("\n", "")) if t.title == name else t for t in document.tables
        )
        document = replace(document, tables=tables)
    return document


def own_section(document: ParsedDocument, at: int) -> int | None:
    """The section that begins with block `at`; None for a block that only stands in one."""
    block = document.blocks[at]
    if block.section is None or any(b.section == block.section for b in document.blocks[:at]):
        return None
    if block.kind == "heading" or document.sections[block.section].run_in:
        return block.section
    return None


def retitled(section: Section, text: str) -> Section:
    """The section with label and heading as they stand in the changed text of its block."""
    if text.startswith(section.label + section.heading):
        return section
    label = read_label(text)
    rest = label.rest if label else text
    heading = rest.partition("。")[0] + "。" if section.run_in and "。" in rest else rest
    if section.label and not section.heading:
        heading = ""  # 第十二条 stands alone
    return replace(section, label=label.text if label else "", heading=heading)


def retitled_values(heading: dict[str, Any], text: str) -> dict[str, Any]:
    """A heading, as a change holds it, once its block reads `text`."""
    section = Section(heading["level"], heading["label"], heading["heading"], heading["run_in"])
    changed = retitled(section, text)
    return {**heading, "label": changed.label, "heading": changed.heading}


def change_cell(document: ParsedDocument, change: Change) -> ParsedDocument:
    """The document with another text in one cell of a table; the printed one is kept."""
    number = change.place["table"]
    row, column = change.place["row"], change.place["column"]
    table = _table(document, number)
    if _cell(table, row, column) != change.old:
        row = _row_like(table, column, change.old, row)
    earlier = {(r, c): text for r, c, text in table.as_printed}
    printed = _printed(earlier.pop((row, column), None), change.old, change.new)
    if printed is not None:
        earlier[row, column] = printed
    kept = tuple((r, c, text) for (r, c), text in sorted(earlier.items()))
    return _with_table(document, number, replace(_with_cell(table, row, column, change.new), as_printed=kept))


def _table(document: ParsedDocument, number: int) -> Table:
    if number >= len(document.tables):
        raise Stale(f"{number + 1}")
    return document.tables[number]


def _cell(table: Table, row: int, column: int) -> str | None:
    cells = table.columns if row < 0 else table.rows[row] if row < len(table.rows) else ()
    return cells[column] if column < len(cells) else None


def _row_like(table: Table, column: int, text: str, near: int) -> int:
    """The one row that has `text` in `column`: rows above may have come or gone. Raises Stale."""
    same = [n for n in range(-1, len(table.rows)) if _cell(table, n, column) == text]
    if len(same) != 1:
        raise Stale(text)
    return same[0]


def _with_cell(table: Table, row: int, column: int, text: str) -> Table:
    def changed(cells: tuple[str, ...]) -> tuple[str, ...]:
        return (*cells[:column], text, *cells[column + 1 :])

    if row < 0:
        return replace(table, columns=changed(table.columns))
    return replace(table, rows=(*table.rows[:row], changed(table.rows[row]), *table.rows[row + 1 :]))


def _with_table(document: ParsedDocument, number: int, table: Table) -> ParsedDocument:
    tables = (*document.tables[:number], table, *document.tables[number + 1 :])
    lines = [table.columns, *table.rows] if table.columns else table.rows
    text = "\n".join("\t".join(cells) for cells in lines)
    blocks = tuple(replace(block, text=text) if block.table == number else block for block in document.blocks)
    return with_facts_of(document, replace(document, tables=tables, blocks=blocks))


def redact(document: ParsedDocument, change: Change) -> ParsedDocument:
    """The document with a run blotted out in a block or a cell: no reading of it is kept for the public."""
    if "table" in change.place:
        number, row, column = (change.place[name] for name in ("table", "row", "column"))
        table = _table(document, number)
        if _cell(table, row, column) != change.old:
            row = _row_like(table, column, change.old, row)
        kept = tuple(one for one in table.as_printed if one[:2] != (row, column))
        changed = replace(_with_cell(table, row, column, change.new), as_printed=kept)
        return _with_table(document, number, changed)
    at = find_block(document, change.place["block"], change.old)
    return with_facts_of(document, with_text(document, at, change.new, None))
