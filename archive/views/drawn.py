"""What an editor draws on the picture of a page, and the document that begins with the lines there.

Drawn is one line (`11:4`, the fifth line of page 11) or a rectangle in points of the page (`11:72,96.5,310,40`: left,
top, width, height).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from archive.models import Block, Document, Issue
from archive.numbers import is_number_line
from archive.views.sheet_lines import SheetLine, page_lines, sheet_lines

# So many blocks may hold the title and number of a document that was missed.
MOST_HEAD = 4
# A rectangle no larger than this (points) was a click.
_CLICK = 4.0
# A title is no sentence, and no longer than this.
_LONGEST_TITLE = 120

_DRAWN = re.compile(r"(?P<page>[0-9]{1,5}):(?:(?P<line>[0-9]{1,5})|(?P<box>[0-9.,]{7,60}))")
_LENGTH = re.compile(r"[0-9]{1,5}(\.[0-9]{1,3})?")

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line of a page by its number from 0, or a box (left, top, width, height)."""

    page: int
    line: int | None = None
    box: Box | None = None

    @property
    def is_click(self) -> bool:
        return self.box is None or max(self.box[2:]) <= _CLICK

    def holds(self, n: int, line: SheetLine) -> bool:
        """True where line `n` of the page is drawn over: by half of it or of the box, each way."""
        if self.box is None:
            return n == self.line
        left, top, width, height = self.box
        return _overlaps(left, width, line.x, line.width) and _overlaps(top, height, line.y, line.height)


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line of a page, and the document that it is printed in; None for a running head or the contents."""

    line: SheetLine
    document: Document | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """Where a document begins that stands inside another, and what of it could be read off the drawn lines.

    `head` blocks from `block` on hold title and number. Of the first, `start` characters stay with the document
    before; of the last, what stands behind `end` is the new one's text (0: nothing).
    """

    document: Document
    block: int
    head: int
    title: str
    number: str
    start: int = 0
    end: int = 0


class NoStart(Exception):
    """No document can begin where was drawn; the message says why."""


def read_drawn(text: str) -> Drawn | None:
    """What an address says was drawn, None where it says nothing that could be."""
    match = _DRAWN.fullmatch(text)
    if match is None:
        return None
    page = int(match["page"])
    if match["line"]:
        return Drawn(page, line=int(match["line"]))
    parts = match["box"].split(",")
    if len(parts) != 4 or not all(_LENGTH.fullmatch(part) for part in parts):
        return None
    left, top, width, height = map(float, parts)
    return Drawn(page, box=(left, top, width, height)) if width and height else None


def placed_lines(issue: Issue, number: int) -> list[PlacedLine]:
    """The lines of a page as they are read, each with its document; [] for a page without text."""
    page = issue.pages.filter(number=number).first()
    if page is None:
        return []
    placed = [PlacedLine(line) for line in page_lines(page)]
    for document in documents_of_page(issue, number):
        last = document.last_page or document.first_page
        pages = issue.pages.filter(number__gte=document.first_page, number__lte=last)
        lines = sheet_lines(document, pages, list(document.blocks.all()))
        for n, line in enumerate(line for line in lines if line.page == number):
            if placed[n].document is None and (line.head or line.block is not None):
                placed[n] = PlacedLine(line, document)
    return placed


def documents_of_page(issue: Issue, number: int) -> Sequence[Document]:
    """The documents that stand on a page, in their order."""
    found = issue.documents.alias(ends=Coalesce("last_page", "first_page"))
    found = found.filter(first_page__lte=number, ends__gte=number).order_by("position")
    return list(found.prefetch_related("blocks__table", "blocks__roster"))


def find_start(issue: Issue, drawn: Drawn) -> Start:
    """The start of a document at the drawn lines. Raises NoStart."""
    placed = placed_lines(issue, drawn.page)
    chosen = [one for n, one in enumerate(placed) if drawn.holds(n, one.line)]
    if not chosen:
        raise NoStart(_("这里没有文字行。请在漏掉的文件的标题上画框，或点标题的一行。"))
    first = next((one for one in chosen if one.document is not None), None)
    if first is None or first.document is None:
        raise NoStart(
            _("这几行不在任何一件的正文里（例如页眉、页码、目录），不能从这里标出文件。请画在标题上。")
        )
    document = first.document
    blocks = list(document.blocks.all())
    of_document = [one.line for one in placed if one.document == document and one.line.block is not None]
    lines = [one.line for one in chosen if one.document == document and one.line.block is not None]
    if first.line.head or not lines:
        raise _begun(document)
    if drawn.is_click:
        lines = _whole_title(lines, of_document, blocks)
    return _start(document, blocks, lines, of_document)


def _begun(document: Document) -> NoStart:
    told = _("第%(n)s件“%(title)s”已经从这里开始，不必再标。")
    return NoStart(told % {"n": document.position, "title": document.title})


def _corrected() -> NoStart:
    return NoStart(
        _(
            "这一段的文字更正过，不能照版面分开。请在这一段点“更正”，在标题前后各空一行分段，再在标题那一段选“从这一段起是另一件公文”。"
        )
    )


def _overlaps(a: float, a_length: float, b: float, b_length: float) -> bool:
    """True where two stretches have half of the shorter in common."""
    common = min(a + a_length, b + b_length) - max(a, b)
    return common > 0 and 2 * common >= min(a_length, b_length)


def _whole_title(
    lines: Sequence[SheetLine], of_document: Sequence[SheetLine], blocks: Sequence[Block]
) -> list[SheetLine]:
    """The lines of the title of which one was clicked; the line alone where its block is more than a title."""
    text = next(block.text for block in blocks if block.position == lines[0].block)
    if len(text) > _LONGEST_TITLE or "。" in text:
        return list(lines)
    return [line for line in of_document if line.block == lines[0].block]


def _start(
    document: Document, blocks: Sequence[Block], lines: list[SheetLine], of_document: Sequence[SheetLine]
) -> Start:
    """The start of a document whose title, and perhaps number, are `lines` of a document before it."""
    at = {block.position: n for n, block in enumerate(blocks)}
    lines = sorted(lines, key=_place)
    first, last = at[lines[0].block or 0], at[lines[-1].block or 0]
    if _is_inside_corrected(blocks[first], lines[0].start):
        raise _corrected()
    cut = _cut(blocks[first], lines[0].start)
    if first == 0 and not cut:
        raise _begun(document)
    if not all(_is_running(block) for block in blocks[first : last + 1]):
        # A table or roster stays whole, as the first of the new document's text.
        return Start(document, blocks[first].position, 0, _title(lines, blocks[first]), "")
    below = _number_below(lines[-1], blocks[last : last + 2], of_document)
    if below is not None:
        lines.append(below)
        last = at[below.block or 0]
    if _is_inside_corrected(blocks[last], lines[-1].end):
        raise _corrected()
    if last - first >= MOST_HEAD:
        raise NoStart(
            _("框住了 %(n)s 段。标题和文号最多占 %(most)s 段，请只框住标题。")
            % {"n": last - first + 1, "most": MOST_HEAD}
        )
    titles = [line for line in lines if not is_number_line(line.text)] or lines
    number = next((line.text.strip() for line in lines if line not in titles), "")
    by_position = {block.position: block for block in blocks}
    return Start(
        document,
        blocks[first].position,
        last - first + 1,
        "".join(_title([line], by_position[line.block or 0]) for line in titles),
        number,
        start=cut,
        end=_cut(blocks[last], lines[-1].end),
    )


def _place(line: SheetLine) -> tuple[int, int]:
    return line.block or 0, line.start


def _is_running(block: Block) -> bool:
    return block.table_id is None and block.roster_id is None


def _title(lines: Sequence[SheetLine], block: Block) -> str:
    """The words of lines of one block: as the editors have them where they can be told apart, else as printed."""
    if not _is_running(block) or block.as_printed:
        return "".join(line.text.strip() for line in lines)
    return "".join(
        " ".join(block.text[_offset(block.text, line.start) : _offset(block.text, line.end)].split())
        for line in lines
    )


def _number_below(
    last: SheetLine, blocks: Sequence[Block], of_document: Sequence[SheetLine]
) -> SheetLine | None:
    """The line that stands next in the text where it is a number, in the same block or alone in the next one."""
    after = min((line for line in of_document if _place(line) > _place(last)), key=_place, default=None)
    if after is None or not is_number_line(after.text) or is_number_line(last.text):
        return None
    if after.block == last.block:
        return after
    alone = len(blocks) > 1 and blocks[1].position == after.block and is_number_line(blocks[1].text)
    return after if alone else None


def _is_inside_corrected(block: Block, bare: int) -> bool:
    """True where character `bare` of the print, blanks not counted, is inside a block whose text was corrected.

    Lines are those of the print: where the corrected text would be parted is not known.
    """
    return _is_running(block) and 0 < bare < len("".join(block.as_printed.split()))


def _cut(block: Block, bare: int) -> int:
    """Where the block's text is parted at its character `bare`, blanks not counted; 0 where that is an end of it."""
    if not _is_running(block) or block.as_printed:
        return 0
    at = _offset(block.text, bare)
    return at if block.text[:at].strip() and block.text[at:].strip() else 0


def _offset(text: str, bare: int) -> int:
    """The place in a text of its character `bare`, blanks not counted; blanks in front of it stay in front."""
    for at, character in enumerate(text):
        if not character.isspace():
            if bare == 0:
                return at
            bare -= 1
    return len(text)
