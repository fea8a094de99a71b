"""The order of what was found, and how it divides: relevance, date or number; counts by value."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from math import log

from archive.search.document_set import DocumentSet
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
    in_turn = snapshot.by_day.first(scored)
    scores = dict(zip(in_turn, _score(snapshot, in_turn, condition, terms), strict=True))
    # sorted is stable: newer first on ties
    ranked = sorted(((n, scores[n]) for n in in_turn), key=lambda pair: -round(pair[1], 3))[:limit]
    left = None if limit is None else limit - len(ranked)
    if left != 0 and len(scores) < len(documents):
        ranked += [(number, 0.0) for number in snapshot.by_day.first(documents - scored, left)]
    return ranked


def _with_title_gram(snapshot: Snapshot, terms: Iterable[Term], documents: DocumentSet) -> DocumentSet:
    """Those of `documents` whose title has all pairs of one of the terms."""
    found = DocumentSet()
    for term in terms:
        pairs = sorted(map(title_gram, pairs_of(term.text)), key=snapshot.count_with)
        found |= snapshot.documents_with_all(pairs[:4]) & documents
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
