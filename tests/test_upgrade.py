"""From the first release to this one: every row is still there, pages show it, and index and readings follow."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from tests.first_release import as_json, rows
from tests.outside import PROJECT, Outside

pytestmark = pytest.mark.django_db(transaction=True)

# What the public sees of an archive, path by path: status, and whether the words stand in the page.
LOOK = """
import json, sys, django
django.setup()
from django.test import Client
for path, words in json.loads(sys.argv[1]):
    answer = Client(headers={"host": "localhost"}).get(path, follow=True)
    text = "".join(answer.content.decode().split())
    print(path, answer.status_code, [word for word in words if word not in text])
"""


class FirstRelease(Outside):
    """An archive in a database of its own, filled by the first release's schema and migrated to today's."""

    def __init__(self, folder: Path, database: str) -> None:
        self.database = database
        super().__init__(folder)

    def database_url(self) -> str:
        return self.database

    def manage(self, *arguments: str, **environment: str) -> str:
        if arguments[0] == "migrate" and not (self.folder / "first").exists():
            self.python("-m", "tests.first_release")
            (self.folder / "first").touch()
        return super().manage(*arguments, **environment)

    def python(self, *arguments: str) -> str:
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=PROJECT, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def database(tmp_path: Path) -> Iterator[str]:
    """The address of an empty database on the server of this run."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'gazette.sqlite3'}"
        return
    name = f"gazette_upgrade_{secrets.token_hex(4)}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        yield urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def upgraded(tmp_path: Path, database: str) -> Iterator[FirstRelease]:
    with FirstRelease(tmp_path, database) as outside:
        outside.manage("migrate", "--verbosity", "0")
        yield outside


def completed(row: dict[str, Any], columns: set[str], held: dict[str, Any]) -> dict[str, Any]:
    """The row with the defaults of the columns that it does not name, as they are held."""
    return {column: row.get(column, held[column]) for column in columns}


def test_every_row_and_page_of_the_first_release_is_there(upgraded: FirstRelease) -> None:
    held = json.loads(upgraded.python("-m", "tests.first_release", "ask"))
    for name, wanted in json.loads(as_json(rows())).items():
        columns = {key for row in wanted for key in row}
        assert len(held[name]) == len(wanted), name
        assert held[name] == [
            completed(row, columns, there) for row, there in zip(wanted, held[name], strict=True)
        ]
    # What later releases have added is filled in for rows that were there before.
    assert upgraded.ask("list(Block.objects.filter(document=1).values_list('printed_page', flat=True))") == [
        *(12, 12, 13, 13, 13)
    ]
    # New rows take numbers that are free.
    assert upgraded.ask("Gazette.objects.create(name='另一公报', slug='另一公报').pk") == 2
    upgraded.manage("worker", "--batch")
    looked = upgraded.python(
        "-c",
        LOOK,
        json.dumps(
            [
                ("/", ["2024年第1期"]),
                ("/issues/云岭市人民政府公报/2024/1/", ["没有正文的一条"]),
                ("/documents/aaaa2222/", ["总则", "银杏&lt;b&gt;", "石峥", "目录作", "其中1件原刊略"]),
                ("/documents/eeee6666/", ["古树名木保护办法"]),
                ("/documents/云政发/2024/1/", ["古树名木保护办法"]),
                ("/documents/cccc4444/", ["个人信息"]),
                ("/documents/dddd5555/", []),
                ("/issues/云岭市人民政府公报/2024/2/", ["印刷有误"]),
                ("/people/王𠮷/", ["市财政局局长", "试用期一年"]),
                ("/search/?q=银杏", ["aaaa2222"]),
            ]
        ),
    ).splitlines()
    statuses = [line.split()[1] for line in looked]
    assert statuses == ["200", "200", "200", "200", "200", "410", "404", "410", "200", "200"], looked
    assert [line for line in looked if not line.endswith("[]")] == []
    upgraded.manage("makemigrations", "--check", "--dry-run")
