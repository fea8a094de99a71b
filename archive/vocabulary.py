"""The words of the archive as editors settle them, beside what it has learnt; and people of the same name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F

from archive.edition import next_edition
from archive.ingest.knowledge import learnt
from archive.models import Appointment, Document, Namesake, Term
from archive.publishing import note

LEARNT, CONFIRMED, STRUCK = "learnt", "confirmed", "struck"


@dataclass(frozen=True, slots=True)
class Word:
    """A word and how it stands: learnt by the archive, confirmed by an editor, or struck out."""

    word: str
    state: str
    belongs_to: str = ""
    position: int | None = None
    times: int = 0


def words_of(kind: str) -> list[Word]:
    """Confirmed ones in their order, then what is only learnt by how often it stands, then what was struck out."""
    found = {one.word: one for one in learnt(kind)}
    confirmed: list[Word] = []
    struck: list[Word] = []
    for term in Term.objects.filter(kind=kind):
        known = found.pop(term.word, None)
        word = Word(
            term.word,
            STRUCK if term.struck else CONFIRMED,
            term.belongs_to,
            term.position,
            known.times if known else 0,
        )
        (struck if term.struck else confirmed).append(word)
    only_learnt = [Word(one.word, LEARNT, one.belongs_to, None, one.times) for one in found.values()]
    return [*confirmed, *only_learnt, *struck]


def confirm(
    kind: str, word: str, *, belongs_to: str = "", position: int | None = None, user: Any = None
) -> Term:
    """The word, which counts from the next reading on, in whatever file."""
    return _save(kind, word, {"struck": False, "belongs_to": belongs_to, "position": position}, user)


def strike(kind: str, word: str, user: Any = None) -> Term:
    """The word, struck out: it is not learnt again."""
    return _save(kind, word, {"struck": True, "belongs_to": "", "position": None}, user)


def forget(kind: str, word: str, user: Any = None) -> None:
    """Leave the word to what the archive learns by itself again."""
    with transaction.atomic():
        Term.objects.filter(kind=kind, word=word).delete()
        next_edition()
    note(f"{kind} {word}", "left to be learnt", user)


def order_of_categories() -> list[str]:
    """The categories that editors have put in order."""
    ordered = Term.objects.filter(kind=Term.Kind.CATEGORY, struck=False, position__isnull=False)
    return list(ordered.order_by("position", "word").values_list("word", flat=True))


def _save(kind: str, word: str, values: dict[str, Any], user: Any) -> Term:
    person = user if user is not None and user.is_authenticated else None
    with transaction.atomic():
        term, _new = Term.objects.update_or_create(
            kind=kind, word=word, defaults={**values, "made_by": person}
        )
        next_edition()
    note(f"{kind} {word}", "struck out" if term.struck else "confirmed", user)
    return term


# --- people --------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Office:
    """What one document says of a person; `same_as_before` is the editor's word, None where there is none.

    A person may come again behind a namesake: `earlier` are the documents before the one before, `said` the words on
    them.
    """

    document: Document
    appointments: Sequence[Appointment]
    before: Document | None
    same_as_before: bool | None
    earlier: Sequence[Document] = ()
    said: Sequence[tuple[Document, bool]] = ()


def offices_of(person: str) -> list[Office]:
    """The documents that appoint or remove a person of that name, in time, each against the one before it."""
    rows = Appointment.objects.filter(person=person).select_related("document__issue__gazette")
    documents: dict[int, Document] = {}
    said: dict[int, list[Appointment]] = {}
    for row in rows.order_by(F("document__signed_on").asc(nulls_last=True), "document_id", "position"):
        documents[row.document_id] = row.document
        said.setdefault(row.document_id, []).append(row)
    words = {(one.first_id, one.second_id): one.same for one in Namesake.objects.filter(person=person)}
    keys = list(documents)
    return [
        Office(
            documents[key],
            said[key],
            documents[keys[n - 1]] if n else None,
            words.get(_pair(keys[n - 1], key)) if n else None,
            [documents[one] for one in keys[: max(0, n - 1)] if _pair(one, key) not in words],
            [
                (documents[one], words[_pair(one, key)])
                for one in keys[: max(0, n - 1)]
                if _pair(one, key) in words
            ],
        )
        for n, key in enumerate(keys)
    ]


def settle_namesakes(
    person: str, first: Document, second: Document, same: bool | None, user: Any = None
) -> None:
    """An editor's word on whether the two documents name one person; None takes it back.

    Raises ValueError when they do not both name the person.
    """
    naming = Appointment.objects.filter(person=person, document__in=[first, second])
    if len(set(naming.values_list("document_id", flat=True))) != 2:
        raise ValueError(person)
    one, other = _pair(first.pk, second.pk)
    with transaction.atomic():
        if same is None:
            Namesake.objects.filter(person=person, first=one, second=other).delete()
        else:
            Namesake.objects.update_or_create(
                person=person,
                first_id=one,
                second_id=other,
                defaults={
                    "same": same,
                    "made_by": user if user is not None and user.is_authenticated else None,
                },
            )
        next_edition()
    said = {True: "the same person", False: "two people", None: "open"}[same]
    note(f"{person} in {first.public_id} and {second.public_id}", said, user)


def _pair(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)
