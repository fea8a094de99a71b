"""Makes changes: of one document, and of the run of documents of an issue."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from archive.ingest.correct.aim import aimed
from archive.ingest.correct.change import Change, Operation, Stale
from archive.ingest.correct.documents import begin_document, join_documents, move_boundary
from archive.ingest.correct.facts import (
    change_appointment,
    change_attachment,
    change_member,
    change_reference,
)
from archive.ingest.correct.structure import change_heading, change_kind, merge_blocks, split_block
from archive.ingest.correct.texts import change_cell, change_field, change_text, redact
from archive.ingest.parse.records import ParsedDocument

OPERATIONS: dict[str, Operation] = {
    "field": change_field,
    "text": change_text,
    "cell": change_cell,
    "kind": change_kind,
    "heading": change_heading,
    "merge": merge_blocks,
    "split": split_block,
    "member": change_member,
    "appointment": change_appointment,
    "reference": change_reference,
    "attachment": change_attachment,
    "redact": redact,
}
# Those that concern a document and the next.
BETWEEN = ("begin", "join", "boundary")
KINDS = (*OPERATIONS, *BETWEEN)


@dataclass(frozen=True, slots=True)
class Held:
    """A document of an issue with the id that it has in the archive; None for one that has none yet."""

    record: ParsedDocument
    key: str | None


def change_document(document: ParsedDocument, change: Change) -> ParsedDocument:
    """The document with the change made. Raises Stale where the old text does not stand."""
    return OPERATIONS[change.kind](document, change)


def change_issue(
    documents: Sequence[Held], key: str, change: Change, made: str | None = None, *, again: bool = False
) -> list[Held]:
    """The documents of an issue with a change made in the one of `key`, numbered from 1.

    `made` is the id of the document that a `begin` makes. `again`: the change was made before, of a text that may
    be read otherwise since. Raises Stale where the old text does not stand.
    """
    at = next((i for i, held in enumerate(documents) if held.key == key), None)
    if at is None:
        raise Stale(key)
    found = list(documents)
    record = found[at].record
    if change.kind in OPERATIONS:
        change = aimed(record, change) if again else change
        found[at] = Held(change_document(record, change), key)
        return found
    if change.kind == "begin":
        first, second = begin_document(record, change)
        found[at : at + 1] = [Held(first, key), Held(second, made)]
    else:
        if at + 1 >= len(found):
            raise Stale(key)
        after = found[at + 1]
        if change.kind == "join":
            found[at : at + 2] = [Held(join_documents(record, after.record, change), key)]
        else:
            first, second = move_boundary(record, after.record, change)
            found[at : at + 2] = [Held(first, key), Held(second, after.key)]
    return [Held(replace(held.record, position=n), held.key) for n, held in enumerate(found, 1)]
