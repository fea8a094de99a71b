"""How well an issue was read: contents entries found, characters placed, characters that are uncertain.

Running heads, page numbers and what stands before the contents are no part of the text and are not counted.
"""

from collections.abc import Iterable, Sequence

from archive.ingest.lines import Line, RuledTable
from archive.ingest.parse.records import ContentsEntry, ReadingScore

SURE = 0.9


def reading_score(
    items: Sequence[Line | RuledTable],
    entries: Sequence[ContentsEntry],
    entries_found: Iterable[int],
    unplaced: Iterable[tuple[int | None, str]],
) -> ReadingScore:
    """The counts of one issue. `items` are all lines and tables behind the front matter.

    `entries_found` are the indexes of the contents entries that have a document.
    """
    counts = [(count_characters(item), item.confidence) for item in items]
    characters = sum(count for count, _ in counts)
    return ReadingScore(
        contents_entries=len(entries),
        contents_found=len(set(entries_found)),
        characters=characters,
        characters_placed=characters - sum(_without_space(text) for _, text in unplaced),
        characters_uncertain=sum(count for count, sure in counts if sure is not None and sure < SURE),
    )


def count_characters(item: Line | RuledTable) -> int:
    """The printed characters of a line, or of all cells of a table, white space aside."""
    if isinstance(item, Line):
        return _without_space(item.text)
    return sum(_without_space(cell) for row in item.rows for cell in row)


def _without_space(text: str) -> int:
    return sum(len(part) for part in text.split())
