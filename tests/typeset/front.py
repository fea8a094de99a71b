"""The front of an issue: the cover, and the contents with dotted leaders and page numbers in brackets."""

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

from reportlab.pdfgen.canvas import Canvas

from tests.typeset.breaking import SetLine
from tests.typeset.flow import LEFT, RIGHT
from tests.typeset.house import SAMPLES, House
from tests.typeset.records import Document, Issue, chinese_date
from tests.typeset.setting import BODY, Breaker
from tests.typeset.sheet import HEIGHT, INK, RED, WIDTH, Sheet, Stroke

ENTRY_LEADING = 20.0
CONTENTS_BOTTOM = HEIGHT - 58.0
FIRST_LINE = 34.0  # ems: a longer entry is carried over to a second line


def cover(issue: Issue, breaker: Breaker) -> Sheet:
    """The cover: masthead over a double rule, year and number, the ridges above the water, the organiser."""
    sheet = Sheet(picture=partial(draw_ridges, month=issue.published.month))
    size = min(54.0, (RIGHT - LEFT) / (len(issue.gazette) + 0.12 * (len(issue.gazette) - 1)))
    _spaced_out(sheet, breaker, issue.gazette, "bold", size, 172.0, RED, LEFT, RIGHT)
    sheet.marks.append(Stroke(LEFT, 196.0, RIGHT, 196.0, 3.2, RED))
    sheet.marks.append(Stroke(LEFT, 201.0, RIGHT, 201.0, 0.8, RED))
    _spaced_out(sheet, breaker, issue.pinyin, "song", 10.5, 222.0, INK, LEFT + 8, RIGHT - 8)
    _centre(sheet, breaker, str(issue.year), "bold", 46.0, 318.0)
    _centre(sheet, breaker, f"第{issue.number}期", "bold", 22.0, 358.0)
    _centre(sheet, breaker, f"（总第{issue.total}期）", "song", 13.0, 384.0)
    _centre(sheet, breaker, f"{issue.organiser}　主办", "hei", 12.0, HEIGHT - 70.0)
    _centre(
        sheet,
        breaker,
        f"{chinese_date(issue.published)}出版（{issue.frequency}）",
        "song",
        10.5,
        HEIGHT - 50.0,
    )
    return sheet


def contents(issue: Issue, pages: Sequence[int], breaker: Breaker, house: House = SAMPLES) -> list[Sheet]:
    """The contents (目录): one entry a document, by category; `pages` are the printed pages."""
    sheet = Sheet()
    sheets = [sheet]
    y = _contents_head(sheet, issue, breaker)
    category = ""
    for document, page in zip(issue.documents, pages, strict=True):
        lines = entry_lines(document, breaker, house)
        opening = document.category != category
        needed = (
            _height_of_category(issue, document.category, breaker, house)
            if opening
            else len(lines) * ENTRY_LEADING
        )
        if y + min(needed, 6 * ENTRY_LEADING) > CONTENTS_BOTTOM:
            sheet, y = Sheet(), 84.0
            sheets.append(sheet)
        if opening:
            category = document.category
            y += 10.0
            (line,) = breaker([(house.category.format(category), "hei")], 40.0)
            sheet.line(line, LEFT - 6.0, y, 12.0)
            y += ENTRY_LEADING + 2.0
        for index, line in enumerate(lines):
            x = LEFT + (2.0 * BODY if index else 0.0)
            sheet.line(line, x, y, BODY)
            if index == len(lines) - 1 and house.entry_page is not None:
                _leaders(
                    sheet, breaker, x + line.width * BODY, y, house.entry_page.format(page), house.leader
                )
            y += ENTRY_LEADING
        y += 3.0
    return sheets


def entry_lines(document: Document, breaker: Breaker, house: House) -> list[SetLine]:
    """A contents entry, 标题（文号）: on one line, or on two where it is too long or its source breaks it."""
    numbered = house.entry_number and document.listed_number
    text = f"{document.listed_title}（{document.listed_number}）" if numbered else document.listed_title
    first, broken, _ = document.contents_title.partition(" / ")
    (line,) = breaker([(text, "song")], 200.0)
    if not broken and line.width <= FIRST_LINE:
        return [line]
    if not broken:
        first = breaker([(text, "song")], max(18.0, line.width * 0.56), justify=False)[0].text
    return [
        line
        for part in (first, text[len(first) :])
        for line in breaker([(part, "song")], FIRST_LINE + 2.0, justify=False)
    ]


def _height_of_category(issue: Issue, category: str, breaker: Breaker, house: House) -> float:
    """What the heading of a category and its entries need: a short one is not torn over two pages."""
    entries = [
        entry_lines(document, breaker, house) for document in issue.documents if document.category == category
    ]
    return (1 + sum(map(len, entries))) * ENTRY_LEADING + 3.0 * len(entries) + 10.0


