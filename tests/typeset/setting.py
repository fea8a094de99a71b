"""A document as rows of type: its items broken to the measure of a column, ready to flow over pages."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.typeset.breaking import SetLine, break_lines
from tests.typeset.house import SAMPLES, House
from tests.typeset.records import (
    Appointment,
    Attachments,
    Document,
    Heading,
    Item,
    Note,
    Paragraph,
    Roster,
    Signature,
    Subtitle,
    Table,
    UnderTitle,
    chinese_date,
    spaced,
)

BODY = 10.5
LEADING = 18.0
HEADING_FACES = {1: "hei", 2: "kai"}

Breaker = Callable[..., list[SetLine]]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a column: lines set at (x in ems); none for an empty row.

    `block` is the index of what it belongs to (-1: the title), `owner` of its document where several follow one
    another in the columns; `keep` holds it together with the row below.
    """

    block: int
    lines: tuple[tuple[float, SetLine], ...] = ()
    keep: bool = False
    size: float = BODY
    owner: int = -1


@dataclass(frozen=True, slots=True)
class Columns:
    """Rows that flow through the columns of one band."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Centred:
    """Lines in the middle of the page, over all columns: (line, size, space above it)."""

    lines: tuple[tuple[SetLine, float, float], ...]
    block: int | None
    above: float
    below: float


@dataclass(frozen=True, slots=True)
class Ruled:
    """A table over all columns."""

    table: Table
    block: int


Band = Columns | Centred | Ruled


def document_bands(
    document: Document, measure: float, page_measure: float, breaker: Breaker, house: House = SAMPLES
) -> list[Band]:
    """The bands of a document from top to bottom. Measures are in ems of body size."""
    setter = _Setter(measure, breaker, house)
    bands: list[Band] = []
    rows: list[Row] = []
    if house.in_column:
        rows = setter.title(document)
    else:
        bands.append(_title(document, page_measure, breaker, house))
    for block, item in enumerate(blocks(document, house)):
        if isinstance(item, UnderTitle) and not house.in_column:
            lines = breaker([(item.text, "song")], page_measure, justify=False)
            bands.append(Centred(tuple((line, BODY, 2.0) for line in lines), block, above=0.0, below=8.0))
        elif isinstance(item, Table) or (isinstance(item, Subtitle) and not house.in_column):
            if rows:
                bands.append(Columns(tuple(rows)))
                rows = []
            if isinstance(item, Subtitle):
                bands.append(_subtitle(item, block, page_measure, breaker))
            else:
                bands.append(Ruled(item, block))
        else:
            if isinstance(item, Signature):
                # The signature never stands alone at the head of a page: two rows of text go with it.
                rows[-2:] = [replace(row, keep=True) for row in rows[-2:]]
            rows.extend(setter.rows(item, block))
    if rows:
        bands.append(Columns(tuple(rows)))
    return bands


def blocks(document: Document, house: House = SAMPLES) -> list[Item | str]:
    """What is set below the title: the recipients' line (a string) where there is one, then the items.

    In a house that dates documents under the title, the date stands first and no signature is printed.
    """
    recipients: list[Item | str] = [f"{document.recipients}："] if document.recipients else []
    adopted = [item for item in document.items if isinstance(item, UnderTitle)]
    items = [item for item in document.items if item not in adopted]
    signed = next((item for item in items if isinstance(item, Signature)), None)
    if house.dated_under_title and signed:
        items.remove(signed)
        adopted = [UnderTitle(house.date.format(chinese_date(signed.on)), signed.on)]
    return [*adopted, *recipients, *items]


def _title(document: Document, page_measure: float, breaker: Breaker, house: House) -> Centred:
    lines = [
        (line, 18.0, 0.0 if not index else 8.0)
        for index, text in enumerate(document.title_lines)
        for line in breaker([(text, "bold")], page_measure * BODY / 18.0, justify=False)
    ]
    if document.number:
        (number,) = breaker([(house.number.format(document.number), "song")], page_measure, justify=False)
        lines.append((number, 12.0, 12.0))
    return Centred(tuple(lines), None, above=0.0, below=10.0)


def _subtitle(item: Subtitle, block: int, page_measure: float, breaker: Breaker) -> Centred:
    lines = [
        (line, 16.0, 0.0 if not index else 7.0)
        for index, text in enumerate(item.lines)
        for line in breaker([(text, "bold")], page_measure * BODY / 16.0, justify=False)
    ]
    if item.bracket:
        lines += [(line, 11.0, 7.0) for line in breaker([(item.bracket, "song")], page_measure)]
    return Centred(tuple(lines), block, above=16.0, below=8.0)


class _Setter:
    """Turns items into rows of one measure."""

    def __init__(self, measure: float, breaker: Breaker, house: House) -> None:
        self.measure = measure
        self.breaker = breaker
        self.house = house

    def title(self, document: Document) -> list[Row]:
        """A title in bold body size in the middle of the column, its number under it."""
        rows = self._display(document.title_lines, -1)
        if document.number:
            rows += self._centred(self.house.number.format(document.number), "song", -1)[1:]
        return [Row(-1, keep=True), *rows, Row(-1, keep=True)]

    def _display(self, texts: tuple[str, ...], block: int) -> list[Row]:
        """Bold lines in the middle of the column, in the size of titles."""
        size = self.house.title_size or BODY
        measure = self.measure * BODY / size
        return [
            Row(block, (((self.measure - line.width * size / BODY) / 2, line),), keep=True, size=size)
            for text in texts
            for line in self.breaker([(text, "bold")], measure, justify=False)
        ]

    def rows(self, item: Item | str, block: int) -> list[Row]:
        match item:
            case str():
                return self._plain([(item, "song")], block, 0.0)
            case Heading():
                face = HEADING_FACES.get(item.level, "song") if not item.label[0].isdigit() else "hei"
                if item.label.startswith("第"):
                    return self._centred(item.printed, "hei", block)
                return self._plain([(item.printed, face)], block, 2.0, keep=True)
            case Paragraph():
                face = "hei" if item.label.endswith("条") else "bold"
                spans = [(item.opening, face), (item.text, "song")] if item.opening else [(item.text, "song")]
                return self._plain(spans, block, 2.0)
            case Subtitle():
                bracket = self._centred(item.bracket, "song", block)[1:] if item.bracket else []
                rows = self._display(item.lines, block)
                return [Row(block, keep=True), *rows, *bracket, Row(block, keep=True)]
            case UnderTitle():
                return [*self._centred(item.text, "song", block)[1:], Row(block, keep=True)]
            case Appointment() | Note():
                text = item.printed if isinstance(item, Appointment) else item.text
                return self._plain([(text, "song")], block, 2.0)
            case Attachments():
                return self._attachments(item, block)
            case Roster():
                return self._roster(item, block)
            case Signature():
                return self._signature(item, block)
            case _:
                raise TypeError(f"{item!r} does not flow in a column")

    def _plain(
        self, spans: list[tuple[str, str]], block: int, indent: float, keep: bool = False
    ) -> list[Row]:
        lines = self.breaker(spans, self.measure, first_indent=indent)
        return [Row(block, ((0.0, line),), keep=keep) for line in lines]

    def _centred(self, text: str, face: str, block: int) -> list[Row]:
        lines = self.breaker([(text, face)], self.measure, justify=False)
        return [
            Row(block, keep=True),
            *(Row(block, (((self.measure - line.width) / 2, line),), keep=True) for line in lines),
        ]

    def _attachments(self, item: Attachments, block: int) -> list[Row]:
        rows = [Row(block, keep=True)]
        for index, (label, title, omitted) in enumerate(item.items):
            text = f"{'附件：' if not index else ''}{label + '.' if label else ''}{title}{'（略）' if omitted else ''}"
            start, hang = (2.0, 6.0) if not index else (5.0, 6.0)
            lines = self.breaker([(text, "song")], self.measure, first_indent=start, hang=hang)
            rows += [Row(block, ((0.0, line),)) for line in lines]
        return rows

    def _roster(self, item: Roster, block: int) -> list[Row]:
        """组　长：周砚秋　市委常委、常务副市长, the post with a hanging indent."""
        rows = []
        for role, person, post in item.members:
            # The mark after the role stands at the same place in every row: 组　长：, 副组长：
            label = [(0.0, self.breaker([(f"{spaced(role)}：", "song")], 5.0)[0])] if role else []
            (name,) = self.breaker([(spaced(person), "song")], 5.0)
            for index, line in enumerate(self.breaker([(post, "song")], self.measure - 8.5, justify=False)):
                cells = [*label, (4.5, name), (8.5, line)] if not index else [(8.5, line)]
                rows.append(Row(block, tuple(cells)))
        return rows

    def _signature(self, item: Signature, block: int) -> list[Row]:
        """Signer and date at the right, the shorter centred under the longer, two ems from the edge."""
        names = ["\u3000\u3000".join(item.names)] if self.house.signers_beside else item.names
        texts = [*names, chinese_date(item.on)]
        if self.house.date_beside:
            texts[-2:] = ["\u3000\u3000".join(texts[-2:])]
        lines = [line for text in texts for line in self.breaker([(text, "song")], self.measure)]
        if len(lines) > len(texts):
            raise ValueError(f"a column is too narrow for {texts}")
        widest = max(line.width for line in lines)
        left = self.measure - 2.0 - widest
        rows = [Row(block, keep=True)]
        rows += [Row(block, ((left + (widest - line.width) / 2, line),), keep=True) for line in lines]
        return rows


def column_breaker(advance: Callable[[str, str], float]) -> Breaker:
    """`break_lines` for the fonts whose widths `advance` gives."""

    def breaker(spans: list[tuple[str, str]], measure: float, **options: float) -> list[SetLine]:
        return break_lines(spans, measure, advance, **options)  # type: ignore[arg-type]

    return breaker
