"""What a document states: who takes or leaves which post, and which other documents it names."""

from typing import Self

from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from archive.models.document import Document

# Of a post, what its index holds: PostgreSQL indexes no text of any length.
_INDEXED = 80


def _post_start() -> models.Func:
    """The beginning of a post. The number stands in the SQL itself, where SQLite compares it with the index's."""
    template = f"SUBSTR(%(expressions)s, 1, {_INDEXED})"
    return models.Func("post", template=template, output_field=models.TextField())


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def published(self) -> Self:
        """Those of the documents that readers may see."""
        # Asked for each row: so the index on persons or on posts is used first, whichever the query has.
        return self.filter(
            models.Exists(Document.objects.published().filter(pk=models.OuterRef("document_id")))
        )

    def to_post(self, post: str) -> Self:
        """Those to exactly that post, or from it."""
        # A longer one, of which there is hardly any, is sought among all. Both conditions would not do: SQLite then
        # reckons SUBSTR of the post that is asked for, and passes the index by.
        if len(post) >= _INDEXED:
            return self.filter(post=post)
        return self.alias(post_start=_post_start()).filter(post_start=post)

    def newest_first(self) -> Self:
        """By the day of the document, or where none is printed that of its issue; within a document as printed."""
        day = Coalesce("document__signed_on", "document__issue__published_on")
        return self.order_by(day.desc(nulls_last=True), "-document_id", "position")


class Appointment(models.Model):
    """One person and one post, as a personnel notice prints them."""

    class Action(models.TextChoices):
        APPOINT = "appoint", _("任命")
        REMOVE = "remove", _("免去")
        NOMINATE = "nominate", _("提名")
        NOMINATE_REMOVAL = "nominate-removal", _("提名免去")

    document = models.ForeignKey("archive.Document", on_delete=models.CASCADE, related_name="appointments")
    position = models.PositiveIntegerField()
    action = models.CharField(max_length=20, choices=Action)
    person = models.CharField(max_length=80)
    # 晋 玮: two-character names are printed with a space inside.
    person_as_printed = models.CharField(max_length=80, blank=True)
    post = models.TextField()
    remark = models.CharField(max_length=200, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="appointment_position_once"),
            models.CheckConstraint(
                condition=models.Q(action__in=["appoint", "remove", "nominate", "nominate-removal"]),
                name="appointment_action_known",
            ),
        ]
        indexes = [
            models.Index(fields=["person"], name="appointment_person"),
            models.Index(_post_start(), name="appointment_post"),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.person} {self.post}"

    @property
    def anchor(self) -> str:
        """The name of its line on the page of the document."""
        return f"appointment-{self.position}"

    @property
    def leaves(self) -> bool:
        """True where somebody leaves the post."""
        return self.action in (self.Action.REMOVE, self.Action.NOMINATE_REMOVAL)

    @property
    def in_document(self) -> str:
        """The address of its line."""
        return f"{self.document.get_absolute_url()}#{self.anchor}"


class Reference(models.Model):
    """Another document named in the text, with the sentence as evidence.

    `target` is set when exactly one published or drafted document has the number or title; never guessed.
    """

    class Relation(models.TextChoices):
        CITES = "cites", _("引用")
        BASED_ON = "based-on", _("依据")
        FORWARDS = "forwards", _("转发")
        AMENDS = "amends", _("修改")
        REPEALS = "repeals", _("废止")

    # What bears on whether the document referred to still holds.
    CHANGES = (Relation.REPEALS, Relation.AMENDS)

    document = models.ForeignKey("archive.Document", on_delete=models.CASCADE, related_name="references")
    position = models.PositiveIntegerField()
    relation = models.CharField(max_length=12, choices=Relation)
    number = models.CharField(max_length=120, blank=True)
    title = models.TextField(blank=True)
    evidence = models.TextField()
    target = models.ForeignKey(
        "archive.Document", on_delete=models.SET_NULL, null=True, blank=True, related_name="cited_by"
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="reference_position_once"),
            models.CheckConstraint(
                condition=models.Q(relation__in=["cites", "based-on", "forwards", "amends", "repeals"]),
                name="reference_relation_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(number="") | ~models.Q(title=""), name="reference_names_something"
            ),
        ]
        indexes = [models.Index(fields=["number"], name="reference_number")]

    def __str__(self) -> str:
        return f"{self.get_relation_display()} {self.number or self.title}"
