"""The one writer of the journal: which record changed when, and what is gone, so that others can follow the archive.

A record's entry gets a new sequence when its public JSON is another one, when it went and when it came back. Everything
here runs within the transaction that makes the change, the row of the present edition being locked (archive/edition.py):
so sequences are committed in their order, and whoever has seen one has missed none below it.
"""

import hashlib
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from archive.export.as_json import document_rows, document_to_json, issue_record, issue_record_rows
from archive.models import Document, DocumentAlias, Issue, JournalEntry

ISSUE, DOCUMENT = JournalEntry.Type.ISSUE, JournalEntry.Type.DOCUMENT
# What changes of an entry that is there already.
_CHANGING = ("sequence", "at", "sha256", "gone", "reason", "now", "url", "gazette", "year", "kind", "issuer")
# Entries written with one statement.
_BATCH = 500

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Seen:
    """A record as readers see it now."""

    type: str
    key: str
    issue: int
    sha256: str
    url: str
    gazette: str
    year: int | None
    kind: str = ""
    issuer: str = ""


def checksum_of(record: dict[str, Any]) -> str:
    """The SHA-256 of a record: of its JSON in UTF-8, keys sorted, no white space between, nothing escaped needlessly."""
    text = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def last_sequence() -> int:
    """The sequence of the last change; 0 before the first."""
    return JournalEntry.objects.aggregate(last=Max("sequence"))["last"] or 0


def note_issue(issue_id: int) -> int:
    """Note what changed of an issue and its documents; gives how many entries got a new sequence.

    So do documents of other issues whose validity an editor rests on a document of this one: what may be said of them
    changes with it.
    """
    held = {(entry.type, entry.key): entry for entry in JournalEntry.objects.filter(issue=issue_id)}
    seen = {(one.type, one.key): one for one in _seen_of(issue_id)}
    beside = list(_resting_on(issue_id))
    if beside:
        keys = [one.key for one in beside]
        others = JournalEntry.objects.filter(type=DOCUMENT, key__in=keys)
        held |= {(entry.type, entry.key): entry for entry in others}
        seen |= {(one.type, one.key): one for one in beside}
    went = [entry for key, entry in held.items() if key not in seen and not entry.gone]
    came = [one for key, one in seen.items() if _is_news(held.get(key), one)]
    return _write(held, came, went)


def note_absences() -> int:
    """Note what readers see no more, of all the archive; gives how many tombstones were made. One look at the keys alone."""
    present = JournalEntry.objects.present()
    documents = Document.objects.published().filter(public_id=OuterRef("key"))
    issues = Issue.objects.published().filter(pk=OuterRef("issue"))
    went = [
        *present.filter(type=DOCUMENT).exclude(Exists(documents)),
        *present.filter(type=ISSUE).exclude(Exists(issues)),
    ]
    return _write({}, [], went)


def reason_of(type: str, **known: Any) -> str:
    """Why a record went whose row is here no more (`key` or `url`); "" where that is not known."""
    gone = JournalEntry.objects.filter(type=type, gone=True, **known)
    return gone.values_list("reason", flat=True).first() or ""


def compared_under() -> dict[int, str]:
    """What each published issue was last compared under (`made_of`), by its number."""
    entries = JournalEntry.objects.filter(type=ISSUE, gone=False)
    return dict(entries.values_list("issue", "made_of"))


def set_compared(issue_id: int, made_of: str) -> None:
    """Note under what the issue was compared in whole."""
    JournalEntry.objects.filter(type=ISSUE, issue=issue_id).update(made_of=made_of)


# --- what readers see now ------------------------------------------------------------------------------
def _seen_of(issue_id: int) -> Iterator[Seen]:
    issue = issue_record_rows(Issue.objects.published()).filter(pk=issue_id).first()
    if issue is None or issue.gazette is None:
        return
    yield Seen(
        ISSUE,
        str(issue.pk),
        issue.pk,
        checksum_of(issue_record(issue)),
        issue.get_absolute_url(),
        issue.gazette.slug,
        issue.year,
    )
    yield from _seen_documents(Document.objects.published().filter(issue=issue_id).order_by("position"))


