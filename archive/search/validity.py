"""Whether a document still holds: an editor's word, else as far as the archive's own documents say.

Repealed and amended are what published documents say of it; expired is the last day that it names itself. What has
none of these stands: the archive knows of nothing against it, which is no promise that there is nothing. What an
editor has declined of that says nothing.
"""

from collections import defaultdict
from datetime import date

from django.utils import timezone

from archive.models import Document, Reference, Supplement, ValidityJudgement

STANDS, AMENDED, EXPIRED, REPEALED = "stands", "amended", "expired", "repealed"
STATES = (STANDS, AMENDED, EXPIRED, REPEALED)
# What a reference makes of the document that it names.
MADE_BY: dict[str, str] = {Reference.Relation.REPEALS: REPEALED, Reference.Relation.AMENDS: AMENDED}
_UNTIL = " until "


def stored_validity(document: Document) -> str:
    """What the index keeps: the state, and the last day, since a document expires without anybody writing to it.

    `document` comes with its supplement, with the references to it in published documents (`cited_by`) and with
    `validity_judgements`.
    """
    word = word_on(document)
    state = word.validity if word else _state({reference.relation for reference in changes_to(document)})
    last = last_day(document)
    return f"{state}{_UNTIL}{last.isoformat()}" if last and state in (STANDS, AMENDED) else state


def word_on(document: Document) -> Supplement | None:
    """The editor's word on whether the document holds, None where nobody has given one."""
    supplement = getattr(document, "supplement", None)
    return supplement if supplement is not None and supplement.validity else None


def changes_to(document: Document) -> list[Reference]:
    """The references that repeal or amend the document, but those that an editor has declined."""
    declined = {
        (judged.state, judged.source_id, judged.evidence)
        for judged in document.validity_judgements.all()
        if not judged.confirmed
    }
    return [
        reference
        for reference in document.cited_by.all()
        if reference.relation in MADE_BY
        and (MADE_BY[reference.relation], reference.document_id, reference.evidence) not in declined
    ]


def last_day(document: Document) -> date | None:
    """The last day that the document names; None where it names none, or an editor has said otherwise.

    That it stands was said of the day on which it was said: before its last day, it still ends on that.
    """
    last, word = document.expires_on, word_on(document)
    if last is None:
        return None
    if word and word.validity_at and timezone.localdate(word.validity_at) > last:
        return None
    said = expiry_evidence(document)
    declined = any(
        not judged.confirmed and judged.state == EXPIRED and judged.evidence == said
        for judged in document.validity_judgements.all()
    )
    return None if declined else last


def expiry_evidence(document: Document) -> str:
    """The sentences that give the last day."""
    return "\n".join(document.validity_evidence)


def states_said() -> dict[int, str]:
    """The published documents (primary keys) that are repealed or amended, by editors' words or published documents."""
    published = Document.objects.published()
    changes = Reference.objects.filter(
        relation__in=Reference.CHANGES, document__in=published, target__in=published
    )
    declined = set(
        ValidityJudgement.objects.filter(confirmed=False).values_list(
            "document_id", "state", "source_id", "evidence"
        )
    )
    relations = defaultdict[int, set[str]](set)
    for target, relation, source, evidence in changes.values_list(
        "target", "relation", "document", "evidence"
    ):
        if (target, MADE_BY[relation], source, evidence) not in declined:
            relations[target].add(relation)
    found = {target: _state(said) for target, said in relations.items()}
    words = Supplement.objects.exclude(validity="").filter(document__in=published)
    found |= dict(words.values_list("document_id", "validity"))
    return {target: state for target, state in found.items() if state in MADE_BY.values()}


def _state(relations: set[str]) -> str:
    if Reference.Relation.REPEALS in relations:
        return REPEALED
    return AMENDED if Reference.Relation.AMENDS in relations else STANDS


def state_of(stored: str) -> str:
    """The state alone of what `stored_validity` gave."""
    return stored.partition(_UNTIL)[0]


def validity_on(stored: str, day: date) -> str:
    """The state on `day` of what `stored_validity` gave; "" for a document that has none (one deleted)."""
    state, _, last = stored.partition(_UNTIL)
    return EXPIRED if last and last < day.isoformat() else state
