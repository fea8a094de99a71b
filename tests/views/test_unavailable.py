"""What nobody caught becomes one answer: 503 with a word where it will pass by itself, else 500."""

import errno

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client

from archive.room import lacks_room

AWAY = [OperationalError("the connection is lost"), InterfaceError("connection already closed")]
FULL = [OSError(errno.ENOSPC, "No space left on device"), OperationalError("database or disk is full")]


def failing(client: Client, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Each public page fails with the error, in the middleware already."""

    def fail() -> str:
        raise error

    monkeypatch.setattr("archive.public_pages.present_edition", fail)
    monkeypatch.setattr("archive.language.chosen_language", lambda cookies: fail())
    client.raise_request_exception = False


@pytest.mark.parametrize(
    ("error", "says"), [*((error, "数据库") for error in AWAY), *((error, "磁盘已满") for error in FULL)]
)
def test_what_passes_by_itself_is_503(
    client: Client, monkeypatch: pytest.MonkeyPatch, error: Exception, says: str
) -> None:
    failing(client, monkeypatch, error)
    page = client.get("/")
    assert (page.status_code, page["Retry-After"], page["Cache-Control"]) == (503, "10", "no-store")
    assert says in page.content.decode() and "</html>" in page.content.decode()
    assert page["Content-Security-Policy"]
    answer = client.get("/api/v1/issues")
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert answer.json()["detail"] in {"the database does not answer", "the disk is full"}


@pytest.mark.parametrize("error", [ValueError("a slip"), OSError(errno.EIO, "Input/output error")])
def test_all_else_is_500(client: Client, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    failing(client, monkeypatch, error)
    page = client.get("/")
    assert page.status_code == 500
    assert "服务器出错" in page.content.decode()
    assert "a slip" not in page.content.decode()
    answer = client.get("/api/v1/issues")
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert answer.json()["status"] == 500 and "a slip" not in answer.content.decode()


def test_a_full_disk_is_told_however_deep_it_came_from() -> None:
    outer = RuntimeError("could not be written")
    outer.__cause__ = FULL[0]
    assert lacks_room(outer)
    assert not lacks_room(OSError(errno.EIO, "Input/output error"))
    assert not lacks_room(None)
