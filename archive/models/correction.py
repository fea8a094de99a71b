"""What editors have changed of what was read: facts of their own, which no later reading of the file undoes."""

import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from archive.models.document import ID_LETTERS


def new_act() -> str:
    """What ties together the corrections that were made in one act."""
    return "".join(secrets.choice(ID_LETTERS) for _ in range(10))


class Correction(models.Model):
    """One change of a document: where, what stood there, what stands there now, who, when and why.

    `place`, `old` and `new` are those of `archive.ingest.correct.change.Change`. A correction whose old text was not
    found at the last reading is stale: it is kept, told as a finding, and tried again at the next.
    """

    class State(models.TextChoices):
        STANDING = "standing", _("有效")
        STALE = "stale", _("原文已变，未能套用")
        UNDONE = "undone", _("已撤销")

    class Kind(models.TextChoices):
        FIELD = "field", _("资料")
        TEXT = "text", _("文字")
        CELL = "cell", _("单元格")
        KIND = "kind", _("段落性质")
        HEADING = "heading", _("标题层级")
        MERGE = "merge", _("合并段落")
        SPLIT = "split", _("拆分段落")
        MEMBER = "member", _("名单")
        APPOINTMENT = "appointment", _("任免")
        REFERENCE = "reference", _("引用")
        ATTACHMENT = "attachment", _("附件")
        REDACT = "redact", _("遮盖")
        BEGIN = "begin", _("另立一件")
        JOIN = "join", _("并入上一件")
        BOUNDARY = "boundary", _("移动分界")

    issue = models.ForeignKey("archive.Issue", on_delete=models.CASCADE, related_name="corrections")
    document = models.ForeignKey(
        "archive.Document", on_delete=models.SET_NULL, null=True, blank=True, related_name="corrections"
    )
    act = models.CharField(max_length=12, default=new_act, db_index=True)
    kind = models.CharField(max_length=12, choices=Kind)
    place = models.JSONField(default=dict)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    reason = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.STANDING)
    # What it replaces is kept from readers: in text, on the pictures of pages and in the public file.
    redacts = models.BooleanField(default=False)
    # The id of the document that began with this correction, or that ended with it.
    other_id = models.CharField(max_length=12, blank=True)

    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["standing", "stale", "undone"]), name="correction_state_known"
            ),
        ]
        indexes = [models.Index(fields=["issue", "state"], name="correction_issue_state")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.told_old} → {self.told_new}"

    @property
    def told_old(self) -> str:
        """What stood there, in a line."""
        return _told(self.old)

    @property
    def told_new(self) -> str:
        """What stands there now, in a line."""
        return _told(self.new)


def _told(value: Any) -> str:
    if isinstance(value, dict):
        # Of a document that begins or ends, the blocks of its head say in print what its title and number say.
        told = (value["title"], value["number"]) if "head" in value else value.values()
        return " ".join(_told(one) for one in told if one not in (None, "", False))
    return " / ".join(map(_told, value)) if isinstance(value, list) else str("" if value is None else value)
