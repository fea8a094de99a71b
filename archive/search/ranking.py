"""The order of what was found, and how it divides: relevance, date or number; counts by value."""

import heapq
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from datetime import date
from math import log

from archive.search.document_set import DocumentSet
from archive.search.grams import pairs_of, title_gram, word_gram, words_of
from archive.search.matching import word_pattern
from archive.search.query_language import Condition, Term, is_plain, positive_terms
from archive.search.records import VALUES
from archive.search.results import Place
from archive.search.snapshot import Snapshot, sorts_by_day, sorts_by_number
from archive.search.validity import validity_on

SORTS = ("relevance", "date", "number")

# Of more documents than this, only the newest and those with a term in the title are scored.
SCORED = 500
# What one find is worth in each part, against at most _BODY for the body.
_NUMBER, _WHOLE_NUMBER, _TITLE, _WHOLE_TITLE, _PERSON, _BODY = 8.0, 12.0, 5.0, 5.0, 2.0, 2.2
# Terms that stand together as typed, against terms scattered over the text.
_TOGETHER, _TOGETHER_IN_TITLE = 3.0, 4.0
_SATURATION, _LENGTH_SHARE = 1.2, 0.6


def count_values(snapshot: Snapshot, documents: DocumentSet) -> dict[str, Counter[str]]:
    """How many documents have each value of each column; "" is no value."""
    counts = {name: snapshot.values(name).count(documents) for name in VALUES}
    counts["validity"] = _today(counts["validity"])
    return counts


def _today(stored: Counter[str]) -> Counter[str]:
    """Counts by what the validity is today."""
    counter: Counter[str] = Counter()
    for value, count in stored.items():
        counter[validity_on(value, date.today())] += count
    return counter


def behind(snapshot: Snapshot, documents: DocumentSet, sort: str, place: Place) -> DocumentSet:
    """Those of `documents` that stand behind a place, sorted by date or by number; no document need stand there any more."""
    order, key = {"date": (snapshot.by_day, sorts_by_day), "number": (snapshot.by_number, sorts_by_number)}[
        sort
    ]
    at = bisect_right(order.numbers, key(place), key=lambda number: key(snapshot.place(number)))
    return documents & order.behind(at)


def in_order(
    snapshot: Snapshot, documents: DocumentSet, condition: Condition, sort: str, limit: int | None = None
) -> list[tuple[int, float]]:
    """The documents, best first, with their scores (0 where the order asks for none); the first `limit` of them."""
    if sort == "number":
        return [(number, 0.0) for number in snapshot.by_number.first(documents, limit)]
    terms = positive_terms(condition)
    if sort == "date" or not terms:
        return [(number, 0.0) for number in snapshot.by_day.first(documents, limit)]
    scored = documents
    if len(documents) > SCORED:
        titled = _with_title_gram(snapshot, terms, documents)
        newest = [*snapshot.by_day.first(documents, SCORED), *snapshot.by_day.first(titled, SCORED)]
        scored = DocumentSet.of(newest, snapshot.size)
    ranked = _Scores(snapshot, condition, terms).best(snapshot.by_day.first(scored), limit)
    left = None if limit is None else limit - len(ranked)
    if left != 0 and len(scored) < len(documents):
        ranked += [(number, 0.0) for number in snapshot.by_day.first(documents - scored, left)]
    return ranked


def _with_title_gram(snapshot: Snapshot, terms: Iterable[Term], documents: DocumentSet) -> DocumentSet:
    """Those of `documents` whose title has all pairs of one of the terms."""
    found = DocumentSet()
    for term in terms:
        pairs = sorted(map(title_gram, pairs_of(term.text)), key=snapshot.count_with)
        found |= snapshot.documents_with_all(pairs[:4]) & documents
    return found


