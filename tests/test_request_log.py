"""Lines of the log: their form, the id of the request, and what must never stand in them."""

import json
import logging
import re
from collections.abc import Iterator

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import Settings

from archive.log_lines import JsonLines, TextLines, request_id
from archive.request_log import RequestLog, id_of
from tests.accounts import PASSWORD, make_account

FROM_NGINX = "0123456789abcdef0123456789abcdef"


def record(message: str, *values: object, **more: object) -> logging.LogRecord:
    made = logging.LogRecord("archive.tasks", logging.WARNING, "tasks.py", 1, message, values, None)
    made.__dict__.update(more)
    return made


@pytest.fixture
def lines(settings: Settings) -> Iterator[list[str]]:
    """What any logger writes while a test runs, as JSON lines, with a line for each request."""
    settings.LOG_REQUESTS = True
    written: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))

    handler = Keep()
    handler.setFormatter(JsonLines())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel("DEBUG")
    yield written
    root.setLevel(level)
    root.removeHandler(handler)


def of_requests(lines: list[str]) -> list[dict[str, object]]:
    return [line for line in map(json.loads, lines) if line["logger"] == "archive.request_log"]


# --- the form ------------------------------------------------------------------------------------------
def test_a_json_line_is_one_object_of_known_names() -> None:
    line = JsonLines().format(record("%s 无法\n读取", "第2期.pdf", request=HttpRequest(), status=500))
    assert "\n" not in line
    said = json.loads(line)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", said.pop("time"))
    assert said == {
        "level": "WARNING",
        "logger": "archive.tasks",
        "message": "第2期.pdf 无法\n读取",
        "status": 500,
    }


def test_both_forms_carry_the_id_of_the_request() -> None:
    known = request_id.set("abcdefgh")
    try:
        assert json.loads(JsonLines().format(record("x")))["request"] == "abcdefgh"
        assert TextLines().format(record("x")).endswith("WARNING archive.tasks x [abcdefgh]")
    finally:
        request_id.reset(known)
    assert TextLines().format(record("x")).endswith("WARNING archive.tasks x")


def test_an_error_brings_its_traceback() -> None:
    try:
        raise OSError("disk full")
    except OSError as error:
        failed = record("x", exc_info=(OSError, error, error.__traceback__))
    assert "OSError: disk full" in json.loads(JsonLines().format(failed))["error"]
    assert "OSError: disk full" in TextLines().format(failed)


@pytest.mark.parametrize("form", [JsonLines(), TextLines()])
def test_the_link_of_the_first_start_is_blotted_out(form: logging.Formatter) -> None:
    link = reverse("first-administrator", args=["Secret-Token_1"])
    line = form.format(record("Forbidden (CSRF cookie not set.): %s", link))
    assert "Secret-Token_1" not in line and "/desk/first-administrator/…" in line


# --- the id --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("proxies", "given", "kept"),
    [
        (1, FROM_NGINX, True),
        (0, FROM_NGINX, False),  # nobody stands before the site: the reader wrote it
        (1, "short", False),
        (1, 'x" onload="12345678', False),
        (1, "x" * 65, False),
    ],
)
def test_only_a_proxy_may_name_a_request(settings: Settings, proxies: int, given: str, kept: bool) -> None:
    settings.PROXIES = proxies
    found = id_of(RequestFactory().get("/", headers={"X-Request-ID": given}).META)
    assert (found == given) is kept
    assert re.fullmatch(r"[0-9A-Za-z_-]{8,64}", found)


def test_the_id_is_over_with_the_request() -> None:
    inside: list[str] = []

    def answer(request: HttpRequest) -> HttpResponse:
        inside.append(request_id.get())
        return HttpResponse()

    response = RequestLog(answer)(RequestFactory().get("/"))
    assert inside == [response.headers["X-Request-ID"]] and len(inside[0]) == 32
    assert request_id.get() == ""


# --- the line of a request -----------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_request_has_a_line_with_its_client(client: Client, settings: Settings, lines: list[str]) -> None:
    settings.PROXIES = 1
    headers = {"X-Request-ID": FROM_NGINX, "X-Forwarded-For": "10.9.9.9, 203.0.113.7"}
    response = client.get("/issues/", headers=headers)
    assert response.headers["X-Request-ID"] == FROM_NGINX
    [line] = of_requests(lines)
    assert {name: line[name] for name in ("method", "path", "status", "client", "request")} == {
        "method": "GET",
        "path": "/issues/",
        "status": 200,
        "client": "203.0.113.7",
        "request": FROM_NGINX,
    }
    assert isinstance(line["milliseconds"], float)


@pytest.mark.django_db
def test_without_the_setting_there_is_none(client: Client, settings: Settings, lines: list[str]) -> None:
    settings.LOG_REQUESTS = False
    client.get("/issues/")
    assert of_requests(lines) == []


@pytest.mark.django_db
def test_what_monitors_ask_is_noted_only_when_it_is_bad(client: Client, lines: list[str]) -> None:
    assert client.get("/healthz").status_code == 503  # no worker runs here
    assert [line["path"] for line in of_requests(lines)] == ["/healthz"]


@pytest.mark.django_db
def test_no_query_and_no_password_is_ever_written(client: Client, lines: list[str]) -> None:
    make_account("bianji")
    client.get("/search/?q=secretquery")
    client.get("/nothing-there/?q=secretquery")
    for password in (PASSWORD, "secretquery"):
        client.post("/desk/sign-in/?next=/desk/?secretquery", {"username": "bianji", "password": password})
    client.get("/desk/upload/?name=secretquery")
    assert len(of_requests(lines)) == 5
    told = "\n".join(line for line in lines if json.loads(line)["logger"] != "django.db.backends")
    assert "secretquery" not in told and PASSWORD not in told
