"""Pages set in columns for layout specimens: plain texts poured into boxes, without front matter or numbers."""

import io
import random
from dataclasses import dataclass, field

from reportlab.pdfgen.canvas import Canvas

from tests.typeset.breaking import break_lines
from tests.typeset.faces import Faces, reader_faces
from tests.typeset.sheet import HEIGHT, WIDTH

SIZE, LEADING = 10.5, 17.0
CHARS = "城区道路排水防涝设施建设工作方案组织领导统筹推进落实责任监督检查考核部门单位企业群众安全生产"


@dataclass
class Paper:
    """Pages of one file; `y` counts from the top. What is put on it is drawn by `pdf` in the order given or shuffled."""

    width: float = WIDTH
    height: float = HEIGHT
    marks: list[list[tuple[float, float, str, float]]] = field(default_factory=lambda: [[]])
    rules: list[list[tuple[float, float, float, float]]] = field(default_factory=lambda: [[]])

    def new_page(self) -> None:
        self.marks.append([])
        self.rules.append([])

    def text(self, x: float, y: float, text: str, size: float = SIZE) -> None:
        self.marks[-1].append((x, y, text, size))

    def rule(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.rules[-1].append((x0, y0, x1, y1))

    def paragraphs(
        self,
        texts: list[str],
        x: float,
        top: float,
        width: float,
        size: float = SIZE,
        leading: float = LEADING,
        indent: float = 2.0,
    ) -> float:
        """Set paragraphs in a column from `top`; returns the y below them."""
        faces = reader_faces()
        y = top
        for text in texts:
            for line in break_lines([(text, "song")], width / size, faces.advance, first_indent=indent):
                for piece in line.pieces:
                    for i, char in enumerate(piece.text):
                        at = sum(faces.advance(c, piece.face) for c in piece.text[:i]) + i * piece.spread
                        self.text(x + (piece.x + at) * size, y, char, size)
                y += leading
        return y

    def pdf(self, shuffled: int | None = None, faces: Faces | None = None) -> bytes:
        faces = faces or reader_faces()
        buffer = io.BytesIO()
        canvas = Canvas(buffer, pagesize=(self.width, self.height), invariant=1)
        for marks, rules in zip(self.marks, self.rules, strict=True):
            ordered = list(marks)
            if shuffled is not None:
                random.Random(shuffled).shuffle(ordered)
            for x0, y0, x1, y1 in rules:
                canvas.setLineWidth(0.5)
                canvas.line(x0, self.height - y0, x1, self.height - y1)
            for x, y, text, size in ordered:
                canvas.setFont(faces.names["song"], size)
                canvas.drawString(x, self.height - y, text)
            canvas.showPage()
        canvas.save()
        return buffer.getvalue()


def prose(seed: int, count: int, length: tuple[int, int] = (40, 160)) -> list[str]:
    """Paragraphs of no meaning that end in a stop; each begins with a text of its own."""
    rng = random.Random(seed)
    return [
        f"第{seed}之{i}段" + "".join(rng.choice(CHARS) for _ in range(rng.randint(*length))) + "。"
        for i in range(count)
    ]
