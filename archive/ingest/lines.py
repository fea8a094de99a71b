"""What extraction hands to layout and parsing: pages of glyphs and rules, and the lines made of them.

All lengths are in points; the origin is the top left corner of the page as it is read, y grows downwards.
The flip from PDF's own origin happens once, in `extract/`.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

# How sure recognition was of each cell of a table, row by row; None for an empty one.
Sure = tuple[tuple[float | None, ...], ...]


class Glyph(NamedTuple):
    """One drawn character (rarely two, for a ligature) with its box. A tuple: an issue has 200,000 of them."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    font: str = ""
    # how sure character recognition was, 0 to 1; None for a character that the file itself names
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A thin printed line: horizontal when `top == bottom`, vertical when `x0 == x1`."""

    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Turned:
    """Glyphs set at quarter turns to the text of their sheet, in the frame in which they read.

    `quarter` is 1 for what reads upwards, 2 upside down, 3 downwards. For 1 and 3 the frame is as high as the sheet
    is wide.
    """

    quarter: int
    glyphs: tuple[Glyph, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of the file as drawn: glyphs in no promised order, and thin rules.

    `has_image` says that a picture covers most of the page, `outlines` counts filled curves of the size of type,
    which characters drawn as outlines are made of. `hidden_glyphs` are those drawn invisibly, as the
    text layer of a scan is. `text` says where the glyphs come from: the file itself (embedded), a text layer
    under or over a scan (hidden), character recognition (ocr), or nowhere ("").
    `turned` is what is set at quarter turns to the glyphs: the row heads of a table, the upright running head of a
    page whose table lies on its side. `outside` is the text of what is drawn beside the sheet, or in no readable size.
    """

    number: int
    width: float
    height: float
    glyphs: tuple[Glyph, ...] = ()
    rules: tuple[Rule, ...] = ()
    has_image: bool = False
    undefined_glyphs: int = 0
    hidden_glyphs: int = 0
    outlines: int = 0
    text: str = "embedded"
    turned: tuple[Turned, ...] = ()
    outside: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line in reading order, with its box on page `page` (from 1).

    `starts` and `ends` say how far the line is from the edges of its column, in
    ems of its own size: an indented first line has `starts` of about 2, a line
    that was cut by the column edge has `ends` of about 0.
    None of the four is known in a text file: `page` is None, the box is empty.
    """

    text: str
    page: int | None = None
    box: tuple[float, float, float, float] | None = None
    size: float | None = None
    bold: bool = False
    starts: float | None = None
    ends: float | None = None
    centred: bool = False
    column: int = 0
    # a blank line stands before it in a text file
    after_blank: bool = False
    # (x0, x1, text) of the parts of a row that stand apart: 副组长：商永波　　市政府督查专员
    cells: tuple[tuple[float, float, str], ...] = ()
    # how sure character recognition was of its characters, 0 to 1; None for text that the file itself holds
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class RuledTable:
    """A table cut out of the page, mostly by its rules: rows of cell texts, top to bottom.

    A cell that spans several columns stands in the first of them, the others are empty. `headed` says that the
    first row is a head: only of a list without rules it is known that it has none. `ends_right`: it goes on over pages
    and ends on the right half of a spread.
    """

    rows: tuple[tuple[str, ...], ...]
    page: int
    box: tuple[float, float, float, float]
    last_page: int | None = None
    # as of Line
    confidence: float | None = None
    headed: bool = True
    # the same for each cell of `rows`; () where the file itself holds the text
    sure: Sure = ()
    # what is printed in its cells, cell by cell, with the page and the box of each line
    lines: tuple[Line, ...] = ()
    ends_right: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One page ready to be parsed: its lines and tables in reading order, running heads taken off."""

    number: int
    width: float
    height: float
    printed_number: int | None = None
    # of a sheet with two printed pages side by side, the number of the right one; `printed_number` is the left one
    printed_right: int | None = None
    items: tuple["Line | RuledTable", ...] = ()
    furniture: tuple[str, ...] = field(default=())
    readable: bool = True
    # characters drawn in a font that does not say what they are
    undefined_glyphs: int = 0
    # as of Sheet: embedded, hidden, ocr or ""
    text: str = "embedded"
    # lines set at quarter turns that stand in no table and are no running heads: in none of the items
    sideways: tuple[str, ...] = ()
    # as of Sheet
    outside: str = ""

    def printed_at(self, item: "Line | RuledTable") -> int | None:
        """The printed number of the page, of the two on a spread, that an item on it stands on."""
        if self.printed_right is None or item.box is None or item.box[0] + item.box[2] < self.width:
            return self.printed_number
        return self.printed_right

    @property
    def lines(self) -> list[Line]:
        """The lines alone, in reading order."""
        return [item for item in self.items if isinstance(item, Line)]
