"""Recognises the pages of one file, page by page, in a limited process; what is done already is not done again."""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.ingest.recognise.pages import RecognisedPage
from archive.ingest.waiting import has_output

PAGE_SECONDS = int(os.environ.get("OCR_MAX_SECONDS_A_PAGE", "60"))
MAX_MEMORY = int(os.environ.get("OCR_MAX_MEMORY_MB", "3072")) * 1024 * 1024
PROJECT = Path(__file__).resolve().parents[3]
CHILD = "archive.ingest.recognise.child"
# Called with the page just done and how many pages the file has to be recognised.
PageDone = Callable[[int, int], None]


def recognise_pages(
    path: Path,
    pages: Iterable[int],
    folder: Path,
    password: str = "",
    progress: PageDone | None = None,
    child: str = CHILD,
) -> None:
    """Leaves a file for each page in `folder`. A page that takes too long or ends the process is kept as failed.

    What another process left in `folder` counts: a run that was killed goes on where it was. One process
    recognises at a time for all folders beside `folder`: it takes 2 GB.
    """
    wanted = sorted(set(pages))
    folder.mkdir(parents=True, exist_ok=True)
    with turn(folder.parent.parent / "recognising.lock", progress, len(wanted)):
        while left := [n for n in wanted if not (folder / f"{n}.json").is_file()]:
            problem = _run(path, left, folder, password, progress, len(wanted), child)
            still = [n for n in left if not (folder / f"{n}.json").is_file()]
            if still and problem:
                RecognisedPage(still[0], 0, 0, failed=problem).write(folder)


def _run(
    path: Path,
    pages: list[int],
    folder: Path,
    password: str,
    progress: PageDone | None,
    total: int,
    module: str,
) -> str:
    """Why the process ended before it had read all `pages`; "" when it has."""
    child = subprocess.Popen(
        [sys.executable, "-m", module],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(PROJECT), "HOME": "/nonexistent"},
        start_new_session=True,
        # nothing may wait in a buffer where waiting does not see it
        bufsize=0,
    )
    assert child.stdin is not None and child.stdout is not None
    try:
        request = {
            "path": str(path.resolve()),
            "password": password,
            "pages": pages,
            "folder": str(folder.resolve()),
            "memory": MAX_MEMORY,
        }
        with contextlib.suppress(BrokenPipeError):
            child.stdin.write(json.dumps(request).encode())
            child.stdin.close()
        for number in pages:
            if not has_output(child.stdout.fileno(), PAGE_SECONDS):
                return f"识别超过 {PAGE_SECONDS} 秒仍未完成"
            if not child.stdout.readline().strip():
                return "识别时内存不足或意外中止"
            if progress:
                progress(number, total)
        return ""
    finally:
        if child.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()


@contextmanager
def turn(lock: Path, progress: PageDone | None, total: int) -> Iterator[None]:
    """Waits until no other process of this archive recognises; tells `progress` meanwhile that it lives."""
    with lock.open("w") as stream:
        while True:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if progress:
                    progress(0, total)
                time.sleep(1)
        yield


def forget_recognised(folder: Path, older_than: float | None = None) -> None:
    """Delete what was recognised of one file, or with `older_than` (seconds since 1970) of all files below."""
    if older_than is None:
        shutil.rmtree(folder, ignore_errors=True)
        return
    for place in folder.iterdir() if folder.is_dir() else ():
        if place.is_dir() and place.stat().st_mtime < older_than:
            shutil.rmtree(place, ignore_errors=True)
