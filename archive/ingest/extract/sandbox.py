"""Runs the reading of one file in a killable process with limits; the result comes back as records.

A PDF can hang, crash or eat memory (a stream of 600 bytes can unpack to gigabytes): none of that
reaches the web server or the worker. The child imports no Django and opens nothing but the file.
"""

import contextlib
import io
import os
import pickle
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from archive.ingest import errors
from archive.ingest.errors import IngestError, LimitExceeded, UnreadableFile
from archive.ingest.parse import records
from archive.ingest.parse.known import NOTHING_KNOWN, Known
from archive.ingest.waiting import has_output

MAX_SECONDS = int(os.environ.get("READ_MAX_SECONDS", "55"))
# A page takes a twentieth of a second: one that takes so long will not end, and the rewriting needs its time too.
MAX_SECONDS_A_PAGE = 15
MAX_MEMORY = int(os.environ.get("READ_MAX_MEMORY_MB", "1024")) * 1024 * 1024
MAX_OUTPUT = 256 * 1024 * 1024
PROJECT = Path(__file__).resolve().parents[3]
CHILD = [sys.executable, "-m", "archive.ingest.extract.child"]
# how Python ends at an error that nobody caught
FAILED = 1
# the steps of reading, as people read them
STEPS = {"extract": "读取文件", "layout": "还原版面", "parse": "识别公文"}
# what a frame on the pipe holds
PROGRESS, RESULT, ERROR, EXHAUSTED = 1, 2, 3, 4
HEADER = struct.Struct(">BI")
ALLOWED = {("datetime", "date"), *(("archive.ingest.parse.records", name) for name in dir(records))}


class RecordsOnly(pickle.Unpickler):
    """Unpickles our frozen records and dates, nothing else: the child has read a file that nobody vouches for."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} is not a record")
        return super().find_class(module, name)


class GaveUp(Exception):
    """The process was ended, or ended, without an answer; `error` is what to tell, `stage` how far it was."""

    def __init__(self, error: LimitExceeded, stage: str) -> None:
        super().__init__(str(error))
        self.error, self.stage = error, stage


def run_limited(
    path: Path,
    name: str,
    password: str,
    progress: Callable[[str, int | None, int | None], None] | None,
    known: Known = NOTHING_KNOWN,
    recognised: Path | None = None,
) -> records.ParsedIssue:
    """The ParsedIssue that the child made of the file at `path`. Raises what the child raised, or LimitExceeded.

    A PDF that the child chokes on while it draws the pages is given to a second one, which rewrites it first; both
    share the time.
    """
    deadline = time.monotonic() + MAX_SECONDS
    request = (str(path.resolve()), name, password, MAX_SECONDS, MAX_MEMORY, known, recognised)
    try:
        return _run((*request, False), name, progress, deadline)
    except GaveUp as first:
        if first.stage != "extract" or time.monotonic() >= deadline or not _is_pdf(path):
            raise first.error from None
        try:
            return _run((*request, True), name, progress, deadline)
        except GaveUp as second:
            raise second.error from None
        except UnreadableFile:
            # it could not be rewritten either
            raise first.error from None


def _is_pdf(path: Path) -> bool:
    with path.open("rb") as stream:
        return b"%PDF-" in stream.read(1024)


def _run(
    request: tuple[Any, ...],
    name: str,
    progress: Callable[[str, int | None, int | None], None] | None,
    deadline: float,
) -> records.ParsedIssue:
    """What one child answers. Raises GaveUp, or what the child raised."""
    child = subprocess.Popen(
        CHILD,
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.environ.get("PATH", ""), "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(PROJECT)},
        start_new_session=True,
        bufsize=0,
    )
    stage, page, stalled = "extract", 0, False
    try:
        assert child.stdin is not None and child.stdout is not None
        frames = Frames(child.stdout.fileno())
        with contextlib.suppress(BrokenPipeError):
            _write(child.stdin, pickle.dumps(request))
            child.stdin.close()
        while True:
            try:
                patience = MAX_SECONDS_A_PAGE if stage == "extract" else MAX_SECONDS
                frame = frames.next(min(deadline, time.monotonic() + patience))
            except TimeoutError:
                stalled = True
                break
            if frame is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    # how it ended is told below, unless it must be killed
                    child.wait(1)
                break
            kind, payload = frame
            value = RecordsOnly(io.BytesIO(payload)).load()
            if kind == PROGRESS:
                stage, page = value[0], value[1] or 0
                if progress:
                    progress(*value)
            elif kind == EXHAUSTED:
                raise GaveUp(LimitExceeded(*value[1:]), stage)
            elif kind == ERROR:
                raise _error(value, STEPS[stage])
            else:
                result: records.ParsedIssue = value
                return result
    finally:
        _kill(child)
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
    remedy = "请用原排版文件重新导出 PDF，或按期拆分后再试"
    what = STEPS[stage]
    # what flows has no pages
    paged = _is_pdf(Path(request[0]))
    if not paged:
        remedy = "请按期拆分后再试"
    if time.monotonic() >= deadline or child.returncode == -signal.SIGXCPU:
        problem = f"{what}超过 {MAX_SECONDS} 秒仍未完成"
    elif stalled and not paged:
        problem = f"{what}超过 {MAX_SECONDS_A_PAGE} 秒仍未完成"
    elif stalled:
        problem = f"{what}时停在这一页不动"
    elif child.returncode == FAILED:
        problem, remedy = f"{what}的程序出错", "请把这个文件交给维护人员"
    else:
        problem = f"{what}时内存不足或意外中止"
    # pages are told when they are done
    where = (page + 1 if stage == "extract" else page or None) if paged else None
    raise GaveUp(LimitExceeded(name, problem, remedy, where), stage)


def _write(pipe: IO[bytes], data: bytes) -> None:
    """All of it: an unbuffered pipe may take less at a time."""
    rest = memoryview(data)
    while rest:
        rest = rest[pipe.write(rest) :]


class Frames:
    """The frames that come through a pipe, each waited for no longer than its deadline."""

    def __init__(self, pipe: int) -> None:
        self.pipe = pipe
        self.held = bytearray()

    def next(self, deadline: float) -> tuple[int, bytes] | None:
        """(kind, payload); None at the end of the pipe or at what is no frame. Raises TimeoutError."""
        if not self._fill(HEADER.size, deadline):
            return None
        kind, size = HEADER.unpack_from(self.held)
        if size > MAX_OUTPUT or not self._fill(HEADER.size + size, deadline):
            return None
        payload = bytes(memoryview(self.held)[HEADER.size : HEADER.size + size])
        del self.held[: HEADER.size + size]
        return kind, payload

    def _fill(self, size: int, deadline: float) -> bool:
        while len(self.held) < size:
            if not has_output(self.pipe, deadline - time.monotonic()):
                raise TimeoutError
            more = os.read(self.pipe, 1 << 20)
            if not more:
                return False
            self.held += more
        return True


def _error(value: tuple[str, str, str, str, int | None], step: str) -> IngestError:
    kind, file, problem, remedy, page = value
    found = getattr(errors, kind, UnreadableFile)
    made: IngestError = found(file, problem, remedy, page)
    made.step = step
    return made


def _kill(child: "subprocess.Popen[bytes]") -> None:
    """End the child and whatever it started."""
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
