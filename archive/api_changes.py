"""What changed since a reader last asked: the journal, as pages of the API."""

from datetime import UTC, datetime, time
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError

from archive.models import JournalEntry

router = Router()

# No sequence is longer, in figures: it counts milliseconds.
_LONGEST = 18


class Change(Schema):
    """The last change of a record. Of several changes of one record only the last is told."""

    sequence: int = Field(description="grows with every change; no number comes twice")
    type: str = Field(description="issue or document")
    id: str = Field(description="the id of the record under /api/v1/issues/ or /api/v1/documents/")
    url: str = Field(description="the address of its page; of what is gone the last one, which says why")
    state: str = Field(description="present, or gone: readers see it no more")
    reason: str | None = Field(description="why it was withdrawn, where it was and a reason is public")
    now: str | None = Field(description="the id of the document that it has become a part of, where it has")
    sha256: str | None = Field(
        description="of its JSON (of an issue with the ids of its documents in their place): UTF-8, keys sorted, no "
        "white space between them; null for what is gone"
    )
    at: datetime = Field(description="when it changed")


class Changes(Schema):
    """Oldest first. Ask again with `next` as `since`: at once while `more`, else whenever you like."""

    changes: list[Change]
    next: str = Field(description="`since` of the next request")
    more: bool = Field(description="true when further changes wait already")


Since = Annotated[
    str,
    Query(
        max_length=64,
        description="`next` of the answer before, or a sequence: what changed after it; or a day or a moment "
        "(2024-03-01, 2024-03-01T08:00:00+08:00): what changed from then on; nothing: everything",
    ),
]
Limit = Annotated[int, Query(ge=1, le=1000, description="changes in one answer")]


@router.get("/changes", response=Changes, summary="What changed, with what was withdrawn")
def changes(request: HttpRequest, since: Since = "", limit: Limit = 100) -> dict[str, Any]:
    entries = JournalEntry.objects.oldest_first().filter(**_after(since))
    found = list(entries[: limit + 1])
    told = found[:limit]
    return {
        "changes": [_told(entry) for entry in told],
        "next": str(told[-1].sequence) if told else since,
        "more": len(found) > limit,
    }


def _after(since: str) -> dict[str, Any]:
    """The condition on the journal that `since` means. Raises HttpError 422 for what means nothing."""
    text = since.strip().replace(" ", "+")  # a + that came unescaped
    if not text:
        return {}
    if text.isascii() and text.isdecimal() and len(text) <= _LONGEST:
        return {"sequence__gt": int(text)}
    try:
        moment, day = parse_datetime(text), parse_date(text)
    except ValueError:  # 2024-02-31
        moment = day = None
    if day is not None:
        moment = datetime.combine(day, time.min)
    if moment is None:
        raise HttpError(422, "since: a sequence, a day (2024-03-01) or a moment (2024-03-01T08:00:00+08:00)")
    try:
        aware = moment if timezone.is_aware(moment) else timezone.make_aware(moment)
        return {"at__gte": aware.astimezone(UTC)}
    except (OverflowError, ValueError):
        raise HttpError(422, "since: out of range") from None


def _told(entry: JournalEntry) -> dict[str, Any]:
    return {
        "sequence": entry.sequence,
        "type": entry.type,
        "id": entry.key,
        "url": entry.url,
        "state": "gone" if entry.gone else "present",
        "reason": entry.reason or None,
        "now": entry.now or None,
        "sha256": entry.sha256 or None,
        "at": entry.at,
    }
