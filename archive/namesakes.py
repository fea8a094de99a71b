"""Which documents name one person and which name another of the same name, as far as editors have said.

Nothing is merged by a name alone: only an editor's word (`Namesake`) makes two documents one person's, or tells two
people apart. What contradicts itself (甲 is 乙, 乙 is 丙, 甲 is not 丙) settles nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archive.models import Namesake


@dataclass(frozen=True, slots=True)
class Word:
    """An editor's word on two documents, by their primary keys."""

    first: int
    second: int
    same: bool


@dataclass(frozen=True, slots=True)
class Person:
    """One person's documents; `unlike` are the places, from 0, of the persons from whom editors tell this one apart."""

    documents: tuple[int, ...]
    unlike: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Persons:
    """Whom the documents name: the persons that editors have settled, and the documents of which nobody knows."""

    settled: tuple[Person, ...]
    open: tuple[int, ...]

    @property
    def one(self) -> bool:
        """True where editors hold all documents to be one person's, or there is only one document."""
        return len(self.settled) + len(self.open) <= 1


def words_on(name: str) -> list[Word]:
    """What editors have said of the people of that name."""
    rows = Namesake.objects.filter(person=name).order_by("pk")
    return [Word(one.first_id, one.second_id, one.same) for one in rows]


def tell_apart(documents: Sequence[int], words: Iterable[Word]) -> Persons:
    """The persons of `documents`, in their order.

    Words that go through documents which are not among them count, and nothing shows of these.
    """
    words = list(words)
    group = _groups(documents, words)
    unlike = {(group[one.first], group[one.second]) for one in words if not one.same}
    contradicted = {one for one, other in unlike if one == other}
    members: dict[int, list[int]] = {}
    for document in documents:
        members.setdefault(group[document], []).append(document)

    def others_of(one: int) -> set[int]:
        """The groups that are told apart from this one and are here themselves."""
        beside = {b for a, b in unlike if a == one} | {a for a, b in unlike if b == one}
        return {other for other in beside if other in members} - contradicted

    settled = [
        one for one in members if one not in contradicted and (len(members[one]) > 1 or others_of(one))
    ]
    place = {one: n for n, one in enumerate(settled)}
    return Persons(
        settled=tuple(
            Person(tuple(members[one]), tuple(sorted(place[other] for other in others_of(one))))
            for one in settled
        ),
        open=tuple(document for document in documents if group[document] not in place),
    )


def _groups(documents: Sequence[int], words: Sequence[Word]) -> dict[int, int]:
    """For each document one of those that it is the same as."""
    group = {document: document for document in documents}
    for word in words:
        for document in (word.first, word.second):
            group.setdefault(document, document)
    for word in words:
        if word.same and (one := group[word.first]) != (other := group[word.second]):
            group = {document: other if found == one else found for document, found in group.items()}
    return group
