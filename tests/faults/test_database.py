"""The database restarted under load: readers get whole pages or 503, the worker goes on by itself."""

import http.client
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.production import free_port
from tests.faults.processes import Site, text_of_issue, wait_until

PATHS = [
    "/",
    "/issues/",
    "/issues/2001/1/",
    "/search/?q=%E6%B2%B3%E9%81%93",
    "/api/v1/documents",
    "/api/v1/search?q=%E9%98%B2%E6%B1%9B",
]
RESTARTS = 2


class Server:
    """A PostgreSQL of one's own, thrown away afterwards."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder, self.programs, self.port = folder, programs, free_port()
        # PostgreSQL refuses to run as root.
        self.user = "postgres" if os.getuid() == 0 else None
        if self.user:
            shutil.chown(folder, self.user)
        self.run(
            "initdb",
            "-D",
            f"{folder}/data",
            "-U",
            "gazette",
            "-A",
            "trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )

    def run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self.programs / program), *arguments],
            cwd=self.folder,
            user=self.user,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert done.returncode == 0, (program, arguments)

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        self.run(
            "pg_ctl", "-D", f"{self.folder}/data", "-l", f"{self.folder}/log", "-w", "start", "-o", options
        )

    def stop(self) -> None:
        """As a crash: nobody is told, and nothing is written any more."""
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "-w", "stop")

    @property
    def url(self) -> str:
        return f"postgres://gazette@127.0.0.1:{self.port}/postgres"


@pytest.fixture
def server() -> Iterator[Server]:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4]))
    initdb = shutil.which("initdb") or (str(found[-1]) if found else None)
    if initdb is None:
        pytest.skip("needs PostgreSQL's programs (apt install postgresql)")
    # Under /tmp itself, which the account of the server may enter.
    folder = Path(subprocess.run(["mktemp", "-d"], capture_output=True, text=True, check=True).stdout.strip())
    server = Server(folder, Path(initdb).resolve().parent)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


class Reader(threading.Thread):
    """Asks one page after the other, and notes what is neither a whole page nor an honest 503."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self.site, self.over = site, threading.Event()
        self.wrong: list[object] = []
        self.statuses: list[int] = []

    def run(self) -> None:
        while not self.over.is_set():
            for path in PATHS:
                try:
                    answer = self.site.read(path)
                except (OSError, http.client.HTTPException) as error:
                    self.wrong.append((path, repr(error)))
                    continue
                if answer.status in (301, 302):
                    continue
                self.statuses.append(answer.status)
                body = answer.body.rstrip()
                whole = body.endswith(b"}") if path.startswith("/api/") else body.endswith(b"</html>")
                if answer.status not in (200, 503) or not whole:
                    self.wrong.append((path, answer.status, body[-200:]))
                if answer.status == 503 and not answer.all_of("Retry-After"):
                    self.wrong.append((path, "no word on when to try again"))


@pytest.mark.long
def test_restarted_under_load(server: Server, tmp_path: Path) -> None:
    files = []
    for number in range(6):
        files.append(tmp_path / f"{number}.txt")
        files[-1].write_text(text_of_issue(number), encoding="utf-8")
    with Site(tmp_path, server.url) as site:
        site.manage("ingest", "--publish", *map(str, files[:1]))
        site.manage("ingest", "--queue", "--publish", *map(str, files[1:]))
        site.start_web()
        wait_until(lambda: site.read("/").status == 200)
        readers = [Reader(site) for _ in range(3)]
        worker = site.start("worker", "--interval", "0.1", "--sweep", "1")
        for reader in readers:
            reader.start()
        for _ in range(RESTARTS):
            asked = len(readers[0].statuses)
            wait_until(lambda asked=asked: len(readers[0].statuses) > asked + 10)
            server.stop()
            wait_until(lambda: readers[0].statuses[-1] == 503)
            time.sleep(0.5)
            server.start()
            wait_until(lambda: readers[0].statuses[-1] == 200)
        # Nobody starts anything by hand: the worker that was there takes all in.
        state = "list(IngestRun.objects.values_list('state', flat=True))"
        wait_until(lambda: set(site.ask_python(state)) <= {"done"})
        asked = len(readers[0].statuses)
        wait_until(lambda: len(readers[0].statuses) > asked + 10)
        for reader in readers:
            reader.over.set()
            reader.join()
        assert [one for reader in readers for one in reader.wrong] == []
        assert {200, 503} == {status for reader in readers for status in reader.statuses}
        assert worker.poll() is None
        assert site.ask_python("Issue.objects.published().count()") == len(files)
        said = site.said()
        assert "the worker waits, and tries again" in said
        assert "Service Unavailable" in said
        page = site.read("/issues/?x=1").body.decode()
        assert "2001" in page
        wait_until(lambda: site.run("verify")[0] == 0)
        for number in range(len(files)):
            assert site.seen(number) == {"page", "api", "search"}
