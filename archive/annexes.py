"""Annexes that editors attach to what is printed as （略）: added, moved to another attachment, taken away."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from archive.edition import next_edition_of
from archive.ingest.annex_files import annex_kind, annex_name, forget_files_on_commit
from archive.ingest.originals import store_under_checksum
from archive.models import Annex, Attachment, Document, Issue
from archive.publishing import note
from archive.uploads import Uploaded, clean_name, received


def attach(upload: Uploaded, document: Document, label: str, title: str, user: Any = None) -> Annex:
    """The annex of the attachment with that label and title; it takes the place of one that was there.

    Raises UnreadableFile or LimitExceeded for a file that cannot be taken, Attachment.DoesNotExist when the
    document has no such attachment (any more).
    """
    name = clean_name(upload.name or "")
    with received(upload, name) as (part, _sha256):
        kind = annex_kind(part, name)
        with transaction.atomic():
            _lock(document)
            attachment = _attachment(document, label, title)
            before = Annex.objects.filter(attachment=attachment).first()
            annex = before or Annex(document=document, attachment=attachment)
            replaced = [(annex.sha256, annex.kind)] if before else []
            sha256, size = store_under_checksum(part, lambda sha256: annex_name(sha256, kind))
            annex.label, annex.title = attachment.label, attachment.title
            annex.file_name, annex.sha256, annex.size, annex.kind = name, sha256, size, kind
            annex.added_by = user if user is not None and user.is_authenticated else None
            annex.added_at = timezone.now()
            annex.save()
            next_edition_of(document.issue)
            forget_files_on_commit(replaced)
    note(document, f"attached annex ({name}, {sha256}) to {title}", user)
    return annex


def move(annex: Annex, label: str, title: str, user: Any = None) -> Annex:
    """The annex, given to another attachment of its document. Raises Attachment.DoesNotExist, as of one that has its own."""
    with transaction.atomic():
        _lock(annex.document)
        attachment = _attachment(annex.document, label, title)
        if Annex.objects.filter(attachment=attachment).exclude(pk=annex.pk).exists():
            raise Attachment.DoesNotExist
        annex.attachment, annex.label, annex.title = attachment, attachment.label, attachment.title
        annex.save(update_fields=["attachment", "label", "title"])
        next_edition_of(annex.document.issue)
    note(annex.document, f"moved annex ({annex.file_name}) to {title}", user)
    return annex


def remove(annex: Annex, user: Any = None) -> None:
    """Take the annex away, and its file when nothing else uses it."""
    with transaction.atomic():
        _lock(annex.document)
        document, name, file = annex.document, annex.file_name, (annex.sha256, annex.kind)
        annex.delete()
        next_edition_of(document.issue)
        forget_files_on_commit([file])
    note(document, f"removed annex ({name}, {file[0]})", user)


def _attachment(document: Document, label: str, title: str) -> Attachment:
    found = Attachment.objects.filter(document=document, label=label, title=title).first()
    if found is None:
        raise Attachment.DoesNotExist
    return found


def _lock(document: Document) -> None:
    Issue.objects.select_for_update(of=("self",)).get(pk=document.issue_id)
