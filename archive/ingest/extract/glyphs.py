"""The device that a page is drawn on: collects glyphs and thin rules, and makes a sheet of them. No layout analysis."""

from collections.abc import Iterable
from typing import Any

from pdfminer.pdfdevice import PDFTextDevice

from archive.ingest.extract.content import TooMuchContent
from archive.ingest.extract.fonts import character
from archive.ingest.lines import Glyph, Rule, Sheet, Turned

# A line or a filled box no thicker than this (points) is a rule, not an area.
RULE_THICKNESS = 2.5
# Shorter strokes (points) are dashes, underlines of one character, ornaments.
RULE_LENGTH = 8.0
# The share of an em below the baseline. One value for all fonts, so that mixed faces share a row.
DESCENT = 0.12
MAX_GLYPHS_A_PAGE = 200_000
MAX_RULES_A_PAGE = 20_000
# Pictures that cover this share of a page make it a scan, or a scan with a text layer.
FULL_PAGE_IMAGE = 0.6
# A filled curve no higher than this (points) may be a character drawn as outlines.
LARGEST_LETTER = 60.0
# Type that no one can read, or that no sheet can hold (points), is none; broken numbers make such.
SMALLEST_TYPE, LARGEST_TYPE = 0.5, 2_000.0
# So much of what is drawn beside the sheet is told.
MOST_OUTSIDE = 2_000
# the text rendering mode of the text layer of a scan
INVISIBLE = 3

# cid → (text, "" where the font does not say; advance in text units)
CharTable = dict[int, tuple[str, float]]


