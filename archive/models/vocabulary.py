"""The words of a gazette as editors have settled them: codes, categories, kinds, places; and people of one name."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Term(models.Model):
    """A word that an editor has confirmed, or struck out so that it is never learnt again.

    `belongs_to` is the issuing body of a code (阳政办函: 阳泉市人民政府办公室); `position` orders categories.
    """

    class Kind(models.TextChoices):
        CODE = "code", _("发文代字")
        CATEGORY = "category", _("栏目")
        KIND = "kind", _("文种")
        PLACE = "place", _("县区")

    kind = models.CharField(max_length=10, choices=Kind)
    word = models.CharField(max_length=100)
    belongs_to = models.CharField(max_length=200, blank=True)
    position = models.PositiveIntegerField(null=True, blank=True)
    struck = models.BooleanField(default=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["kind", models.F("position").asc(nulls_last=True), "word"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "word"], name="term_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["code", "category", "kind", "place"]), name="term_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.word


class Namesake(models.Model):
    """An editor's word on whether the person that two documents name is one and the same."""

    person = models.CharField(max_length=80, db_index=True)
    first = models.ForeignKey("archive.Document", on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey("archive.Document", on_delete=models.CASCADE, related_name="+")
    same = models.BooleanField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "first", "second"], name="namesake_once"),
        ]

    def __str__(self) -> str:
        return self.person
