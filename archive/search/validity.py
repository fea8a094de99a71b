"""Whether a document still holds, as far as the archive's own documents say.

Repealed and amended are what published documents say of it; expired is the last day that it names itself. What has
none of these stands: the archive knows of nothing against it, which is no promise that there is nothing.
"""

from collections import defaultdict
from datetime import date

from archive.models import Document, Reference

STANDS, AMENDED, EXPIRED, REPEALED = "stands", "amended", "expired", "repealed"
STATES = (STANDS, AMENDED, EXPIRED, REPEALED)
_UNTIL = " until "


def stored_validity(document: Document) -> str:
    """What the index keeps: the state, and the last day, since a document expires without anybody writing to it.

    `document` comes with the references to it in published documents (`cited_by`).
    """
    state = _state({reference.relation for reference in document.cited_by.all()})
    if state == REPEALED:
        return state
    return f"{state}{_UNTIL}{document.expires_on.isoformat()}" if document.expires_on else state


def states_said() -> dict[int, str]:
    """The published documents (primary keys) that published ones repeal or amend."""
    published = Document.objects.published()
    changes = Reference.objects.filter(
        relation__in=Reference.CHANGES, document__in=published, target__in=published
    )
    relations = defaultdict[int, set[str]](set)
    for target, relation in changes.values_list("target", "relation"):
        relations[target].add(relation)
    return {target: _state(said) for target, said in relations.items()}


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
