"""Which documents meet a condition: candidates from the posting lists, and a look into the text where those
say too much. The answer is what a scan of all texts would give."""

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from itertools import compress

from archive.search.document_set import DocumentSet
from archive.search.folding import WORD, normalise
from archive.search.grams import pairs_of, title_gram, word_gram, words_of
from archive.search.query_language import And, Condition, Everything, Not, Or, Signed, Term, Value
from archive.search.snapshot import Snapshot
from archive.search.validity import validity_on


def match(snapshot: Snapshot, condition: Condition) -> DocumentSet:
    """The documents that meet `condition`, none of them deleted."""
    return _match(snapshot, condition, snapshot.alive)


def _match(snapshot: Snapshot, condition: Condition, within: DocumentSet) -> DocumentSet:
    """Those of `within` that meet `condition`."""
    match condition:
        case Term():
            return _match_all(snapshot, [condition], within)
        case Value():
            return _with_value(snapshot, condition, within)
        case Signed():
            return _signed(snapshot, condition, within)
        case Not(inner):
            return within - _match(snapshot, inner, within)
        case Or(conditions):
            found = DocumentSet()
            for one in conditions:
                found |= _match(snapshot, one, within)
            return found
        case And(conditions):
            terms = [one for one in conditions if isinstance(one, Term)]
            found = _match_all(snapshot, terms, within)
            for one in conditions:
                if not isinstance(one, Term) and found:
                    found = _match(snapshot, one, found)
            return found
        case Everything():
            return within


def _match_all(snapshot: Snapshot, terms: list[Term], within: DocumentSet) -> DocumentSet:
    """Those of `within` that have all terms. Every posting list narrows before any text is looked into."""
    runs = {term.text for term in terms if _is_run(term)}
    grams = {term: _needed_grams(snapshot, term) for term in terms if not _is_run(term)}
    asked = {gram for needed in grams.values() for gram in needed}
    if not asked and not runs:
        return within
    left, unread, sure = snapshot.narrow(within, asked, runs)
    for term in terms:
        if not left:
            break
        if _is_run(term):
            having = left & sure.get(term.text, DocumentSet())
            left = having | _with_term(snapshot, left - having, term)
        elif not _is_settled(term) or not unread.isdisjoint(grams[term]):
            left = _with_term(snapshot, left, term)
    return left


def _needed_grams(snapshot: Snapshot, term: Term) -> list[str]:
    """The grams that a document with `term`, which is no run, has; the rarest few where there are many."""
    if term.whole and not term.field:
        return [word_gram(word) for word in words_of(term.text)]
    pairs = pairs_of(term.text)
    if term.field == "title":
        pairs = [title_gram(pair) for pair in pairs]
    return snapshot.rarest(pairs)


def _is_run(term: Term) -> bool:
    """True for three characters and more, wherever they stand."""
    return not (term.field or term.whole) and len(term.text) > 2


def _is_settled(term: Term) -> bool:
    """True where the posting lists of its grams alone decide."""
    if term.whole:
        return not term.field and " " not in term.text
    return len(term.text) <= 2 and term.field in {"", "title"}


def _with_term(snapshot: Snapshot, documents: DocumentSet, term: Term) -> DocumentSet:
    """Those of `documents` that have `term`; there can be as many as the archive has."""
    if not documents:
        return documents
    numbers = list(documents)
    if term.field or term.whole:
        found: Iterable[int] = (number for number in numbers if has_term(snapshot, number, term))
    else:
        needle = term.text.encode()
        found = compress(numbers, [needle in text for text in snapshot.texts(numbers)])
    return DocumentSet.of(found, snapshot.size)


def has_term(snapshot: Snapshot, number: int, term: Term) -> bool:
    """True when a document has `term` in its text, or in the field that the term names."""
    match term.field:
        case "title":
            text = snapshot.titles(number)
        case "number":
            text = snapshot.numbers(number)
        case "person":
            text = snapshot.people(number)
        case _:
            text = snapshot.text(number)
    if term.text.encode() not in text:
        return False
    return not term.whole or word_pattern(term.text).search(text.decode()) is not None


@lru_cache(maxsize=512)
def word_pattern(text: str) -> re.Pattern[str]:
    """`text` as a whole word, or as several."""
    return re.compile(f"(?<![{WORD}]){re.escape(text)}(?![{WORD}])")


def _with_value(snapshot: Snapshot, condition: Value, within: DocumentSet) -> DocumentSet:
    keys = snapshot.columns.keys
    if condition.field == "key":
        found = (number for number in within if keys[number] == condition.text)
        return DocumentSet.of(found, snapshot.size)
    if condition.field == "pk":
        found = (number for number in within if keys[number].rpartition(".")[2] == condition.text)
        return DocumentSet.of(found, snapshot.size)
    values = snapshot.values(condition.field)
    wanted = [value for value in values.names if value and _shown(condition.field, value) == condition.text]
    return within & values.having(wanted)


def _shown(field: str, value: str) -> str:
    """The value that a filter goes by: folded, and of the validity what it is today."""
    return validity_on(value, date.today()) if field == "validity" else normalise(value)


def _signed(snapshot: Snapshot, condition: Signed, within: DocumentSet) -> DocumentSet:
    first = condition.start.toordinal() if condition.start else 1
    last = condition.end.toordinal() if condition.end else 4_000_000
    days = snapshot.columns.days
    return DocumentSet.of((number for number in within if first <= days[number] <= last), snapshot.size)
