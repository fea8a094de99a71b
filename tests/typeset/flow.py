"""Flowing the bands of documents over pages: columns filled and balanced, tables cut between rows."""

from dataclasses import dataclass, field, replace

from tests.typeset.breaking import SetLine
from tests.typeset.house import SAMPLES, House
from tests.typeset.records import Document, Issue, Table
from tests.typeset.setting import (
    BODY,
    LEADING,
    Band,
    Breaker,
    Centred,
    Columns,
    Row,
    Ruled,
    document_bands,
)
from tests.typeset.sheet import HEIGHT, WIDTH, Sheet, Stroke

TOP = 88.0
ROWS = 37
BOTTOM = TOP + ROWS * LEADING
MEASURE = 44.0  # ems of body size over the whole page
LEFT = (WIDTH - MEASURE * BODY) / 2
RIGHT = WIDTH - LEFT
GUTTER = 2.0
HEAD_Y, HEAD_RULE_Y, FOLIO_Y = 58.0, 64.5, HEIGHT - 42.0
BASELINE = 13.2  # of a row, from its top
CELL_PADDING = 5.0
CELL_LEADING = 14.5
CELL_SIZE = 9.5

Cell = list[tuple[float, SetLine]]


@dataclass(slots=True)
class Placement:
    """Where one document came to stand: sheets from 0, and the first sheet of each block."""

    first: int
    last: int
    blocks: dict[int, int] = field(default_factory=dict)

    def mark(self, sheet: int, block: int | None) -> None:
        if self.first < 0:
            self.first = sheet
        self.last = max(self.last, sheet)
        if block is not None:
            self.blocks.setdefault(block, sheet)


