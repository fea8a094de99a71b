"""Runs the background work: takes up uploaded files one after the other, and sweeps up after killed workers."""

import logging
import secrets
import socket
import sys
import time
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, connections
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from archive.alerts import alerts_are_on
from archive.alerts.postman import Postman
from archive.bulk.making import make_some
from archive.edition import present_edition
from archive.ingest.newer_parser import Readings
from archive.tasks import Stopped, bring_journal_up_to_date, stopping, sweep
from archive.views.kept_parts import make_parts_of_an_issue
from archive.worker_heartbeat import beat

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Take up uploaded files and other background work until SIGTERM or Ctrl-C. Several can run side by side."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--interval", type=float, default=1.0, help="seconds between looks at the queue (1)"
        )
        parser.add_argument("--sweep", type=float, default=60.0, help="seconds between sweeps (60)")
        parser.add_argument("--batch", action="store_true", help="end when nothing waits")

    def handle(self, *args: Any, **options: Any) -> None:
        worker, postman = OneTask(), Postman()
        worker.configure_signals()
        stopping.clear()
        if options["batch"] or not alerts_are_on():
            self._work(worker, options)
            if alerts_are_on():
                postman.round()
            return
        postman.start()
        try:
            self._work(worker, options)
        finally:
            postman.end()

    def _work(self, worker: "OneTask", options: dict[str, Any]) -> None:
        swept, following, readings = None, Following(), Readings(sign_of_life)
        patient = not options["batch"]
        while worker.running:
            try:
                beat()
                if swept is None or time.monotonic() - swept >= options["sweep"]:
                    swept = time.monotonic()
                    sweep(timezone.now())
                if worker.work() or following.make_some() or readings.look_at_one():
                    continue
            except Stopped:
                break
            except (DatabaseError, OSError) as error:
                if not patient:
                    raise
                # A database that is restarted, a disk that is full: what was at hand is swept up once they are back.
                log.warning("the worker waits, and tries again: %s", " ".join(str(error).split()))
                connections.close_all()
                swept = None
                time.sleep(max(options["interval"], 1.0))
                continue
            if options["batch"]:
                break
            if worker.running:
                time.sleep(options["interval"])


def sign_of_life(stage: str, page: int | None, pages: int | None) -> None:
    """In the middle of a reading that nobody waits for. Raises Stopped when the worker is asked to end."""
    beat()
    if stopping.is_set():
        raise Stopped


class Following:
    """Brings the journal, what documents' pages are made of and the bulk files to the present state, one issue after
    the other, when nothing else waits.
    """

    def __init__(self) -> None:
        # The state of the archive of which all was made.
        self.edition: str | None = None

    def make_some(self) -> bool:
        """True when something was made, and more may be wanting."""
        if (edition := present_edition()) == self.edition:
            return False
        if bring_journal_up_to_date() or make_parts_of_an_issue() or make_some():
            return True
        # What waits for the index is looked at again when that has followed: then the edition has another name.
        self.edition = edition
        return False


class OneTask(Worker):
    """The library's worker, which runs until the queue is empty, made to run one task at a time."""

    def __init__(self) -> None:
        super().__init__(
            queue_names=["*"],
            excluded_queue_names=[],
            interval=0,
            # With both: look once, run what is there, return.
            batch=True,
            max_tasks=1,
            backend_name="default",
            startup_delay=False,
            worker_id=f"{socket.gethostname()[:40]}-{secrets.token_hex(6)}",
        )
        self.worked = False

    def work(self) -> bool:
        """True when there was a task, and it was run."""
        self.worked = False
        self.run()
        return self.worked

    def run_task(self, db_task_result: DBTaskResult) -> None:
        self.worked = True
        super().run_task(db_task_result)

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        """Give the file at hand back at its next page, then end; at once when nothing is at hand."""
        stopping.set()
        self.running = False
        if not self.running_task:
            sys.exit(0)
