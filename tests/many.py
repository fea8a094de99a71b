"""An archive of thousands of documents, made by copying the rows of one issue: quick, and alike in everything."""

from typing import Any

from django.db import connection
from django.db.models import Model

from archive.models import Appointment, Block, ContentsEntry, Document, Finding, Issue, Page, Reference
from archive.models.document import new_public_id

_PARTS: tuple[type[Model], ...] = (Appointment, Block, Reference)


def multiply(issue: Issue, times: int) -> None:
    """As many further issues with the same documents, under other years, labels and numbers; in the index they are not.

    Of what a document has, only what lists show is copied: appointments, text and references.
    """
    copies = Issue.objects.bulk_create(
        _copy(issue, year=1900 + n // 12, label=str(n % 12 + 1), number=n % 12 + 1, total_number=None, sha256=f"{n:064x}")
        for n in range(times)
    )  # fmt: skip
    originals = list(issue.documents.order_by("position"))
    documents = Document.objects.bulk_create(
        _copy(
            document,
            issue=copy,
            public_id=new_public_id(),
            number_year=copy.year,
            number_sequence=copy.number * 100 + document.position,
            number=f"{document.number_code}〔{copy.year}〕{copy.number * 100 + document.position}号",
        )
        for copy in copies
        for document in originals
    )
    copied = iter(documents)
    by_original: dict[int, list[Document]] = {original.pk: [] for original in originals}
    for _copy_of_issue in copies:
        for original in originals:
            by_original[original.pk].append(next(copied))
    for part in _PARTS:
        rows = part._default_manager.filter(document__in=originals)  # type: ignore[misc]
        part._default_manager.bulk_create(
            _copy(row, document=document, **({"section": None, "table": None, "roster": None} if part is Block else {}))
            for row in rows
            for document in by_original[row.document_id]
        )  # fmt: skip
    for of_issue in (Page, Finding, ContentsEntry):
        rows = list(of_issue._default_manager.filter(issue=issue))
        of_issue._default_manager.bulk_create(
            _copy(row, issue=copy, **({} if of_issue is Page else {"document": None}))
            for row in rows
            for copy in copies
        )
    if connection.vendor == "postgresql":
        # As autovacuum does it soon after, which sees nothing of a test's transaction: what it knew of a few rows before
        # makes it join a thousand in loops, for minutes.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _copy(row: Any, **changes: Any) -> Any:
    values = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key and not field.auto_created
    }
    for name, value in changes.items():
        values.pop(f"{name}_id", None)
        values.pop(name, None)
        values[name] = value
    return type(row)(**values)
