"""Changes of what a document states: people and posts, references, attachments, members of a leading group.

Facts follow the text: when a paragraph is corrected, what was read from it before gives way to what is read from
it now, and all else stays as it is, also what an editor has added or dropped.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields, replace
from typing import Any, TypeVar

from archive.ingest.correct.change import BLOT, Change, Stale
from archive.ingest.parse.appointments import find_appointments
from archive.ingest.parse.records import Appointment, Attachment, Block, Member, ParsedDocument, Reference
from archive.ingest.parse.references import find_references
from archive.numbers import read_number

Fact = TypeVar("Fact", bound=Appointment | Reference | Attachment | Member)


def with_facts_of(before: ParsedDocument, after: ParsedDocument) -> ParsedDocument:
    """`after` with the appointments and references that its changed text gives."""
    appointments = [find_appointments(one.blocks, one.title) for one in (before, after)]
    references = [find_references(one.blocks, one.number, one.title, _codes(one)) for one in (before, after)]
    return replace(
        after,
        appointments=_followed(after.appointments, *appointments),
        references=_followed(after.references, *references),
    )


def _codes(document: ParsedDocument) -> frozenset[str]:
    """The issuing codes that the document's own facts know: 根据晋政办函〔2022〕15号 names 晋政办函."""
    numbers = [document.number, document.number_in_contents, *(r.number for r in document.references)]
    found = (read_number(number) for number in numbers if number)
    return frozenset(number.code for number in found if number and number.code)


def _followed(held: Sequence[Fact], old: Sequence[Fact], new: Sequence[Fact]) -> tuple[Fact, ...]:
    """`held` with what is in `new` and not in `old`, and without what is in `old` alone, in place."""
    gone = {_said(fact) for fact in old if fact not in new}
    fresh = [fact for fact in new if fact not in old]
    kept: list[Fact] = []
    for fact in held:
        if _said(fact) not in gone:
            kept.append(fact)
        elif fresh:
            kept.append(fresh.pop(0))
    said = {_said(fact) for fact in kept}
    return (*kept, *(fact for fact in fresh if _said(fact) not in said))


def _said(fact: Fact) -> tuple[str, ...]:
    """What a fact states, its sentence aside."""
    if isinstance(fact, Reference):
        return (fact.number or fact.title,)
    if isinstance(fact, Appointment):
        return fact.action, fact.person, fact.post
    return (repr(fact),)


def _operation(name: str, record: type[Fact]) -> Callable[[ParsedDocument, Change], ParsedDocument]:
    def change_fact(document: ParsedDocument, change: Change) -> ParsedDocument:
        held: tuple[Fact, ...] = getattr(document, name)
        changed: dict[str, Any] = {name: changed_facts(held, change, record)}
        return replace(document, **changed)

    return change_fact


change_appointment = _operation("appointments", Appointment)
change_reference = _operation("references", Reference)
change_attachment = _operation("attachments", Attachment)


def change_member(document: ParsedDocument, change: Change) -> ParsedDocument:
    """The document with a member of a roster changed, added or dropped; the roster's text follows."""
    number = change.place["roster"]
    if number >= len(document.rosters):
        raise Stale(str(change.old or change.new))
    roster = document.rosters[number]
    members = changed_facts(roster.members, change, Member)
    rosters = (
        *document.rosters[:number],
        replace(roster, members=members),
        *document.rosters[number + 1 :],
    )
    text = "\n".join(_member_line(member) for member in members)
    blocks = tuple(
        # a roster that is printed as a table is corrected there by its cells
        replace(block, text=text, as_printed=_printed(block, text))
        if block.roster == number and block.table is None
        else block
        for block in document.blocks
    )
    return replace(document, rosters=rosters, blocks=blocks)


def _printed(block: Block, text: str) -> str | None:
    """The roster as printed; None where a name in it is blotted out."""
    if BLOT in text:
        return None
    return block.text if block.as_printed is None else block.as_printed


def _member_line(member: Member) -> str:
    role = f"{member.role}：" if member.role else ""
    return f"{role}{member.person}\u3000{member.post}".rstrip("\u3000")


def changed_facts(held: Sequence[Fact], change: Change, record: type[Fact]) -> tuple[Fact, ...]:
    """The facts with one changed, added (`old` None) or dropped (`new` None). Raises Stale."""
    at = change.place["at"]
    if change.old is None:
        at = min(at, len(held))
        return (*held[:at], fact_of(record, change.new), *held[at:])
    same = [i for i, fact in enumerate(held) if _says(fact, change.old)]
    if not same:
        raise Stale(str(change.old))
    at = min(same, key=lambda i: abs(i - at))
    fresh = () if change.new is None else (replace(held[at], **_known(record, change.new)),)
    return (*held[:at], *fresh, *held[at + 1 :])


def fact_of(record: type[Fact], values: Mapping[str, Any]) -> Fact:
    """The record that `values` describe; what they leave out is blank."""
    return record(**_known(record, values))


def fact_values(fact: Fact) -> dict[str, Any]:
    """A fact as a change holds it."""
    return asdict(fact)


def _known(record: type[Fact], values: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(record)}
    return {name: value for name, value in values.items() if name in names}


def _says(fact: Fact, values: Mapping[str, Any]) -> bool:
    return all(
        (getattr(fact, name) or "") == (value or "") for name, value in _known(type(fact), values).items()
    )
