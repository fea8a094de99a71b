"""What a document states: who takes or leaves which post, and which other documents it names."""

from django.db import models
from django.utils.translation import gettext_lazy as _


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

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="appointment_position_once"),
            models.CheckConstraint(
                condition=models.Q(action__in=["appoint", "remove", "nominate", "nominate-removal"]),
                name="appointment_action_known",
            ),
        ]
        indexes = [models.Index(fields=["person"], name="appointment_person")]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.person} {self.post}"


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
