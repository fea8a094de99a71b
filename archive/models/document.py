"""An official document of an issue and the parts it is made of."""

import secrets
from typing import Self

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

# No 0/o, 1/l/i: a short id is read out over the telephone.
ID_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


def new_public_id() -> str:
    """Eight random letters: short enough to print, 8.5e11 of them."""
    return "".join(secrets.choice(ID_LETTERS) for _ in range(8))


class DocumentQuerySet(models.QuerySet["Document"]):
    def published(self) -> Self:
        """The documents that readers may see: in a published issue, and not withdrawn alone."""
        return self.filter(issue__state="published", withdrawn_at__isnull=True)

    def newest_first(self) -> Self:
        """Newest issue first, within an issue as printed."""
        return self.order_by(
            models.F("issue__year").desc(nulls_last=True),
            models.F("issue__published_on").desc(nulls_last=True),
            models.F("issue__number").desc(nulls_last=True),
            "issue_id",
            "position",
        )


class Document(models.Model):
    """One official document as the issue prints it; both readings are kept where contents and body differ."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    issue = models.ForeignKey("archive.Issue", on_delete=models.CASCADE, related_name="documents")
    position = models.PositiveIntegerField()
    category = models.CharField(max_length=100, blank=True)
    title = models.TextField()
    title_in_contents = models.TextField(blank=True)
    page_in_contents = models.PositiveIntegerField(null=True, blank=True)

    # The number is no key: one number can be printed on two documents.
    number = models.CharField(max_length=120, blank=True)
    number_as_printed = models.CharField(max_length=200, blank=True)
    number_in_contents = models.CharField(max_length=120, blank=True)
    # The canonical number taken apart for browsing; a decree has no year.
    number_code = models.CharField(max_length=80, blank=True)
    number_year = models.PositiveSmallIntegerField(null=True, blank=True)
    number_sequence = models.PositiveIntegerField(null=True, blank=True)

    issuer = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=20, blank=True)
    recipients = models.TextField(blank=True)
    signed_by = models.JSONField(default=list)
    signed_on = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True)

    first_page = models.PositiveIntegerField(null=True, blank=True)
    last_page = models.PositiveIntegerField(null=True, blank=True)
    printed_first_page = models.PositiveIntegerField(null=True, blank=True)
    printed_last_page = models.PositiveIntegerField(null=True, blank=True)

    # From when and until when the text says that it is in force; the last day counts.
    effective_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    valid_years = models.PositiveSmallIntegerField(null=True, blank=True)
    validity_evidence = models.JSONField(default=list)

    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["issue", "position"]
        constraints = [
            models.UniqueConstraint(fields=["issue", "position"], name="document_position_once"),
            models.CheckConstraint(condition=models.Q(position__gte=1), name="document_position_from_one"),
            models.CheckConstraint(
                condition=models.Q(first_page__isnull=True) | models.Q(last_page__gte=models.F("first_page")),
                name="document_pages_in_order",
            ),
        ]
        indexes = [
            models.Index(
                fields=["number_code", "number_year", "number_sequence"], name="document_number_parts"
            ),
            models.Index(fields=["number"], name="document_number"),
            models.Index(fields=["kind"], name="document_kind"),
            models.Index(fields=["issuer"], name="document_issuer"),
            models.Index(fields=["category"], name="document_category"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_public(self) -> bool:
        """True where readers may see it: `published()`, of a row at hand."""
        return self.withdrawn_at is None and self.issue.is_published

    def get_absolute_url(self) -> str:
        return reverse("document", args=[self.public_id])


class DocumentAlias(models.Model):
    """An id that a document had before a re-parse, split or merge; it leads on to the one of today."""

    public_id = models.CharField(max_length=12, unique=True)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="aliases")

    def __str__(self) -> str:
        return f"{self.public_id} → {self.document.public_id}"


def heading_line(label: str, heading: str) -> str:
    """A heading as it is printed: 一、总体要求, and with a space behind a decimal label, 1.3 编制依据."""
    return f"{label} {heading}" if label[-1:].isdigit() and heading else f"{label}{heading}"


class Section(models.Model):
    """A heading of a document. `anchor` follows the numbering (s-1-2-3) and so survives re-parsing."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="sections")
    position = models.PositiveIntegerField()
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="children"
    )
    level = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=50, blank=True)
    heading = models.TextField(blank=True)
    run_in = models.BooleanField(default=False)
    page = models.PositiveIntegerField(null=True, blank=True)
    anchor = models.CharField(max_length=80)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="section_position_once"),
            models.UniqueConstraint(fields=["document", "anchor"], name="section_anchor_once"),
            models.CheckConstraint(condition=models.Q(level__gte=1), name="section_level_from_one"),
        ]

    def __str__(self) -> str:
        return heading_line(self.label, self.heading)


