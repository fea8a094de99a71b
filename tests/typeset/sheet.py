"""Sheets of paper with marks on them (text and thin rules), and drawing them into a PDF.

Points; the origin is the top left corner, y grows downwards. The flip to PDF's own origin happens in `draw_sheets`.
"""

import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from reportlab.pdfgen.canvas import Canvas

from tests.typeset.breaking import SetLine
from tests.typeset.faces import Faces

WIDTH, HEIGHT = 595.28, 841.89
INK = (0.12, 0.11, 0.10)
RED = (0.66, 0.125, 0.10)


@dataclass(frozen=True, slots=True)
class Text:
    """A run of characters; (x, y) is the start of its baseline, `spread` the points added after each."""

    x: float
    y: float
    text: str
    face: str
    size: float
    spread: float = 0.0
    colour: tuple[float, float, float] = INK


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight printed line."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float = 0.5
    colour: tuple[float, float, float] = INK


@dataclass(slots=True)
class Sheet:
    """One page being set; `picture` draws what is neither text nor rule (the cover's ornament)."""

    marks: list[Text | Stroke] = field(default_factory=list)
    printed_number: int | None = None
    picture: Callable[[Canvas], None] | None = None

    def line(
        self,
        set_line: SetLine,
        x: float,
        y: float,
        size: float,
        colour: tuple[float, float, float] = INK,
    ) -> None:
        """Put a broken line on the sheet, its start at `x`, its baseline at `y`."""
        for piece in set_line.pieces:
            self.marks.append(
                Text(x + piece.x * size, y, piece.text, piece.face, size, piece.spread * size, colour)
            )


@dataclass(frozen=True, slots=True)
class Drawing:
    """How the sheets are drawn.

    `shuffled`: the marks in an order that has nothing to do with reading (a seed picks which);
    `rotation`: degrees the sheet is turned, so that the text stands sideways in the file;
    `fake_bold`: heavy faces printed twice, a quarter of a point apart, as old typesetting programs did.
    """

    shuffled: int | None = None
    rotation: int = 0
    fake_bold: bool = False


def draw_sheets(
    sheets: Sequence[Sheet], faces: Faces, drawing: Drawing | None = None, title: str = "", author: str = ""
) -> bytes:
    """The sheets as a PDF file, the same bytes for the same sheets."""
    drawing = drawing or Drawing()
    buffer = io.BytesIO()
    turned = drawing.rotation % 180 != 0
    size = (HEIGHT, WIDTH) if turned else (WIDTH, HEIGHT)
    canvas = Canvas(buffer, pagesize=size, invariant=1, pageCompression=1, initialFontName="Helvetica")
    canvas.setTitle(title)
    canvas.setAuthor(author)
    canvas.setCreator("")
    for sheet in sheets:
        _turn(canvas, drawing.rotation)
        if sheet.picture:
            sheet.picture(canvas)
        for mark in _ordered(sheet.marks, drawing.shuffled):
            _draw(canvas, mark, faces, drawing.fake_bold)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _turn(canvas: Canvas, degrees: int) -> None:
    if degrees % 360 == 90:
        canvas.translate(HEIGHT, 0)
    elif degrees % 360 == 180:
        canvas.translate(WIDTH, HEIGHT)
    elif degrees % 360 == 270:
        canvas.translate(0, WIDTH)
    canvas.rotate(degrees)


def _ordered(marks: list[Text | Stroke], seed: int | None) -> list[Text | Stroke]:
    if seed is None:
        return marks
    shuffled = list(marks)
    random.Random(seed).shuffle(shuffled)
    return shuffled


def _draw(canvas: Canvas, mark: Text | Stroke, faces: Faces, fake_bold: bool) -> None:
    if isinstance(mark, Stroke):
        canvas.setStrokeColorRGB(*mark.colour)
        canvas.setLineWidth(mark.width)
        canvas.line(mark.x0, HEIGHT - mark.y0, mark.x1, HEIGHT - mark.y1)
        return
    canvas.setFillColorRGB(*mark.colour)
    shifts = (0.0, 0.25) if fake_bold and mark.face in ("bold", "hei") else (0.0,)
    for shift in shifts:
        text = canvas.beginText(mark.x + shift, HEIGHT - mark.y)
        text.setFont(faces.names[mark.face], mark.size)
        # The spread of a justified line outlives its text object: every run says its own.
        text.setCharSpace(round(mark.spread, 3))
        text.textOut(mark.text)
        canvas.drawText(text)
