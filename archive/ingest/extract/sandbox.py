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
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from archive.ingest import errors
from archive.ingest.errors import IngestError, LimitExceeded, UnreadableFile
from archive.ingest.parse import records
from archive.ingest.parse.known import NOTHING_KNOWN, Known

MAX_SECONDS = int(os.environ.get("READ_MAX_SECONDS", "60"))
MAX_MEMORY = int(os.environ.get("READ_MAX_MEMORY_MB", "1024")) * 1024 * 1024
MAX_OUTPUT = 256 * 1024 * 1024
PROJECT = Path(__file__).resolve().parents[3]
# what a frame on the pipe holds
PROGRESS, RESULT, ERROR = 1, 2, 3
HEADER = struct.Struct(">BI")
ALLOWED = {("datetime", "date"), *(("archive.ingest.parse.records", name) for name in dir(records))}


class RecordsOnly(pickle.Unpickler):
    """Unpickles our frozen records and dates, nothing else: the child has read a file that nobody vouches for."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} is not a record")
        return super().find_class(module, name)


def run_limited(
    path: Path,
    name: str,
    password: str,
    progress: Callable[[str, int | None, int | None], None] | None,
    known: Known = NOTHING_KNOWN,
    recognised: Path | None = None,
) -> records.ParsedIssue:
    """The ParsedIssue that the child made of the file at `path`. Raises what the child raised, or LimitExceeded."""
    deadline = time.monotonic() + MAX_SECONDS
    child = subprocess.Popen(
        [sys.executable, "-m", "archive.ingest.extract.child"],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.environ.get("PATH", ""), "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(PROJECT)},
        start_new_session=True,
    )
    timer = threading.Timer(MAX_SECONDS, _kill, [child])
    timer.daemon = True
    timer.start()
    stage: tuple[str, int | None] = ("extract", None)
    try:
        assert child.stdin is not None and child.stdout is not None
        request = pickle.dumps((str(path.resolve()), name, password, MAX_SECONDS, MAX_MEMORY, known, recognised))
        with contextlib.suppress(BrokenPipeError):
            child.stdin.write(request)
            child.stdin.close()
        while (frame := _read_frame(child.stdout)) is not None:
            kind, payload = frame
            value = RecordsOnly(io.BytesIO(payload)).load()
            if kind == PROGRESS:
                stage = (value[0], value[1])
                if progress:
                    progress(*value)
            elif kind == ERROR:
                raise _error(value)
            else:
                return value
    finally:
        timer.cancel()
        _kill(child)
        child.wait()
        if child.stdout:
            child.stdout.close()
    what = {"extract": "读取文件", "layout": "还原版面", "parse": "识别公文"}[stage[0]]
    if time.monotonic() >= deadline or child.returncode == -signal.SIGXCPU:
        raise LimitExceeded(
            name,
            f"{what}超过 {MAX_SECONDS} 秒仍未完成",
            "请用原排版文件重新导出 PDF，或按期拆分后再试",
            stage[1],
        )
    raise LimitExceeded(
        name, f"{what}时内存不足或意外中止", "请用原排版文件重新导出 PDF，或按期拆分后再试", stage[1]
    )


def _read_frame(stream: IO[bytes]) -> tuple[int, bytes] | None:
    head = stream.read(HEADER.size)
    if len(head) < HEADER.size:
        return None
    kind, size = HEADER.unpack(head)
    if size > MAX_OUTPUT:
        return None
    payload = stream.read(size)
    return (kind, payload) if len(payload) == size else None


def _error(value: tuple[str, str, str, str, int | None]) -> IngestError:
    kind, file, problem, remedy, page = value
    found = getattr(errors, kind, UnreadableFile)
    made: IngestError = found(file, problem, remedy, page)
    return made


def _kill(child: "subprocess.Popen[bytes]") -> None:
    """End the child and whatever it started."""
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
