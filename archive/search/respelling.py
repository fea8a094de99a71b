"""“Did you mean”: what stands in the archive and differs by one character from a term that does not.

Specimens: 孟县 where the archive has 盂县; 安全生严 where it has 安全生产; 阳全市 where it has 阳泉市.
"""

import re
from collections import Counter
from collections.abc import Iterator

from archive.characters import look_alikes
from archive.search.grams import pairs_of
from archive.search.matching import match
from archive.search.query_language import And, Condition, Term, is_plain, positive_terms
from archive.search.results import TermCount
from archive.search.snapshot import Snapshot

# Any other character is proposed only in a run so long that the rest of it says what was meant.
_LONG = 3
_LONGEST = 30
_PROPOSED = 3
# What finds less than this share of what another finds is hardly meant: 为全市 (4) beside 阳泉市 (31), for 阳全市.
_SHARE = 0.2
# Bytes of text read for the characters that fit at one place, and how many are tried of all places.
_READ = 1_000_000
_TRIED = 2
_CHARACTER = rb"([\x20-\x7f]|[\xc2-\xf4][\x80-\xbf]{1,3})"


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
        alike = [(True, text) for text in _alike(snapshot, term.text)]
        for is_alike, text in alike + [(False, text) for text in _fitting(snapshot, term.text)]:
            count = len(match(snapshot, And((Term(text), *rest, *narrowing))))
            if count and term.printed in query:
                found.append((is_alike, TermCount(query.replace(term.printed, text, 1), count)))
    most = max((proposal.count for _, proposal in found), default=0)
    found = [pair for pair in found if pair[0] or pair[1].count >= _SHARE * most]
    found.sort(key=lambda pair: (not pair[0], -pair[1].count, pair[1].query))
    return tuple(dict.fromkeys(proposal for _, proposal in found))[:_PROPOSED]


def _alike(snapshot: Snapshot, text: str) -> Iterator[str]:
    """`text` with one character changed to one that looks like it, as far as all pairs are in the index."""
    for at in _places(text, _missing(snapshot, text)):
        for other in look_alikes().get(text[at], ""):
            around = text[max(0, at - 1) : at], text[at + 1 : at + 2]
            pairs = [pair for pair in (around[0] + other, other + around[1]) if len(pair) == 2]
            if all(map(snapshot.count_with, pairs)):
                yield text[:at] + other + text[at + 1 :]


def _fitting(snapshot: Snapshot, text: str) -> list[str]:
    """`text` with one character changed to a letter or figure that stands there in some document, the most frequent.

    None where all pairs of `text` are in the index: then nothing says which character is wrong.
    """
    missing = _missing(snapshot, text)
    if len(text) < _LONG or not missing:
        return []
    found: Counter[str] = Counter()
    for at in _places(text, missing):
        left, right = text[:at], text[at + 1 :]
        for other, count in _standing_between(snapshot, left, right).items():
            if other.isalnum() and other != text[at] and other not in look_alikes().get(text[at], ""):
                found[left + other + right] = count
    return [variant for variant, _ in found.most_common(_TRIED)]


def _missing(snapshot: Snapshot, text: str) -> set[str]:
    return {pair for pair in pairs_of(text) if not snapshot.count_with(pair)}


def _places(text: str, missing: set[str]) -> list[int]:
    """Where a character may be wrong: every pair that is not in the index has to go with it."""
    return [at for at in range(len(text)) if not missing - {text[max(0, at - 1) : at + 1], text[at : at + 2]}]


def _standing_between(snapshot: Snapshot, left: str, right: str) -> Counter[str]:
    """The characters that stand between `left` and `right`, and in about how many documents.

    Where very many documents have what stands beside them, a part of those is read: what is frequent is in it.
    """
    grams = [gram for side in (left, right) if side for gram in pairs_of(side)]
    documents = list(snapshot.documents_with_all(grams) & snapshot.alive)
    starts, ends = snapshot.columns.starts, snapshot.columns.ends
    step = 1 + sum(ends[number] - starts[number] for number in documents) // _READ
    found: Counter[str] = Counter()
    before, behind = left.encode(), right.encode()
    for text in snapshot.texts(documents[::step]):
        for character in set(_between(text, before, behind)):
            found[character] += step
    return found


def _between(text: bytes, before: bytes, behind: bytes) -> Iterator[str]:
    """The characters that stand between two runs, one of which may be empty."""
    if before:
        for match in re.finditer(re.escape(before) + _CHARACTER + re.escape(behind), text):
            yield match[1].decode()
        return
    at = text.find(behind, 1)
    while at > 0:
        yield text[max(0, at - 4) : at].decode(errors="ignore")[-1]
        at = text.find(behind, at + 1)
