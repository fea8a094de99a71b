"""A document's blocks made ready for the page: headings in their levels, lists, tables, signature and date.

The text itself is left as printed; what is added is structure only.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from operator import itemgetter

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from archive.ingest.correct.aim import changed_run
from archive.models import Block, Document, Section, Table
from archive.search.marks import Marker
from archive.structure import Headings, is_group_row, length_of, lines_in, omitted_from, repeats_title
from archive.views.appointment_lines import lines_of
from archive.views.doubt import Doubt, doubt_about, doubts_of, is_unsure, with_doubts, within

# Gives for a block what escapes the parts of it that are shown, and may mark terms in them.
MarkerOf = Callable[[Block], Marker]

# The page has one h1, the document's title.
_TOP_LEVEL, _LAST_LEVEL = 2, 6
# Characters shown on either side of what was corrected.
_AROUND = 4
# How the print sets each kind of label: 一、 and chapters in Hei, （一） and articles' sections in Kai.
_STYLES = (
    ("hei", re.compile(r"^(?:[一二三四五六七八九十百]+、|第.{1,5}[编章]|[0-9]+\s*$)")),
    ("kai", re.compile(r"^(?:[（(][一二三四五六七八九十百]+[）)]|第.{1,5}节|[0-9]+[.．][0-9]+\s*$)")),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a signature or of an 附件 list."""

    html: SafeString
    kind: str = ""
    omitted: SafeString | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table; a group row (一 | 新材料：7个 | ) stands above the rows that it names."""

    cells: tuple[SafeString, ...]
    group: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The people of a roster under one role."""

    role: SafeString
    members: tuple[tuple[SafeString, SafeString], ...]


@dataclass(slots=True)
class Piece:
    """One thing on the page. `kind` is a block's kind, with signature and date joined in `signed`."""

    kind: str
    html: SafeString | str = ""
    anchor: str = ""
    level: int = 0
    style: str = ""
    head: SafeString | str = ""
    lines: list[Line] = field(default_factory=list)
    caption: SafeString | str = ""
    repeats_title: bool = False
    columns: tuple[SafeString, ...] = ()
    rows: tuple[Row, ...] = ()
    groups: tuple[Group, ...] = ()
    # The position of a table among those of the document.
    table: int | None = None
    # The page of the file that begins here, and the number printed on it.
    page: int | None = None
    printed_page: int | None = None
    # Recognised from a scan, and not with certainty, nobody knows where in it.
    unsure: bool = False
    # Where the appointments that a paragraph prints are linked to.
    appointments: tuple[str, ...] = ()
    # What an editor has corrected in it: (as printed, as it reads now), each with a little of what stands around it.
    corrected: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """One line of the side contents."""

    depth: int
    label: str
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class DocumentText:
    pieces: tuple[Piece, ...]
    outline: tuple[OutlineEntry, ...]


def unmarked(block: Block) -> Marker:
    """The marker that marks nothing."""
    return conditional_escape


def read_text(document: Document, marker_of: MarkerOf = unmarked) -> DocumentText:
    """The pieces and the outline of a document. The marker of a block is called for its parts in the order in
    which they are shown.

    Needs `blocks` with table, roster and section, `sections`, `enclosures` and `appointments` prefetched.
    """
    headings = Headings(document.sections.all())
    builder = _Builder(document, headings, marker_of)
    for block in document.blocks.all():
        builder.add(block)
    return DocumentText(tuple(builder.pieces), _outline(builder.outline, headings.by_key.values()))


