"""The documents by their values: what filters pick and facets count."""

from collections import Counter, defaultdict
from collections.abc import Collection

from archive.search.document_set import DocumentSet

# A value that fewer than one in so many documents have gets no set of its own.
_COMMON_VALUE = 64


class ValueSets:
    """The documents of a column by value: a set for each value that many have, the column itself for the others."""

    def __init__(self, column: list[str]) -> None:
        self._column = column
        numbers: defaultdict[str, list[int]] = defaultdict(list)
        for number, value in enumerate(column):
            numbers[value].append(number)
        size = len(column)
        self._common = {
            value: DocumentSet.of(found, size)
            for value, found in numbers.items()
            if len(found) * _COMMON_VALUE >= size
        }
        rare = [number for value, found in numbers.items() if value not in self._common for number in found]
        self._others = DocumentSet.of(rare, size)
        self.names = tuple(numbers)

    def count(self, documents: DocumentSet) -> Counter[str]:
        """How many of `documents` have each value; "" is no value."""
        counts = Counter({value: len(found & documents) for value, found in self._common.items()})
        counts.update(map(self._column.__getitem__, self._others & documents))
        del counts[""]
        return +counts

    def having(self, wanted: Collection[str]) -> DocumentSet:
        """The documents whose value is one of `wanted`."""
        found = DocumentSet()
        for value in wanted:
            found |= self._common.get(value, DocumentSet())
        rare = {value for value in wanted if value not in self._common}
        if rare:
            column = self._column
            found |= DocumentSet.of((n for n in self._others if column[n] in rare), len(column))
        return found
