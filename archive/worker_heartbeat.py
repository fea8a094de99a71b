"""The sign of life that the worker gives: the age of one small file in the data folder."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

# The worker beats every few seconds, also in the middle of a long issue; three missed beats and more.
LOST_AFTER = timedelta(seconds=30)


def heartbeat_path() -> Path:
    return settings.GAZETTE_DATA / "worker-heartbeat"


def beat() -> None:
    """Leave a sign of life. The worker calls this every few seconds."""
    path = heartbeat_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def last_beat() -> datetime | None:
    """When the worker was last alive (UTC); None when it never was."""
    try:
        seconds = heartbeat_path().stat().st_mtime
    except FileNotFoundError:
        return None
    return datetime.fromtimestamp(seconds, tz=UTC)


def worker_is_alive(now: datetime) -> bool:
    """True when the last beat is younger than `LOST_AFTER`. One from the future is from before the clock was put back."""
    seen = last_beat()
    return seen is not None and abs(now - seen) < LOST_AFTER