class _Builder:
    def __init__(self, document: Document, headings: Headings, marker_of: MarkerOf) -> None:
        self.document = document
        self.headings = headings
        self.marker_of = marker_of
        self.mark: Marker = conditional_escape
        self.pieces: list[Piece] = []
        self.outline: list[OutlineEntry] = []
        # The last title of an enclosed plan, as printed; "" while there is none.
        self.enclosed = ""
        self.page, self.printed = document.first_page, document.printed_first_page
        self.appointments = lines_of(list(document.appointments.all()), list(document.blocks.all()))

    def add(self, block: Block) -> None:
        self.mark = self.marker_of(block)
        piece = self._piece(block)
        # what is not known line by line is marked as a whole
        unsure = is_unsure(block.confidence) and not doubts_of(block)
        if piece is None:
            self.pieces[-1].unsure |= unsure
            self.pieces[-1].corrected += corrections_in(block)
            return
        piece.corrected = corrections_in(block)
        if piece.kind == "paragraph":
            piece.appointments = tuple(one.anchor for one in self.appointments.get(block.pk, ()))
        piece.unsure = unsure
        if self._turns(block):
            piece.page, piece.printed_page = block.page, block.printed_page
            self.page, self.printed = block.page, block.printed_page
        self.pieces.append(piece)

    def _turns(self, block: Block) -> bool:
        """True for the first block of a page of the file, or of the other half of a spread."""
        if block.page is None or self.page is None or block.page < self.page:
            return False
        if block.page > self.page:
            return True
        if block.printed_page is None:
            return False
        return self.printed is not None and block.printed_page > self.printed

    def _html(self, block: Block, start: int = 0, end: int | None = None) -> SafeString:
        """`block.text[start:end]`, marked."""
        end = len(block.text) if end is None else end
        return with_doubts(self.mark(block.text[start:end]), within(doubts_of(block), start, end))

    def _piece(self, block: Block) -> Piece | None:
        """The piece that begins with `block`; None when it joins the one before."""
        if block.kind in (Block.Kind.SIGNATURE, Block.Kind.DATE):
            return self._signed(block)
        if block.kind == Block.Kind.TABLE and block.table is not None:
            return self._table(block, block.table)
        if block.kind == Block.Kind.ROSTER and block.roster is not None:
            return Piece("roster", groups=_groups(block.roster.members, partial(self._part, block)))
        if block.kind == Block.Kind.ATTACHMENT:
            return Piece(
                "attachment", lines=[self._attachment(block, *line) for line in lines_in(block.text)]
            )
        if block.kind == Block.Kind.SUBTITLE:
            return self._subtitle(block)
        section = self.headings.begin(block)
        if section is None:
            kind = "paragraph" if block.kind == Block.Kind.HEADING else block.kind
            return Piece(kind, html=self._html(block))
        if block.kind == Block.Kind.HEADING:
            return self._heading(block, section)
        return self._run_in(block, section)

    def _heading(self, block: Block, section: Section) -> Piece:
        depth = self.headings.depth(section) + bool(self.enclosed)
        self.outline.append(_outline_entry(depth, section))
        level = min(_TOP_LEVEL + depth, _LAST_LEVEL)
        return Piece("heading", self._html(block), section.anchor, level, heading_style(section.label))

    def _run_in(self, block: Block, section: Section) -> Piece:
        cut = length_of(f"{section.label}{section.heading}", block.text)
        head = self._html(block, 0, cut)
        return Piece("paragraph", self._html(block, cut), section.anchor, head=head)

    def _subtitle(self, block: Block) -> Piece:
        number = sum(piece.kind == "subtitle" for piece in self.pieces) + 1
        anchor = f"enclosure-{number}"
        lines = list(lines_in(block.text)) or [(0, "")]
        self.outline.append(OutlineEntry(0, "", lines[0][1], anchor))
        self.enclosed = block.text
        shown = [Line(self._html(block, at, at + len(text))) for at, text in lines]
        return Piece("subtitle", anchor=anchor, level=_TOP_LEVEL, lines=shown)

    def _signed(self, block: Block) -> Piece | None:
        lines = [Line(self._html(block, at, at + len(text)), block.kind) for at, text in lines_in(block.text)]
        if self.pieces and self.pieces[-1].kind == "signed":
            self.pieces[-1].lines.extend(lines)
            return None
        return Piece("signed", lines=lines)

    def _attachment(self, block: Block, at: int, text: str) -> Line:
        if cut := omitted_from(text):
            return Line(
                self._html(block, at, at + cut[0]),
                omitted=self._html(block, at + cut[1], at + len(text)),
            )
        return Line(self._html(block, at, at + len(text)))

    def _part(self, block: Block, text: str) -> SafeString:
        """A name or a post of a roster: doubted where the line that it was read from is."""
        doubts: list[Doubt] = doubt_about(text, block.text, doubts_of(block))
        return with_doubts(self.mark(text), doubts)

    def _table(self, block: Block, table: Table) -> Piece:
        titled = bool(self.pieces) and self.pieces[-1].kind == "subtitle"
        repeats = titled and repeats_title(table, self.enclosed)
        # Where the caption only repeats the title above it, it is not seen, and nothing in it is marked.
        caption = conditional_escape(table.title) if repeats else self.mark(table.title)
        cells = self._cells(block, table)
        columns = tuple(next(cells) for _ in table.columns)
        return Piece(
            "table",
            anchor=f"table-{table.position}",
            table=table.position,
            caption=caption,
            repeats_title=repeats,
            columns=columns,
            rows=tuple(Row(tuple(next(cells) for _ in row), is_group_row(row)) for row in table.rows),
        )

    def _cells(self, block: Block, table: Table) -> Iterator[SafeString]:
        """The cells in order, marked; in the block's text a tab or a line end follows each."""
        at = 0
        for row in (table.columns, *table.rows) if table.columns else table.rows:
            for cell in row:
                doubts = within(doubts_of(block), at, at + len(cell)) if cell else []
                yield with_doubts(self.mark(cell), doubts)
                at += len(cell) + 1


def corrections_in(block: Block) -> list[tuple[str, str]]:
    """(as printed, as it reads now) of what an editor has corrected in a block, cut to the run that differs."""
    if block.table is not None:
        cells = [block.table.columns, *block.table.rows]
        return [(printed, cells[row + 1][column]) for row, column, printed in block.table.as_printed]
    if not block.as_printed:
        return []
    start, end_printed, end_now = changed_run(block.as_printed, block.text)
    start, around = max(0, start - _AROUND), _AROUND
    return [(block.as_printed[start : end_printed + around], block.text[start : end_now + around])]


def heading_style(label: str) -> str:
    """The face of a heading by its label: hei, kai or, for all others, the text's own, bold."""
    return next((style for style, pattern in _STYLES if pattern.match(label.strip())), "song")


def _groups(members: list[dict[str, str]], mark: Marker) -> tuple[Group, ...]:
    return tuple(
        Group(mark(role), tuple((mark(member["person"]), mark(member["post"])) for member in people))
        for role, people in groupby(members, itemgetter("role"))
    )


def _outline(headings: list[OutlineEntry], sections: Iterable[Section]) -> tuple[OutlineEntry, ...]:
    """The headings; of a document without any, its run-in ones (第一条)."""
    if headings:
        return tuple(headings)
    return tuple(_outline_entry(0, section) for section in sections if section.run_in)


def _outline_entry(depth: int, section: Section) -> OutlineEntry:
    # 1.1 适用范围 and 第一条 目的 are set apart, 一、总体要求 is not.
    apart = " " if section.label[-1:].isalnum() else ""
    return OutlineEntry(depth, section.label + apart, section.heading, section.anchor)
