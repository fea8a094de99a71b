"""Processes of the archive besides the test's own, to be killed: on a data folder and a database of their own.

On SQLite that is a file in the data folder; on PostgreSQL it is the test database, so that such tests need
`django_db(transaction=True)`.
"""

import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from django.db import connection

PROJECT = Path(__file__).resolve().parent.parent


# Answers one Python expression a line, as JSON.
ANSWERING = """
import json, sys
import django
django.setup()
from archive.models import *
for line in sys.stdin:
    print(json.dumps(eval(line)), flush=True)
"""


@cache
def _migrated_database() -> bytes:
    """An SQLite database as `manage.py migrate` leaves it: three seconds, once in each process of the tests."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=PROJECT,
            env=os.environ | {"GAZETTE_DATA": folder, "DATABASE_URL": f"sqlite:///{folder}/gazette.sqlite3"},
            check=True,
        )
        return Path(folder, "gazette.sqlite3").read_bytes()


def copy_migrated_database(data: Path) -> None:
    """Put a migrated SQLite database, empty otherwise, where an archive with that data folder has it."""
    data.mkdir(parents=True, exist_ok=True)
    (data / "gazette.sqlite3").write_bytes(_migrated_database())


class Answering:
    """A process that has all models at hand and answers questions; started by the first one."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.process: subprocess.Popen[str] | None = None

    def ask(self, expression: str) -> Any:
        """The value of a Python expression there."""
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, "-c", ANSWERING],
                cwd=PROJECT,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{expression}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def end(self) -> None:
        if self.process is not None:
            self.process.communicate()


class Outside:
    """The archive as other processes see it; used in a `with`, which ends the one that answers questions."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = os.environ | {
            "GAZETTE_DATA": str(folder),
            "DATABASE_URL": self.database_url(),
            "DJANGO_SETTINGS_MODULE": "gazette.settings",
            "PYTHONUNBUFFERED": "1",
        }
        self.answering = Answering(self.environment)
        if connection.vendor == "sqlite":
            copy_migrated_database(folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *args: object) -> None:
        self.answering.end()

    def database_url(self) -> str:
        if connection.vendor == "sqlite":
            return f"sqlite:///{self.folder / 'gazette.sqlite3'}"
        there = connection.settings_dict
        user = quote(there["USER"], safe="")
        password = f":{quote(there['PASSWORD'], safe='')}" if there["PASSWORD"] else ""
        host = quote(there["HOST"], safe="")
        port = f":{there['PORT']}" if there["PORT"] else ""
        return f"postgres://{user}{password}@{host}{port}/{there['NAME']}"

    def start(
        self, *arguments: str, stderr: int = subprocess.PIPE, **environment: str
    ) -> "subprocess.Popen[str]":
        """`manage.py …`, running."""
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT,
            env=self.environment | environment,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )

    def run(self, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """`manage.py …`, finished, with whatever exit code."""
        with self.start(*arguments, **environment) as process:
            out, err = process.communicate()
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def manage(self, *arguments: str, **environment: str) -> str:
        """What `manage.py …` prints; it must succeed."""
        done = self.run(*arguments, **environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ask(self, expression: str) -> Any:
        """The value of a Python expression in a process that has all models at hand."""
        return self.answering.ask(expression)