class GlyphDevice(PDFTextDevice):
    """Collects glyphs and rules of one page, in PDF coordinates turned so that y grows downwards."""

    def __init__(self, resources: Any) -> None:
        super().__init__(resources)
        self.tables: dict[int, tuple[Any, CharTable, str]] = {}
        self.start_page(0, 0)

    @property
    def matrix(self) -> tuple[float, float, float, float, float, float]:
        """The current transformation; the interpreter sets it before anything is drawn."""
        assert self.ctm is not None
        return self.ctm

    def start_page(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        # quarter turns of the baseline, anticlockwise → glyphs
        self.turned: dict[int, list[Glyph]] = {}
        self.rules: list[Rule] = []
        self.undefined = 0
        self.hidden = 0
        self.image_area = 0.0
        self.outlines = 0
        # the matrices outside the form that is being drawn
        self.outer: list[Any] = []
        self.count = 0

    def char_table(self, font: Any) -> tuple[Any, CharTable, str]:
        """The characters of a font as met so far, and its name; the font is held so that its id stays its own."""
        entry = self.tables.get(id(font))
        if entry is None:
            name = str(getattr(font, "fontname", "") or "")
            entry = self.tables[id(font)] = (font, {}, name.partition("+")[2] or name)
        return entry

    def render_string(self, textstate: Any, seq: Any, ncs: Any, graphicstate: Any) -> None:
        font = textstate.font
        _, table, name = self.char_table(font)
        size, scaling = textstate.fontsize, textstate.scaling * 0.01
        charspace = textstate.charspace * scaling
        wordspace = 0 if font.is_multibyte() else textstate.wordspace * scaling
        dxscale = 0.001 * size * scaling
        vertical = font.is_vertical()
        # text matrix × ctm, written out: this runs once a string, the loop below once a glyph
        a1, b1, c1, d1, e1, f1 = textstate.matrix
        a0, b0, c0, d0, e0, f0 = self.matrix
        a, b = a0 * a1 + c0 * b1, b0 * a1 + d0 * b1
        c, d = a0 * c1 + c0 * d1, b0 * c1 + d0 * d1
        e, f = a0 * e1 + c0 * f1 + e0, b0 * e1 + d0 * f1 + f0
        em = abs(size) * ((c * c + d * d) ** 0.5)
        turn = (0 if a >= 0 else 2) if abs(a) >= abs(b) else (1 if b >= 0 else 3)
        glyphs = self.turned.setdefault(turn, [])
        rise, height = textstate.rise, self.height
        x, y = textstate.linematrix
        before = len(glyphs)
        for piece in seq:
            if isinstance(piece, (int, float)):
                if vertical:
                    y -= piece * 0.001 * size
                else:
                    x -= piece * dxscale
                continue
            if not isinstance(piece, bytes):
                continue
            for cid in font.decode(piece):
                known = table.get(cid)
                if known is None:
                    known = table[cid] = self.read_char(font, cid)
                text, advance = known
                step = advance * size * scaling if not vertical else advance * size
                if text:
                    if vertical:
                        # the origin of a vertical glyph is the middle of its head
                        left, base = x - size / 2, y - (1 - DESCENT) * size + rise
                        px, py = e + a * left + c * base, f + b * left + d * base
                        ex, ey = px + a * size, py + b * size
                    else:
                        px, py = e + a * x + c * (y + rise), f + b * x + d * (y + rise)
                        ex, ey = px + a * step, py + b * step
                    if turn == 0:
                        base = height - py
                        glyphs.append(
                            Glyph(text, px, base - (1 - DESCENT) * em, ex, base + DESCENT * em, em, name)
                        )
                    else:
                        glyphs.append(self.turned_glyph(turn, text, px, py, ex, ey, em, name))
                elif cid != 32:
                    self.undefined += 1
                # PDF 32000-1 9.4.4: the spacing follows every glyph, the last of a string too
                if vertical:
                    y += step + charspace
                else:
                    x += step + charspace
                    if cid == 32 and wordspace:
                        x += wordspace
        textstate.linematrix = (x, y)
        drawn = len(glyphs) - before
        if textstate.render == INVISIBLE:
            self.hidden += drawn
        self.count += drawn
        if self.count > MAX_GLYPHS_A_PAGE:
            raise TooMuchContent(f"more than {MAX_GLYPHS_A_PAGE} glyphs")

    def turned_glyph(
        self, turn: int, text: str, px: float, py: float, ex: float, ey: float, em: float, name: str
    ) -> Glyph:
        """A glyph of a turned line in the frame in which that line reads from left to right."""
        w, h = self.width, self.height
        if turn == 1:  # reads upwards: what is right becomes down
            left, base, right = py, px, ey
        elif turn == 3:  # reads downwards
            left, base, right = h - py, w - px, h - ey
        else:
            left, base, right = w - px, py, w - ex
        return Glyph(text, left, base - (1 - DESCENT) * em, right, base + DESCENT * em, em, name)

    def read_char(self, font: Any, cid: int) -> tuple[str, float]:
        """(text, advance in ems) of a character code; "" when the font has no Unicode for it."""
        try:
            advance = float(font.char_width(cid))
        except (TypeError, ValueError):
            advance = 1.0
        return character(font, cid), advance

    def paint_path(self, graphicstate: Any, stroke: bool, fill: bool, evenodd: bool, path: Any) -> None:
        if not (stroke or fill):
            return
        a, b, c, d, e, f = self.matrix
        if fill and any(segment[0] in "cvy" for segment in path):
            self.outlines += self.letters(path)
        points: list[tuple[float, float]] = []
        for segment in path:
            kind = segment[0]
            if kind == "m":
                self.add_subpath(points, stroke)
                points = []
            if kind in "ml":
                x, y = segment[1], segment[2]
                points.append((a * x + c * y + e, self.height - (b * x + d * y + f)))
            elif kind in "cvy":
                # curves are no rules
                return
        self.add_subpath(points, stroke)

    def letters(self, path: Any) -> int:
        """How many subpaths of a filled path are no larger than type: what characters drawn as curves are made of."""
        a, b, c, d, _, _ = self.matrix
        scale = abs(a * d - b * c) ** 0.5
        parts: list[list[Any]] = []
        for segment in path:
            if segment[0] == "m":
                parts.append([])
            if parts and len(segment) > 2:
                parts[-1].append(segment)
        return sum(
            max(values) - min(values) <= LARGEST_LETTER / scale
            for part in parts
            if scale
            for values in [[segment[-1] for segment in part]]
        )

    def add_subpath(self, points: list[tuple[float, float]], stroke: bool) -> None:
        """Rules of one straight-lined subpath: a thin box is one rule, the sides of a stroked box are four."""
        if len(points) < 2:
            return
        if len(self.rules) > MAX_RULES_A_PAGE:
            raise TooMuchContent(f"more than {MAX_RULES_A_PAGE} rules")
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        x0, x1, y0, y1 = min(xs), max(xs), min(ys), max(ys)
        if y1 - y0 <= RULE_THICKNESS and x1 - x0 >= RULE_LENGTH:
            y = (y0 + y1) / 2
            self.rules.append(Rule(x0, y, x1, y))
        elif x1 - x0 <= RULE_THICKNESS and y1 - y0 >= RULE_LENGTH:
            x = (x0 + x1) / 2
            self.rules.append(Rule(x, y0, x, y1))
        elif stroke and x1 - x0 >= RULE_LENGTH and y1 - y0 >= RULE_LENGTH:
            for (px, py), (qx, qy) in zip(points, [*points[1:], points[0]], strict=True):
                if abs(py - qy) <= RULE_THICKNESS and abs(px - qx) >= RULE_LENGTH:
                    self.rules.append(Rule(min(px, qx), py, max(px, qx), py))
                elif abs(px - qx) <= RULE_THICKNESS and abs(py - qy) >= RULE_LENGTH:
                    self.rules.append(Rule(px, min(py, qy), px, max(py, qy)))

    def render_image(self, name: str, stream: Any) -> None:
        # a picture fills the unit square of its own coordinates; scans are often cut into strips, so they add up
        a, b, c, d, e, f = self.matrix
        xs, ys = (e, e + a, e + c, e + a + c), (f, f + b, f + d, f + b + d)
        width = min(max(xs), self.width) - max(min(xs), 0)
        height = min(max(ys), self.height) - max(min(ys), 0)
        if width <= 0 or height <= 0:
            return
        self.image_area += width * height
        if width * height > FULL_PAGE_IMAGE * self.width * self.height and "SMask" not in stream:
            # what was drawn before lies under the picture, as the text of some scans does
            self.hidden = self.count

    def begin_figure(self, name: str, bbox: Any, matrix: Any) -> None:
        self.outer.append(self.ctm)
        a1, b1, c1, d1, e1, f1 = matrix
        a0, b0, c0, d0, e0, f0 = self.matrix
        self.ctm = (
            a0 * a1 + c0 * b1,
            b0 * a1 + d0 * b1,
            a0 * c1 + c0 * d1,
            b0 * c1 + d0 * d1,
            a0 * e1 + c0 * f1 + e0,
            b0 * e1 + d0 * f1 + f0,
        )

    def end_figure(self, name: str) -> None:
        self.ctm = self.outer.pop()

    def sheet(self, number: int) -> Sheet:
        """The page just drawn, turned so that most of its text reads from left to right."""
        turn = max(self.turned, key=lambda t: len(self.turned[t]), default=0)
        width, height = self.width, self.height
        rules = self.rules
        if turn in (1, 3):
            width, height = height, width
        if turn:
            rules = [self.turned_rule(rule, turn) for rule in rules]
        glyphs, beside = on_sheet(self.turned.get(turn, ()), width, height)
        turned: list[Turned] = []
        for quarter in (1, 2, 3):
            frame = (width, height) if quarter == 2 else (height, width)
            here, out = on_sheet(self.turned.get((turn + quarter) % 4, ()), *frame)
            beside += out
            if here:
                turned.append(Turned(quarter, here))
        hidden = min(self.hidden, len(glyphs))
        return Sheet(
            number=number,
            width=width,
            height=height,
            glyphs=glyphs,
            rules=tuple(rules),
            has_image=self.image_area > FULL_PAGE_IMAGE * self.width * self.height,
            undefined_glyphs=self.undefined,
            hidden_glyphs=hidden,
            outlines=self.outlines,
            text="hidden" if hidden * 2 > len(glyphs) else "embedded" if glyphs else "",
            turned=tuple(turned),
            outside="".join(beside.split())[:MOST_OUTSIDE],
        )

    def turned_rule(self, rule: Rule, turn: int) -> Rule:
        w, h = self.width, self.height
        if turn == 1:
            corners = (h - rule.bottom, rule.x0, h - rule.top, rule.x1)
        elif turn == 3:
            corners = (rule.top, w - rule.x1, rule.bottom, w - rule.x0)
        else:
            corners = (w - rule.x1, h - rule.bottom, w - rule.x0, h - rule.top)
        return Rule(*corners)


def on_sheet(glyphs: Iterable[Glyph], width: float, height: float) -> tuple[tuple[Glyph, ...], str]:
    """(the glyphs that are printed, the text of the others).

    What is drawn beside the sheet is a note of the printer, or was cut off.
    """
    printed: list[Glyph] = []
    others: list[str] = []
    for glyph in glyphs:
        if (
            -width < glyph[1] < width
            and 0 < glyph[3] < 2 * width
            and glyph[2] < height
            and glyph[4] > 0
            and SMALLEST_TYPE <= glyph[5] <= LARGEST_TYPE
        ):
            printed.append(glyph)
        else:
            others.append(glyph[0])
    return tuple(printed), "".join(others)
