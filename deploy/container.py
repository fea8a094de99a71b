"""What the container runs: web, worker, healthy, or any command of manage.py.

podman run … gazette web
podman run … gazette ingest /issues --publish
"""

import http.client
import os
import sys
from pathlib import Path

WEB = ["-m", "gunicorn", "--config", "python:gazette.gunicorn_settings", "gazette.wsgi:application"]


def main(words: list[str]) -> None:
    if words[:1] == ["healthy"]:
        sys.exit(0 if healthy() else 1)
    command = WEB + words[1:] if words[:1] == ["web"] else ["manage.py", *words]
    # In its place, so that the signals of the engine reach it.
    os.execv(sys.executable, [sys.executable, *command])


def healthy() -> bool:
    """True when the web server of this container answers at all; whether all is well /healthz tells a monitor.

    A worker's container has none: asked there, its heartbeat would be that of another container.
    """
    if b"worker" in Path("/proc/1/cmdline").read_bytes().split(b"\0"):
        return True
    port = int(os.environ.get("WEB_BIND", ":8000").rpartition(":")[2])
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".*") or "localhost"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=8)
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        return connection.getresponse().status in (200, 503)
    except OSError:
        return False


if __name__ == "__main__":
    main(sys.argv[1:])
