"""The order of what was found, and how it divides: relevance, date or number; counts by value."""

import heapq
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date
from math import log

from archive.search.grams import pairs_of, title_gram, word_gram, words_of
from archive.search.matching import word_pattern
from archive.search.query_language import Condition, Term, is_plain, positive_terms
from archive.search.records import VALUES
from archive.search.snapshot import Snapshot
from archive.search.validity import validity_on

SORTS = ("relevance", "date", "number")

# Of more documents than this, only the newest and those with a term in the title are scored.
SCORED = 500
# What one find is worth in each part, against at most _BODY for the body.
_NUMBER, _WHOLE_NUMBER, _TITLE, _WHOLE_TITLE, _PERSON, _BODY = 8.0, 12.0, 5.0, 5.0, 2.0, 2.2
# Terms that stand together as typed, against terms scattered over the text.
_TOGETHER, _TOGETHER_IN_TITLE = 3.0, 4.0
_SATURATION, _LENGTH_SHARE = 1.2, 0.6


def count_values(snapshot: Snapshot, documents: Collection[int]) -> dict[str, Counter[str]]:
    """How many documents have each value of each column; "" is no value."""
    counts = {}
    for name in VALUES:
        counter = Counter(map(snapshot.columns.values[name].__getitem__, documents))
        if name == "validity":
            counter = _today(counter)
        del counter[""]
        counts[name] = counter
    return counts


def _today(stored: Counter[str]) -> Counter[str]:
    """Counts by what the validity is today."""
    counter: Counter[str] = Counter()
    for value, count in stored.items():
        counter[validity_on(value, date.today())] += count
    return counter


def in_order(
    snapshot: Snapshot, documents: Collection[int], condition: Condition, sort: str
) -> list[tuple[int, float]]:
    """All documents, best first, with their scores (0 where the order asks for none)."""
    if sort == "number":
        return [(number, 0.0) for number in sorted(documents, key=snapshot.by_number.__getitem__)]
    newest = sorted(documents, key=snapshot.newest_first.__getitem__)
    terms = positive_terms(condition)
    if sort == "date" or not terms:
        return [(number, 0.0) for number in newest]
    scored = newest
    if len(newest) > SCORED:
        titled = _with_title_gram(snapshot, terms, documents)
        first = dict.fromkeys(
            [*newest[:SCORED], *heapq.nsmallest(SCORED, titled, key=snapshot.newest_first.__getitem__)]
        )
        scored = [number for number in newest if number in first]
    scores = dict(zip(scored, _score(snapshot, scored, condition, terms), strict=True))
    # sorted is stable: newer first on ties
    ranked = sorted(scored, key=lambda n: -round(scores[n], 3))
    rest = [number for number in newest if number not in scores] if len(scores) < len(newest) else []
    return [(number, scores[number]) for number in ranked] + [(number, 0.0) for number in rest]


def _with_title_gram(snapshot: Snapshot, terms: Iterable[Term], documents: Collection[int]) -> set[int]:
    """Those of `documents` whose title has all pairs of one of the terms."""
    wanted = set(documents)
    found: set[int] = set()
    for term in terms:
        pairs = sorted(map(title_gram, pairs_of(term.text)), key=snapshot.count_with)
        found |= snapshot.documents_with_all(pairs[:4]) & wanted
    return found


def _score(
    snapshot: Snapshot, documents: list[int], condition: Condition, terms: tuple[Term, ...]
) -> list[float]:
    """How well each document answers: where the terms stand, how often for its length, how rare they are."""
    lengths = snapshot.columns.body_lengths
    mean = snapshot.mean_length
    weights = [_weight(snapshot, term) for term in terms]
    needles = [term.text.encode() for term in terms]
    together = "".join(term.text for term in terms).encode()
    if len(terms) < 2 or not is_plain(condition):
        together = b""
    scores = []
    for number, text in zip(documents, snapshot.texts(documents), strict=True):
        # Titles, numbers and people stand before the body: most documents need not be taken apart.
        body_at = len(text) - lengths[number]
        damping = _SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * lengths[number] / mean)
        score = 0.0
        for term, weight, needle in zip(terms, weights, needles, strict=True):
            times = _count(text, term, needle)
            worth = _BODY * times / (times + damping)
            if text.find(needle, 0, body_at) >= 0:
                title, printed_number = snapshot.titles(number), snapshot.numbers(number)
                if needle in title and _count(title, term, needle):
                    worth += _TITLE + (_WHOLE_TITLE if needle in title.split(b"\x00") else 0.0)
                if needle in printed_number and _count(printed_number, term, needle):
                    worth += _NUMBER + (_WHOLE_NUMBER if needle in printed_number.split(b"\x00") else 0.0)
                if needle in snapshot.people(number):
                    worth += _PERSON
            score += weight * worth
        if together and (at := text.find(together)) >= 0:
            in_title = at < body_at and together in snapshot.titles(number)
            score += _TOGETHER + (_TOGETHER_IN_TITLE if in_title else 0.0)
        scores.append(score)
    return scores


def _count(text: bytes, term: Term, needle: bytes) -> int:
    if term.whole:
        return len(word_pattern(term.text).findall(text.decode()))
    return text.count(needle)


def _weight(snapshot: Snapshot, term: Term) -> float:
    """Rare terms weigh more; from about 0.3 for what every document has."""
    grams = [word_gram(word) for word in words_of(term.text)] if term.whole else pairs_of(term.text)
    rarest = min(snapshot.count_with(gram) for gram in grams)
    return 0.3 + log(1 + snapshot.size / (1 + rarest)) / log(2 + snapshot.size)
