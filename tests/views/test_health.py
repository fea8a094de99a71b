"""/healthz answers for database, index and worker, and names what fails."""

import os
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from archive.views import health
from archive.worker_heartbeat import beat, heartbeat_path

pytestmark = pytest.mark.django_db


def failing(error: Exception) -> Callable[..., None]:
    def fail(*args: object, **options: object) -> None:
        raise error

    return fail


def test_all_is_well(client: Client) -> None:
    beat()
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "index": "ok", "worker": "ok"}
    assert "no-store" in answer["Cache-Control"]


def test_no_worker_ever(client: Client) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["worker"].startswith("never seen")


def test_the_worker_is_gone(client: Client) -> None:
    beat()
    os.utime(heartbeat_path(), (1_651_320_000, 1_651_320_000))
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["worker"] == "last seen 2022-04-30 12:00:00 UTC"


def test_the_index_fails(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    beat()
    monkeypatch.setattr(health, "search_documents", failing(OSError("index is not readable: /secret/path")))
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"database": "ok", "index": "does not answer", "worker": "ok"}


def test_the_database_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "cursor", failing(DatabaseError("password of gazette is wrong")))
    assert health.database() == "does not answer"


def test_only_reading_is_answered(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
