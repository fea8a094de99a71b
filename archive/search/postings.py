"""Posting lists read a block at a time.

Whoosh's matchers hand out one document number after the other, in Python; a block holds them as one array of
differences. This reaches into the matcher of Whoosh 2.7.4 and takes the public way wherever it meets another.
"""

from itertools import accumulate
from typing import Any

from whoosh.codec.whoosh3 import W3LeafMatcher
from whoosh.matching import ListMatcher
from whoosh.matching.wrappers import FilterMatcher
from whoosh.reading import TermNotFound

_INSIDE = ("_data", "_read_data", "_lastblock", "_nextoffset", "_goto")


def read_postings(reader: Any, field: str, term: str) -> list[int]:
    """The numbers of the documents of one segment that have `term`, ascending; deleted ones may be among them."""
    try:
        matcher = reader.postings(field, term)
    except TermNotFound:
        return []
    if type(matcher) is FilterMatcher:  # only takes out what is deleted
        matcher = matcher.child
    if type(matcher) is W3LeafMatcher and all(hasattr(matcher, name) for name in _INSIDE):
        return _read_blocks(matcher)
    if type(matcher) is ListMatcher:
        matcher.reset()
    return list(matcher.all_ids())


def _read_blocks(matcher: Any) -> list[int]:
    matcher.reset()
    # A list and no array: numbers go in as they are, and come out again a third sooner.
    numbers: list[int] = []
    while True:
        if matcher._data is None:
            matcher._read_data()
        numbers.extend(accumulate(matcher._data[0]))
        if matcher._lastblock:
            return numbers
        matcher._goto(matcher._nextoffset)
