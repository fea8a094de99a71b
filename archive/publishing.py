"""Publish, withdraw and discard an issue: each one transaction, and the index follows when it is committed."""

import logging
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from archive.audit import recorded
from archive.edition import next_edition_of
from archive.ingest.annex_files import forget_files_on_commit
from archive.ingest.originals import remove_original
from archive.ingest.resolve import number_parts, resolve_references, resolve_references_of
from archive.models import Annex, Document, Gazette, Issue
from archive.search import update

log = logging.getLogger(__name__)


# What a scan does not say to a machine, and the pages say to a person.
FILLED_IN_BY_HAND = frozenset({"gazette", "year", "label", "number", "total_number", "published_on"})


class PublishingError(Exception):
    """What was asked for is not possible in the issue's present state; the message says why and what to do."""


class ChangedMeanwhile(PublishingError):
    """What the editor saw stands there no more: somebody else has changed it. Nothing was changed."""


def publish_issue(issue: Issue, user: Any = None) -> Issue:
    """The issue, open to the public from now on. A withdrawn one can be published again.

    Raises PublishingError while its gazette, year or label is unknown: its address is made of them.
    """
    with transaction.atomic():
        held = _lock(issue)
        if held.is_published:
            return held
        missing = [
            name
            for name, known in (
                (_("刊名"), held.gazette_id),
                (_("年份"), held.year),
                (_("期号"), held.label),
            )
            if not known
        ]
        if missing:
            raise PublishingError(
                _("这一期还不能发布：缺少%(missing)s。请在“本期资料”中补填。")
                % {"missing": "、".join(missing)}
            )
        was_withdrawn = held.state == Issue.State.WITHDRAWN
        with recorded(held, "published-again" if was_withdrawn else "published", user):
            held.state = Issue.State.PUBLISHED
            held.released_at = held.released_at or timezone.now()
            held.withdrawn_at, held.withdrawn_reason = None, ""
            held.save()
            if was_withdrawn:
                resolve_references_of(held)
        index_on_commit(held)
    note(held, "published", user)
    return held


def withdraw_issue(issue: Issue, reason: str, user: Any = None) -> Issue:
    """The issue, taken from the public; its address says that it was withdrawn, and the reason."""
    reason = reason.strip()
    if not reason:
        raise PublishingError(_("请写明撤回的理由：读者会在原网址看到它。"))
    with transaction.atomic():
        held = _lock(issue)
        if not held.is_published:
            raise PublishingError(_("只有已发布的一期才能撤回。"))
        with recorded(held, "withdrawn", user, reason=reason):
            held.state = Issue.State.WITHDRAWN
            held.withdrawn_at, held.withdrawn_reason = timezone.now(), reason
            held.save()
            resolve_references_of(held)
        unindex_on_commit(held)
    note(held, f"withdrawn ({reason})", user)
    return held


def withdraw_document(document: Document, reason: str, user: Any = None) -> Document:
    """The document, taken from the public alone; its address says so with the reason, and the rest of the issue stays."""
    reason = reason.strip()
    if not reason:
        raise PublishingError(_("请写明撤回的理由：读者会在原网址看到它。"))
    return _set_withdrawn(document, timezone.now(), reason, user, "document-withdrawn")


def restore_document(document: Document, user: Any = None) -> Document:
    """The document, open to the public again with its issue."""
    return _set_withdrawn(document, None, "", user, "document-restored")


def _set_withdrawn(document: Document, when: datetime | None, reason: str, user: Any, act: str) -> Document:
    with transaction.atomic():
        issue = _lock(document.issue)
        held = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
        if (held.withdrawn_at is None) == (when is None):
            raise PublishingError(_("这一件刚刚被别人撤回或恢复，请刷新后再看。"))
        with recorded(issue, act, user, reason=reason) as details:
            details["document"] = held.title
            held.withdrawn_at, held.withdrawn_reason = when, reason
            held.save(update_fields=["withdrawn_at", "withdrawn_reason"])
            resolve_references(number_parts(held.number), {held.title})
        if issue.is_published:
            index_on_commit(issue)
    note(held, act, user)
    return held