class _Scores:
    """How well a document answers: where the terms stand, how often for its length, how rare they are."""

    def __init__(self, snapshot: Snapshot, condition: Condition, terms: tuple[Term, ...]) -> None:
        self._snapshot = snapshot
        self._terms = [(term, _weight(snapshot, term), term.text.encode()) for term in terms]
        together = len(terms) > 1 and is_plain(condition)
        self._together = "".join(term.text for term in terms).encode() if together else b""
        # No body is worth more.
        self._most = _BODY * sum(weight for _, weight, _ in self._terms) + (_TOGETHER if together else 0.0)

    def best(self, documents: list[int], limit: int | None) -> list[tuple[int, float]]:
        """The `limit` best of `documents`, best first; of equal ones as they come.

        Titles, numbers and people stand before the body, and are worth more than it: they are read first, and no
        body that could not lift its document onto the page any more.
        """
        heads = self._heads(documents)
        places: Iterable[int] = range(len(documents))
        if limit is not None and limit < len(documents):
            places = sorted(places, key=heads.__getitem__, reverse=True)
        scores: dict[int, float] = {}
        best: list[float] = []
        for place in places:
            # Scores are compared to three places.
            needed = best[0] - heads[place] - 0.001 if len(best) == limit else -1.0
            if needed > self._most:
                break
            worth = self._body(documents[place], needed)
            if worth is None:
                continue
            score = scores[place] = round(heads[place] + worth, 3)
            if limit:
                (heapq.heappush if len(best) < limit else heapq.heappushpop)(best, score)
        ranked = sorted(scores, key=lambda place: (-scores[place], place))
        return [(documents[place], scores[place]) for place in ranked[:limit]]

    def _heads(self, documents: list[int]) -> list[float]:
        """What titles, numbers and people of each are worth."""
        snapshot, terms, together = self._snapshot, self._terms, self._together
        title_lengths = snapshot.columns.title_lengths
        heads = []
        for number, head in zip(documents, snapshot.heads(documents), strict=True):
            worth = 0.0
            for term, weight, needle in terms:
                at = head.rfind(needle)
                if at < 0:
                    continue
                titles = head[: title_lengths[number]]
                if needle in titles and _count(titles, term, needle):
                    worth += weight * (_TITLE + (_WHOLE_TITLE if needle in titles.split(b"\x00") else 0.0))
                if at > len(titles):
                    worth += weight * self._beside_title(number, term, needle)
            if together and together in head and together in snapshot.titles(number):
                worth += _TOGETHER_IN_TITLE
            heads.append(worth)
        return heads

    def _beside_title(self, number: int, term: Term, needle: bytes) -> float:
        """What numbers and people are worth."""
        numbers, worth = self._snapshot.numbers(number), 0.0
        if needle in numbers and _count(numbers, term, needle):
            worth += _NUMBER + (_WHOLE_NUMBER if needle in numbers.split(b"\x00") else 0.0)
        return worth + (_PERSON if needle in self._snapshot.people(number) else 0.0)

    def _body(self, number: int, needed: float) -> float | None:
        """What it is worth how often the terms stand in the whole text, for the length of the body.

        None as soon as it cannot come to what is `needed`.
        """
        text = self._snapshot.text(number)
        length = self._snapshot.columns.body_lengths[number] / self._snapshot.mean_length
        damping = _SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * length)
        worth = 0.0
        lost = self._most - needed
        if self._together:
            if self._together in text:
                worth = _TOGETHER
            else:
                lost -= _TOGETHER
        for term, weight, needle in self._terms:
            if lost < 0:
                return None
            times = _count(text, term, needle)
            found = weight * _BODY * times / (times + damping)
            lost -= weight * _BODY - found
            worth += found
        return worth


def _count(text: bytes, term: Term, needle: bytes) -> int:
    if term.whole:
        return len(word_pattern(term.text).findall(text.decode()))
    return text.count(needle)


def _weight(snapshot: Snapshot, term: Term) -> float:
    """Rare terms weigh more; from about 0.3 for what every document has."""
    grams = [word_gram(word) for word in words_of(term.text)] if term.whole else pairs_of(term.text)
    rarest = min(snapshot.count_with(gram) for gram in grams)
    return 0.3 + log(1 + snapshot.size / (1 + rarest)) / log(2 + snapshot.size)