class Table(models.Model):
    """A printed table: columns (list of str) and rows (list of lists of str, as many cells as columns)."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="tables")
    position = models.PositiveIntegerField()
    title = models.TextField(blank=True)
    columns = models.JSONField(default=list)
    rows = models.JSONField(default=list)
    page = models.PositiveIntegerField(null=True, blank=True)
    last_page = models.PositiveIntegerField(null=True, blank=True)
    # [row, column, text] of each cell that an editor has corrected, as printed; row -1 is the head.
    as_printed = models.JSONField(default=list)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["document", "position"], name="table_position_once")]

    def __str__(self) -> str:
        return self.title


class Roster(models.Model):
    """The members of a leading group: list of {"role", "person", "post"} in the order printed."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="rosters")
    position = models.PositiveIntegerField()
    members = models.JSONField(default=list)
    page = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["document", "position"], name="roster_position_once")]

    def __str__(self) -> str:
        return "、".join(member["person"] for member in self.members)


class Block(models.Model):
    """One piece of a document's text in reading order; nothing of the print is left out, nothing stands twice."""

    class Kind(models.TextChoices):
        RECIPIENT = "recipient", _("主送机关")
        PARAGRAPH = "paragraph", _("正文")
        HEADING = "heading", _("标题")
        SUBTITLE = "subtitle", _("附文标题")
        SIGNATURE = "signature", _("署名")
        DATE = "date", _("成文日期")
        NOTE = "note", _("附注")
        ATTACHMENT = "attachment", _("附件说明")
        TABLE = "table", _("表格")
        ROSTER = "roster", _("名单")

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="blocks")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind)
    text = models.TextField(blank=True)
    page = models.PositiveIntegerField(null=True, blank=True)
    section = models.ForeignKey(
        Section, on_delete=models.SET_NULL, null=True, blank=True, related_name="blocks"
    )
    # What the print says where an editor has corrected it; blank where nobody has.
    as_printed = models.TextField(blank=True)
    # How sure recognition was of its least certain line, 0 to 1; null where the file itself holds the text.
    confidence = models.FloatField(null=True, blank=True)
    # The same for each recognised line, of a table for each cell: [start, end, confidence], being text[start:end].
    recognised = models.JSONField(default=list, blank=True)
    # The number printed on the page where it begins, on a spread that of its half.
    printed_page = models.PositiveIntegerField(null=True, blank=True)
    table = models.ForeignKey(Table, on_delete=models.CASCADE, null=True, blank=True, related_name="blocks")
    roster = models.ForeignKey(Roster, on_delete=models.CASCADE, null=True, blank=True, related_name="blocks")

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["document", "position"], name="block_position_once")]

    def __str__(self) -> str:
        return self.text[:40]


class Enclosure(models.Model):
    """A plan that a notice carries and that is printed in this issue; `block` is where its title stands."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="enclosures")
    position = models.PositiveIntegerField()
    title = models.TextField()
    block = models.ForeignKey(
        Block, on_delete=models.SET_NULL, null=True, blank=True, related_name="enclosures"
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="enclosure_position_once")
        ]

    def __str__(self) -> str:
        return self.title


class Attachment(models.Model):
    """One line of the 附件 list; `omitted` when it is printed with （略）."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="attachments")
    position = models.PositiveIntegerField()
    label = models.CharField(max_length=20, blank=True)
    title = models.TextField()
    omitted = models.BooleanField(default=False)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="attachment_position_once")
        ]

    def __str__(self) -> str:
        return self.title