def discard_issue(issue: Issue, user: Any = None) -> None:
    """Delete a draft and its file. What was once public is withdrawn instead: its addresses must not vanish."""
    with transaction.atomic():
        held = _lock(issue)
        if held.state != Issue.State.DRAFT or held.released_at is not None:
            raise PublishingError(_("只能丢弃从未发布的草稿；已发布的一期请撤回。"))
        documents = list(Document.objects.filter(issue=held))
        annexes = list(Annex.objects.filter(document__issue=held).values_list("sha256", "kind"))
        described, sha256, kind = str(held), held.sha256, held.source_kind
        with recorded(held, "discarded", user):
            held.delete()
            resolve_references(
                {part for document in documents for part in number_parts(document.number)},
                {document.title for document in documents},
            )

        def remove_file() -> None:
            # Somebody may have brought the same file in again since.
            if not Issue.objects.filter(sha256=sha256).exists():
                remove_original(sha256, kind)

        transaction.on_commit(remove_file, robust=True)
        forget_files_on_commit(annexes)
    note(described, "discarded", user)


def fill_in(
    issue: Issue, values: dict[str, Any], user: Any = None, seen: dict[str, str] | None = None
) -> Issue:
    """The issue with what a person has read off its pages: gazette, year, label, number, total_number, published_on.

    A gazette may be given by its name, and is made when the archive has none of it. `seen` are the fields as
    `filled_values` gave them to the editor. No later reading of the file changes what is filled in; a blank value
    (None, "") leaves the field to the next reading again. Raises PublishingError when another issue stands under that
    gazette, year and label, or a published one would lose its address; ChangedMeanwhile when a field is not as seen.
    """
    if not FILLED_IN_BY_HAND.issuperset(values):
        raise ValueError(f"not to be filled in: {sorted(values.keys() - FILLED_IN_BY_HAND)}")
    with transaction.atomic():
        held = _lock(issue)
        now = filled_values(held)
        if seen is not None and any(now[name] != seen.get(name) for name in values):
            raise ChangedMeanwhile(_("您打开以后，这些资料已被别人改过；您的修改没有保存。"))
        if isinstance(name := values.get("gazette"), str):
            values = values | {"gazette": Gazette.objects.called(name) if name else None}
        note_filled_in(held, values)
        for name, value in values.items():
            setattr(held, name, value)
        if held.is_published and not (held.gazette_id and held.year and held.label):
            raise PublishingError(_("已发布的一期必须有刊名、年份和期号。"))
        others = Issue.objects.exclude(pk=held.pk).exclude(label="")
        if others.filter(gazette=held.gazette, year=held.year, label=held.label).exists():
            raise PublishingError(_("同一刊名、年份和期号的一期已在库中。"))
        with recorded(held, "filled-in", user):
            held.save()
        if held.is_published:
            index_on_commit(held)
    note(held, f"filled in ({', '.join(sorted(values))})", user)
    return held


def filled_values(issue: Issue) -> dict[str, str]:
    """The fields that a person can fill in, as text; "" for what is not known."""
    return {
        "gazette": issue.gazette.name if issue.gazette else "",
        "year": str(issue.year or ""),
        "label": issue.label,
        "number": str(issue.number or ""),
        "total_number": str(issue.total_number or ""),
        "published_on": issue.published_on.isoformat() if issue.published_on else "",
    }


def note_filled_in(issue: Issue, values: dict[str, Any]) -> None:
    """Note on the row, not yet saved, which of its fields a person has filled in or left to the next reading."""
    filled = {name for name, value in values.items() if value not in (None, "")}
    issue.filled_in = sorted((set(issue.filled_in) - values.keys()) | filled)


def index_on_commit(issue: Issue) -> None:
    """Bring the issue into the index once it is committed, and show readers the new state from then on.

    A failure there is logged and no longer undoes anything: `verify --repair` and the worker mend the index.
    """
    # Announced to the index first: see archive/views/kept_parts.py.
    update.index_on_commit(issue.pk)
    next_edition_of(issue)


def unindex_on_commit(issue: Issue) -> None:
    """Take the issue's documents out of the index and from readers once the change is committed."""
    # Announced to the index first: see archive/views/kept_parts.py.
    update.index_on_commit(issue.pk)
    next_edition_of(issue)


def note(what: object, done: str, user: Any) -> None:
    """A line in the log of the process for what a person did; commands print their own. audit.py keeps the history."""
    if user is not None:
        log.info("%s %s by %s", what, done, user)


def _lock(issue: Issue) -> Issue:
    return Issue.objects.select_for_update(of=("self",)).select_related("gazette").get(pk=issue.pk)
