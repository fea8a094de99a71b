"""Which state of the archive the public sees: a name that is another one after every change that readers may see.

What was made for readers under one name (a page, an answer) holds as long as the name does. A name is never given
twice, not even where a backup is put back.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from archive.journal import note_absences, note_issue, set_compared
from archive.models.edition import Edition, IssueEdition
from archive.models.issue import Issue

_PRESENT = f"SELECT name FROM {Edition._meta.db_table} WHERE id = %s"


def present_edition() -> str:
    """The name of the present state; "" before the first change."""
    # In plain SQL: each kept page asks this and hardly anything else, and Django's own way costs as much as the rest.
    with connection.cursor() as cursor:
        cursor.execute(_PRESENT, [Edition.PRESENT])
        row = cursor.fetchone()
    return row[0] if row else ""


def edition_since() -> datetime | None:
    """When something that readers see last changed; None before the first change."""
    return Edition.objects.filter(pk=Edition.PRESENT).values_list("since", flat=True).first()


def next_edition() -> None:
    """Give the present state a new name, and every issue: within the transaction that makes it what it is, so that
    both come together. What readers see no more enters the journal at once, the rest when the worker compares it.
    """
    with _held_edition():
        IssueEdition.objects.all().delete()
        note_absences()
        next_edition_beside_issues()


def next_edition_of(issue: Issue) -> None:
    """Give the present state a new name, after a change of one issue: as `next_edition`, and all others keep theirs.

    It is the day on which the issue changed, too, which feeds and sitemaps tell, and the journal notes what changed.
    """
    with _held_edition():
        Issue.objects.filter(pk=issue.pk).update(changed_at=timezone.now())
        IssueEdition.objects.update_or_create(issue=issue, defaults={"name": _fresh_name()})
        note_issue(issue.pk)
        next_edition_beside_issues()


def compare_with_journal(issue_id: int, made_of: str) -> None:
    """Note in the journal what changed of an issue behind its back, and that it was compared under `made_of`."""
    with _held_edition():
        if note_issue(issue_id):
            # Answers may have been made of the journal as it was.
            next_edition_beside_issues()
        set_compared(issue_id, made_of)


def next_edition_beside_issues() -> None:
    """Give the present state a new name, after a change that is in no row of an issue: the index has followed, say."""
    Edition.objects.update_or_create(pk=Edition.PRESENT, defaults={"name": _fresh_name()})


def name_issues() -> dict[int, IssueEdition]:
    """The editions of all published issues, by the issue's key; those that had none are given one."""
    nameless = Issue.objects.published().filter(edition=None)
    # Of two processes that name one issue the first does.
    IssueEdition.objects.bulk_create(
        [IssueEdition(issue=issue, name=_fresh_name()) for issue in nameless], ignore_conflicts=True
    )
    published = IssueEdition.objects.filter(issue__in=Issue.objects.published())
    return {edition.issue_id: edition for edition in published}


@contextmanager
def _held_edition() -> Iterator[None]:
    """A transaction that holds the present edition, as all do that write the journal: one after the other."""
    with transaction.atomic():
        Edition.objects.select_for_update().get_or_create(pk=Edition.PRESENT)
        yield


def _fresh_name() -> str:
    return secrets.token_hex(12)
