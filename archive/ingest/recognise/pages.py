"""What recognition read on the picture of a page, kept as JSON, and the sheet of glyphs made of it; pure."""

import json
import math
import re
import statistics
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from archive.ingest.lines import Glyph, Rule, Sheet

# Sizes that differ by less than this share are one size: the boxes of recognised lines jitter.
SAME_SIZE = 0.17
# A line is measured by the distance of its characters when it has so many of them.
ENOUGH_PITCHES = 4
# Characters that stand so much further apart than their line is high are set wide.
SET_WIDE = 1.4
# A line's box is so many ems high where the page itself does not tell.
BOX_HEIGHT = 1.3
CHINESE = re.compile(r"[\u3400-\u9fff\uff01-\uff5e\u3001-\u301f]")
MARK = re.compile(r"[，。；：、！？》”]")
MARKS = re.compile(r"[（）〔〕《》，。；：、！？]")
# ASCII marks that recognition writes where Chinese print has the wide form.
WIDE = {",": "，", ":": "：", ";": "；", "!": "！", "?": "？", "(": "（", ")": "）"}
# — 54 —: the dashes around a page number are read as 一 or hyphens
PAGE_NUMBER = re.compile(r"^\s*[—–一\-－_~.·]{1,3}\s*(\d{1,4})\s*[—–一\-－_~.·]{1,3}\s*$")