def _contents_head(sheet: Sheet, issue: Issue, breaker: Breaker) -> float:
    _centre(sheet, breaker, issue.gazette, "bold", 28.0, 104.0, RED)
    _centre(sheet, breaker, issue.pinyin, "song", 9.5, 122.0)
    _centre(sheet, breaker, f"{issue.label}（总第{issue.total}期）", "song", BODY, 142.0)
    (left,) = breaker([(f"{issue.organiser}　主办", "song")], 60.0)
    (right,) = breaker([(f"{chinese_date(issue.published)}出版（{issue.frequency}）", "song")], 60.0)
    sheet.line(left, LEFT, 164.0, BODY)
    sheet.line(right, RIGHT - right.width * BODY, 164.0, BODY)
    sheet.marks.append(Stroke(LEFT, 171.0, RIGHT, 171.0, 1.6, RED))
    sheet.marks.append(Stroke(LEFT, 174.0, RIGHT, 174.0, 0.5, RED))
    _centre(sheet, breaker, "目　录", "hei", 18.0, 212.0)
    return 240.0


def _leaders(sheet: Sheet, breaker: Breaker, x: float, y: float, page: str, mark: str) -> None:
    (number,) = breaker([(page, "song")], 20.0)
    start = RIGHT - number.width * BODY
    dots = int((start - x) / BODY - 0.5) if mark else 0
    if dots > 0:
        (leader,) = breaker([(mark * dots, "song")], 120.0)
        sheet.line(leader, start - leader.width * BODY, y, BODY)
    sheet.line(number, start, y, BODY)


def _centre(
    sheet: Sheet,
    breaker: Breaker,
    text: str,
    face: str,
    size: float,
    y: float,
    colour: tuple[float, float, float] = INK,
) -> None:
    (line,) = breaker([(text, face)], 200.0)
    sheet.line(line, (WIDTH - line.width * size) / 2, y, size, colour)


def _spaced_out(
    sheet: Sheet,
    breaker: Breaker,
    text: str,
    face: str,
    size: float,
    y: float,
    colour: tuple[float, float, float],
    left: float,
    right: float,
) -> None:
    """`text` spread from `left` to `right`."""
    (line,) = breaker([(text, face)], 200.0)
    spread = (right - left - line.width * size) / max(len(text) - 1, 1)
    x = left
    for char in text:
        (letter,) = breaker([(char, face)], 20.0)
        if char != " ":
            sheet.line(letter, x, y, size, colour)
        x += letter.width * size + spread


def draw_ridges(canvas: Canvas, month: int) -> None:
    """The ornament: four ridges behind one another, a river, and the sun, which moves on with the months."""
    horizon = 150.0
    canvas.saveState()
    canvas.setFillColorRGB(*RED)
    canvas.circle(WIDTH * (0.90 - 0.06 * month), horizon + 178, 25, stroke=0, fill=1)
    for colour, points in RIDGES:
        path = canvas.beginPath()
        path.moveTo(0, horizon - 20)
        path.lineTo(0, horizon + points[0][1])
        for (x0, y0), (x1, y1) in pairwise(points):
            reach = (x1 - x0) * WIDTH * 0.42
            path.curveTo(
                x0 * WIDTH + reach, horizon + y0, x1 * WIDTH - reach, horizon + y1, x1 * WIDTH, horizon + y1
            )
        path.lineTo(WIDTH, horizon - 20)
        path.close()
        canvas.setFillColorRGB(*colour)
        canvas.drawPath(path, stroke=0, fill=1)
    _river(canvas, horizon - 20)
    canvas.restoreState()


RIDGES = (
    (
        (0.945, 0.915, 0.880),
        (
            (0, 96),
            (0.10, 118),
            (0.22, 92),
            (0.36, 168),
            (0.47, 116),
            (0.58, 134),
            (0.72, 96),
            (0.86, 150),
            (1, 112),
        ),
    ),
    (
        (0.900, 0.840, 0.795),
        ((0, 64), (0.13, 110), (0.27, 60), (0.41, 84), (0.55, 58), (0.69, 118), (0.83, 66), (1, 92)),
    ),
    (
        (0.835, 0.715, 0.670),
        (
            (0, 74),
            (0.08, 84),
            (0.24, 34),
            (0.38, 62),
            (0.52, 24),
            (0.66, 44),
            (0.80, 30),
            (0.93, 72),
            (1, 62),
        ),
    ),
    (RED, ((0, 30), (0.12, 40), (0.30, 6), (0.44, 14), (0.60, -6), (0.78, 2), (0.92, 28), (1, 20))),
)


def _river(canvas: Canvas, top: float) -> None:
    """White water in the foot of the red ridge."""
    canvas.setFillColorRGB(*RED)
    canvas.rect(0, top - 10, WIDTH, 10.5, stroke=0, fill=1)
    canvas.setStrokeColorRGB(0.984, 0.98, 0.969)
    for index, (start, end) in enumerate(((0.16, 0.86), (0.30, 0.98), (0.04, 0.62))):
        y = top + 8 - index * 6
        canvas.setLineWidth(1.1 - 0.2 * index)
        path = canvas.beginPath()
        path.moveTo(start * WIDTH, y)
        third = (end - start) * WIDTH / 3
        path.curveTo(start * WIDTH + third, y + 5, end * WIDTH - third, y - 5, end * WIDTH, y)
        canvas.drawPath(path, stroke=1, fill=0)
