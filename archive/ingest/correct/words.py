"""The changes that put one word for another throughout a document, or blot a run out wherever it stands."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from archive.ingest.correct.apply import change_document
from archive.ingest.correct.change import BLOT, Change
from archive.ingest.correct.facts import fact_values
from archive.ingest.correct.texts import field_value
from archive.ingest.parse.records import ParsedDocument

_FIELDS = ("title", "issuer", "recipients", "note", "signed_by")
_PRINTED_FIELDS = ("title_in_contents", "number_as_printed")
Rewrite = Callable[[str], str]


def word_changes(document: ParsedDocument, old: str, new: str) -> list[Change]:
    """The changes, in order, that make `new` of every `old` in the document; [] where it nowhere stands."""
    return list(_changes(document, "text", "cell", _FIELDS, lambda text: text.replace(old, new)))


def redactions(document: ParsedDocument, run: str) -> list[Change]:
    """The changes that blot `run` out wherever it stands; blanks in it stay, so that nothing moves."""
    blot = "".join(BLOT if not character.isspace() else character for character in run)
    fields = (*_FIELDS, *_PRINTED_FIELDS)
    return list(_changes(document, "redact", "redact", fields, lambda text: text.replace(run, blot)))


def _changes(
    document: ParsedDocument, of_text: str, of_cell: str, fields: Sequence[str], rewrite: Rewrite
) -> Iterator[Change]:
    """Block by block, then what did not follow the text by itself."""

    def made(change: Change) -> Change:
        nonlocal document
        document = change_document(document, change)
        return change

    for at in range(len(document.blocks)):
        block = document.blocks[at]
        if block.table is None and block.roster is None and (text := rewrite(block.text)) != block.text:
            yield made(Change(of_text, {"block": at}, block.text, text))
    for number in range(len(document.tables)):
        for row in range(-1, len(document.tables[number].rows)):
            table = document.tables[number]
            for column, cell in enumerate(table.columns if row < 0 else table.rows[row]):
                if (text := rewrite(cell)) != cell:
                    place = {"table": number, "row": row, "column": column}
                    yield made(Change(of_cell, place, cell, text))
    for number in range(len(document.rosters)):
        for at in range(len(document.rosters[number].members)):
            values = fact_values(document.rosters[number].members[at])
            if (fresh := _rewritten(values, rewrite)) != values:
                yield made(Change("member", {"roster": number, "at": at}, values, fresh))
    for name in fields:
        value = field_value(document, name)
        if (fresh := _rewritten(value, rewrite)) != value:
            yield made(Change("field", {"field": name}, value, fresh))
    for kind, facts in (
        ("attachment", "attachments"),
        ("appointment", "appointments"),
        ("reference", "references"),
    ):
        for at in range(len(getattr(document, facts))):
            values = fact_values(getattr(document, facts)[at])
            if (fresh := _rewritten(values, rewrite)) != values:
                yield made(Change(kind, {"at": at}, values, fresh))


def _rewritten(value: Any, rewrite: Rewrite) -> Any:
    if isinstance(value, str):
        return rewrite(value)
    if isinstance(value, list):
        return [_rewritten(one, rewrite) for one in value]
    if isinstance(value, dict):
        return {name: _rewritten(one, rewrite) for name, one in value.items()}
    return value
