"""Pieces of a document around its hits, and marks on any text: found in the folded text, cut from the printed one."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from archive.models import Document
from archive.search.folding import fold
from archive.search.grams import plain_gram
from archive.search.matching import word_pattern
from archive.search.partial import is_question, question_grams
from archive.search.query_language import Term, parse_query, positive_terms
from archive.search.results import Snippet
from archive.search.texts import Passage, passages

# Characters of the print in one snippet, how far it may reach for the ends of its sentence, hits read of a term.
_WINDOW, _REACH, _MOST_HITS = 84, 30, 300
_SENTENCE_END = re.compile(r"[。；！？!?;\n]")
_BLANKS = re.compile(r"\s+")
_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Find:
    """One place where a term stands, as `text[start:end]` of the printed text; `term` is its index."""

    start: int
    end: int
    term: int


class Marker:
    """Finds and marks the terms of one query."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.terms = tuple(terms)

    @classmethod
    def for_field(cls, terms: Iterable[Term], *fields: str) -> "Marker":
        """Marks the terms that ask for no field, or for one of `fields`."""
        return cls(term for term in terms if not term.field or term.field in fields)

    def finds(self, text: str) -> list[Find]:
        """Every place where a term stands, from the start of the text on."""
        if not self.terms:
            return []
        folded = fold(text)
        found: list[Find] = []
        for index, term in enumerate(self.terms):
            for start in _places(folded.text, term):
                found.append(Find(*folded.printed_span(start, start + len(term.text)), index))
        return sorted(found, key=lambda find: (find.start, find.end))

    def mark(self, text: str) -> SafeString:
        """`text` escaped, with every place in <mark>."""
        return _marked(text, 0, len(text), self.finds(text))


def mark_terms(text: str, query: str) -> SafeString:
    """`text` escaped, the terms of `query` in <mark>: for a document that was opened from its results."""
    return _marker_of(query).mark(text)


@lru_cache(maxsize=64)
def _marker_of(query: str) -> Marker:
    return Marker(positive_terms(parse_query(query)))


def marker_for(query: str, text: str) -> Marker:
    """The marker for a document with the printed text `text`: its terms, or where none of them stands in it
    because a question brought it up, the pairs of the question."""
    marker = _marker_of(query)
    if not marker.finds(text) and is_question(query, parse_query(query)):
        return Marker(question_terms(query))
    return marker


def question_terms(query: str) -> tuple[Term, ...]:
    """The pairs and words of a question as terms to mark."""
    pairs, _ = question_grams(parse_query(query))
    # Latin words are kept marked as whole words
    return tuple(Term(plain_gram(pair), whole=plain_gram(pair) != pair) for pair in pairs)


def snippets(document: Document, terms: tuple[Term, ...], limit: int = 3) -> tuple[Snippet, ...]:
    """The best places of the body, most different terms first, in the order printed; else how the body begins."""
    pieces = passages(document)
    body = "\n".join(piece.text for piece in pieces)
    starts: list[int] = []
    position = 0
    for piece in pieces:
        starts.append(position)
        position += len(piece.text) + 1
    finds = Marker.for_field(terms, "person").finds(body)
    windows = _best_windows(finds, limit)
    if not windows:
        end = _end_of_sentence(body, min(_WINDOW, len(body)))
        return (Snippet(_cut(body, 0, end, [])),) if body.strip() else ()
    found = []
    for first, last in windows:
        start = _start_of_sentence(body, first)
        end = _end_of_sentence(body, max(last, min(start + _WINDOW, len(body))))
        piece = _piece_at(pieces, starts, first)
        found.append(Snippet(_cut(body, start, end, finds), piece.heading, piece.anchor))
    return tuple(found)


def _piece_at(pieces: list[Passage], starts: list[int], position: int) -> Passage:
    return pieces[bisect_right(starts, position) - 1]


def _places(folded: str, term: Term) -> list[int]:
    """Where `term` stands in folded text, the first few hundred."""
    if term.whole:
        matches = word_pattern(term.text).finditer(folded)
        return [match.start() for match, _ in zip(matches, range(_MOST_HITS), strict=False)]
    found: list[int] = []
    at = folded.find(term.text)
    while at >= 0 and len(found) < _MOST_HITS:
        found.append(at)
        # one further, so that 一一 is found twice in 一一一: the marks run together
        at = folded.find(term.text, at + 1)
    return found


def _best_windows(finds: list[Find], limit: int) -> list[tuple[int, int]]:
    """Up to `limit` windows (first and last printed position) with the most different terms, in print order."""
    candidates = []
    for i, first in enumerate(finds):
        terms = {first.term}
        last = first.end
        for find in finds[i + 1 : i + 40]:
            if find.end - first.start > _WINDOW:
                break
            terms.add(find.term)
            last = max(last, find.end)
        candidates.append((-len(terms), first.start, last))
    candidates.sort()
    chosen: list[tuple[int, int]] = []
    for _, start, last in candidates:
        # A window grows to whole sentences: at this distance two cannot meet.
        apart = _WINDOW + 2 * _REACH
        if all(last + apart < other[0] or start > other[1] + apart for other in chosen):
            chosen.append((start, last))
            if len(chosen) == limit:
                break
    return sorted(chosen)


def _start_of_sentence(text: str, position: int) -> int:
    """Where the sentence around `position` begins, or a little before `position` where that is too far."""
    floor = max(0, position - _REACH)
    ends = list(_SENTENCE_END.finditer(text, floor, position))
    return ends[-1].end() if ends else floor


def _end_of_sentence(text: str, position: int) -> int:
    """Where the sentence around `position` ends, or `position` itself where that is too far."""
    end = _SENTENCE_END.search(text, position, min(len(text), position + _REACH))
    return end.end() if end else position


def _cut(text: str, start: int, end: int, finds: list[Find]) -> SafeString:
    """`text[start:end]` marked, on one line, with … where a sentence is cut."""
    html = _BLANKS.sub(" ", _marked(text, start, end, finds)).strip()
    before = _ELLIPSIS if start > 0 and not _SENTENCE_END.match(text[start - 1]) else ""
    after = _ELLIPSIS if end < len(text) and not _SENTENCE_END.match(text[end - 1]) else ""
    return mark_safe(f"{before}{html}{after}")


def _marked(text: str, start: int, end: int, finds: list[Find]) -> SafeString:
    """`text[start:end]` escaped, with the finds in it in <mark>; finds that touch or overlap are one mark."""
    pieces: list[str] = []
    done = start
    opened = closed = -1
    for find in finds:
        if find.start < start or find.end > end:
            continue
        if find.start <= closed:
            closed = max(closed, find.end)
            continue
        done = _close(pieces, text, done, opened, closed)
        opened, closed = find.start, find.end
    done = _close(pieces, text, done, opened, closed)
    pieces.append(escape(text[done:end]))
    return mark_safe("".join(pieces))


def _close(pieces: list[str], text: str, done: int, opened: int, closed: int) -> int:
    """Write what stands before a mark, and the mark; gives where it ends."""
    if opened < 0:
        return done
    pieces.append(f"{escape(text[done:opened])}<mark>{escape(text[opened:closed])}</mark>")
    return closed
