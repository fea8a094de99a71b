"""The first start on an empty machine: migrate, take in the samples, serve, make an administrator, stop.

Everything runs in processes of its own, as `make run` starts them.
"""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

PROJECT = Path(__file__).resolve().parent.parent
# How long a start may hang before the test gives up on it; no measure of speed.
PATIENCE = 300


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(data: Path) -> dict[str, str]:
    """The environment of a newcomer: SQLite in a data folder of its own, nothing else set."""
    dropped = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE", "SECRET_KEY"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**kept, "GAZETTE_DATA": str(data), "PYTHONUNBUFFERED": "1"}


def manage(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env=environment(data),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def get(address: str, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def wait_for_text(server: subprocess.Popen[bytes], log: Path, pattern: str) -> re.Match[str]:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := re.search(pattern, log.read_text(encoding="utf-8")):
            return found
        assert server.poll() is None, log.read_text(encoding="utf-8")
        time.sleep(0.1)
    raise AssertionError(f"{pattern} never came:\n{log.read_text(encoding='utf-8')}")


def wait_for_health(address: str) -> tuple[int, str]:
    """The answer of /healthz once it is 200; after long patience whatever it is."""
    deadline = time.monotonic() + PATIENCE
    while (answer := get(address, "/healthz"))[0] != 200 and time.monotonic() < deadline:
        time.sleep(0.2)
    return answer


@pytest.fixture(scope="module")
def first_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as `make run` leaves it before it serves."""
    data = tmp_path_factory.mktemp("first-start")
    manage(data, "migrate", "--verbosity", "0")
    manage(data, "samples")
    return data


@pytest.fixture
def server(first_data: Path, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    log = tmp_path / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(free_port())],
            cwd=PROJECT,
            env=environment(first_data),
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    yield process, log
    if process.poll() is None:
        process.kill()
        process.wait()


def test_samples_are_published_once(first_data: Path) -> None:
    second = manage(first_data, "samples")
    assert second.stdout == ""
    manage(first_data, "verify")


def test_site_and_worker_start_answer_and_stop(server: tuple[subprocess.Popen[bytes], Path]) -> None:
    process, log = server
    link = wait_for_text(process, log, r"(http://[\d.:]+)(/desk/first-administrator/\S+/)")
    address = link[1]

    assert get(address, "/")[0] == 200
    status, text = wait_for_health(address)
    assert (status, json.loads(text)) == (200, {"database": "ok", "index": "ok", "worker": "ok"})
    assert get(address, "/static/site.css")[0] == 200
    assert get(address, "/issues/")[0] == 200
    assert get(address, "/search/?q=%E9%80%9A%E7%9F%A5")[0] == 200
    assert get(address, link[2])[0] == 200
    assert get(address, "/desk/")[0] == 302

    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
    with pytest.raises(ConnectionRefusedError):
        get(address, "/")
    assert "Traceback" not in log.read_text(encoding="utf-8")


@pytest.mark.in_full
def test_ctrl_c_stops_everything(server: tuple[subprocess.Popen[bytes], Path]) -> None:
    process, log = server
    address = wait_for_text(process, log, r"http://[\d.:]+")[0]
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 0
    with pytest.raises(ConnectionRefusedError):
        get(address, "/")


def test_a_taken_port_is_said_so(first_data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "manage.py", "serve", "--port", str(port)],
            cwd=PROJECT,
            env=environment(first_data),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert f"PORT={port + 1}" in done.stderr