def _resting_on(issue_id: int) -> Iterator[Seen]:
    resting = Document.objects.published().filter(supplement__validity_source__issue=issue_id)
    return _seen_documents(resting.exclude(issue=issue_id).order_by("pk"))


def _seen_documents(documents: Any) -> Iterator[Seen]:
    for document in document_rows(documents).iterator(chunk_size=50):
        gazette = document.issue.gazette
        yield Seen(
            DOCUMENT,
            document.public_id,
            document.issue_id,
            checksum_of(document_to_json(document)),
            document.get_absolute_url(),
            gazette.slug if gazette else "",
            document.issue.year,
            document.kind,
            document.issuer,
        )


def _is_news(entry: JournalEntry | None, seen: Seen) -> bool:
    # The address of an issue has the slug of its gazette, which no JSON of a document names.
    return entry is None or entry.gone or entry.sha256 != seen.sha256 or entry.url != seen.url


# --- what is written ------------------------------------------------------------------------------------
def _write(held: dict[Key, JournalEntry], came: Iterable[Seen], went: Iterable[JournalEntry]) -> int:
    """Give each a sequence of its own: first what is gone, then what came or changed."""
    went, came = list(went), list(came)
    if not went and not came:
        return 0
    # The clock may stand behind what was given before it was put back; a backup may be behind what was given since.
    sequence, at = max(last_sequence() + 1, time.time_ns() // 1_000_000), timezone.now()
    made: list[JournalEntry] = []
    changed: list[JournalEntry] = []
    told = _why_gone(went)
    for entry in went:
        entry.sha256, entry.gone, entry.made_of = "", True, ""
        entry.reason, entry.now = told.get((entry.type, entry.key), ("", ""))
        changed.append(entry)
    for one in came:
        key = (one.type, one.key)
        entry = held.get(key) or JournalEntry(type=one.type, key=one.key, issue=one.issue)
        entry.sha256, entry.gone, entry.reason, entry.now = one.sha256, False, "", ""
        entry.url, entry.gazette, entry.year = one.url, one.gazette, one.year
        entry.kind, entry.issuer = one.kind, one.issuer
        (changed if key in held else made).append(entry)
    for place, entry in enumerate([*changed, *made]):
        entry.sequence, entry.at = sequence + place, at
    JournalEntry.objects.bulk_update(changed, [*_CHANGING, "made_of"], batch_size=_BATCH)
    JournalEntry.objects.bulk_create(made, batch_size=_BATCH)
    return len(changed) + len(made)


def _why_gone(went: Iterable[JournalEntry]) -> dict[Key, tuple[str, str]]:
    """(public reason of the withdrawal, id that it leads to) of each that is gone; ("", "") where neither is known."""
    told: dict[Key, tuple[str, str]] = {}
    for batch in _batches([entry.key for entry in went if entry.type == DOCUMENT]):
        for document in Document.objects.filter(public_id__in=batch).select_related("issue"):
            withdrawn = document.issue.state == Issue.State.WITHDRAWN
            reason = document.issue.withdrawn_reason if withdrawn else document.withdrawn_reason
            told[DOCUMENT, document.public_id] = (reason, "")
        aliases = DocumentAlias.objects.filter(public_id__in=batch)
        for key, now in aliases.values_list("public_id", "document__public_id"):
            told[DOCUMENT, key] = ("", now)
    for batch in _batches([entry.key for entry in went if entry.type == ISSUE]):
        for issue in Issue.objects.filter(pk__in=map(int, batch)):
            told[ISSUE, str(issue.pk)] = (issue.withdrawn_reason, "")
    return told


def _batches(keys: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), _BATCH):
        yield keys[start : start + _BATCH]
