"""Sets of documents as one bit each: what thousands of documents have in common costs a few operations on integers.

A hundred thousand documents are 12 kB. Meeting two such sets and counting what is left takes microseconds, where
Python's own sets of numbers take milliseconds.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, islice

_SET = ord("1")
_FLAGS = bytes.maketrans(b"01", b"\x00\x01")
# Of fewer than one in so many, each is looked for by itself.
_SPARSE = 48
# Into so many parts a sum of weights is divided.
_FINENESS = 4095


class DocumentSet:
    """Numbers from 0 on, which come out ascending. Never changes; has the operators of Python's sets."""

    __slots__ = ("bits",)

    def __init__(self, bits: int = 0) -> None:
        self.bits = bits

    @classmethod
    def of(cls, numbers: Iterable[int], size: int) -> "DocumentSet":
        """The set of `numbers`, all below `size`."""
        digits = bytearray(b"0") * size
        for number in numbers:
            digits[number] = _SET
        # A row of binary digits begins with the highest.
        return cls(int(digits[::-1], 2) if size else 0)

    @classmethod
    def range(cls, start: int, end: int) -> "DocumentSet":
        """All numbers from `start` to before `end`."""
        return cls((1 << end) - (1 << start))

    def __len__(self) -> int:
        return self.bits.bit_count()

    def __bool__(self) -> bool:
        return self.bits != 0

    def __iter__(self) -> Iterator[int]:
        if self.bits.bit_count() * _SPARSE < self.bits.bit_length():
            return self._one_by_one()
        flags = self.flags(self.bits.bit_length())
        return compress(range(len(flags)), flags)

    def _one_by_one(self) -> Iterator[int]:
        digits = bin(self.bits)[:1:-1]
        at = digits.find("1")
        while at >= 0:
            yield at
            at = digits.find("1", at + 1)

    def flags(self, size: int) -> bytes:
        """A byte for each number below `size`, above all members: 1 for a member, else 0."""
        # Even 0 has a digit.
        return format(self.bits, f"0{size}b")[::-1].encode().translate(_FLAGS) if size else b""

    def lowest(self, count: int) -> "DocumentSet":
        """The lowest `count` members."""
        return DocumentSet.of(islice(self, count), self.bits.bit_length())

    def __contains__(self, number: int) -> bool:
        return bool(self.bits >> number & 1)

    def __and__(self, other: "DocumentSet") -> "DocumentSet":
        return DocumentSet(self.bits & other.bits)

    def __or__(self, other: "DocumentSet") -> "DocumentSet":
        return DocumentSet(self.bits | other.bits)

    def __sub__(self, other: "DocumentSet") -> "DocumentSet":
        return DocumentSet(self.bits & ~other.bits)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DocumentSet) and self.bits == other.bits

    def __hash__(self) -> int:
        return hash(self.bits)

    def __repr__(self) -> str:
        return f"DocumentSet({list(self)})"


class Order:
    """All documents in one order, `numbers`; picks the first of a set."""

    # Sorting one document costs as much as walking over so many.
    _WALKED = 12

    def __init__(self, numbers: Sequence[int]) -> None:
        self.numbers = array("I", numbers)
        self._places = array("I", bytes(4 * len(numbers)))
        for place, number in enumerate(self.numbers):
            self._places[number] = place

    def behind(self, place: int) -> DocumentSet:
        """All documents from the `place`th on."""
        return DocumentSet.of(self.numbers[place:], len(self.numbers))

    def first(self, documents: DocumentSet, limit: int | None = None) -> list[int]:
        """The members of `documents` in this order; `limit` at most."""
        size, count = len(self.numbers), len(documents)
        if limit is None or limit > count:
            limit = count
        walked = limit * size // count if count else 0
        if count * self._WALKED < walked:
            return sorted(documents, key=self._places.__getitem__)[:limit]
        flags = documents.flags(size)
        return list(islice(compress(self.numbers, map(flags.__getitem__, self.numbers)), limit))


def heaviest(weighted: Sequence[tuple[float, DocumentSet]], within: DocumentSet, limit: int) -> DocumentSet:
    """The `limit` documents of `within` with the greatest sums of the weights of the sets that hold them.

    Of equal ones the lowest; none that no set holds. The sums are kept as binary digits, each digit a set of
    documents, and all documents are added up at once.
    """
    total = sum(weight for weight, _ in weighted)
    digits: list[int] = []
    reached = DocumentSet()
    for weight, documents in weighted:
        reached |= documents
        amount = max(1, round(_FINENESS * weight / total))
        for place in range(amount.bit_length()):
            if amount >> place & 1:
                _add(digits, documents.bits, place)
    chosen, left = 0, (reached & within).bits
    for digit in reversed(digits):
        high = left & digit
        if chosen.bit_count() + high.bit_count() > limit:
            left = high
        else:
            chosen |= high
            left &= ~digit
    return DocumentSet(chosen) | DocumentSet(left).lowest(limit - chosen.bit_count())


def _add(digits: list[int], carried: int, place: int) -> None:
    """Add 2 to the power of `place` to the sum of each document in `carried`."""
    while carried:
        digits.extend([0] * (place + 1 - len(digits)))
        digits[place], carried = digits[place] ^ carried, digits[place] & carried
        place += 1
