"""One change of a document's record, and what it means that it cannot be made."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from archive.ingest.parse.records import ParsedDocument

# What stands for each character that is blotted out.
BLOT = "█"


@dataclass(frozen=True, slots=True)
class Change:
    """`old` stood at `place` and `new` takes its place; all three hold nothing but what JSON can hold.

    | kind | place | old, new |
    |---|---|---|
    | field | field | the field's value: text, a date as ISO text, a list of signers |
    | text | block | the block's text |
    | cell | table, row (-1: the head), column | the cell's text |
    | kind | block, text | the block's kind |
    | heading | block, text | {"level", "label", "heading", "run_in"}; None for a block that begins no section |
    | merge | block | the two texts; the joined one |
    | split | block | the text; the two parts |
    | member | roster, at | {"role", "person", "post"}; None: not there |
    | appointment | at | {"action", "person", "post", "remark"}; None |
    | reference | at | {"number", "title", "relation", "evidence"}; None |
    | attachment | at | {"label", "title", "omitted"}; None |
    | redact | block, or table, row, column | the text; the text with the run blotted out |
    | begin | block, text | None; {"title", "number", "head"}: a document of its own begins at this block |
    | join | block, text | {"title", "number", "head"}; None: the next document is part of this one |
    | boundary | | the text of the first block that moves; {"blocks"}: so many from the next, or below 0 to it |
    """

    kind: str
    place: dict[str, Any]
    old: Any
    new: Any

    def reversed(self) -> "Change":
        """The change that undoes this one."""
        kind = {"merge": "split", "split": "merge", "begin": "join", "join": "begin"}.get(
            self.kind, self.kind
        )
        return Change(kind, self.place, self.new, self.old)


class Stale(Exception):
    """What the change would replace does not stand there (any more)."""


def find_block(document: ParsedDocument, at: int, text: str) -> int:
    """The index of the block that reads `text`, the one nearest to `at`. Raises Stale."""
    same = [i for i, block in enumerate(document.blocks) if block.text == text]
    if not same:
        raise Stale(text)
    return min(same, key=lambda i: abs(i - at))


Operation = Callable[[ParsedDocument, Change], ParsedDocument]
