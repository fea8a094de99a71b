"""Background work: take an uploaded file in, and the sweep that finds what a killed worker left behind."""

import logging
import shutil
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import close_old_connections, transaction
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from archive.audit import acting
from archive.authenticity.signing import KeyUnusable, sign_ended_months
from archive.batches import settle
from archive.edition import compare_with_journal, name_issues
from archive.ingest.errors import (
    FilesUnreachable,
    IngestError,
    IssueConflict,
    LimitExceeded,
    NoDocuments,
    NoRoom,
    PasswordNeeded,
)
from archive.journal import compared_under
from archive.leases import MAX_ATTEMPTS, Lease, LeaseLost, last_words
from archive.models import Batch, IngestRun
from archive.public_pages import program
from archive.room import lacks_room
from archive.search.update import ensure
from archive.uploads import (
    an_hour_ago,
    forget_failed,
    forget_old_failed,
    forget_old_uploads,
    forget_upload,
    keep_failed,
    password_of,
    upload_path,
)

log = logging.getLogger(__name__)

OUTCOMES = {"added": "", "unchanged": "文件已在库中，没有改动。", "replaced": "已替换原来的一期。"}

# Set when the worker is asked to end: the file at hand is given back at its next page.
stopping = threading.Event()

# Pages go by faster than anybody looks.
_REPORT_SECONDS = 0.5
_BATCH_PRIORITY = -10
_DAY = 24 * 3600


class Stopped(Exception):
    """The worker was asked to end in the middle of a file."""


@task()
def ingest_upload(run_id: int) -> str:
    """Take the run's file in. Returns what became of it, for the task's row."""
    lease = Lease.take(run_id, timezone.now())
    if lease is None:
        # Done already, discarded, or held by a worker that lives: every step can run twice, none needs to. What is
        # held back with its batch gets a task anew when the batch goes on.
        return "nothing to do"
    try:
        with lease:
            became = _ingest(lease)
        settle()
        return became
    except LeaseLost as error:
        log.warning("%s", error)
        return "lease lost"


def enqueue(run: IngestRun) -> None:
    """Let a worker take the run up: a batch gives way to what somebody has just uploaded and looks at."""
    ingest_upload.using(priority=_BATCH_PRIORITY if run.batch_id else 0).enqueue(run.pk)


def _ingest(lease: Lease) -> str:
    # Loaded here: the web server queues tasks and reads no PDF.
    from archive.ingest.pipeline import ingest_file

    run, reporter = lease.run, Reporter(lease)
    try:
        with acting(run.uploaded_by):
            result = ingest_file(
                upload_path(run),
                name=run.file_name,
                password=password_of(run),
                replace=run.replace,
                publish=run.publish,
                progress=reporter.report,
            )
    except IngestError as error:
        if isinstance(error, FilesUnreachable) and run.attempts < MAX_ATTEMPTS:
            log.warning("%s waits: %s", run, error)
            return _try_again(lease)
        place = reporter.place | ({"page": error.page} if error.page else {})
        lease.finish(
            IngestRun.State.FAILED, on_the_desk(error), failure=failure_of(error), issue=None, **place
        )
        keep_failed(run)
        return "failed"
    except Stopped:
        lease.give_back()
        return "given back"
    except LeaseLost:
        raise
    except Exception as error:
        log.exception("%s could not be taken in", run)
        # A database that was restarted is there again under a connection of its own.
        close_old_connections()
        if run.attempts < MAX_ATTEMPTS:
            # A database that was restarted, a full disk
            return _try_again(lease)
        message = f"程序出错（{type(error).__name__}）。请把这个文件交给维护人员"
        if lacks_room(error):
            message = on_the_desk(NoRoom(run.file_name))
        lease.finish(
            IngestRun.State.FAILED, message, failure=IngestRun.Failure.FAULT, issue=None, **reporter.place
        )
        keep_failed(run)
        return "failed"
    message = " ".join(filter(None, [OUTCOMES[result.outcome], result.note]))
    lease.finish(IngestRun.State.DONE, message, issue=result.issue, outcome=result.outcome, failure="")
    forget_upload(run)
    forget_failed(run.sha256)
    return result.outcome


def _try_again(lease: Lease) -> str:
    """Give the run back: the next sweep queues it again."""
    lease.update(state=IngestRun.State.QUEUED, lease_until=None, worker="")
    return "to be tried again"


# what the desk offers beside a file that could not be taken in
REMEDIES = {
    "password": "请在此填写打开密码，然后用密码再试",
    "replace": "如果这是更正后的文件，请替换已入库的同一期",
}


def on_the_desk(error: IngestError) -> str:
    """The message of an error beside the name of its file, with what helps there: 第 3 页：PDF 已损坏。请重新导出"""
    where = f"{error.page_name}：" if error.page else ""
    return where + error.advice(REMEDIES.get(error.needs, error.remedy))


def failure_of(error: IngestError) -> IngestRun.Failure:
    """What kind of failure it is, so that the page can offer what helps."""
    kinds = {
        PasswordNeeded: IngestRun.Failure.PASSWORD,
        NoDocuments: IngestRun.Failure.NO_DOCUMENTS,
        LimitExceeded: IngestRun.Failure.LIMIT,
        IssueConflict: IngestRun.Failure.CONFLICT,
    }
    return kinds.get(type(error), IngestRun.Failure.UNREADABLE)


