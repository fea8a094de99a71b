"""Pieces of a document around its hits, and marks on any text: found in the folded text, cut from the printed one."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence, Set
from html import escape
from itertools import accumulate
from operator import attrgetter
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe

from archive.numbers import read_number
from archive.search.folding import fold, normalise
from archive.search.grams import plain_gram
from archive.search.partial import is_question, question_grams
from archive.search.query_language import MAX_LENGTH, Term, make_term, parse_query, positive_terms
from archive.search.results import Snippet
from archive.search.runs import places
from archive.search.texts import Passage

# Characters of the print in one snippet, how far it may reach for the ends of its sentence, hits read of a term.
_WINDOW, _REACH, _MOST_HITS = 84, 30, 300
# What is read beside a window, so that no word cut at its edge is taken for a whole one.
_MARGIN = 40
_SENTENCE_END = re.compile(r"[。；！？!?;\n]")
_CLAUSE_END = re.compile(r"[，、：,:]")
_BLANKS = re.compile(r"\s+")
_ELLIPSIS = "…"


class Find(NamedTuple):
    """One place where a term stands, as `text[start:end]` of the printed text; `term` is its index."""

    start: int
    end: int
    term: int


_PLACE = attrgetter("start", "end")


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
            for start in places(folded.text, term, _MOST_HITS):
                found.append(Find(*folded.printed_span(start, start + len(term.text)), index))
        return sorted(found, key=_PLACE)

    def finds_as_printed(self, text: str) -> list[Find]:
        """The places where a term stands letter for letter, as it is folded."""
        found = [
            Find(start, start + len(term.text), index)
            for index, term in enumerate(self.terms)
            for start in places(text, term, _MOST_HITS)
        ]
        return sorted(found, key=_PLACE)

    def mark(self, text: str) -> SafeString:
        """`text` escaped, with every place in <mark>."""
        return _marked(text, 0, len(text), self.finds(text))


def terms_for(query: str, text: str) -> tuple[Term, ...]:
    """What to mark in a document that reads `text`: the terms of `query`, or where none of them stands in it,
    the number that the query is in another spelling, or the pairs of a question that brought the document up."""
    query = query[:MAX_LENGTH]
    folded = normalise(text)
    for terms in _readings(query):
        if any(places(folded, term, most=1) for term in terms):
            return terms
    return ()


def _readings(query: str) -> Iterator[tuple[Term, ...]]:
    condition = parse_query(query)
    yield positive_terms(condition)
    if (number := read_number(query.strip())) and (canonical := make_term(number.canonical)):
        yield (canonical,)
    if is_question(query, condition):
        yield question_terms(query)


def question_terms(query: str) -> tuple[Term, ...]:
    """The pairs and words of a question as terms to mark."""
    pairs, _ = question_grams(parse_query(query))
    # Latin words are kept marked as whole words
    return tuple(Term(plain_gram(pair), whole=plain_gram(pair) != pair) for pair in pairs)


def snippets(
    passages: Sequence[Passage], terms: Iterable[Term], limit: int = 3, *, partial: bool = False
) -> tuple[Snippet, ...]:
    """The best places of a body, most different terms first, in the order printed; else how the body begins.

    `partial` says that the body need not hold all terms: those that are not there letter for letter are not sought.
    """
    marker = Marker.for_field(terms, "person")
    texts = [passage.text for passage in passages]
    present = _present_as_printed(texts, marker.terms)
    as_printed, found = True, _in_any(present)
    if len(found) < len(marker.terms) and not (partial and found):
        present, as_printed = _present_folded(texts, marker.terms), False
    if len(_in_any(present)) < len(marker.terms) and not partial:
        present = _with_finds_over_borders(texts, marker, present)
    order = sorted((-len(terms), i) for i, terms in enumerate(present) if terms)
    chosen: list[int] = []
    for _, i in order:
        # A snippet may run on into the two passages behind its own.
        if all(abs(i - other) > 2 for other in chosen):
            chosen.append(i)
            if len(chosen) == limit:
                break
    if not chosen:
        return (_snippet(passages, 0, Marker(())),) if passages else ()
    return tuple(_snippet(passages, i, marker, as_printed) for i in sorted(chosen))


_NONE: frozenset[int] = frozenset()


def _in_any(present: Iterable[Set[int]]) -> Set[int]:
    return _NONE.union(*present)


def _present_as_printed(texts: Sequence[str], terms: Sequence[Term]) -> list[Set[int]]:
    """Which terms each passage holds letter for letter: folding a whole body costs more than all else here.

    A folded term folds to itself, so where it is printed it is also found folded; whole words are not asked for.
    """
    present: list[Set[int]] = [_NONE] * len(texts)
    for index, term in enumerate(terms):
        if not term.whole:
            wanted, only = term.text, frozenset([index])
            for i, text in enumerate(texts):
                if wanted in text:
                    present[i] = present[i] | only
    return present


def _present_folded(texts: Sequence[str], terms: Sequence[Term]) -> list[Set[int]]:
    """Which terms each passage holds, in whatever spelling: 晋 玮, 陽泉."""
    folded = map(normalise, texts)
    return [frozenset(i for i, term in enumerate(terms) if places(text, term, most=1)) for text in folded]


def _with_finds_over_borders(
    texts: Sequence[str], marker: Marker, present: Iterable[Set[int]]
) -> list[Set[int]]:
    """`present`, with what stands over the end of a passage counted to the one it begins in."""
    starts = [0, *accumulate(len(text) + 1 for text in texts)]
    found = [set(terms) for terms in present]
    for find in marker.finds("\n".join(texts)):
        found[bisect_right(starts, find.start) - 1].add(find.term)
    return [frozenset(terms) for terms in found]


def _snippet(passages: Sequence[Passage], i: int, marker: Marker, as_printed: bool = False) -> Snippet:
    """The best window that begins in passage `i`; it may run on into the next two.

    `as_printed`: it is chosen by what stands there letter for letter. What is marked in it is found folded.
    """
    first = passages[i].text
    text = "\n".join(passage.text for passage in passages[i : i + 3])
    if i + 3 < len(passages):
        text += "\n"
    finds = marker.finds_as_printed(text) if as_printed else marker.finds(text)
    start, last = _best_window(finds, len(first))
    start = _start_of_sentence(text, start)
    end = _end_of_sentence(text, max(last, min(start + _WINDOW, len(text))))
    if as_printed:
        around = max(0, start - _MARGIN)
        finds = [
            Find(around + find.start, around + find.end, find.term)
            for find in marker.finds(text[around : end + _MARGIN])
        ]
    return Snippet(_cut(text, start, end, finds), passages[i].heading, passages[i].anchor)


def _best_window(finds: list[Find], begins_before: int) -> tuple[int, int]:
    """First and last printed position of the window with the most different terms."""
    best = (0, 0, 0)
    for i, first in enumerate(finds):
        if first.start > begins_before:
            break
        terms = {first.term}
        last = first.end
        for find in finds[i + 1 : i + 40]:
            if find.end - first.start > _WINDOW:
                break
            terms.add(find.term)
            last = max(last, find.end)
        best = max(best, (len(terms), -first.start, last))
    return -best[1], best[2]


def _start_of_sentence(text: str, position: int) -> int:
    """Where the sentence around `position` begins; where that is too far, a clause of it, or a little before."""
    floor = max(0, position - _REACH)
    if ends := list(_SENTENCE_END.finditer(text, floor, position)):
        return ends[-1].end()
    clause = _CLAUSE_END.search(text, floor, position) if floor else None
    return clause.end() if clause else floor


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
