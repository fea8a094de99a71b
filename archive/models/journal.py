"""What became of each record that was ever public, by its last change: what harvesters read to follow the archive."""

from typing import Self

from django.db import models


class JournalQuerySet(models.QuerySet["JournalEntry"]):
    def present(self) -> Self:
        """Those that readers see."""
        return self.filter(gone=False)

    def oldest_first(self) -> Self:
        """In the order in which the changes became public."""
        return self.order_by("sequence")


class JournalEntry(models.Model):
    """One record, an issue or a document, at its last change. See archive/journal.py, which alone writes them.

    `sequence` grows with every change, and no number comes twice: whoever has read up to one asks for what is greater.
    A record that readers see no more stays as a tombstone (`gone`), with the public reason of its withdrawal, and with
    the document that it leads to (`now`) where it joined another.
    """

    class Type(models.TextChoices):
        ISSUE = "issue", "issue"
        DOCUMENT = "document", "document"

    type = models.CharField(max_length=8, choices=Type)
    # The public id of a document, the number of an issue.
    key = models.CharField(max_length=20)
    # The number of its issue, an issue's own included; no foreign key, for the entry outlasts the row.
    issue = models.PositiveBigIntegerField(db_index=True)
    sequence = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField(db_index=True)
    # Of the public JSON with sorted keys; "" for what is gone.
    sha256 = models.CharField(max_length=64, blank=True)
    gone = models.BooleanField(default=False)
    reason = models.TextField(blank=True)
    now = models.CharField(max_length=12, blank=True)

    # As they were when readers saw it last: a tombstone stands in the same sets and under the same address.
    url = models.TextField()
    gazette = models.CharField(max_length=200, blank=True)  # the slug
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    kind = models.CharField(max_length=20, blank=True)
    issuer = models.CharField(max_length=200, blank=True)

    # Of an issue: the program and the edition under which all of it was last compared; "" asks for that.
    made_of = models.CharField(max_length=60, blank=True)

    objects = JournalQuerySet.as_manager()

    class Meta:
        ordering = ["sequence"]
        constraints = [
            models.UniqueConstraint(fields=["type", "key"], name="journal_record_once"),
            models.CheckConstraint(
                condition=models.Q(type__in=["issue", "document"]), name="journal_type_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.type} {self.key}"