@dataclass(frozen=True, slots=True)
class RecognisedLine:
    """A line of text with its four corners (points, from top left, clockwise) and how sure the engine is, 0 to 1.

    `chars` are (character or word, left, right, confidence) in reading order; () when the engine gives none.
    """

    text: str
    corners: tuple[tuple[float, float], ...]
    confidence: float
    chars: tuple[tuple[str, float, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class RecognisedPage:
    """One page: its size in points, its lines, and the long strokes of its tables.

    `failed` says why the page could not be recognised; it is then without lines.
    """

    number: int
    width: float
    height: float
    lines: tuple[RecognisedLine, ...] = ()
    strokes: tuple[tuple[float, float, float, float], ...] = ()
    failed: str = ""

    def write(self, folder: Path) -> None:
        """Keep the page in `folder`, whole or not at all."""
        record = {
            "width": self.width,
            "height": self.height,
            "lines": [[line.text, line.corners, line.confidence, line.chars] for line in self.lines],
            "strokes": self.strokes,
            "failed": self.failed,
        }
        part = folder / f"{self.number}.part"
        part.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
        part.replace(folder / f"{self.number}.json")


def read_recognised(folder: Path, number: int) -> RecognisedPage | None:
    """The page as kept in `folder`; None when it was not recognised yet."""
    path = folder / f"{number}.json"
    if not path.is_file():
        return None
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    lines = tuple(
        RecognisedLine(
            text, tuple((x, y) for x, y in corners), confidence, tuple((c, a, z, s) for c, a, z, s in chars)
        )
        for text, corners, confidence, chars in record["lines"]
    )
    strokes = tuple((x0, top, x1, bottom) for x0, top, x1, bottom in record["strokes"])
    return RecognisedPage(number, record["width"], record["height"], lines, strokes, record["failed"])


def recognised_sheet(page: RecognisedPage) -> Sheet:
    """The page as glyphs with their confidence, straightened; type sizes are those that the page uses often."""
    slope = page_slope(page.lines)
    across, down = page.width / 2, page.height / 2
    sizes = line_sizes(page.lines)
    glyphs: list[Glyph] = []
    for line, size in zip(page.lines, sizes, strict=True):
        text = page_number(line.text) or chinese_marks(line.text)
        middle_x = sum(x for x, _ in line.corners) / len(line.corners)
        middle_y = sum(y for _, y in line.corners) / len(line.corners)
        # turned back about the middle of the page: a left edge that leans would indent half of its lines
        shift = slope * (middle_y - down)
        middle = middle_y - slope * (middle_x - across)
        top, bottom = middle - size / 2, middle + size / 2
        for char, x0, x1, confidence in placed(line, text):
            glyphs.append(Glyph(char, x0 + shift, top, x1 + shift, bottom, size, "", confidence))
    return Sheet(
        number=page.number,
        width=page.width,
        height=page.height,
        glyphs=tuple(glyphs),
        rules=tuple(straightened(stroke, slope, across, down) for stroke in page.strokes),
        has_image=True,
        text="ocr" if glyphs else "",
    )


def straightened(stroke: tuple[float, float, float, float], slope: float, across: float, down: float) -> Rule:
    """A stroke as an upright rule, turned back about the middle of the page."""
    x0, top, x1, bottom = stroke
    middle_x, middle_y = (x0 + x1) / 2, (top + bottom) / 2
    if x1 - x0 > bottom - top:
        y, shift = middle_y - slope * (middle_x - across), slope * (middle_y - down)
        return Rule(x0 + shift, y, x1 + shift, y)
    x, fall = middle_x + slope * (middle_y - down), slope * (middle_x - across)
    return Rule(x, top - fall, x, bottom - fall)


def page_slope(lines: tuple[RecognisedLine, ...]) -> float:
    """By how much the lines of a crooked scan fall from left to right, as a share of their length."""
    slopes = []
    for line in lines:
        (x0, y0), (x1, y1) = line.corners[0], line.corners[1]
        if x1 - x0 > 100:
            slopes.append(((y1 - y0) / (x1 - x0), x1 - x0))
    if len(slopes) < 3:
        return 0.0
    slopes.sort()
    half, passed = sum(length for _, length in slopes) / 2, 0.0
    for slope, length in slopes:
        passed += length
        if passed >= half:
            return slope
    return 0.0


def line_sizes(lines: tuple[RecognisedLine, ...]) -> list[float]:
    """The type size of each line in points; nearly equal sizes are made one."""
    heights = [line_height(line) for line in lines]
    pitches = [pitch(line) for line in lines]
    shares = [p / h for p, h in zip(pitches, heights, strict=True) if p and h]
    share = statistics.median(shares) if shares else 1 / BOX_HEIGHT
    # A text set wide is no larger for it: 组　长：石　峥　副市长
    pitches = [p if p and p < h * share * SET_WIDE else None for p, h in zip(pitches, heights, strict=True)]
    raw = [
        p or min(h * share, width_of_one(line)) for line, p, h in zip(lines, pitches, heights, strict=True)
    ]
    weights = [max(len(line.text), 1) * (3 if p else 1) for line, p in zip(lines, pitches, strict=True)]
    # The commonest size first: what is near it is it.
    sizes: list[float] = [0.0] * len(raw)
    left = set(range(len(raw)))
    while left:
        near = {i: sum(weights[j] for j in left if close(raw[i], raw[j])) for i in left}
        best = max(left, key=lambda i: (near[i], -i))
        group = [j for j in left if close(raw[best], raw[j])]
        middle = statistics.median([raw[j] for j in group for _ in range(min(weights[j], 50))])
        for j in group:
            sizes[j] = round(middle * 2) / 2 or 0.5
        left -= set(group)
    return sizes


def close(one: float, other: float) -> bool:
    return abs(one - other) <= SAME_SIZE * max(one, other)


def line_height(line: RecognisedLine) -> float:
    (_, y0), (_, y1), (_, y2), (_, y3) = line.corners
    return max((y2 + y3 - y0 - y1) / 2, 1.0)


def width_of_one(line: RecognisedLine) -> float:
    """How wide one character of a Chinese text is at most; the boxes of short texts are too high."""
    text = chinese_marks(line.text).replace(" ", "")
    if len(text) < 2 or not all(CHINESE.match(char) for char in text):
        return math.inf
    # a mark at the end is often half as wide: 年）；
    ems = sum(0.5 if MARKS.match(char) else 1.0 for char in text)
    return (line.corners[1][0] - line.corners[0][0]) / ems


def pitch(line: RecognisedLine) -> float | None:
    """The usual distance from one Chinese character to the next; None for a line with too few."""
    middles = [
        (x0 + x1) / 2 if CHINESE.match(char) and len(char) == 1 else math.nan
        for char, x0, x1, _ in line.chars
    ]
    steps = [b - a for a, b in pairwise(middles) if not math.isnan(a + b) and b > a]
    return statistics.median(steps) if len(steps) >= ENOUGH_PITCHES else None


def placed(line: RecognisedLine, text: str) -> list[tuple[str, float, float, float]]:
    """(character, left, right, confidence) of a line whose text is to be `text`, blanks left out."""
    result: list[tuple[str, float, float, float]] = []
    for char, x0, x1, confidence in line.chars:
        step = (x1 - x0) / max(len(char), 1)
        result += [(c, x0 + i * step, x0 + (i + 1) * step, confidence) for i, c in enumerate(char)]
    result = [entry for entry in result if not entry[0].isspace()]
    wanted = [c for c in text if not c.isspace()]
    if len(result) == len(wanted):
        return [(c, *entry[1:]) for c, entry in zip(wanted, result, strict=True)]
    x0, x1 = line.corners[0][0], line.corners[1][0]
    step = (x1 - x0) / max(len(text), 1)
    return [
        (c, x0 + i * step, x0 + (i + 1) * step, line.confidence)
        for i, c in enumerate(text)
        if not c.isspace()
    ]


def page_number(text: str) -> str:
    """— 54 — for a line that is a page number between dashes, whatever the dashes were read as; else ""."""
    found = PAGE_NUMBER.match(text)
    return f"—{found.group(1)}—" if found else ""


def chinese_marks(text: str) -> str:
    """The text with wide punctuation beside Chinese, as it is printed: 通知:→通知：, （试行)→（试行）. As long as before."""
    result = list(text)
    opened: list[str] = []
    for i, char in enumerate(text):
        before = next((c for c in reversed(result[:i]) if not c.isspace()), "")
        after = next((c for c in text[i + 1 :] if not c.isspace()), "")
        if char in "(（[〔":
            if char == "(" and (CHINESE.match(before) or CHINESE.match(after)):
                result[i] = "（"
            opened.append(result[i])
        elif char in ")）]〕":
            result[i] = closing(char, opened.pop() if opened else "", before, after)
        elif (
            char in WIDE and CHINESE.match(before) and (not after or CHINESE.match(after) or after.isdigit())
        ):
            result[i] = WIDE[char]
    return "".join(result)


def closing(char: str, opening: str, before: str, after: str) -> str:
    """The bracket that closes `opening`, "" where that stands on the line before: 〔2022]→〔2022〕, 附件2)。→附件2）。"""
    if opening == "（" and char in ")）":
        return "）"
    if opening == "〔" and char in "]〕":
        return "〕"
    if not opening and char == ")" and (CHINESE.match(before) or MARK.match(after)):
        return "）"
    return char
