"""One form for each character, whatever way it was printed or typed: the text that is searched.

Specimens: ２０２２ → 2022, 陽泉 → 阳泉, 〔2022〕 → [2022], 二○二二 → 二零二二, ⻔ → 门, ⼀ → 一, 晋　玮 → 晋玮, Ⅱ级 → ii级.
Folding goes character by character and never asks what stands around; only white space does: between two
Latin words or numbers it stays as one blank, everywhere else it falls away.
"""

import json
import re
import unicodedata
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from archive.characters import CJK_RADICALS

# All brackets that print puts around a year or an aside; 《》 and quotation marks mean something else.
_OPENING = "〔［【（﹝〖〘〚⟦⦗({｛︵︷︹︻⁅"
_CLOSING = "〕］】）﹞〗〙〛⟧⦘)}｝︶︸︺︼⁆"
_SINGLE = (
    dict.fromkeys(_OPENING, "[")
    | dict.fromkeys(_CLOSING, "]")
    | {"〇": "零", "○": "零", "◯": "零", "Ｏ": "o"}
)

# Decompositions that only change the form of a character. Those left out change what it says:
# ① is no 1, m² is no m2, ½ is no 1/2.
_OF_FORM = {"<wide>", "<narrow>", "<compat>", "<font>", "<vertical>", "<small>", "<noBreak>"}

# Latin letters and digits, in folded text: what words and numbers are made of.
WORD = "0-9a-zà-öø-ɏ"
_BLANKS = re.compile(r" {2,}")
_LOOSE_BLANK = re.compile(rf"(?<![{WORD}]) | (?![{WORD}])")
_IS_WORD = re.compile(f"[{WORD}]+").fullmatch


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text, and for each of its characters (and its end) where that stands in the text as printed.

    The printed form of `text[a:b]` is `printed[offsets[a]:ends[b]]`, see `printed_span`.
    """

    text: str
    offsets: Sequence[int]

    def printed_span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` stands in the text as printed; blanks around it are left out."""
        if start >= end:
            return self.offsets[start], self.offsets[start]
        # The last character ends where it stands plus one, not where the next begins: a blank may lie between.
        return self.offsets[start], self.offsets[end - 1] + 1


@cache
def _simplified() -> dict[str, str]:
    """Traditional to simplified, single characters only (MediaWiki's table, as zhconv carries it)."""
    table = json.loads(files("zhconv").joinpath("zhcdict.json").read_bytes())["zh2Hans"]
    return {one: to for one, to in table.items() if len(one) == 1 and len(to) == 1}


def _step(character: str) -> str:
    """One step of folding; what is dropped is "", white space is one blank."""
    if character in _SINGLE:
        return _SINGLE[character]
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    # Format and control characters, lone surrogates, and selectors of a glyph's variant.
    if category in {"Cc", "Cf", "Cs"} or "\ufe00" <= character <= "\ufe0f" or character >= "\U000e0000":
        return ""
    mark, _, _ = unicodedata.decomposition(character).partition(" ")
    if mark and (not mark.startswith("<") or mark in _OF_FORM):
        normal = unicodedata.normalize("NFKC", character)
        if " " not in normal:  # ´ is a blank and an accent: left as it is
            character = normal
    if len(character) != 1:
        return character
    character = CJK_RADICALS.get(character, character)
    return _simplified().get(character, character).lower()


def _fold_character(character: str) -> str:
    """The folded form: stepped until nothing changes (⻓ → 長 → 长, Ａ → A → a)."""
    for _ in range(6):
        stepped = "".join(map(_step, character))
        if stepped == character:
            break
        character = stepped
    return character


class _Table(dict[int, str]):
    """Code point → folded form, filled as characters are met: a plain dict would pay for every miss."""

    def __init__(self) -> None:
        super().__init__()
        # Characters met so far that are blank or do not fold to exactly one.
        self.uneven: set[str] = set()
        self._pattern = re.compile("(?!)")
        self._compiled = 0

    def __missing__(self, code: int) -> str:
        folded = _fold_character(chr(code))
        if len(folded) != 1 or folded == " ":
            self.uneven.add(chr(code))
        self[code] = folded
        return folded

    def uneven_pattern(self) -> re.Pattern[str]:
        """Finds one uneven character of a text that was translated before."""
        if self._compiled != len(self.uneven):
            known = "".join(sorted(self.uneven))
            self._pattern, self._compiled = re.compile(f"[{re.escape(known)}]"), len(known)
        return self._pattern


class _FlatTable(dict[int, str]):
    """As `_Table`, but one character for each: a text keeps its length, and its uneven characters are put right after."""

    def __missing__(self, code: int) -> str:
        folded = _table[code]
        self[code] = folded if len(folded) == 1 else "\x00"
        return self[code]


_table = _Table()
_flat_table = _FlatTable()


def normalise(text: str) -> str:
    """The folded form of `text`."""
    folded = text.translate(_table)
    if " " in folded:
        folded = _LOOSE_BLANK.sub("", _BLANKS.sub(" ", folded))
    return folded


def fold(text: str) -> Folded:
    """`normalise(text)` with its map back to `text`."""
    flat = text.translate(_flat_table)
    if _table.uneven.isdisjoint(text):
        return Folded(flat, range(len(text) + 1))
    pieces: list[str] = []
    offsets = array("I")
    blank: int | None = None  # where a run of white space began that may have to stay
    done = 0  # of `text`

    def take(piece: str, at: range | list[int]) -> None:
        nonlocal blank
        if not piece:
            return
        if blank is not None:
            if pieces and is_word(pieces[-1][-1]) and is_word(piece[0]):
                pieces.append(" ")
                offsets.append(blank)
            blank = None
        pieces.append(piece)
        offsets.extend(at)

    for match in _table.uneven_pattern().finditer(text):
        at = match.start()
        take(flat[done:at], range(done, at))
        folded = _table[ord(match.group())]
        if folded == " ":
            blank = at if blank is None else blank
        else:
            take(folded, [at] * len(folded))
        done = at + 1
    take(flat[done:], range(done, len(text)))
    offsets.append(len(text))
    return Folded("".join(pieces), offsets)


def is_word(folded: str) -> bool:
    """True for folded text that is only Latin letters and digits."""
    return _IS_WORD(folded) is not None
