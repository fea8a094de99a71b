"""Sets as bits answer what Python's own sets of numbers answer."""

import random

import pytest

from archive.search.document_set import DocumentSet, Order, heaviest


def some_numbers(seed: int, size: int, share: float) -> set[int]:
    choose = random.Random(seed)
    return {number for number in range(size) if choose.random() < share}


@pytest.mark.parametrize("share", [0, 0.002, 0.3, 1])
@pytest.mark.parametrize("size", [0, 1, 8, 3000])
def test_the_same_as_sets_of_numbers(size: int, share: float) -> None:
    one, other = some_numbers(1, size, share), some_numbers(2, size, 0.5)
    first, second = DocumentSet.of(one, size), DocumentSet.of(other, size)
    assert list(first) == sorted(one)
    assert len(first) == len(one)
    assert bool(first) == bool(one)
    assert set(first & second) == one & other
    assert set(first | second) == one | other
    assert set(first - second) == one - other
    assert [number in first for number in range(size + 9)] == [number in one for number in range(size + 9)]
    assert list(first.lowest(3)) == sorted(one)[:3]
    assert list(first.flags(size)) == [number in one for number in range(size)]
    assert DocumentSet.range(0, size) - (DocumentSet.range(0, size) - first) == first


@pytest.mark.parametrize("share", [0.001, 0.1, 0.9])
@pytest.mark.parametrize("limit", [None, 0, 1, 20, 5000])
def test_the_first_in_an_order(share: float, limit: int | None) -> None:
    numbers = list(range(4000))
    random.Random(5).shuffle(numbers)
    wanted = some_numbers(6, 4000, share)
    found = Order(numbers).first(DocumentSet.of(wanted, 4000), limit)
    assert found == [number for number in numbers if number in wanted][:limit]


def test_the_heaviest_have_the_greatest_sums() -> None:
    size, choose = 500, random.Random(7)
    weighted = [
        (choose.randrange(1, 60), some_numbers(seed, size, choose.random() / 2)) for seed in range(20, 32)
    ]
    within = some_numbers(8, size, 0.8)
    sums = {n: sum(weight for weight, numbers in weighted if n in numbers) for n in within}
    for limit in (1, 10, 100, 1000):
        found = set(
            heaviest(
                [(weight, DocumentSet.of(numbers, size)) for weight, numbers in weighted],
                DocumentSet.of(within, size),
                limit,
            )
        )
        reached = {n for n in within if sums[n]}
        assert found <= reached
        assert len(found) == min(limit, len(reached))
        # Weights are rounded to a 4,095th of all: nothing much heavier is left out.
        lightest = min(sums[n] for n in found)
        assert all(sums[n] <= lightest + 1 for n in reached - found)


def test_of_equal_weight_the_lowest_and_none_that_no_set_holds() -> None:
    assert list(heaviest([(1.0, DocumentSet.of([3, 5, 9], 10))], DocumentSet.range(0, 10), 2)) == [3, 5]
    assert list(heaviest([(1.0, DocumentSet.of([3], 10))], DocumentSet.range(4, 10), 2)) == []
    assert not heaviest([], DocumentSet.range(0, 10), 2)
