"""Reads a spoilt file in this process, with a limit of time."""

import signal
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import FrameType

from archive.ingest.errors import IngestError
from archive.ingest.parse.as_json import issue_to_json
from archive.ingest.read import read_issue
from tests.fuzz.changes import spoilt


class TookTooLong(BaseException):
    """No `except Exception` may swallow it."""


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    def ring(number: int, frame: FrameType | None) -> None:
        raise TookTooLong

    before = signal.signal(signal.SIGALRM, ring)
    # again and again: a finally clause may be in the way once
    signal.setitimer(signal.ITIMER_REAL, seconds, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@dataclass(frozen=True)
class Outcome:
    """What became of one spoilt file. `trace` is "" for an issue or a message."""

    source: str
    seed: int
    changes: str
    result: str
    trace: str = ""
    seconds: float = 0.0


def outcome(source: Path, seed: int, seconds: int = 60) -> Outcome:
    """Spoil the file by the seed and read it."""
    data, changes = spoilt(source.read_bytes(), Random(f"{source.name} {seed}"))
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"spoilt{source.suffix}"
        path.write_bytes(data)
        trace = ""
        try:
            with at_most(seconds):
                issue = read_issue(path)
                issue_to_json(issue)
                result = "issue" if issue.documents else "no documents"
        except IngestError as error:
            result = type(error).__name__
            if "\n" in str(error):
                trace = f"more than one line: {error!r}"
        except TookTooLong:
            result, trace = "too long", traceback.format_exc()
        except Exception as error:
            result, trace = type(error).__name__, traceback.format_exc()
    return Outcome(source.name, seed, changes, result, trace, time.monotonic() - begin)


def key(trace: str) -> str:
    """Where in the project, and what: traces of one fault have the same."""
    lines = trace.strip().splitlines()
    places = [
        line.strip() for line in lines if line.strip().startswith('File "') and "site-packages" not in line
    ]
    return f"{places[-1] if places else ''} {lines[-1][:120] if lines else ''}"
