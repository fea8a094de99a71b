"""The worker as a process: it works the queue off, ends when asked to, and its work outlives it."""

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.outside import PROJECT, Outside

pytestmark = pytest.mark.django_db(transaction=True)

SAMPLES = PROJECT / "archive" / "samples"
# Uploads a file in a process of its own; the expression gives the run's key.
UPLOAD = (
    "__import__('archive.uploads', fromlist=['x']).accept_upload("
    "__import__('django.core.files.base', fromlist=['x']).ContentFile(open({path!r}, 'rb').read(), {name!r})"
    ").run.pk"
)
STATE = "list(IngestRun.objects.values_list('state', 'attempts'))"


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    with Outside(tmp_path) as outside:
        yield outside


def upload(outside: Outside, path: Path) -> int:
    return outside.ask(UPLOAD.format(path=str(path), name=path.name))


def wait_for(outside: Outside, wanted: Callable[[list[list[object]]], bool]) -> list[list[object]]:
    """The runs' states once they are as wanted. A worker that never gets there is ended by the test run."""
    while not wanted(state := outside.ask(STATE)):
        time.sleep(0.02)
    return state


def test_the_worker_works_the_queue_off(outside: Outside) -> None:
    paths = sorted(SAMPLES.glob("*.pdf")) + sorted(SAMPLES.glob("*.txt"))
    for path in paths:
        upload(outside, path)
    outside.manage("worker", "--batch")
    assert outside.ask(STATE) == [["done", 1]] * len(paths)
    assert outside.ask("Issue.objects.filter(state='draft').count()") == len(paths)
    assert (outside.folder / "worker-heartbeat").exists()
    assert list((outside.folder / "uploads").iterdir()) == []


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_an_idle_worker_ends_when_asked(outside: Outside, name: str) -> None:
    with outside.start("worker", "--interval", "0.1") as worker:
        while not (outside.folder / "worker-heartbeat").exists():
            time.sleep(0.05)
        time.sleep(0.3)
        worker.send_signal(signal.Signals[name])
        _out, err = worker.communicate()
    assert worker.returncode == 0, err
    assert "Traceback" not in err


def test_a_worker_that_ends_in_the_middle_gives_its_file_back(outside: Outside) -> None:
    upload(outside, min(SAMPLES.glob("*.pdf")))
    with outside.start("worker", "--interval", "0.1") as worker:
        wait_for(outside, lambda runs: runs[0][0] == "running")
        worker.terminate()
        _out, err = worker.communicate()
    assert worker.returncode == 0, err
    assert outside.ask(STATE) in ([["queued", 0]], [["done", 1]])
    outside.manage("worker", "--batch")
    assert outside.ask(STATE) == [["done", 1]]
    assert outside.ask("Issue.objects.count()") == 1


@pytest.mark.in_full
def test_what_a_killed_worker_left_is_finished_by_the_next(outside: Outside) -> None:
    upload(outside, min(SAMPLES.glob("*.pdf")))
    quick = {"INGEST_LEASE_SECONDS": "3"}
    with outside.start("worker", "--interval", "0.1", **quick) as worker:
        wait_for(outside, lambda runs: runs[0][0] == "running")
        worker.kill()
        worker.communicate()
    assert outside.ask(STATE) == [["running", 1]]

    with outside.start("worker", "--interval", "0.1", "--sweep", "0.5", **quick) as second:
        wait_for(outside, lambda runs: runs[0][0] not in ("running", "queued"))
        second.terminate()
        _out, err = second.communicate()
    assert outside.ask(STATE) == [["done", 2]]
    assert outside.ask("[Issue.objects.count(), Document.objects.count() > 3]") == [1, True]
    assert "queued again" in err
