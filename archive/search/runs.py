"""Where the terms of a query stand in a text that comes in pieces: the paragraphs of a document, the lines of a page."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from archive.search.folding import fold
from archive.search.matching import word_pattern
from archive.search.query_language import Term


@dataclass(frozen=True, slots=True)
class Span:
    """The part of a run that stands in one segment: `segments[segment][start:end]`."""

    segment: int
    start: int
    end: int


# One hit: most stand in one segment, one over the end of a line or a paragraph in two or more.
Run = tuple[Span, ...]


def places(folded: str, term: Term, most: int | None = None) -> list[int]:
    """Where `term` begins in folded text, in order; the first `most` of them."""
    if term.text not in folded:
        return []
    found: list[int] = []
    if term.whole:
        for match in word_pattern(term.text).finditer(folded):
            if len(found) == most:
                break
            found.append(match.start())
        return found
    at = folded.find(term.text)
    while at >= 0 and len(found) != most:
        found.append(at)
        # one further, so that 一一 is found twice in 一一一: the marks run together
        at = folded.find(term.text, at + 1)
    return found


def find_runs(segments: Sequence[str], terms: Iterable[Term]) -> list[Run]:
    """Every hit in the segments read one after the other, in order; finds that overlap or touch are one.

    The segments are folded as one text, as the index folds a body: between Chinese characters their border falls
    away (安 | 全 is 安全), between two words or numbers it stays a blank.
    """
    terms = tuple(terms)
    if not terms:
        return []
    text = "\n".join(segments)
    folded = fold(text)
    finds = {
        folded.printed_span(start, start + len(term.text))
        for term in terms
        for start in places(folded.text, term)
    }
    if not finds:
        return []
    starts = list(accumulate((len(segment) + 1 for segment in segments), initial=0))
    return [tuple(_spans(segments, starts, *run)) for run in _joined(sorted(finds))]


def _joined(finds: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Finds in order, those that overlap or touch made one. The border of segments keeps them apart."""
    begun: tuple[int, int] | None = None
    for start, end in finds:
        if begun and start <= begun[1]:
            begun = begun[0], max(begun[1], end)
            continue
        if begun:
            yield begun
        begun = start, end
    if begun:
        yield begun


def _spans(segments: Sequence[str], starts: Sequence[int], start: int, end: int) -> Iterator[Span]:
    """The parts of text[start:end] in the segments, without the white space at a segment's edge."""
    for segment in range(bisect_right(starts, start) - 1, len(segments)):
        first = starts[segment]
        if first >= end:
            return
        part = segments[segment][max(0, start - first) : end - first]
        inner = part.strip()
        if inner:
            at = max(0, start - first) + part.index(inner)
            yield Span(segment, at, at + len(inner))
