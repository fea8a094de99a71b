"""Batches: many files that came in together, held back and let go on together, with a report of what became of them.

Every file of a batch is a run, also one that was here before (done at once) or was refused (failed at once), so that
the report is read off the rows, during the batch and years later.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from archive.ingest.errors import IngestError
from archive.ingest.originals import checksum
from archive.ingest.sources import SourceFile, opened
from archive.models import Batch, IngestRun, Issue
from archive.uploads import ACTIVE, Accepted, a_part, accept_file, clean_name, copy_to, failed_original, retry
from archive.worklist import FindingKind, finding_kinds

# More files than this that come in together are a batch.
MOST_SINGLE = 10
_LONGEST_NAME = 255
# What a second attempt alone does not mend: the one asks for a password, the other for leave to replace.
_NEEDS_MORE = (IngestRun.Failure.PASSWORD, IngestRun.Failure.CONFLICT)


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the files of a batch so far."""

    added: int
    unchanged: int
    replaced: int
    failed: int
    waiting: int
    running: int
    findings: tuple[FindingKind, ...]

    @property
    def files(self) -> int:
        return self.ended + self.waiting + self.running

    @property
    def ended(self) -> int:
        return self.added + self.unchanged + self.replaced + self.failed


def open_batch(name: str, user: Any = None) -> Batch:
    """A new batch without files; `name` is that of its folder or zip."""
    name = " ".join(name.split())[:_LONGEST_NAME]
    return Batch.objects.create(name=name or timezone.localtime().strftime("%Y-%m-%d %H:%M"), created_by=user)


def report_of(batch: Batch) -> Report:
    """The report of the batch as its rows say now."""
    state, outcome = IngestRun.State, IngestRun.Outcome
    counts = batch.runs.aggregate(
        added=Count("pk", filter=Q(state=state.DONE) & ~Q(outcome__in=[outcome.UNCHANGED, outcome.REPLACED])),
        unchanged=Count("pk", filter=Q(state=state.DONE, outcome=outcome.UNCHANGED)),
        replaced=Count("pk", filter=Q(state=state.DONE, outcome=outcome.REPLACED)),
        failed=Count("pk", filter=Q(state=state.FAILED)),
        waiting=Count("pk", filter=Q(state=state.QUEUED)),
        running=Count("pk", filter=Q(state=state.RUNNING)),
    )
    issues = Issue.objects.filter(Exists(batch.runs.filter(issue=OuterRef("pk"))))
    return Report(**counts, findings=finding_kinds(issues))


def note(batch: Batch, files: Iterable[Accepted | IngestError], user: Any = None) -> None:
    """Write down in the batch what was not queued: files that were here before, and files that were refused."""
    for file in files:
        fields = {"batch": batch, "uploaded_by": user, "finished_at": timezone.now()}
        if isinstance(file, IngestError):
            # Loaded here: the tasks know the batches.
            from archive.tasks import failure_of, on_the_desk

            IngestRun.objects.create(
                file_name=clean_name(file.file),
                state=IngestRun.State.FAILED,
                failure=failure_of(file),
                message=on_the_desk(file),
                **fields,
            )
        elif not file.is_new:
            IngestRun.objects.create(
                file_name=file.name,
                sha256=file.issue.sha256 if file.issue else file.run.sha256 if file.run else "",
                state=IngestRun.State.DONE,
                outcome=IngestRun.Outcome.UNCHANGED,
                issue=file.issue,
                message=""
                if file.issue
                else f"与{file.run.file_name}相同，该文件正在处理。"
                if file.run
                else "",
                **fields,
            )
    settle()


def queue_sources(
    sources: Iterable[SourceFile | IngestError],
    batch: Batch,
    *,
    password: str = "",
    replace: bool = False,
    publish: bool = False,
) -> Iterator[Accepted | IngestError]:
    """What became of each file of a folder or zip on this machine: copied and queued in the batch, or noted there."""
    for source in sources:
        found: Accepted | IngestError
        try:
            if isinstance(source, IngestError):
                raise source
            with opened(source) as path, a_part() as part:
                copy_to(part, path, source.label)
                found = accept_file(
                    part,
                    checksum(part)[0],
                    clean_name(source.name),
                    password=password,
                    replace=replace,
                    publish=publish,
                    batch=batch,
                )
        except IngestError as error:
            found = error
        note(batch, [found])
        yield found


def pause(batch: Batch) -> bool:
    """Hold back what waits in the batch; the file at hand ends as it would. False when it is done or paused."""
    return bool(Batch.objects.filter(pk=batch.pk, state=Batch.State.RUNNING).update(state=Batch.State.PAUSED))


def resume(batch: Batch) -> bool:
    """Let the batch go on. False when it is not paused."""
    from archive.tasks import queue_forgotten

    if not Batch.objects.filter(pk=batch.pk, state=Batch.State.PAUSED).update(state=Batch.State.RUNNING):
        return False
    queue_forgotten()
    settle()
    return True


def retry_failed(batch: Batch) -> tuple[int, int]:
    """How many failed files of the batch were queued anew, and how many were left: those that ask for a password
    or for leave to replace, and those whose file is not kept.
    """
    again = left = 0
    for run in batch.runs.filter(state=IngestRun.State.FAILED).order_by("pk"):
        if run.failure not in _NEEDS_MORE and failed_original(run) is not None and retry(run) is not None:
            again += 1
        else:
            left += 1
    return again, left


def settle() -> None:
    """Mark as done the batches of which nothing waits or runs any more."""
    under_way = IngestRun.objects.filter(batch=OuterRef("pk"), state__in=ACTIVE)
    Batch.objects.filter(~Exists(under_way), state=Batch.State.RUNNING).update(state=Batch.State.DONE)
