"""Whether a document still holds, as far as the archive's own documents say.

Repealed and amended are what published documents say of it; expired is the last day that it names itself. What has
none of these stands: the archive knows of nothing against it, which is no promise that there is nothing.
"""

from datetime import date

from archive.models import Document, Reference

STANDS, AMENDED, EXPIRED, REPEALED = "stands", "amended", "expired", "repealed"
STATES = (STANDS, AMENDED, EXPIRED, REPEALED)
_UNTIL = " until "


def stored_validity(document: Document) -> str:
    """What the index keeps: the state, and the last day, since a document expires without anybody writing to it.

    `document` comes with the references to it in published documents (`cited_by`).
    """
    relations = {reference.relation for reference in document.cited_by.all()}
    if Reference.Relation.REPEALS in relations:
        return REPEALED
    state = AMENDED if Reference.Relation.AMENDS in relations else STANDS
    return f"{state}{_UNTIL}{document.expires_on.isoformat()}" if document.expires_on else state


def validity_on(stored: str, day: date) -> str:
    """The state on `day` of what `stored_validity` gave; "" for a document that has none (one deleted)."""
    state, _, last = stored.partition(_UNTIL)
    return EXPIRED if last and last < day.isoformat() else state
