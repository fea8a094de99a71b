"""One after the other on the whole machine, across threads and processes."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PAUSE_SECONDS = 0.05


@contextmanager
def turn(lock: Path, seconds: float, otherwise: Exception) -> Iterator[None]:
    """Hold the lock (a file in a folder that is there); raises `otherwise` when it is not free within so many seconds."""
    until = time.monotonic() + seconds
    with lock.open("w") as held:
        while True:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise otherwise from None
                time.sleep(_PAUSE_SECONDS)
        yield
