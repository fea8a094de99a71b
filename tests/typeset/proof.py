"""Pages set by hand, for what no manuscript has: lists without rules, turned pages, a heading down the side."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import reportlab
from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont
from reportlab.pdfgen.canvas import Canvas

from tests.typeset.breaking import break_lines
from tests.typeset.faces import reader_faces
from tests.typeset.sheet import HEIGHT, WIDTH

BODY, LEADING = 10.5, 18.0


_LATIN = TTFont(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf")


class _PathPen(BasePen):  # type: ignore[misc]
    """Draws the outline of a character into a path of the page."""

    def __init__(self, letters: Any, path: Any) -> None:
        super().__init__(letters)
        self.path = path

    def _moveTo(self, pt: tuple[float, float]) -> None:
        self.path.moveTo(*pt)

    def _lineTo(self, pt: tuple[float, float]) -> None:
        self.path.lineTo(*pt)

    def _curveToOne(
        self, pt1: tuple[float, float], pt2: tuple[float, float], pt3: tuple[float, float]
    ) -> None:
        self.path.curveTo(*pt1, *pt2, *pt3)

    def _closePath(self) -> None:
        self.path.close()


class Proof:
    """A PDF made page by page; (x, y) is the start of a baseline in points from the top left corner.

    Lines go down from `y`, which each piece moves on, and behind `foot` on a new page; the text is `measure` ems
    of body size wide, from `left` on.
    """

    def __init__(
        self, width: float = WIDTH, height: float = HEIGHT, left: float = 72.0, measure: float = 42.0
    ):
        self.faces = reader_faces()
        self.buffer = io.BytesIO()
        self.size = (width, height)
        self.canvas = Canvas(self.buffer, pagesize=self.size, invariant=1, initialFontName="Helvetica")
        self.left, self.measure = left, measure
        self.y, self.foot = 110.0, height

    def put(self, text: str, x: float, y: float, size: float = BODY, spread: float = 0.0) -> None:
        """A run of characters, each `spread` points from the next."""
        run = self.canvas.beginText(x, self.size[1] - y)
        run.setFont(self.faces.names["song"], size)
        run.setCharSpace(spread)
        run.textOut(text)
        self.canvas.drawText(run)

    def outlines(self, text: str, x: float, y: float, size: float = BODY) -> None:
        """Latin letters drawn as filled curves, as what was converted to paths before it was sent to print."""
        letters = _LATIN.getGlyphSet()
        names = _LATIN.getBestCmap()
        scale = size / _LATIN["head"].unitsPerEm
        self.canvas.saveState()
        self.canvas.translate(x, self.size[1] - y)
        self.canvas.scale(scale, scale)
        for char in text:
            path = self.canvas.beginPath()
            letters[names[ord(char)]].draw(_PathPen(letters, path))
            self.canvas.drawPath(path, stroke=0, fill=1)
            self.canvas.translate(letters[names[ord(char)]].width, 0)
        self.canvas.restoreState()

    def title(self, text: str, number: str = "") -> None:
        """A title in the middle of the measure, its number under it."""
        for line, size in ((text, 18.0), (number, 12.0)):
            width = sum(self.faces.advance(char, "song") for char in line) * size
            self.put(line, self.left + (self.measure * BODY - width) / 2, self.y, size)
            self.y += 1.8 * size

    def paragraph(
        self,
        text: str,
        indent: float = 2.0,
        hang: float = 0.0,
        left: float = 0.0,
        measure: float | None = None,
    ) -> None:
        """A justified paragraph `left` ems from the edge, its first line moved in by `indent`, the others by `hang`."""
        lines = break_lines(
            [(text, "song")], measure or self.measure, self.faces.advance, first_indent=indent, hang=hang
        )
        for line in lines:
            if self.y > self.foot:
                self.page()
            for piece in line.pieces:
                self.put(
                    piece.text,
                    self.left + (left + piece.x) * BODY,
                    self.y,
                    BODY,
                    round(piece.spread * BODY, 3),
                )
            self.y += LEADING

    def rows(self, rows: Sequence[Sequence[str]], xs: Sequence[float]) -> None:
        """Rows of cells that begin at `xs`, in ems from the edge; "\\n" breaks a cell."""
        for row in rows:
            cells = [cell.split("\n") for cell in row]
            for x, lines in zip(xs, cells, strict=True):
                for k, line in enumerate(lines):
                    self.put(line, self.left + x * BODY, self.y + k * LEADING)
            self.y += LEADING * max(map(len, cells))

    def signature(self, body: str, day: str) -> None:
        for text in (body, day):
            self.put(text, self.left + (self.measure - 2 - len(text)) * BODY, self.y)
            self.y += LEADING

    def page(self) -> None:
        """The page is done; the next begins at its head."""
        self.canvas.showPage()
        self.y = 110.0

    def pdf(self) -> bytes:
        self.canvas.save()
        return self.buffer.getvalue()
