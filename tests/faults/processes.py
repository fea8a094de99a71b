"""The archive as processes of its own, to be killed and starved: web (as deploy/ starts it), worker, commands.

Each has a data folder and a database that nobody else uses: a file, or on PostgreSQL one beside the test database.
"""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import psycopg
from django.db import connection

from tests.deploy.production import HOST, PATIENCE, Answer, Production
from tests.outside import PROJECT, Answering

# Leases end soon, so that what a killed worker held is taken up within the test.
QUICK = {"INGEST_LEASE_SECONDS": "1", "STATIC_COLLECTED": "0", "WEB_PROCESSES": "1", "WEB_THREADS": "4"}
TOKEN = "t" * 32


def text_of_issue(number: int) -> str:
    """An issue of two documents, whose words 河道〇 and 防汛〇 no other number has."""
    year, label = 2001 + number // 6, number % 6 + 1
    first, second = f"第{number}号河道管理工作", f"第{number}号防汛预案"
    return f"""云岭市人民政府公报

{year}年第{label}期

目　录

【政府文件】

云岭市人民政府关于加强{first}的通知（云政发〔{year}〕{number + 1}号）……………（1）
云岭市人民政府关于印发{second}的通知（云政发〔{year}〕{number + 101}号）……………（2）


云岭市人民政府
关于加强{first}的通知

云政发〔{year}〕{number + 1}号

各县（区）人民政府，市直各单位：

为加强河道管理，现将有关事项通知如下。

一、总体要求

各单位要提高认识，落实河道管理责任。

云岭市人民政府
{year}年3月1日


云岭市人民政府
关于印发{second}的通知

云政发〔{year}〕{number + 101}号

各县（区）人民政府，市直各单位：

现将{second}印发给你们，请认真贯彻执行。

云岭市人民政府
{year}年3月2日
"""


@contextlib.contextmanager
def own_database(folder: Path) -> Iterator[str]:
    """The address of a new database of the kind that this run is on."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{folder / 'gazette.sqlite3'}"
        return
    there, name = connection.settings_dict, f"gazette_faults_{secrets.token_hex(6)}"
    login = {"host": there["HOST"], "port": there["PORT"] or 5432, "user": there["USER"]}
    login |= {"password": there["PASSWORD"]} if there["PASSWORD"] else {}
    with psycopg.connect(dbname="postgres", autocommit=True, **login) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            word = f":{there['PASSWORD']}" if there["PASSWORD"] else ""
            host = str(there["HOST"]).replace("/", "%2F")
            yield f"postgres://{there['USER']}{word}@{host}:{login['port']}/{name}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


class Site(Production):
    """Used in a `with`, which ends all that it started."""

    def __init__(self, folder: Path, database: str, **changes: str) -> None:
        super().__init__(folder, **{"DATABASE_URL": database, **QUICK, **changes})
        self.environment["DJANGO_SETTINGS_MODULE"] = "gazette.settings"
        self.environment["PYTHONUNBUFFERED"] = "1"
        self.data = Path(self.environment["GAZETTE_DATA"])
        self.answering = Answering(self.environment)
        self.started: list[subprocess.Popen[bytes]] = []
        self.session = ""

    def __enter__(self) -> Self:
        super().__enter__()
        self.manage("migrate", "--verbosity", "0")
        return self

    def __exit__(self, *args: object) -> None:
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.wait()
        self.answering.end()
        if self.web is not None:
            self.kill_web()
        self.socket.close()
        with contextlib.suppress(FileNotFoundError):
            (self.socket_folder / "web.sock").unlink()
            self.socket_folder.rmdir()

    # --- processes -------------------------------------------------------------------------------------
    def run(self, *arguments: str, **environment: str) -> tuple[int, str]:
        """Exit code and all that `manage.py …` says."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT,
            env=self.environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
        )
        return done.returncode, done.stdout

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[bytes]":
        """`manage.py …`, running; what it says goes into the log."""
        return self.start_python("manage.py", *arguments, **environment)

    def start_python(self, *arguments: str, **environment: str) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=PROJECT,
                env=self.environment | environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.started.append(process)
        return process

    def kill_web(self) -> None:
        """kill -9 of gunicorn and of its processes."""
        assert self.web is not None
        children = Path(f"/proc/{self.web.pid}/task/{self.web.pid}/children")
        pids = [int(one) for one in children.read_text().split()] if children.exists() else []
        for pid in (self.web.pid, *pids):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.web.wait()
        self.web = None

    def said(self) -> str:
        """The log of web and worker so far."""
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""

    # --- questions -------------------------------------------------------------------------------------
    def ask_python(self, expression: str) -> Any:
        """The value of an expression in a process that has all models at hand."""
        return self.answering.ask(expression)

    def read(
        self, path: str, method: str = "GET", body: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """What gunicorn answers at its socket."""
        return self.ask_by_socket(path, method, body, self.headers(headers))

    def headers(self, more: dict[str, str] | None = None) -> dict[str, str]:
        """As nginx passes them on, with the session of an editor where there is one."""
        cookies = {"csrftoken": TOKEN} | ({"sessionid": self.session} if self.session else {})
        return {
            "Host": HOST,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "203.0.113.7",
            "Referer": f"https://{HOST}/desk/",
            "X-CSRFToken": TOKEN,
            **(
                {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
                if self.session
                else {}
            ),
            **(more or {}),
        }

    def connected(self) -> socket.socket:
        """A connection to gunicorn, to be broken off."""
        way = socket.socket(socket.AF_UNIX)
        way.settimeout(PATIENCE)
        way.connect(str(self.socket_folder / "web.sock"))
        return way

    def sign_in(self) -> None:
        """From now on an editor asks."""
        self.session = self.ask_python(
            "__import__('tests.faults.editor', fromlist=['x']).session_of_an_editor()"
        )

    def upload(self, name: str, content: bytes) -> Answer:
        """As the desk's script sends a file."""
        return self.read(f"/desk/upload/file/?name={name}", "POST", content)

    # --- what shall hold -------------------------------------------------------------------------------
    def seen(self, number: int) -> set[str]:
        """By which of its pages readers see the issue of a number: pages, search, API."""
        year, label = 2001 + number // 6, number % 6 + 1
        found = set()
        words = [f"第{number}号河道管理工作", f"第{number}号防汛预案"]
        for one in json.loads(self.read(f"/api/v1/issues?year={year}").body)["results"]:
            if one["number"] == label:
                documents = json.loads(self.read(f"/api/v1/issues/{one['id']}").body)["documents"]
                assert len(documents) == 2, "the API gives half an issue"
                found.add("api")
        page = self.read(f"/issues/{year}/{label}/")
        if page.status in (301, 302):
            page = self.read(page["Location"].partition(HOST)[2] or page["Location"])
        text = page.body.decode()
        assert page.status in (200, 404), page.status
        shown = [word in text for word in words] if page.status == 200 else [False, False]
        assert shown[0] == shown[1], "an issue is half visible"
        if shown[0]:
            found.add("page")
        totals = [self.total(f'"{word}"') for word in words]
        assert totals[0] == totals[1], "search finds half an issue"
        if totals[0]:
            found.add("search")
        return found

    def total(self, query: str) -> int:
        """How many documents a search finds, by the API; 0 while it says that it has no index to ask."""
        answer = self.read(f"/api/v1/search?q={quote(query)}")
        if answer.status == 503 and b"search is not ready" in answer.body:
            return 0
        assert answer.status == 200, answer.body
        return int(json.loads(answer.body)["total"])


def wait_until(true: Callable[[], bool]) -> None:
    """Waits; what never comes true is a failure."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)