@dataclass(slots=True)
class Flow:
    """Sets documents one after the other; a new sheet is begun when the one at hand is full."""

    issue: Issue
    breaker: Breaker
    house: House = SAMPLES
    running_heads: bool = True
    sheets: list[Sheet] = field(default_factory=list)
    y: float = BOTTOM
    stream: list[Row] = field(default_factory=list)
    streamed: list[Placement] = field(default_factory=list)

    @property
    def columns(self) -> int:
        return self.house.columns

    @property
    def measure(self) -> float:
        """The width of one column in ems."""
        return MEASURE if self.columns == 1 else (MEASURE - GUTTER) / 2

    def add_document(self, document: Document) -> Placement:
        """Set `document` below what stands there, with two empty rows between."""
        bands = document_bands(document, self.measure, MEASURE, self.breaker, self.house)
        if self.house.in_column:
            return self._add_to_stream(bands)
        if self.sheets and self.y > TOP:
            self.y += 2 * LEADING
        title = bands[0]
        height = _height(title) if isinstance(title, Centred) else 0.0
        if self.y + height + self._reserve(bands[1] if height else title) > BOTTOM:
            self._new_sheet()
        place = Placement(len(self.sheets) - 1, len(self.sheets) - 1)
        for index, band in enumerate(bands):
            self._add(band, place, bands[index + 1] if index + 1 < len(bands) else None)
        return place

    def _add_to_stream(self, bands: list[Band]) -> Placement:
        """A document that follows the one before in the columns; where it stands is known once they are `done`."""
        place = Placement(-1, -1)
        self.streamed.append(place)
        for band in bands:
            if isinstance(band, Columns):
                self.stream += [replace(row, owner=len(self.streamed) - 1) for row in band.rows]
            else:
                self.done()
                self._add(band, place, None)
        return place

    def done(self) -> None:
        """Set what waits to flow through the columns."""
        rows, self.stream = self.stream, []
        self._add_columns(rows, None)

    def _reserve(self, band: Band) -> float:
        """What must fit below a title: all of a short text, else five rows."""
        height = (
            _balanced(_from_text(list(band.rows)), self.columns, ROWS) if isinstance(band, Columns) else 5
        )
        return (height if height <= 8 else 5) * LEADING

    def _add(self, band: Band, place: Placement, following: Band | None) -> None:
        match band:
            case Centred():
                self._add_centred(band, place, 3 * LEADING if following else 0.0)
            case Ruled():
                self._add_table(band, place)
            case Columns():
                self._add_columns(list(band.rows), place)

    # --- sheets
    def _new_sheet(self) -> None:
        sheet = Sheet(printed_number=len(self.sheets) + 1)
        self.sheets.append(sheet)
        self.y = TOP
        if self.running_heads:
            self._furnish(sheet)

    def _furnish(self, sheet: Sheet) -> None:
        """Running head and folio; the outer edge is the right one on odd pages."""
        number = sheet.printed_number or 0
        odd = number % 2 == 1
        heads = (self.issue.gazette, self.issue.label) if odd else (self.issue.label, self.issue.gazette)
        self._put(sheet, heads[0], "kai", 10.5, HEAD_Y, LEFT)
        self._put(sheet, heads[1], "kai", 10.5, HEAD_Y, RIGHT, align=1.0)
        sheet.marks.append(Stroke(LEFT, HEAD_RULE_Y, RIGHT, HEAD_RULE_Y, 0.7))
        self._put(sheet, f"— {number} —", "song", 10.5, FOLIO_Y, RIGHT if odd else LEFT, 1.0 if odd else 0.0)

    def _put(
        self, sheet: Sheet, text: str, face: str, size: float, y: float, x: float, align: float = 0.0
    ) -> None:
        (line,) = self.breaker([(text, face)], 200.0)
        sheet.line(line, x - align * line.width * size, y, size)

    # --- over the whole width
    def _add_centred(self, band: Centred, place: Placement, reserve: float) -> None:
        above = band.above if self.y > TOP else 0.0
        if self.y + above + _height(band) + reserve > BOTTOM:
            self._new_sheet()
            above = 0.0
        self.y += above
        sheet = self.sheets[-1]
        for line, size, space in band.lines:
            self.y += space
            sheet.line(line, (WIDTH - line.width * size) / 2, self.y + size, size)
            self.y += size * 1.25
        self.y += band.below
        place.mark(len(self.sheets) - 1, band.block)

    # --- columns
    def _add_columns(self, rows: list[Row], place: Placement | None) -> None:
        while rows := _from_text(rows):
            room = int((BOTTOM - self.y) / LEADING + 1e-6)
            if room < 2 or (room < 4 and len(rows) > room * self.columns):
                self._new_sheet()
                continue
            height = _balanced(rows, self.columns, room)
            parts, rest = _take_columns(rows, self.columns, height)
            if not any(parts):
                if self.y == TOP:
                    raise ValueError("rows that must stay together are higher than a page")
                self._new_sheet()
                continue
            for column, part in enumerate(parts):
                self._draw_column(part, column, place)
            self.y += max(map(len, parts)) * LEADING
            rows = rest

    def _draw_column(self, rows: list[Row], column: int, place: Placement | None) -> None:
        x = LEFT + column * (self.measure + GUTTER) * BODY
        for index, row in enumerate(rows):
            baseline = self.y + index * LEADING + BASELINE
            for offset, line in row.lines:
                self.sheets[-1].line(line, x + offset * BODY, baseline, row.size)
            if row.lines:
                (place or self.streamed[row.owner]).mark(
                    len(self.sheets) - 1, row.block if row.block >= 0 else None
                )

    # --- tables
    def _add_table(self, band: Ruled, place: Placement) -> None:
        table = band.table
        edges = _edges(table)
        header = self._cells(table.columns, edges, "hei")
        rows = [self._cells(row, edges, "bold" if _is_group(row) else "song") for row in table.rows]
        begun = False
        for row in rows:
            needed = _row_height(row) + (0.0 if begun else _row_height(header))
            if self.y + needed > BOTTOM:
                self._new_sheet()
                begun = begun and not self.house.head_again
                if begun:
                    self._rule_over(edges)
            if not begun:
                self._draw_row(header, edges, first=True)
                begun = True
            self._draw_row(row, edges, first=False)
            place.mark(len(self.sheets) - 1, band.block)
        self.y += LEADING

    def _rule_over(self, edges: list[float]) -> None:
        self.sheets[-1].marks.append(Stroke(edges[0], self.y, edges[-1], self.y))

    def _cells(self, row: tuple[str, ...], edges: list[float], face: str) -> list[Cell]:
        """The broken lines of each cell, with how far each is moved in."""
        cells = []
        for index, text in enumerate(row):
            room = (edges[index + 1] - edges[index] - 2 * CELL_PADDING) / CELL_SIZE
            lines = self.breaker([(text, face)], room, justify=False) if text else []
            centred = len(lines) == 1 and (index != 1 or face == "hei")
            cells.append([((room - line.width) / 2 if centred else 0.0, line) for line in lines])
        return cells

    def _draw_row(self, cells: list[Cell], edges: list[float], first: bool) -> None:
        sheet, height = self.sheets[-1], _row_height(cells)
        if first:
            self._rule_over(edges)
        for edge, lines in zip(edges, cells, strict=False):
            y = self.y + (height - len(lines) * CELL_LEADING) / 2 + 10.8
            for number, (offset, line) in enumerate(lines):
                x = edge + CELL_PADDING + offset * CELL_SIZE
                sheet.line(line, x, y + number * CELL_LEADING, CELL_SIZE)
        bottom = self.y + height
        for edge in edges:
            sheet.marks.append(Stroke(edge, self.y, edge, bottom))
        sheet.marks.append(Stroke(edges[0], bottom, edges[-1], bottom))
        self.y = bottom


def _height(band: Centred) -> float:
    return sum(size * 1.25 + space for _, size, space in band.lines) + band.below


def _is_group(row: tuple[str, ...]) -> bool:
    return not any(row[2:])


def _edges(table: Table) -> list[float]:
    total = sum(table.widths)
    edges = [LEFT]
    for width in table.widths:
        edges.append(edges[-1] + width / total * (RIGHT - LEFT))
    return edges


def _row_height(cells: list[Cell]) -> float:
    return max(len(lines) for lines in cells) * CELL_LEADING + 10.0


def _from_text(rows: list[Row]) -> list[Row]:
    """`rows` from the first that is not empty: no column begins with an empty row."""
    start = next((i for i, row in enumerate(rows) if row.lines), len(rows))
    return rows[start:]


def _take(rows: list[Row], height: int) -> tuple[list[Row], list[Row]]:
    """At most `height` rows, never ending between rows that must stay together."""
    rows = _from_text(rows)
    if len(rows) <= height:
        return rows, []
    end = height
    while end and rows[end - 1].keep:
        end -= 1
    return rows[:end], rows[end:]


def _take_columns(rows: list[Row], columns: int, height: int) -> tuple[list[list[Row]], list[Row]]:
    parts = []
    for _ in range(columns):
        part, rows = _take(rows, height)
        parts.append(part)
    return parts, _from_text(rows)


def _balanced(rows: list[Row], columns: int, room: int) -> int:
    """The least height at which all rows fit into the columns; `room` when they do not."""
    for height in range(-(-len(rows) // columns), room):
        if not _take_columns(rows, columns, height)[1]:
            return height
    return room