class Reporter:
    """Writes the progress of a reading into its run, not more often than anybody looks."""

    def __init__(self, lease: Lease, clock: Callable[[], float] = time.monotonic) -> None:
        self.lease, self.clock = lease, clock
        self.stage, self.at = "", 0.0
        # Where the reading is, also when it was not worth writing: should it fail there, the run says so. A file that
        # cannot be opened fails before the first report.
        self.place: dict[str, Any] = {"stage": IngestRun.Stage.EXTRACT}

    def report(self, stage: str, page: int | None, pages: int | None) -> None:
        """Raises Stopped or LeaseLost when the reading is no longer wanted."""
        if stopping.is_set() and stage not in {IngestRun.Stage.STORE, IngestRun.Stage.INDEX}:
            raise Stopped
        self.place = {"stage": stage, "page": page, "page_count": pages}
        self.lease.reach(**self.place)
        now = self.clock()
        if stage == self.stage and now - self.at < _REPORT_SECONDS:
            return
        self.stage, self.at = stage, now
        self.lease.update(**self.place)


# --- the journal -------------------------------------------------------------------------------------
def bring_journal_up_to_date() -> bool:
    """Compare one published issue with the journal whose edition, or the program, is another than when it was compared
    last; False when there is no such issue.

    What a desk's act changed stands in the journal already. This is for what many issues share (the name of a gazette),
    for an archive from before there was a journal, and for a program that gives the JSON another form.
    """
    compared = compared_under()
    for issue_id, edition in name_issues().items():
        made_of = f"{program()[:16]} {edition.name}"
        if compared.get(issue_id) != made_of:
            compare_with_journal(issue_id, made_of)
            return True
    return False


# --- the sweep ---------------------------------------------------------------------------------------
def sweep(now: datetime) -> int:
    """Queue again what is lost, give up what was lost too often, clear what is left over, list what was published, sign
    the months that have ended; returns how many runs were queued. At the start of a worker and every minute; several
    workers can sweep at once.
    """
    queued = _requeue_lost(now)
    if forgotten := queue_forgotten():
        log.warning("%s uploads waited without a task and are queued again", forgotten)
    queued += forgotten
    settle()
    forget_old_uploads(an_hour_ago())
    forget_old_failed(time.time() - settings.FAILED_UPLOADS_DAYS * _DAY)
    _clear_workshop(time.time() - _DAY)
    ensure()
    try:
        sign_ended_months(now)
    except KeyUnusable as error:
        # All else goes on; what is not signed now is signed once the key is right.
        log.error("no manifest can be signed: %s", error)
    return queued


def _requeue_lost(now: datetime) -> int:
    queued = 0
    for run in IngestRun.objects.lost(now):
        still_lost = IngestRun.objects.lost(now).filter(pk=run.pk, worker=run.worker)
        hung = _said_of_hanging(run)
        if hung or run.attempts >= MAX_ATTEMPTS:
            message = (
                hung
                or f"{run.file_name}：处理程序在读取中 {run.attempts} 次意外中止。请用原排版文件重新导出 PDF 后再试"
            )
            given_up = still_lost.update(
                state=IngestRun.State.FAILED,
                failure=IngestRun.Failure.LIMIT if hung else IngestRun.Failure.FAULT,
                message=message,
                finished_at=now,
                lease_until=None,
                worker="",
            )
            if given_up:
                keep_failed(IngestRun.objects.get(pk=run.pk))
                log.warning("%s was given up: %s", run, message)
            last_words(run.pk).unlink(missing_ok=True)
            continue
        with transaction.atomic():
            if still_lost.update(
                state=IngestRun.State.QUEUED, stage=IngestRun.Stage.WAITING, lease_until=None, worker=""
            ):
                enqueue(run)
                queued += 1
                log.warning("%s was lost by its worker and is queued again", run)
    return queued


def _said_of_hanging(run: IngestRun) -> str:
    """What the worker of a run left that ended because it hung; "" for any other end."""
    try:
        return last_words(run.pk).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def queue_forgotten() -> int:
    """Queue runs that wait without a task: their worker was killed between taking the task and the run, or their
    batch was paused when their turn came.
    """
    waiting = DBTaskResult.objects.ready().filter(task_path=ingest_upload.module_path)
    with_task = {args_kwargs["args"][0] for args_kwargs in waiting.values_list("args_kwargs", flat=True)}
    waiting_runs = IngestRun.objects.filter(state=IngestRun.State.QUEUED).exclude(
        batch__in=Batch.objects.filter(state=Batch.State.PAUSED)
    )
    # Compared here: a batch of thousands is more than a statement can name.
    forgotten = [run for run in waiting_runs.order_by("pk") if run.pk not in with_task]
    for run in forgotten:
        # A worker may be about to take it; then this task finds nothing to do.
        enqueue(run)
    return len(forgotten)


def _clear_workshop(older_than: float) -> None:
    """Delete what killed processes left half-made."""
    from archive.ingest.originals import remove_abandoned_parts
    from archive.ingest.read import recognised_root
    from archive.ingest.recognise.process import forget_recognised

    remove_abandoned_parts(older_than)
    # Somebody may try a long scan again after the weekend.
    forget_recognised(recognised_root(), older_than - 6 * _DAY)
    for folder in Path(settings.GAZETTE_DATA).glob("unzip-*"):
        if folder.stat().st_mtime < older_than:
            shutil.rmtree(folder, ignore_errors=True)
