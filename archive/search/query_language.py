"""What a reader asks for: a string becomes a tree of conditions, and every string becomes one.

    抽水蓄能 项目            both                      "抽水蓄能 项目"         one phrase
    抽水蓄能 -任免           without                   通知 OR 意见            either of the two neighbours
    title:安全  number:[2022]15  person:晋玮           in one field
    year:2022 category:政府文件 kind:通知 issuer:… gazette:…        exactly that value
    2022-03..2022-05         signed in that time (also 2022..2023, ..2022-05, 2022-03-15..)

A quotation mark, colon, hyphen or OR that cannot be read so is searched literally.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from archive.numbers import read_number
from archive.search.folding import is_word, normalise

# What one query may cost: longer ones are cut, terms beyond the last are not asked for.
MAX_LENGTH = 1000
MAX_TERMS = 40

TEXT_FIELDS = ("title", "number", "person")
VALUE_FIELDS = ("year", "month", "category", "kind", "issuer", "gazette", "validity")


@dataclass(frozen=True, slots=True)
class Term:
    """A run of folded characters that must stand in the text, or in one field of it.

    `whole` asks for whole words: the term is Latin letters and digits (with blanks, in a phrase) only.
    """

    text: str
    field: str = ""
    whole: bool = False
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """A field that must have exactly this value: kind:通知. Compared as folded.

    Haystack also asks by model, by its identifier (key) and by primary key (pk); readers cannot.
    """

    field: str
    text: str
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Signed:
    """Signed (where no date is printed: published) from `start` to `end`, both included; None is open."""

    start: date | None
    end: date | None
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Not:
    condition: "Condition"


@dataclass(frozen=True, slots=True)
class And:
    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Or:
    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Everything:
    """Every document: an empty query."""


Condition = Term | Value | Signed | Not | And | Or | Everything

# One piece of a query. A phrase stands at the beginning, or behind - or a field; its closing mark ends it.
_PIECE = re.compile(
    rf"(?P<minus>-)?(?:(?P<field>{'|'.join(TEXT_FIELDS + VALUE_FIELDS)})[:：])?"
    r'(?:"(?P<phrase>[^"]*[^"\s][^"]*)"|(?P<bare>\S+))',
    re.IGNORECASE,
)
_DAY = r"[0-9]{4}(?:-[0-9]{1,2}(?:-[0-9]{1,2})?)?"
_RANGE = re.compile(rf"(?P<start>{_DAY})?\.\.(?P<end>{_DAY})?")


@lru_cache(maxsize=512)
def parse_query(query: str) -> Condition:
    """The conditions that `query` states. Never fails."""
    conditions: list[Condition] = []
    either = False  # an OR stands before the next condition
    pieces = list(_pieces(query[:MAX_LENGTH]))[:MAX_TERMS]
    for i, piece in enumerate(pieces):
        if piece.group() == "OR" and conditions and not either and i + 1 < len(pieces):
            either = True
            continue
        condition = _condition(piece)
        if condition is None:
            continue
        if either:
            before = conditions.pop()
            alternatives = before.conditions if isinstance(before, Or) else (before,)
            conditions.append(Or((*alternatives, condition)))
            either = False
        else:
            conditions.append(condition)
    if not conditions:
        return Everything()
    return conditions[0] if len(conditions) == 1 else And(tuple(conditions))


def _pieces(query: str) -> Iterator[re.Match[str]]:
    position = 0
    while position < len(query):
        if query[position].isspace():
            position += 1
            continue
        piece = _PIECE.match(query, position)
        assert piece is not None  # any character that is no blank begins a bare piece
        yield piece
        position = piece.end()


def _condition(piece: re.Match[str]) -> Condition | None:
    """The condition of one piece; None when nothing of it is left by folding (a lone zero-width blank)."""
    phrase, bare, field = piece["phrase"], piece["bare"], (piece["field"] or "").lower()
    if phrase is None and field == "" and (signed := read_days(bare)):
        return Not(signed) if piece["minus"] else signed
    condition = _field_condition(field, phrase if phrase is not None else bare, piece.group())
    if condition is None:
        return None
    return Not(condition) if piece["minus"] else condition


def _field_condition(field: str, text: str, printed: str) -> Condition | None:
    if field in VALUE_FIELDS:
        return Value(field, normalise(text), printed)
    term = make_term(text, field, printed)
    if term and field == "number" and (number := read_number(text)):
        canonical = make_term(number.canonical, field, printed)
        if canonical and term.text not in canonical.text:
            return Or((term, canonical))  # number:阳政发2022-1
    return term


def make_term(text: str, field: str = "", printed: str = "") -> Term | None:
    """The term for a run of characters as typed; None when folding leaves nothing of it."""
    folded = normalise(text).strip()
    if not folded:
        return None
    return Term(folded, field, whole=is_word(folded.replace(" ", "")), printed=printed or text)


def read_days(text: str) -> Signed | None:
    """2022-03..2022-05 as a range of days; None when it is none, or no such day exists."""
    match = _RANGE.fullmatch(normalise(text))
    if not match or not (match["start"] or match["end"]):
        return None
    try:
        start = _first_day(match["start"]) if match["start"] else None
        end = _last_day(match["end"]) if match["end"] else None
    except ValueError:
        return None
    return Signed(start, end, text)


def _first_day(text: str) -> date:
    year, month, day = [*map(int, text.split("-")), 1, 1][:3]
    return date(year, month, day)


def _last_day(text: str) -> date:
    parts = [*map(int, text.split("-"))]
    year, month = [*parts, 12][:2]
    return date(year, month, parts[2] if len(parts) > 2 else monthrange(year, month)[1])


def positive_terms(condition: Condition) -> tuple[Term, ...]:
    """The terms that a matching document has to have or may have, in order: what to mark in it."""
    match condition:
        case Term():
            return (condition,)
        case And(conditions) | Or(conditions):
            return tuple(dict.fromkeys(term for one in conditions for term in positive_terms(one)))
    return ()


def is_plain(condition: Condition) -> bool:
    """True for terms alone, without fields, exclusion, OR or dates."""
    match condition:
        case Term(field=""):
            return True
        case And(conditions):
            return all(isinstance(one, Term) and not one.field for one in conditions)
    return False
