"""Corrections at the desk: make, undo and settle, each in one transaction, with the index brought up to date."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from archive.audit import recorded
from archive.ingest.correct.apply import BETWEEN, Held, change_issue
from archive.ingest.correct.change import BLOT, Change, Stale
from archive.ingest.correct.documents import joining
from archive.ingest.correct.words import redactions, word_changes
from archive.ingest.from_rows import document_record, with_parts
from archive.ingest.parse.records import ParsedDocument
from archive.ingest.replay import change_of
from archive.ingest.resolve import number_parts, resolve_references, resolve_references_of
from archive.ingest.store_documents import retire, save_documents
from archive.ingest.supplied import blot_supplied
from archive.models import ContentsEntry, Correction, Document, DocumentAlias, Finding, Issue
from archive.models.correction import new_act
from archive.models.document import new_public_id
from archive.publishing import index_on_commit

Changes = Sequence[Change] | Callable[[ParsedDocument], Sequence[Change]]


class Conflict(Exception):
    """What the editor saw stands there no more: somebody else has changed it meanwhile. Nothing was changed."""


class NothingToCorrect(Exception):
    """The correction would change nothing."""


def correct(
    document: Document, changes: Changes, *, user: Any = None, reason: str = "", redacts: bool = False
) -> list[Correction]:
    """The corrections as they were made, all or none; they belong together and are undone together.

    `changes` may be a function that gives them for the document as it stands under the lock. Raises Conflict,
    NothingToCorrect, or ValueError for a change that makes no sense.
    """
    with transaction.atomic():
        issue = _lock(document)
        found = list(changes(_record(document)) if callable(changes) else changes)
        if not found or all(change.old == change.new for change in found):
            raise NothingToCorrect
        act = new_act()
        with recorded(issue, "corrected", _person(user), reason=reason.strip()) as details:
            details["document"], details["corrections"] = document.title, len(found)
            others = _make(issue, document, found)
        corrections = [
            Correction(
                issue=issue,
                document=document,
                act=act,
                kind=change.kind,
                place=change.place,
                old=change.old,
                new=change.new,
                reason=reason.strip(),
                redacts=redacts,
                other_id=other,
                made_by=_person(user),
            )
            for change, other in zip(found, others, strict=True)
        ]
        for correction in corrections:
            correction.save()
    return corrections


def correct_word(
    document: Document, old: str, new: str, *, user: Any = None, reason: str = ""
) -> list[Correction]:
    """`new` for every `old` in the document: 盂县 for 孟县. Raises as `correct`."""
    return correct(document, lambda record: word_changes(record, old, new), user=user, reason=reason)


def redact(document: Document, run: str, *, user: Any = None, reason: str = "") -> list[Correction]:
    """Every `run` in the document blotted out. Raises as `correct`."""
    with transaction.atomic():
        made = correct(
            document, lambda record: redactions(record, run), user=user, reason=reason, redacts=True
        )
        blot_supplied(document, run)
    return made


def join_to_previous(document: Document, *, user: Any = None, reason: str = "") -> list[Correction]:
    """`document` as a part of the one before it; its id leads on there. Raises as `correct`."""
    before = Document.objects.filter(issue=document.issue_id, position=document.position - 1).first()
    if before is None:
        raise NothingToCorrect
    second = _record(document)
    return correct(before, lambda record: [joining(record, second)], user=user, reason=reason)


def undo(act: str, *, user: Any = None) -> list[Correction]:
    """The corrections of an act, undone, last first. Raises Conflict where a later one builds on them."""
    with transaction.atomic():
        issue = Issue.objects.filter(corrections__act=act).distinct().get()
        Issue.objects.select_for_update(of=("self",)).get(pk=issue.pk)
        standing = Correction.objects.filter(act=act).exclude(state=Correction.State.UNDONE)
        corrections = list(standing.select_related("document__issue").order_by("-pk"))
        made = [c for c in corrections if c.state == Correction.State.STANDING and c.document is not None]
        if made and made[0].document is not None:
            changes = [change_of(correction).reversed() for correction in made]
            with recorded(issue, "correction-undone", _person(user)) as details:
                details["document"], details["corrections"] = made[0].document.title, len(made)
                _make(issue, made[0].document, changes, [correction.other_id for correction in made])
        now = timezone.now()
        for correction in corrections:
            correction.state = Correction.State.UNDONE
            correction.undone_by, correction.undone_at = _person(user), now
            correction.save(update_fields=["state", "undone_by", "undone_at"])
    return corrections


def settle(finding: Finding, settled_as: str, *, user: Any = None) -> Finding:
    """The finding, settled; "" opens it again."""
    finding.settled_as = settled_as
    finding.settled_by = _person(user) if settled_as else None
    finding.settled_at = timezone.now() if settled_as else None
    finding.save(update_fields=["settled_as", "settled_by", "settled_at"])
    return finding


# --- how a change reaches the rows ---------------------------------------------------------------------
def _make(
    issue: Issue, document: Document, changes: Sequence[Change], others: Sequence[str] | None = None
) -> list[str]:
    """Save the documents with the changes made; for each the id of the document that began or ended with it, or "".

    `others` are the ids of documents that begin again; None: the changes are made for the first time, of what the
    editor sees.
    """
    rows = _rows(issue, document, any(change.kind in BETWEEN for change in changes))
    before = [Held(document_record(row), row.public_id) for row in rows.values()]
    after, ids = before, []
    for n, change in enumerate(changes):
        begun = (
            ((others[n] if others is not None else "") or new_public_id()) if change.kind == "begin" else None
        )
        held = {one.key for one in after}
        try:
            again = others is not None
            after = change_issue(after, document.public_id, change, made=begun, again=again)
        except Stale as stale:
            raise Conflict(str(stale)) from None
        ended = held - {one.key for one in after}
        ids.append(begun or next(iter(ended), None) or "")
    _save(issue, rows, before, after)
    return ids


def _rows(issue: Issue, document: Document, all_of_them: bool) -> dict[str, Document]:
    """The documents of the issue, or the one, in order, by public id."""
    documents = Document.objects.filter(issue=issue).order_by("position")
    if not all_of_them:
        documents = documents.filter(pk=document.pk)
    return {row.public_id: row for row in with_parts(documents)}


def _save(issue: Issue, rows: dict[str, Document], before: list[Held], after: list[Held]) -> None:
    held = {one.key: one.record for one in before}
    changed = {one.record.position for one in after if one.key not in held or held[one.key] != one.record}
    names = {(row.number, row.title) for row in rows.values()}
    fresh = [one.key for one in after if one.key and one.key not in rows]
    DocumentAlias.objects.filter(public_id__in=fresh).delete()
    documents, _ = save_documents(
        issue,
        [one.record for one in after],
        {
            one.record.position: rows.get(one.key or "") or Document(issue=issue, public_id=one.key or "")
            for one in after
        },
        changed,
    )
    kept = {one.key for one in after}
    for n, one in enumerate(before):
        if one.key not in kept:
            retire(rows[one.key or ""], documents[before[n - 1].record.position])
    _blot_contents(documents.values())
    names |= {(row.number, row.title) for row in documents.values()}
    resolve_references({part for number, _ in names for part in number_parts(number)}, {t for _, t in names})
    resolve_references_of(issue)
    if issue.is_published:
        index_on_commit(issue)


def _blot_contents(documents: Collection[Document]) -> None:
    """Blot out of the printed contents what is blotted out of a title, and bring it back when that is undone."""
    entries = ContentsEntry.objects.filter(document__in=[row.pk for row in documents])
    titles = {row.pk: row.title_in_contents for row in documents}
    for entry in entries:
        wanted = titles[entry.document_id or 0]
        if wanted and entry.title != wanted and (BLOT in wanted or BLOT in entry.title):
            entry.title = wanted
            entry.save(update_fields=["title"])


def _lock(document: Document) -> Issue:
    return Issue.objects.select_for_update(of=("self",)).get(pk=document.issue_id)


def _record(document: Document) -> ParsedDocument:
    return document_record(with_parts(Document.objects.all()).get(pk=document.pk))


def _person(user: Any) -> Any:
    return user if user is not None and user.is_authenticated else None
