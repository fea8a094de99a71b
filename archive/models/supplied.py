"""What editors add to a document that its print does not give: the annex left out, archival fields, its validity."""

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from archive.models.document import Document


class Annex(models.Model):
    """The full text of an attachment that is printed as （略）: a file of its own, stored under its checksum.

    It belongs to the attachment of the document that has its label and title. `attachment` is null while the last
    reading of the file has none that matches; then readers do not see it.
    """

    class Kind(models.TextChoices):
        PDF = "pdf", "PDF"
        DOCX = "docx", "DOCX"
        XLSX = "xlsx", "XLSX"
        JPEG = "jpg", "JPEG"
        PNG = "png", "PNG"
        WEBP = "webp", "WebP"

    document = models.ForeignKey("archive.Document", on_delete=models.CASCADE, related_name="annexes")
    attachment = models.OneToOneField(
        "archive.Attachment", on_delete=models.SET_NULL, null=True, blank=True, related_name="annex"
    )
    label = models.CharField(max_length=20, blank=True)
    title = models.TextField()
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["pdf", "docx", "xlsx", "jpg", "png", "webp"]),
                name="annex_kind_known",
            )
        ]

    def __str__(self) -> str:
        return self.file_name

    def address(self, public_id: str) -> str:
        """Where readers find it; `public_id` is its document's."""
        return reverse("annex", args=[public_id, self.sha256, self.file_name.replace("/", " ")])


class Supplement(models.Model):
    """What an editor has filled in of a document, one row each; blank is what nobody has filled in.

    `validity` is an editor's word and goes before what references and dates say. `validity_source` is the document
    that repeals or amends it, `validity_on` the day since when (of an expired one its last day).
    """

    class Validity(models.TextChoices):
        STANDS = "stands", pgettext_lazy("validity", "有效")
        AMENDED = "amended", _("已修改")
        REPEALED = "repealed", _("已废止")
        EXPIRED = "expired", _("已失效")

    document = models.OneToOneField("archive.Document", on_delete=models.CASCADE, related_name="supplement")
    index_number = models.CharField(max_length=100, blank=True)
    subject_class = models.CharField(max_length=200, blank=True)
    keywords = models.JSONField(default=list, blank=True)
    released_on = models.DateField(null=True, blank=True)

    validity = models.CharField(max_length=8, choices=Validity, blank=True)
    validity_on = models.DateField(null=True, blank=True)
    validity_evidence = models.TextField(blank=True)
    validity_source = models.ForeignKey(
        "archive.Document", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    validity_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    validity_at = models.DateTimeField(null=True, blank=True)

    filled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    filled_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(validity__in=["", "stands", "amended", "repealed", "expired"]),
                name="supplement_validity_known",
            )
        ]

    def __str__(self) -> str:
        return self.index_number or str(self.document)

    def public_source(self) -> Document | None:
        """The document that the state rests on, when readers may see it."""
        source = self.validity_source
        return source if source is not None and source.is_public else None

    def public_evidence(self) -> str:
        """The sentence that the state rests on; "" while the document that holds it is kept from readers."""
        return self.validity_evidence if self.validity_source_id is None or self.public_source() else ""

    def values(self) -> dict[str, Any]:
        """What is filled in, by the names of its form."""
        return {
            "index_number": self.index_number,
            "subject_class": self.subject_class,
            "keywords": "；".join(self.keywords),
            "released_on": self.released_on.isoformat() if self.released_on else "",
            "validity": self.validity,
            "validity_on": self.validity_on.isoformat() if self.validity_on else "",
            "validity_evidence": self.validity_evidence,
        }


class ValidityJudgement(models.Model):
    """An editor's word on a proposal: this sentence does, or does not, change the validity of the document.

    `source` is the document that holds the sentence, null where it is the document's own last day.
    """

    document = models.ForeignKey(
        "archive.Document", on_delete=models.CASCADE, related_name="validity_judgements"
    )
    state = models.CharField(max_length=8, choices=Supplement.Validity)
    source = models.ForeignKey(
        "archive.Document", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    evidence = models.TextField(blank=True)
    confirmed = models.BooleanField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.document}"
