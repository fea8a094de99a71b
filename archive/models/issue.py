"""A gazette, its issues, their printed contents and pages.

`Issue.objects.published()` is the one rule of what the public may see; documents ask it through their issue.
"""

from functools import lru_cache
from typing import Self

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class GazetteManager(models.Manager["Gazette"]):
    def called(self, name: str, **known: str) -> "Gazette":
        """The gazette of that name, made with what is `known` of it when it is the first issue of it."""
        if (held := self.filter(name=name).first()) is not None:
            return held
        slug = plain = "-".join(name.replace("/", " ").split()) or "gazette"
        n = 1
        # 甲 乙 and 甲-乙 are two gazettes
        while self.filter(slug=slug).exists():
            n += 1
            slug = f"{plain}-{n}"
        return self.get_or_create(name=name, defaults={"slug": slug, **known})[0]


class Gazette(models.Model):
    """A periodical: 云岭市人民政府公报."""

    name = models.CharField(max_length=200, unique=True)
    # What stands in addresses; the name itself, unless an office chooses something shorter.
    slug = models.CharField(max_length=200, unique=True)
    organiser = models.CharField(max_length=200, blank=True)
    frequency = models.CharField(max_length=50, blank=True)

    objects = GazetteManager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class IssueQuerySet(models.QuerySet["Issue"]):
    def published(self) -> Self:
        """The issues that readers may see. Every public page, feed, API and index goes through here."""
        return self.filter(state=Issue.State.PUBLISHED)

    def newest_first(self) -> Self:
        """By year, then by number in the year; a special issue without a number stands after the others."""
        return self.order_by(
            models.F("year").desc(nulls_last=True),
            models.F("published_on").desc(nulls_last=True),
            models.F("number").desc(nulls_last=True),
            "-pk",
        )


class Issue(models.Model):
    """One printed issue, made of one file."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        PUBLISHED = "published", _("已发布")
        WITHDRAWN = "withdrawn", _("已撤回")

    class SourceKind(models.TextChoices):
        PDF = "pdf", "PDF"
        TEXT = "text", _("文本")
        DOCX = "docx", "DOCX"
        HTML = "html", "HTML"

    class TextSource(models.TextChoices):
        EMBEDDED = "embedded", _("文件自带文字")
        OCR = "ocr", _("文字识别（OCR）")
        MIXED = "mixed", _("部分来自文字识别（OCR）")
        # A scan that nobody has recognised: it can be looked at and not be searched.
        NONE = "none", _("扫描件，尚无文字")

    gazette = models.ForeignKey(
        Gazette, on_delete=models.PROTECT, related_name="issues", null=True, blank=True
    )
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    # As printed: 2, 增刊1, 3-4.
    label = models.CharField(max_length=50, blank=True)
    number = models.PositiveSmallIntegerField(null=True, blank=True)
    total_number = models.PositiveIntegerField(null=True, blank=True)
    published_on = models.DateField(null=True, blank=True)

    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64, unique=True)
    file_size = models.PositiveBigIntegerField(default=0)
    source_kind = models.CharField(max_length=8, choices=SourceKind)
    text_source = models.CharField(max_length=8, choices=TextSource, default=TextSource.EMBEDDED)
    page_count = models.PositiveIntegerField(null=True, blank=True)
    parser_version = models.CharField(max_length=20)
    # How well it was read: the counts of records.ReadingScore.
    reading_score = models.JSONField(default=dict)
    # The names of the fields that a person filled in: no later reading of the file changes them.
    filled_in = models.JSONField(default=list, blank=True)

    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    added_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    released_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(blank=True)

    objects = IssueQuerySet.as_manager()

    class Meta:
        constraints = [
            # Drafts whose label is not known yet can be several.
            models.UniqueConstraint(
                fields=["gazette", "year", "label"],
                condition=~models.Q(label=""),
                name="issue_once_a_gazette_and_year",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "published", "withdrawn"]), name="issue_state_known"
            ),
            # A public address needs all three: /issues/{gazette}/{year}/{label}/
            models.CheckConstraint(
                condition=~models.Q(state="published")
                | (models.Q(gazette__isnull=False, year__isnull=False) & ~models.Q(label="")),
                name="issue_published_has_address",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="withdrawn") | models.Q(withdrawn_at__isnull=False),
                name="issue_withdrawn_has_date",
            ),
        ]
        indexes = [models.Index(fields=["state", "-year", "-number"], name="issue_state_year_number")]
        # What the two roles of the desk may do, see archive/roles.py.
        permissions = [
            ("edit_issue", "上传、重新读取、补填与更正、丢弃草稿"),
            ("publish_issue", "发布、撤回、重新发布"),
        ]

    def __str__(self) -> str:
        return f"{self.gazette or self.file_name} {self.name}"

    @property
    def name(self) -> str:
        """How the issue is called in a sentence: 2022年第2期, 2022年增刊1, or its file's name while unknown."""
        if not self.year or not self.label:
            return self.file_name
        return f"{self.year}年第{self.label}期" if self.label[:1].isdigit() else f"{self.year}年{self.label}"

    @property
    def is_searchable(self) -> bool:
        """False for a scan that holds no text yet."""
        return self.text_source != self.TextSource.NONE

    @property
    def is_published(self) -> bool:
        return self.state == self.State.PUBLISHED

    @property
    def has_address(self) -> bool:
        """True once gazette, year and label are known, of which the address is made."""
        return bool(self.gazette and self.year and self.label and "/" not in self.label)

    def get_absolute_url(self) -> str:
        assert self.gazette is not None
        return _address(self.gazette.slug, self.year, self.label)


@lru_cache(maxsize=4096)
def _address(gazette: str, year: int | None, label: str) -> str:
    # Shelves name hundreds of issues; to work out each address anew takes as long as to read them.
    return reverse("issue", args=[gazette, year, label])


class ContentsEntry(models.Model):
    """One line of the printed contents, kept as printed even where the body says otherwise."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="contents")
    position = models.PositiveIntegerField()
    category = models.CharField(max_length=100, blank=True)
    title = models.TextField()
    number = models.CharField(max_length=120, blank=True)
    page = models.PositiveIntegerField(null=True, blank=True)
    document = models.ForeignKey(
        "archive.Document", on_delete=models.SET_NULL, null=True, blank=True, related_name="contents_entries"
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["issue", "position"], name="contents_entry_position_once"),
        ]

    def __str__(self) -> str:
        return self.title


class Page(models.Model):
    """One page of the file, with the boxes of its lines: [text, x0, top, x1, bottom, confidence].

    Those of a table stand cell by cell. Points, origin top left; the confidence (0 to 1) is null where the file
    itself holds the text.
    """

    class TextSource(models.TextChoices):
        EMBEDDED = "embedded", _("文件自带文字")
        HIDDEN = "hidden", _("扫描件的隐藏文字层")
        OCR = "ocr", _("文字识别（OCR）")
        NONE = "", _("没有文字")

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField()
    printed_number = models.PositiveIntegerField(null=True, blank=True)
    # Of a sheet with two printed pages side by side, the number of the right one; the other is then the left one's.
    printed_right = models.PositiveIntegerField(null=True, blank=True)
    width = models.FloatField()
    height = models.FloatField()
    lines = models.JSONField(default=list)
    readable = models.BooleanField(default=True)
    text_source = models.CharField(max_length=8, choices=TextSource, default=TextSource.EMBEDDED, blank=True)
    # Its picture should be recognised: it has no text, or none that can be trusted.
    wants_ocr = models.BooleanField(default=False)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["issue", "number"], name="page_number_once"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="page_number_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.issue} p. {self.number}"
