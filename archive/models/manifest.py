"""Which files readers were given, and what was signed of it month by month. See archive/authenticity/."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from archive.models.issue import Issue


class ManifestKey(models.Model):
    """A public key that has signed manifests; kept for good, so that what it signed can be checked.

    It signs from `since` until another one does. A key that leaked is `revoked_at`.
    """

    key_id = models.CharField(max_length=32, unique=True)
    pem = models.TextField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["since", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True) | ~models.Q(revoked_reason=""),
                name="manifest_key_revoked_says_why",
            )
        ]

    def __str__(self) -> str:
        return self.key_id


class Manifest(models.Model):
    """The signed list of a month: `body` is its text, byte for byte as it was signed, `sha256` of these bytes.

    `signature` is in base64. A row is written once; what turns out otherwise stands in a later month's.
    """

    month = models.CharField(max_length=7, unique=True)
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    signature = models.CharField(max_length=88)
    key = models.ForeignKey(ManifestKey, on_delete=models.PROTECT, related_name="manifests")
    made_at = models.DateTimeField()
    file_count = models.PositiveIntegerField()

    class Meta:
        ordering = ["-month"]

    def __str__(self) -> str:
        return self.month

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("a manifest is never changed")
        super().save(*args, **kwargs)


class PublishedFile(models.Model):
    """A file that readers were given: an issue's original, a masked copy of it, or an annex.

    `document` is the short id of an annex's document, "" for the others. `ended_at` is when another file took its
    place, it was masked, or an annex was taken away; null while it is given, and of what is withdrawn, which the issue
    and the document say.
    """

    class Kind(models.TextChoices):
        ORIGINAL = "original", _("原件")
        MASKED = "masked-copy", _("遮盖后的副本")
        ANNEX = "annex", _("附件全文")

    sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=12, choices=Kind)
    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="published_files")
    document = models.CharField(max_length=12, blank=True)
    name = models.CharField(max_length=255, blank=True)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)
    # Of a masked copy what is masked in it, by the short name of archive/masks.py.
    masks = models.CharField(max_length=12, blank=True)
    published_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    # The first manifest that lists it; every later one does, too.
    first_listed = models.ForeignKey(
        Manifest, on_delete=models.PROTECT, null=True, blank=True, related_name="first_listing"
    )

    class Meta:
        ordering = ["published_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["sha256", "kind", "issue", "document"], name="published_file_once_a_place"
            )
        ]

    def __str__(self) -> str:
        return f"{self.issue} {self.get_kind_display()}"

    @property
    def place(self) -> tuple[str, str, int, str]:
        """What tells it from all others."""
        return self.sha256, self.kind, self.issue_id, self.document
