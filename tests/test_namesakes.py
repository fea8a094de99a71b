"""Which documents name one person: only where editors have said so."""

import pytest

from archive.namesakes import Person, Persons, Word, tell_apart

SAME, DIFFERENT = True, False

CASES = [
    # (documents, words, who they are)
    ([1, 2], [], Persons((), (1, 2))),  # nobody has said anything
    ([1], [], Persons((), (1,))),
    ([2, 1], [(1, 2, SAME)], Persons((Person((2, 1)),), ())),
    ([2, 1], [(1, 2, DIFFERENT)], Persons((Person((2,), (1,)), Person((1,), (0,))), ())),
    # 1 and 2 are one; of 3 nobody has said anything
    ([3, 2, 1], [(1, 2, SAME)], Persons((Person((2, 1)),), (3,))),
    # one person comes again behind a namesake
    (
        [3, 2, 1],
        [(1, 2, DIFFERENT), (2, 3, DIFFERENT), (1, 3, SAME)],
        Persons((Person((3, 1), (1,)), Person((2,), (0,))), ()),
    ),
    # two pairs, of which nobody has said whether they are one person
    ([4, 3, 2, 1], [(1, 2, SAME), (3, 4, SAME)], Persons((Person((4, 3)), Person((2, 1))), ())),
    # what contradicts itself settles nothing
    ([3, 2, 1], [(1, 2, SAME), (2, 3, SAME), (1, 3, DIFFERENT)], Persons((), (3, 2, 1))),
    # 9 is a document that readers do not see: through it 1 and 2 are one, and nothing shows of it
    ([2, 1], [(1, 9, SAME), (2, 9, SAME)], Persons((Person((2, 1)),), ())),
    ([2, 1], [(1, 9, DIFFERENT)], Persons((), (2, 1))),
    ([1], [(1, 9, SAME)], Persons((), (1,))),
]


@pytest.mark.parametrize(("documents", "words", "wanted"), CASES)
def test_people_are_told_apart(
    documents: list[int], words: list[tuple[int, int, bool]], wanted: Persons
) -> None:
    assert tell_apart(documents, [Word(*word) for word in words]) == wanted
    # The order in which editors spoke makes no difference.
    assert tell_apart(documents, [Word(*word) for word in reversed(words)]) == wanted


@pytest.mark.parametrize(
    ("documents", "words", "one"),
    [
        ([1], [], True),
        ([1, 2], [], False),
        ([1, 2], [(1, 2, SAME)], True),
        ([1, 2], [(1, 2, DIFFERENT)], False),
    ],
)
def test_one_person_alone(documents: list[int], words: list[tuple[int, int, bool]], one: bool) -> None:
    assert tell_apart(documents, [Word(*word) for word in words]).one is one
