"""Who works on which upload: a worker holds a run by a lease that it prolongs while it lives.

The task library forgets a task whose worker was killed; the run does not. When its lease has ended it is queued
again, and every step can run twice. So a worker that hangs can end like one that is killed; it says first where it hung.
"""

import contextlib
import logging
import os
import secrets
import socket
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import F, Q
from django.utils import timezone

from archive.models import Batch, IngestRun
from archive.worker_heartbeat import beat

log = logging.getLogger(__name__)

# A file that has ended its worker this often would do so for ever.
MAX_ATTEMPTS = 3
_BEAT_SECONDS = 5.0
# How a worker ends that hung: EX_SOFTWARE.
HUNG = 70


class LeaseLost(Exception):
    """Another worker has taken the run over; what this one does no longer counts."""


def last_words(run_id: int) -> Path:
    """Where a worker that ends itself says why."""
    return Path(settings.UPLOADS_DIR) / f"run-{run_id}.hung"


def lease_length() -> timedelta:
    return timedelta(seconds=settings.INGEST_LEASE_SECONDS)


class Lease:
    """A run that this worker holds. In a `with`, it is prolonged every few seconds by a thread of its own."""

    def __init__(self, run: IngestRun) -> None:
        self.run = run
        self.lost = False
        self._place: dict[str, Any] = {"stage": IngestRun.Stage.EXTRACT}
        self._moved = time.monotonic()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"lease-{run.pk}", daemon=True)

    @classmethod
    def take(cls, run_id: int, now: datetime) -> Self | None:
        """The lease of a run that waits, or whose worker is dead; None when there is nothing to take.

        What belongs to a batch that is paused goes on waiting.
        """
        free = Q(state=IngestRun.State.QUEUED) | Q(state=IngestRun.State.RUNNING, lease_until__lt=now)
        holder = f"{socket.gethostname()[:60]}-{secrets.token_hex(6)}"
        # One statement: of two workers that want it, one changes the row and the other finds it changed.
        paused = Batch.objects.filter(state=Batch.State.PAUSED).values("pk")
        taken = (
            IngestRun.objects.filter(free, pk=run_id)
            .exclude(batch__in=paused)
            .update(
                state=IngestRun.State.RUNNING,
                stage=IngestRun.Stage.WAITING,
                page=None,
                page_count=None,
                worker=holder,
                attempts=F("attempts") + 1,
                lease_until=now + lease_length(),
            )
        )
        return cls(IngestRun.objects.get(pk=run_id)) if taken else None

    def update(self, **fields: Any) -> None:
        """Change the run while it is ours, and prolong the lease. Raises LeaseLost when it is not."""
        fields.setdefault("lease_until", timezone.now() + lease_length())
        ours = IngestRun.objects.filter(pk=self.run.pk, worker=self.run.worker, state=IngestRun.State.RUNNING)
        if self.lost or not ours.update(**fields):
            self.lost = True
            raise LeaseLost(f"run {self.run.pk} is no longer held by {self.run.worker}")

    def reach(self, **place: Any) -> None:
        """Note where the work is (stage, page, page_count): as long as that changes, it does not hang."""
        self._place, self._moved = place, time.monotonic()

    def finish(self, state: IngestRun.State, message: str, **fields: Any) -> None:
        """Give the run up for good."""
        self.update(
            **fields,
            state=state,
            message=message,
            finished_at=timezone.now(),
            lease_until=None,
            worker="",
        )

    def give_back(self) -> None:
        """Let another worker begin the run again; this attempt does not count."""
        self.update(state=IngestRun.State.QUEUED, lease_until=None, worker="", attempts=F("attempts") - 1)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()

    def _keep(self) -> None:
        pause = min(settings.INGEST_LEASE_SECONDS / 3, _BEAT_SECONDS)
        while not self._done.wait(pause):
            try:
                beat()
                if time.monotonic() - self._moved > settings.INGEST_HANG_SECONDS:
                    self._end_hanging()
                self.update()
            except LeaseLost:
                break
            except (DatabaseError, OSError):
                # A busy database is no reason to stop; a lease that ends is.
                log.warning("the lease of run %s could not be prolonged", self.run.pk, exc_info=True)
                # One that was restarted answers no old connection.
                connection.close()
        connection.close()

    def _end_hanging(self) -> None:
        """Leave word of the stage where nothing has moved for too long, and end this process: nothing else would.

        Once the lease is over, the sweep of the next worker fails the run with these words.
        """
        seconds = round(time.monotonic() - self._moved)
        where = IngestRun.Stage(self._place["stage"]).label
        log.error("%s hangs (%s), nothing has moved for %s s: this worker ends", self.run, where, seconds)
        message = (
            f"“{where}”这一步 {seconds} 秒没有进展，已中止。请再试一次；再次中止时请把这个文件交给维护人员"
        )
        # Not into the database, which may be what hangs, or be held by what hangs.
        with contextlib.suppress(OSError):
            last_words(self.run.pk).write_text(message, encoding="utf-8")
        os._exit(HUNG)
