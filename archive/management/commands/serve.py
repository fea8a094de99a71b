"""Serves the archive: the web server and the worker side by side, stopped together."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from archive.first_administrator import issue_token

# A worker that dies at once is started again ever more slowly, so that its message can be read.
RESTART_SECONDS = (1, 2, 5, 10, 30)
STEADY_SECONDS = 60
STOP_SECONDS = 15
READY_SECONDS = 60


class Command(BaseCommand):
    help = "Serve the site and run its worker until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")
        parser.add_argument("--processes", type=int, default=1, help="web processes (1)")
        parser.add_argument("--threads", type=int, default=8, help="threads of a web process (8)")

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        refuse_taken_port(host, port)
        # whitenoise warns when its folder is not there.
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)

        stopping = threading.Event()

        def stop(number: int, frame: FrameType | None) -> None:
            stopping.set()

        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, stop)

        web = subprocess.Popen(
            web_command(host, port, options["processes"], options["threads"]), cwd=settings.BASE_DIR
        )
        worker = Worker()
        try:
            if wait_until_ready(web, host, port, stopping):
                self.greet(address_of(host, port))
            while not stopping.wait(0.5) and web.poll() is None:
                if message := worker.keep_alive():
                    self.stderr.write(message)
        finally:
            end_together([web, worker.process])
        if not stopping.is_set():
            raise CommandError(
                f"the web server ended by itself (exit {web.returncode}); its message stands above"
            )

    def greet(self, address: str) -> None:
        """The address, and at a start without an administrator the link that makes the first one."""
        self.stdout.write(f"The archive is at {address}/  (Ctrl-C stops it)")
        if token := issue_token():
            link = address + reverse("first-administrator", args=[token])
            self.stdout.write(f"No administrator exists yet. This link makes the first one, once:\n  {link}")
        self.stdout.flush()


class Worker:
    """The worker's process, started again when it ends by itself."""

    def __init__(self) -> None:
        self.failures = 0
        self.rest_until: float | None = None
        self.start()

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen([sys.executable, "manage.py", "worker"], cwd=settings.BASE_DIR)

    def keep_alive(self) -> str:
        """Start the worker again when it is time to; a message when it has just ended, else ""."""
        now = time.monotonic()
        if self.process.poll() is None:
            return ""
        if self.rest_until is None:
            self.failures = 1 if now - self.started > STEADY_SECONDS else self.failures + 1
            rest = RESTART_SECONDS[min(self.failures, len(RESTART_SECONDS)) - 1]
            self.rest_until = now + rest
            return f"the worker ended (exit {self.process.returncode}); it is started again in {rest} s"
        if now >= self.rest_until:
            self.rest_until = None
            self.start()
        return ""


def address_of(host: str, port: int) -> str:
    """The address to open in a browser; one that listens everywhere is reached at this machine's own."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def web_command(host: str, port: int, processes: int, threads: int) -> list[str]:
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return [
        *(sys.executable, "-m", "gunicorn", "gazette.wsgi:application"),
        *("--config", "python:gazette.gunicorn_settings", "--bind", bind),
        *("--workers", str(processes), "--threads", str(threads)),
        # Whoever waits at a terminal waits no longer; what is well is not told there.
        *("--graceful-timeout", "10", "--log-level", "warning"),
    ]


def refuse_taken_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"cannot listen on {host}:{port} ({os.strerror(error.errno or 0)}); "
                f"choose another port: make run PORT={port + 1}"
            ) from error


def wait_until_ready(web: subprocess.Popen[bytes], host: str, port: int, stopping: threading.Event) -> bool:
    """True once the web server accepts connections; False when it ended or is to stop before."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and web.poll() is None and not stopping.wait(0.1):
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            continue
        return True
    return False


def end_together(processes: list[subprocess.Popen[bytes]]) -> None:
    """Ask all to end, wait, and kill what has not ended after STOP_SECONDS."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
