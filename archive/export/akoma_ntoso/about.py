"""What the archive knows of a document: where it was published, what happened to it, who and what it names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse

from archive.export.akoma_ntoso.elements import Element, element, own
from archive.export.akoma_ntoso.identity import COUNTRY, AddressOf, Identity
from archive.export.akoma_ntoso.links import address_of_named
from archive.life import Event, Step
from archive.models import Document, Reference
from archive.search.validity import changes_to

# The standard has three kinds of events; what is none of them says by `refersTo` what it is.
_EVENT_TYPES = {Step.SIGNED: "generation", Step.AMENDED: "amendment", Step.REPEALED: "repeal"}
UNKNOWN = "unknown"


@dataclass(slots=True)
class Named:
    """Everything that the rest refers to by `#…`: elements by their eId, in order."""

    found: dict[str, Element] = field(default_factory=dict)
    organizations: dict[str, str] = field(default_factory=dict)

    def add(self, tag: str, eid: str, address: str, shown: str, /, **more: str) -> str:
        """The eId, under which it is named from now on."""
        if eid not in self.found:
            self.found[eid] = element(tag, eId=eid, href=address, showAs=shown or address, **more)
        return eid

    def organization(self, name: str) -> str:
        """The eId of a body by its name."""
        if name not in self.organizations:
            eid = f"organization_{len(self.organizations) + 1}"
            address = f"/akn/ontology/organization/{COUNTRY}/{_quoted(name)}"
            self.organizations[name] = self.add("TLCOrganization", eid, address, name)
        return self.organizations[name]


def named_by(
    document: Document,
    names: Identity,
    events: Sequence[Event],
    targets: Mapping[int, Document],
    address_of: AddressOf,
) -> Named:
    """The document itself, its issue, its issuer and signers, whom it appoints, and the documents on either side.

    `events` are those of its life. Needs references, appointments, judgements and `cited_by`, as its page has them.
    """
    named = Named()
    issue = document.issue
    named.add("original", "original", names.expression, document.title)
    for reference in document.references.all():
        kind = "activeRef" if reference.relation in Reference.CHANGES else "TLCReference"
        more = {"name": reference.relation} if kind == "TLCReference" else {}
        address = address_of_named(reference, targets.get(reference.position), address_of)
        shown = " ".join(filter(None, [reference.title, reference.number]))
        named.add(
            kind,
            f"reference_{reference.position + 1}",
            address,
            shown,
            **more,
            archive_relation=reference.relation,
        )
    for change in changes_to(document):
        _add_changing(named, change.document, address_of, change.relation)
    for event in events:
        if event.by is not None:
            _add_changing(named, event.by, address_of, "")
    site = settings.SITE["publisher"] or settings.SITE["name"]
    named.add("TLCOrganization", "archive", address_of(reverse("home")), str(site))
    for name in filter(None, [document.issuer, *document.signed_by]):
        named.organization(name)
    people: dict[str, str] = {}
    for one in document.appointments.all():
        if one.person not in people:
            people[one.person] = f"person_{len(people) + 1}"
            address = address_of(reverse("person", args=[one.person]))
            named.add("TLCPerson", people[one.person], address, one.person)
    for event in events:
        address = f"/akn/ontology/event/{event.step.value}"
        named.add("TLCEvent", f"step-{event.step.value}", address, str(event.step.label))
    address = address_of(issue.get_absolute_url())
    named.add("TLCReference", "issue", address, str(issue), name="publication")
    if not document.issuer and not document.signed_by:
        named.add("TLCConcept", UNKNOWN, "/akn/ontology/concept/unknown", "未载明")
    return named


def author_of(document: Document, named: Named) -> str:
    """The eId of who issued the document: by its title, else by its signature, else nobody known."""
    issuer = document.issuer or next(filter(None, document.signed_by), "")
    return named.organizations.get(issuer, UNKNOWN)


def publication(document: Document) -> list[Element]:
    """The issue that prints it; none where its day is not known, which the standard asks for."""
    issue = document.issue
    if issue.published_on is None or issue.gazette is None:
        return []
    return [
        element(
            "publication",
            date=issue.published_on.isoformat(),
            showAs=str(issue),
            name=issue.gazette.name,
            number=issue.label,
            refersTo="#issue",
        )
    ]


def classification(document: Document) -> list[Element]:
    """The heading of the contents that it stands under, its kind, and what editors filled in."""
    supplement: Any = getattr(document, "supplement", None)
    words = [("category", document.category), ("kind", document.kind)]
    if supplement is not None:
        words.append(("subject", supplement.subject_class))
        words += [("keyword", word) for word in supplement.keywords]
    found = [
        element("keyword", value=word, showAs=word, dictionary=f"/akn/ontology/{kind}")
        for kind, word in words
        if word
    ]
    return [element("classification", *found, source="#archive")] if found else []


def lifecycle(events: Sequence[Event]) -> list[Element]:
    """The events whose day is known, in order; see `archive.life` for what counts as one."""
    dated = [event for event in events if event.on]
    found = []
    for place, event in enumerate(dated, 1):
        assert event.on is not None
        found.append(
            element(
                "eventRef",
                *_sentence(event),
                eId=f"event_{place}",
                date=event.on.isoformat(),
                type=_EVENT_TYPES.get(event.step),
                source=f"#{_source_of(event)}",
                refersTo=f"#step-{event.step.value}",
                archive_confirmed=event.confirmed_on.isoformat() if event.confirmed_on else "",
            )
        )
    return [element("lifecycle", *found, source="#archive")] if found else []


def proprietary(document: Document, events: Sequence[Event]) -> list[Element]:
    """What the standard has no place for: the printed place, appointments one by one, events without a day."""
    pages = [document.printed_first_page, document.printed_last_page]
    first, last = ("" if page is None else str(page) for page in pages)
    found = [own("document", id=document.public_id, firstPage=first, lastPage=last)]
    found += [
        own("appointment", action=one.action, person=one.person, post=one.post, remark=one.remark)
        for one in document.appointments.all()
    ]
    found += [
        own("event", *_sentence(event), step=event.step.value, source=f"#{_source_of(event)}")
        for event in events
        if event.on is None
    ]
    return [element("proprietary", *found, source="#archive")]


def _sentence(event: Event) -> list[Element]:
    return [own("sentence", event.sentence)] if event.sentence else []


def _source_of(event: Event) -> str:
    """The eId of what the event rests on: another document, the issue, the document itself, or an editor's word."""
    if event.by is not None:
        return _changing_eid(event.by)
    if event.step == Step.ISSUED:
        return "issue"
    # Of an amendment or repeal without a document that made it, an editor has spoken alone.
    by_word = event.step in (Step.AMENDED, Step.REPEALED, Step.STANDS) or (
        event.step == Step.EXPIRED and not event.line
    )
    return "archive" if by_word else "original"


def _add_changing(named: Named, source: Document, address_of: AddressOf, relation: str) -> None:
    shown = " ".join(filter(None, [source.title, source.number]))
    address = address_of(source.get_absolute_url())
    named.add("passiveRef", _changing_eid(source), address, shown, archive_relation=relation)


def _changing_eid(source: Document) -> str:
    return f"changed-by_{source.public_id}"


def _quoted(name: str) -> str:
    return quote(name.encode("utf-8", "replace"), safe="")
