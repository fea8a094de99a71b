"""Breaking text into justified lines by the rules of Chinese print (避头尾, punctuation pairs set closer)."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

CLOSING = "，。、；：？！）》〉】〕”’"
OPENING = "（《〈【〔“‘"
NEVER_FIRST = CLOSING + "％%…—·℃"
NEVER_LAST = OPENING
# Latin words, numbers and decimals stay whole: 2024, 5.3.5, GB/T, 12345
UNIT = re.compile(r"[0-9A-Za-z.,/\-:%℃]*[0-9A-Za-z%℃]|.", re.DOTALL)

# The width of one character in ems of its own size.
Advance = Callable[[str, str], float]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of one face that is drawn in one go; `x` is in ems from the start of the line."""

    x: float
    text: str
    face: str
    spread: float = 0.0


@dataclass(frozen=True, slots=True)
class SetLine:
    """One line as set; `width` in ems, before it was spread to the measure."""

    pieces: tuple[Piece, ...]
    width: float

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class _Unit:
    text: str
    face: str
    width: float


def break_lines(
    spans: Sequence[tuple[str, str]],
    measure: float,
    advance: Advance,
    first_indent: float = 0.0,
    hang: float = 0.0,
    justify: bool = True,
) -> list[SetLine]:
    """`spans` of (text, face) as lines no wider than `measure` ems; the last line is not spread.

    `first_indent` moves the first line in, `hang` all the others.
    """
    units = [
        _Unit(unit, face, sum(advance(char, face) for char in unit))
        for text, face in spans
        for unit in UNIT.findall(text)
    ]
    lines = []
    indent = first_indent
    while units:
        count = _fitting(units, measure - indent)
        chosen, units = units[:count], units[count:]
        lines.append(_set(chosen, indent, measure if justify and units else None, advance))
        indent = hang
    return lines


def _squeeze(before: str, after: str) -> float:
    """How much closer two marks stand than their boxes: 》（ and 。” share half an em."""
    if before in CLOSING and after in CLOSING + OPENING:
        return 0.5
    return 0.5 if before in OPENING and after in OPENING else 0.0


def _fitting(units: list[_Unit], room: float) -> int:
    """How many units stand on the line: as many as fit, back to a place where a line may be broken."""
    width, count = 0.0, 0
    for index, unit in enumerate(units):
        width += unit.width
        if index:
            width -= _squeeze(units[index - 1].text[-1], unit.text[0])
        # A closing mark at the end of the line may lose its empty half.
        if width - (0.5 if unit.text in CLOSING else 0.0) > room + 1e-6:
            break
        count = index + 1
    if count == len(units):
        return count
    for end in range(count, 0, -1):
        if units[end].text[0] not in NEVER_FIRST and units[end - 1].text not in NEVER_LAST:
            return end
    return max(count, 1)


def _set(units: list[_Unit], indent: float, measure: float | None, advance: Advance) -> SetLine:
    runs = list(_runs(units))
    starts, x = [], indent
    for text, face, squeeze in runs:
        x -= squeeze
        starts.append(x)
        x += sum(advance(char, face) for char in text)
    natural = x - indent
    count = sum(len(text) for text, _, _ in runs)
    spread = 0.0
    if measure is not None and count > 1:
        hanging = 0.5 if runs[-1][0][-1] in CLOSING and natural > measure - indent else 0.0
        spread = (measure + hanging - x) / (count - 1)
    pieces, passed = [], 0
    for (text, face, _), start in zip(runs, starts, strict=True):
        pieces.append(Piece(start + passed * spread, text, face, spread))
        passed += len(text)
    return SetLine(tuple(pieces), natural)


def _runs(units: list[_Unit]) -> Iterator[tuple[str, str, float]]:
    """(text, face, squeeze before it): cut where the face changes or two marks stand closer."""
    text, face, before = "", "", 0.0
    for unit in units:
        squeeze = _squeeze(text[-1], unit.text[0]) if text else 0.0
        if text and (face != unit.face or squeeze):
            yield text, face, before
            text, before = "", squeeze
        elif not text:
            before = 0.0
        text, face = text + unit.text, unit.face
    if text:
        yield text, face, before
