"""The hits of a query in the text of one document, marked and numbered in the order in which a page shows them."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from archive.search.query_language import Term
from archive.search.runs import find_runs

# Escapes a text that is shown, with the hits in it marked.
Marker = Callable[[str], SafeString]

# A cell is sought so far behind the one shown before it: between them the print has blanks and colons.
_APART = 40


class Marks:
    """Marks the terms of one query in all that a page shows of a document.

    A hit has one number however many pieces it is shown in: the first is <mark id="hit-3">, and where it runs into
    another cell, line or paragraph it goes on as <mark data-hit="3">. `count` is the number of hits shown so far.
    """

    def __init__(self, terms: Iterable[Term]) -> None:
        self.terms = tuple(terms)
        self.count = 0

    def of(self, texts: Sequence[str]) -> list[Marker]:
        """For each of the texts, which are read one after the other, what marks those parts of it that are shown.

        A text may be shown in parts (the lines of a signature, the cells of a table): the marker is called for one
        after the other.
        """
        runs = find_runs(texts, self.terms)
        markers = [_TextMarker(self, text) for text in texts]
        for run in runs:
            hit = _Hit()
            for span in run:
                markers[span.segment].add(span.start, span.end, hit)
        return [marker.mark for marker in markers]

    def number(self, hit: "_Hit") -> tuple[int, bool]:
        """(the number of a hit that is about to be shown, True where it has not been shown before)."""
        first = not hit.number
        if first:
            self.count += 1
            hit.number = self.count
        return hit.number, first


class _Hit:
    """One hit; it has no number (0) before it is shown."""

    number = 0


class _TextMarker:
    """Marks the parts of one text."""

    def __init__(self, marks: Marks, text: str) -> None:
        self.marks = marks
        self.text = text
        self.starts: list[int] = []
        self.spans: list[tuple[int, int, _Hit]] = []
        # So much of the text has been shown.
        self.shown = 0

    def add(self, start: int, end: int, hit: _Hit) -> None:
        self.starts.append(start)
        self.spans.append((start, end, hit))

    def mark(self, part: str) -> SafeString:
        """`part` escaped, with the hits in it marked."""
        if not self.marks.terms or not part:
            return escape(part)
        positions = locate(self.text, self.shown, part)
        if positions is None:
            # What the text does not hold (the title over a table) is read by itself.
            own = find_runs([part], self.marks.terms)
            return self._written(part, [(run[0].start, run[0].end, _Hit()) for run in own])
        first, self.shown = positions[0], positions[len(part.rstrip()) - 1] + 1
        at = max(0, bisect_left(self.starts, first) - 1)
        here: list[tuple[int, int, _Hit]] = []
        for start, end, hit in self.spans[at:]:
            if start >= self.shown:
                break
            begin, stop = bisect_left(positions, start), bisect_left(positions, end)
            if begin < stop:
                here.append((begin, stop, hit))
        return self._written(part, here)

    def _written(self, part: str, spans: Iterable[tuple[int, int, _Hit]]) -> SafeString:
        pieces: list[str] = []
        done = 0
        for start, end, hit in spans:
            number, first = self.marks.number(hit)
            name = "id" if first else "data-hit"
            value = f"hit-{number}" if first else str(number)
            pieces.append(
                f'{escape(part[done:start])}<mark {name}="{value}">{escape(part[start:end])}</mark>'
            )
            done = end
        pieces.append(escape(part[done:]))
        return mark_safe("".join(pieces))


def locate(text: str, start: int, part: str) -> Sequence[int] | None:
    """Where each character of `part` stands in `text`, from about `start` on; None where it does not.

    White space may differ: 林岚 is found in 林　岚. A blank that `text` lacks stands where the next character does.
    """
    if text.startswith(part, start):
        return range(start, start + len(part))
    first = part.lstrip()[:1]
    at = text.find(first, start, start + _APART) if first else -1
    while at >= 0:
        if text.startswith(part, at):
            return range(at, at + len(part))
        if (positions := _positions(text, at, part)) is not None:
            return positions
        at = text.find(first, at + 1, start + _APART)
    return None


def _positions(text: str, at: int, part: str) -> list[int] | None:
    found: list[int] = []
    for character in part:
        if character.isspace():
            found.append(at)
            continue
        while at < len(text) and text[at].isspace():
            at += 1
        if not text.startswith(character, at):
            return None
        found.append(at)
        at += 1
    return found
