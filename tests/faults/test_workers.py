"""Two workers on one upload, a task that hangs, and a clock that is moved."""

import os
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pytest_django import Settings

from archive import leases
from archive.edition import present_edition
from archive.ingest.pipeline import ingest_file
from archive.leases import Lease, lease_length
from archive.models import IngestRun, Issue
from archive.tasks import sweep
from archive.uploads import accept_upload, retry, upload_path
from archive.worker_heartbeat import beat, worker_is_alive
from tests.faults.processes import Site, own_database, text_of_issue, wait_until
from tests.outside import PROJECT

RUN = "list(IngestRun.objects.values('state', 'stage', 'attempts', 'message', 'failure', 'outcome'))"
SAMPLE = min((PROJECT / "archive" / "samples").glob("*.pdf"))

# A worker whose storing never ends.
HANGING = """
import time
import django
django.setup()
from archive.ingest import pipeline
from django.core.management import call_command
from django.conf import settings
def hang(*args, **options):
    settings.INGEST_HANG_SECONDS = 0
    time.sleep(3600)
pipeline.store_issue = hang
call_command("worker", "--interval", "0.1")
"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Without a web server."""
    with own_database(tmp_path) as database, Site(tmp_path, database) as site:
        yield site


def queue(site: Site, *paths: Path) -> None:
    site.manage("ingest", "--queue", "--publish", *map(str, paths))


@pytest.mark.in_full
def test_two_workers_take_one_upload_in_once(site: Site) -> None:
    queue(site, SAMPLE)
    # The same task twice, as after a sweep that came a moment too early.
    site.ask_python("__import__('archive.tasks', fromlist=['x']).enqueue(IngestRun.objects.get())")
    workers = [site.start("worker", "--batch", "--interval", "0.1") for _ in range(2)]
    assert [worker.wait() for worker in workers] == [0, 0]
    (run,) = site.ask_python(RUN)
    assert (run["state"], run["outcome"], run["attempts"]) == ("done", "added", 1)
    assert site.ask_python("[Issue.objects.count(), Issue.objects.published().count()]") == [1, 1]
    assert "Traceback" not in site.said()


@pytest.mark.long
def test_a_step_that_never_ends(site: Site) -> None:
    """The worker ends itself, says where it hung, and the file can be tried again."""
    text = site.folder / "2.txt"
    text.write_text(text_of_issue(2), encoding="utf-8")
    queue(site, text)
    worker = site.start_python("-c", HANGING)
    assert worker.wait() == leases.HUNG
    time.sleep(1.2)  # its lease
    site.manage("worker", "--batch")
    (run,) = site.ask_python(RUN)
    assert (run["state"], run["stage"], run["failure"]) == ("failed", "store", "limit")
    assert "入库" in run["message"] and "没有进展" in run["message"] and "再试" in run["message"]
    assert "hangs" in site.said() and "2.txt" in site.said()
    assert site.ask_python("Issue.objects.count()") == 0
    # The file was put aside, and it can be tried again, now with success.
    uploads = "__import__('archive.uploads', fromlist=['x'])"
    assert site.ask_python(f"{uploads}.retry(IngestRun.objects.get(state='failed')) is not None")
    site.manage("worker", "--batch")
    assert [one["state"] for one in site.ask_python(RUN)] == ["done"]


@pytest.mark.long
def test_a_reading_that_stands_still(site: Site) -> None:
    """Its process is ended, and the worker goes on."""
    text = site.folder / "3.txt"
    uploads = "__import__('archive.uploads', fromlist=['x'])"
    text.write_text(text_of_issue(3), encoding="utf-8")
    queue(site, text)
    worker = site.start("worker", "--batch", READ_MAX_SECONDS="4")
    stopped = False
    while worker.poll() is None:
        for child in children_of(worker.pid):
            if not stopped and b"extract.child" in command_of(child):
                os.kill(child, signal.SIGSTOP)
                stopped = True
        time.sleep(0.01)
    assert stopped
    assert worker.returncode == 0
    run = site.ask_python(RUN)[0]
    assert (run["state"], run["failure"], run["stage"]) == ("failed", "limit", "extract")
    assert "4 秒仍未完成" in run["message"]
    assert site.ask_python(f"{uploads}.retry(IngestRun.objects.get(state='failed')) is not None")
    site.manage("worker", "--batch")
    assert {one["state"] for one in site.ask_python(RUN)} == {"done"}
    assert site.run("verify")[0] == 0


def children_of(pid: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


# --- the clock -----------------------------------------------------------------------------------------
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def accepted(number: int = 0) -> IngestRun:
    run = accept_upload(SimpleUploadedFile(f"{number}.txt", text_of_issue(number).encode())).run
    assert run is not None
    return run


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moved", [-HOUR, DAY])
def test_a_run_whose_worker_died_is_taken_up_whatever_the_clock_does(
    tmp_path: Path, moved: timedelta
) -> None:
    """An hour back its lease seems to last an hour; nobody waits so long."""
    run, now = accepted(), timezone.now()
    assert Lease.take(run.pk, now) is not None
    assert sweep(now + moved) == 1
    run.refresh_from_db()
    assert run.state == "queued"


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_lives_puts_its_lease_right_when_the_clock_goes_back(settings: Settings) -> None:
    settings.INGEST_LEASE_SECONDS = 0.6
    run = accepted()
    # taken an hour from now, by the clock as it was
    lease = Lease.take(run.pk, timezone.now() + HOUR)
    assert lease is not None
    with lease:
        wait_until(lambda: IngestRun.objects.get(pk=run.pk).lease_until < timezone.now() + HOUR / 2)
    assert not IngestRun.objects.lost(timezone.now()).exists()
    lease.finish(IngestRun.State.DONE, "")


@pytest.mark.django_db(transaction=True)
def test_of_two_holders_by_a_clock_that_went_ahead_one_counts() -> None:
    """The second worker, whose clock is a day ahead, takes over; the first is told, and the work is done once."""
    run, now = accepted(), timezone.now()
    first = Lease.take(run.pk, now)
    assert first is not None
    second = Lease.take(run.pk, now + DAY)
    assert second is not None
    for _lease in (first, second):
        ingest_file(upload_path(run), name=run.file_name, publish=True)
    with pytest.raises(leases.LeaseLost):
        first.finish(IngestRun.State.DONE, "")
    second.finish(IngestRun.State.DONE, "")
    assert Issue.objects.published().count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("moved", [-HOUR, DAY])
def test_a_dead_worker_is_told_from_a_living_one_whatever_the_clock_does(moved: timedelta) -> None:
    beat()
    assert worker_is_alive(timezone.now())
    assert not worker_is_alive(timezone.now() + moved)


@pytest.mark.django_db(transaction=True)
def test_feeds_and_editions_go_by_no_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: object
) -> None:
    """What is published after the clock was put back is there, and pages made before are not taken for it."""
    names = []
    for number, moved in ((0, DAY), (1, -HOUR)):
        path = tmp_path / f"{number}.txt"
        path.write_text(text_of_issue(number), encoding="utf-8")
        with monkeypatch.context() as patch:
            there = timezone.now() + moved
            patch.setattr(timezone, "now", lambda there=there: there)
            ingest_file(path, publish=True)
        names.append(present_edition())
        feed = client.get("/search/feed.atom").content.decode()  # type: ignore[attr-defined]
        assert [f"第{n}号防汛预案" in feed for n in range(2)] == [True, number == 1]
    assert len(set(names)) == 2
    assert lease_length() < HOUR
    assert retry(accepted(5)) is None
