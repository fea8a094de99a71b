"""What the desk works with: findings to settle, runs of ingest to watch, and the batches that they come in."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class FindingQuerySet(models.QuerySet["Finding"]):
    def open(self) -> Self:
        """Those that no editor has settled."""
        return self.filter(settled_as="")


class Finding(models.Model):
    """Something that the parser was unsure of. `code` is stable (number-differs), `evidence` a list of readings.

    An editor settles it, and it stays settled when a later reading is unsure of the same again.
    """

    class Severity(models.TextChoices):
        ERROR = "error", _("错误")
        WARNING = "warning", _("警告")
        NOTE = "note", _("提示")

    class Settled(models.TextChoices):
        KEPT = "kept", _("维持原样")
        CORRECTED = "corrected", _("已更正")

    issue = models.ForeignKey("archive.Issue", on_delete=models.CASCADE, related_name="findings")
    document = models.ForeignKey(
        "archive.Document", on_delete=models.CASCADE, null=True, blank=True, related_name="findings"
    )
    position = models.PositiveIntegerField()
    code = models.CharField(max_length=50)
    severity = models.CharField(max_length=8, choices=Severity)
    page = models.PositiveIntegerField(null=True, blank=True)
    message = models.TextField()
    evidence = models.JSONField(default=list)
    settled_as = models.CharField(max_length=10, choices=Settled, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["issue", "position"], name="finding_position_once"),
            models.CheckConstraint(
                condition=models.Q(severity__in=["error", "warning", "note"]), name="finding_severity_known"
            ),
        ]

    def __str__(self) -> str:
        return self.message


class Batch(models.Model):
    """Many files that came in together: a folder, a zip, the back catalogue. Its runs can be held back and let go on.

    What became of each file is its run: also of a file that was here before, or could not be accepted.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("进行中")
        PAUSED = "paused", _("已暂停")
        DONE = "done", _("已完成")

    name = models.CharField(max_length=255)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["running", "paused", "done"]), name="batch_state_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class IngestRunQuerySet(models.QuerySet["IngestRun"]):
    def lost(self, now: datetime) -> Self:
        """Runs whose worker has not been heard of since its lease ended: killed, or the machine restarted.

        No worker gives a lease that lasts so long as one whose clock went ahead; a living one puts it right at once.
        """
        ahead = now + 2 * timedelta(seconds=settings.INGEST_LEASE_SECONDS)
        over = models.Q(lease_until__lt=now) | models.Q(lease_until__gt=ahead)
        return self.filter(over, state=IngestRun.State.RUNNING)


class IngestRun(models.Model):
    """One uploaded file on its way into the archive.

    A worker holds a run by a lease that it prolongs with each heartbeat; a run whose lease has ended
    is taken up again from the start: every step can run twice.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("等待处理")
        RUNNING = "running", _("处理中")
        DONE = "done", _("已完成")
        FAILED = "failed", _("失败")

    class Stage(models.TextChoices):
        WAITING = "waiting", _("排队")
        EXTRACT = "extract", _("读取文件")
        RECOGNISE = "ocr", _("文字识别（OCR）")
        LAYOUT = "layout", _("还原版面")
        PARSE = "parse", _("识别公文")
        STORE = "store", _("入库")
        INDEX = "index", _("建立索引")

    class Failure(models.TextChoices):
        PASSWORD = "password", _("需要密码")
        UNREADABLE = "unreadable", _("无法读取")
        NO_DOCUMENTS = "no-documents", _("没有公文")
        LIMIT = "limit", _("超出限制")
        CONFLICT = "conflict", _("与已入库的一期冲突")
        FAULT = "fault", _("程序出错")

    class Outcome(models.TextChoices):
        ADDED = "added", _("已入库")
        UNCHANGED = "unchanged", _("此前已有")
        REPLACED = "replaced", _("已替换")

    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    stage = models.CharField(max_length=8, choices=Stage, default=Stage.WAITING)
    page = models.PositiveIntegerField(null=True, blank=True)
    page_count = models.PositiveIntegerField(null=True, blank=True)
    replace = models.BooleanField(default=False)
    publish = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    message = models.TextField(blank=True)
    # Why it failed, for a page that offers what helps; blank while it has not.
    failure = models.CharField(max_length=12, choices=Failure, blank=True)
    # What became of it once it is done; blank while it is not.
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    issue = models.ForeignKey(
        "archive.Issue", on_delete=models.SET_NULL, null=True, blank=True, related_name="runs"
    )
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, null=True, blank=True, related_name="runs")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = IngestRunQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["queued", "running", "done", "failed"]),
                name="ingest_run_state_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="running") | models.Q(lease_until__isnull=False),
                name="ingest_run_running_has_lease",
            ),
        ]
        indexes = [models.Index(fields=["state", "lease_until"], name="ingest_run_state_lease")]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.get_state_display()})"
