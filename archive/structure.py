"""How the blocks of a document make up its text: which section begins with which, how deep it stands, what is enclosed.

The page of a document, its Akoma Ntoso, its plain text and its Markdown all go by this.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from archive.models import Block, Document, Section, Table

_OMITTED = re.compile(r"^(.*?)\s*([（(]\s*略\s*[）)])\s*([；;。]?)$", re.S)
_GROUP_LABEL = re.compile(r"^[（(]?[一二三四五六七八九十]+[）)]?[、.．]?$")


class Headings:
    """The sections of a document as its blocks begin them, in reading order."""

    def __init__(self, sections: Iterable[Section]) -> None:
        self.by_key = {section.pk: section for section in sections}
        self._begun: set[int] = set()

    def begin(self, block: Block) -> Section | None:
        """The section that begins with this block; None where none does, or it has begun before."""
        if block.section_id is None or block.section_id in self._begun:
            return None
        section = self.by_key[block.section_id]
        if block.kind != Block.Kind.HEADING and not section.run_in:
            return None
        self._begun.add(block.section_id)
        return section

    def above(self, section: Section) -> list[Section]:
        """The sections that it stands in, innermost first."""
        found: list[Section] = []
        while section.parent_id is not None:
            section = self.by_key[section.parent_id]
            found.append(section)
        return found

    def depth(self, section: Section) -> int:
        """How many headings with a line of their own stand above, through all schemes of numbering."""
        return sum(not one.run_in for one in self.above(section))


@dataclass(frozen=True, slots=True)
class Entry:
    """A block, and the section that begins with it; the first `head` characters of a run-in one are its label and
    heading. `depth` is that of a heading with a line of its own; `titled` is a table whose title only says again what
    the title of the plan directly above it says."""

    block: Block
    section: Section | None = None
    depth: int = 0
    head: int = 0
    titled: bool = False

    @property
    def table(self) -> Table | None:
        """The table that stands in the block; None where none does, or nothing stands in it."""
        table = self.block.table if self.block.kind == Block.Kind.TABLE else None
        return table if table is not None and (table.columns or table.rows) else None

    @property
    def is_heading(self) -> bool:
        return self.section is not None and self.block.kind == Block.Kind.HEADING


@dataclass(slots=True)
class Part:
    """The document's own text, or that of a plan that it carries: `title` is then the block where its title stands."""

    title: Block | None = None
    entries: list[Entry] = field(default_factory=list)


def parts_of(document: Document) -> list[Part]:
    """The document's own text first, even where it has none, then what it carries, in reading order.

    Needs `blocks` with table and roster, and `sections`.
    """
    headings = Headings(document.sections.all())
    parts = [Part()]
    for block in document.blocks.all():
        if block.kind == Block.Kind.SUBTITLE:
            parts.append(Part(block))
            continue
        section = headings.begin(block)
        depth = headings.depth(section) + (len(parts) > 1) if section else 0
        head = length_of(f"{section.label}{section.heading}", block.text) if section else 0
        entry = Entry(block, section, depth, head)
        above = parts[-1].title
        if entry.table and above and not parts[-1].entries and repeats_title(entry.table, above.text):
            entry = replace(entry, titled=True)
        parts[-1].entries.append(entry)
    return parts


def length_of(head: str, text: str) -> int:
    """How many characters of `text` make up `head`, white space aside; 0 when the text begins otherwise."""
    wanted = [c for c in head if not c.isspace()]
    at = 0
    for index, c in enumerate(text):
        if at == len(wanted):
            return index
        if c.isspace():
            continue
        if c != wanted[at]:
            return 0
        at += 1
    return len(text) if at == len(wanted) else 0


def lines_in(text: str) -> Iterator[tuple[int, str]]:
    """(where it begins in the text, the line) of each line."""
    at = 0
    for line in text.splitlines(keepends=True):
        yield at, line.rstrip("\r\n")
        at += len(line)


def omitted_from(line: str) -> tuple[int, int] | None:
    """Where the name of an attachment that is not printed ends, and where its （略） begins; None for one that is."""
    match = _OMITTED.match(line)
    return (match.end(1), match.start(2)) if match else None


def is_group_row(row: Sequence[str]) -> bool:
    """True for a row that names those below it: 一 | 新材料：7个 | ."""
    filled = [cell for cell in row if cell.strip()]
    if len(row) < 2 or len(filled) == len(row):
        return False
    return len(filled) == 1 or (len(filled) == 2 and bool(_GROUP_LABEL.match(row[0].strip())))


def repeats_title(table: Table, above: str) -> bool:
    """True where the table's title only says again what the title directly above it says."""
    return bool(above) and _bare(above).startswith(_bare(table.title))


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", text)
