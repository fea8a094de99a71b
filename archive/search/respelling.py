"""“Did you mean”: what stands in the archive and differs by one character from a term that does not.

Specimens: 孟县 where the archive has 盂县; 安全生严 where it has 安全生产.
"""

from collections.abc import Iterable, Iterator

from archive.characters import look_alikes
from archive.search.grams import pairs_of
from archive.search.matching import match
from archive.search.query_language import And, Condition, Term, is_plain, positive_terms
from archive.search.results import TermCount
from archive.search.snapshot import Snapshot

# Any other character is proposed only in a run so long that the rest of it says what was meant.
_LONG = 4
_LONGEST = 30
_PROPOSED = 3


def respelled(
    snapshot: Snapshot, query: str, condition: Condition, narrowing: tuple[Condition, ...]
) -> tuple[TermCount, ...]:
    """Queries that find something, with one character of one term of `query` changed, and how much they find.

    Characters that look alike come first, then what finds most; three at most. None for a query with fields,
    OR or exclusions, and for one whose terms are all there.
    """
    if not is_plain(condition):
        return ()
    terms = positive_terms(condition)
    found: list[tuple[bool, TermCount]] = []
    for term in terms:
        if term.whole or not 2 <= len(term.text) <= _LONGEST or match(snapshot, term):
            continue
        rest = [other for other in terms if other is not term]
        for is_alike, text in dict.fromkeys(_variants(snapshot, term.text)):
            count = len(match(snapshot, And((Term(text), *rest, *narrowing))))
            if count and term.printed in query:
                found.append((is_alike, TermCount(query.replace(term.printed, text, 1), count)))
    found.sort(key=lambda pair: (not pair[0], -pair[1].count, pair[1].query))
    return tuple(dict.fromkeys(proposal for _, proposal in found))[:_PROPOSED]


def _variants(snapshot: Snapshot, text: str) -> Iterator[tuple[bool, str]]:
    """(does the new character look like the old one?, `text` with it), as far as all pairs are in the index."""
    missing = {pair for pair in pairs_of(text) if not snapshot.count_with(pair)}
    for at, character in enumerate(text):
        # What is not there has to go with the character that is changed.
        if missing - {text[max(0, at - 1) : at + 1], text[at : at + 2]}:
            continue
        alike = look_alikes().get(character, "")
        for other in alike:
            if _is_held(snapshot, text, at, other):
                yield True, text[:at] + other + text[at + 1 :]
        if len(text) >= _LONG and missing:
            for other in _candidates(snapshot, text, at):
                if other != character and other not in alike and _is_held(snapshot, text, at, other):
                    yield False, text[:at] + other + text[at + 1 :]


def _is_held(snapshot: Snapshot, text: str, at: int, other: str) -> bool:
    around = text[max(0, at - 1) : at], text[at + 1 : at + 2]
    return all(snapshot.count_with(pair) for pair in (around[0] + other, other + around[1]) if len(pair) == 2)


def _candidates(snapshot: Snapshot, text: str, at: int) -> Iterable[str]:
    """The characters that follow the one before; at the beginning, all that the archive has."""
    return snapshot.followers(text[at - 1]) if at else snapshot.characters()
