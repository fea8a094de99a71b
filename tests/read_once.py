"""The bundled issues and the real one are read once in each process of the tests, however many tests take them in.

Reading starts a Python of its own and takes most of the time of an ingest. What it gives for the same file under the
same limits is the same frozen record, with the same progress told on the way; any other file is read as ever.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from archive.ingest.extract import sandbox
from archive.ingest.parse.known import NOTHING_KNOWN, Known
from archive.ingest.parse.records import ParsedIssue
from archive.ingest.read import read_issue

Progress = Callable[[str, int | None, int | None], None]
PROJECT = Path(__file__).resolve().parent.parent
SAMPLES = PROJECT / "archive" / "samples"


def shared_folder() -> Path:
    """Where the folder with real issues would be; it is never part of the project."""
    return Path(os.environ.get("GAZETTE_SHARED", PROJECT.parent / "shared"))


@cache
def read_real_issue(path: Path) -> ParsedIssue:
    """The issue in the file, read in this process."""
    return read_issue(path)


@contextmanager
def reading_once() -> Iterator[None]:
    """While it lasts, `sandbox.run_limited` answers from what it gave for one of these issues before."""
    issues = {_checksum(path) for path in (*SAMPLES.glob("*.*"), *shared_folder().glob("issue/*.pdf"))}
    kept: dict[tuple[Any, ...], tuple[ParsedIssue, list[Any]]] = {}
    run_limited = sandbox.run_limited

    def run_once(
        path: Path,
        name: str,
        password: str,
        progress: Progress | None,
        known: Known = NOTHING_KNOWN,
        recognised: Path | None = None,
    ) -> ParsedIssue:
        if recognised is not None or not path.is_file() or _checksum(path) not in issues:
            return run_limited(path, name, password, progress, known, recognised)
        limits = (sandbox.MAX_SECONDS, sandbox.MAX_SECONDS_A_PAGE, sandbox.MAX_MEMORY, *sandbox.CHILD)
        key = (_checksum(path), path.suffix, name, password, known, *limits)
        if key in kept:
            issue, told = kept[key]
            if progress:
                for step in told:
                    progress(*step)
            return issue
        told = []

        def tell(*step: Any) -> None:
            told.append(step)
            if progress:
                progress(*step)

        issue = run_limited(path, name, password, tell, known)
        kept[key] = issue, told
        return issue

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sandbox, "run_limited", run_once)
        yield


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
