"""The worker's sign of life."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.worker_heartbeat import LOST_AFTER, beat, heartbeat_path, last_beat, worker_is_alive

NOW = datetime(2022, 4, 30, 12, 0, tzinfo=UTC)


def beat_at(moment: datetime) -> None:
    beat()
    os.utime(heartbeat_path(), (moment.timestamp(), moment.timestamp()))


def test_never_seen(data_folder: Path) -> None:
    assert last_beat() is None
    assert not worker_is_alive(NOW)


def test_beat_leaves_a_sign_in_the_data_folder(data_folder: Path) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    beat()
    seen = last_beat()
    assert heartbeat_path().parent == data_folder
    assert seen is not None
    assert before < seen


def test_alive_until_lost() -> None:
    beat_at(NOW - LOST_AFTER + timedelta(seconds=1))
    assert worker_is_alive(NOW)
    beat_at(NOW - LOST_AFTER)
    assert not worker_is_alive(NOW)


def test_a_worker_started_again_is_alive() -> None:
    beat_at(NOW - timedelta(days=3))
    beat()
    assert worker_is_alive(datetime.now(UTC))
