"""Every parameter of every address, filled in by an attacker: nothing comes back as markup, nothing breaks or leaks.

Parameters are found, not listed: the arguments of the URLconf, what views ask for, the links and forms of the pages. A
new address is walked by itself, once tests/views/test_every_address.py knows an example of it. Each parameter gets
payloads of several classes, each class all its payloads over the parameters; a sixth as many where not everything is
required.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client
from django.urls import resolve

from archive.search import update
from archive.worker_heartbeat import beat
from tests.factories import make_issue
from tests.security.hostile import MARK, PAYLOADS, faults_of, some, turns
from tests.security.walk import Walk, addresses, names_in_the_program
from tests.views.test_every_address import House, house
from tests.views.test_leaks import DRAFT, WITHDRAWN, mark

pytestmark = pytest.mark.django_db
__all__ = ["house"]

# Readers, and the two who may change something; the administration is for administrators.
READER, EDITOR, PUBLISHER, ADMINISTRATOR = "nobody", "editor", "publisher", "administrator"
ADMINISTRATION = "/admin/"
STARTS = ("/", "/search/?q=古树", "/search/?q=云&year=2024", "/number/?q=x", "/help/", "/about/", "/desk/")


@pytest.fixture(autouse=True)
def what_databases_take() -> Iterator[None]:
    """No parameter holds what PostgreSQL refuses, whichever database the tests run on."""

    def look(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        for row in (params or ()) if many else [params or ()]:
            for value in row:
                if isinstance(value, str):
                    assert "\x00" not in value, sql
                    value.encode()  # no lone surrogate either
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield


@pytest.fixture
def walk(house: House, client: Client, data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Walk:
    # A worker that is heard of for as long as the walk takes.
    beat()
    monkeypatch.setattr("archive.worker_heartbeat.LOST_AFTER", timedelta(days=1))
    assert mark(house.draft, DRAFT) > 30
    withdrawn = make_issue("withdrawn", label="3")
    assert mark(withdrawn, WITHDRAWN) > 30
    update.index_issue(house.public)
    return Walk(house)


class Judge:
    """Gathers what is wrong with answers, each fault with what was asked."""

    def __init__(self) -> None:
        self.faults: dict[str, str] = {}
        self.answers = 0

    def look(self, role: str, asked: str, *answers: HttpResponseBase) -> None:
        secrets = () if role in (EDITOR, PUBLISHER, ADMINISTRATOR) else (DRAFT, WITHDRAWN)
        for answer in answers:
            self.answers += 1
            for fault in faults_of(answer, secrets):
                self.faults.setdefault(f"{role} {asked[:150]}: {fault[:300]}", asked)

    def decide(self, least: int) -> None:
        assert not self.faults, "\n".join(self.faults)
        assert self.answers >= least


def mine(path: str) -> str:
    """Who looks at an address most closely: whoever gets furthest there."""
    if path.startswith(ADMINISTRATION):
        return ADMINISTRATOR
    return EDITOR if path.startswith("/desk/") else READER


def good(walk: Walk, name: str, arguments: list[str]) -> dict[str, Any]:
    """Arguments with which the address is one that exists."""
    if name.startswith("admin:"):
        return {argument: "archive" if argument == "app_label" else "1" for argument in arguments}
    return resolve(unquote(walk.house.path(name))).kwargs if arguments else {}


def sent_to(path: str, turn: int, classes: int = len(PAYLOADS)) -> list[tuple[str, str]]:
    """(who, payload): of each class, or so many, from whoever gets furthest there, one from the others.

    The administration's pages are Django's, and tested there; ours is what they show: one payload each.
    """
    [single] = some(turn, 1)
    asked = [(role, single) for role in (READER, EDITOR, PUBLISHER) if role != mine(path)]
    if path.startswith(ADMINISTRATION):
        return [(ADMINISTRATOR, single), *asked[turn % 3 :: 3]]
    return [*((mine(path), payload) for payload in some(turn, classes)), *asked]


def test_every_piece_of_every_path(walk: Walk, few: Callable[[int], int]) -> None:
    judge, turn = Judge(), turns()
    for address in addresses():
        known = good(walk, address.name, address.arguments)
        for argument in address.arguments:
            for who, payload in sent_to("/" + address.route, next(turn), few(6)):
                path = address.path(known, **{argument: payload})
                judge.look(who, path, walk.get(who, path))
    for payload in (payload for payloads in PAYLOADS.values() for payload in payloads):
        for before in ("", "static/", "desk/", "issues/", "api/v1/"):
            path = f"/{before}{quote(payload, safe='', errors='surrogatepass')}"
            judge.look(READER, path, walk.get(READER, path))
    judge.decide(few(800))


def test_every_parameter_of_every_query_and_every_field_of_every_form(
    walk: Walk, few: Callable[[int], int]
) -> None:
    for role in (READER, EDITOR, PUBLISHER):
        walk.follow(role, [*STARTS, *map(walk.house.path, walk.house.links)])
    judge, turn = Judge(), turns()
    send_to_queries(walk, judge, turn, few)
    judge.decide(few(600))
    send_to_forms(walk, judge, turn, few)
    judge.decide(few(850))


def send_to_queries(walk: Walk, judge: Judge, turn: Iterator[int], few: Callable[[int], int]) -> None:
    everything = names_in_the_program()
    assert everything >= {"q", "page", "next", "sort", "edit", "words", "seen"}
    for address in addresses():
        path = address.path(good(walk, address.name, address.arguments))
        role = mine(path)
        known = walk.queries.get(address.name, {})
        for name in known:
            for payload in some(next(turn), few(2)):
                asked = f"{path}?{urlencode({**known, name: payload}, errors='surrogatepass')}"
                judge.look(role, asked, walk.get(role, asked))
        for who, payload in sent_to(path, next(turn), few(4)):
            sent = dict.fromkeys(everything | set(known), payload)
            asked = f"{path}?{urlencode(sent, errors='surrogatepass')}"
            judge.look(who, asked, walk.get(who, asked))


def send_to_forms(walk: Walk, judge: Judge, turn: Iterator[int], few: Callable[[int], int]) -> None:
    forms = [form for form in walk.forms.values() if form.method == "POST"]
    assert len(forms) > 25
    for form in forms:
        for name, _value in form.fields:
            for payload in some(next(turn), few(3)):
                sent = dict(form.fields) | {name: payload}
                judge.look(form.role, f"{form.action} {sent}", *walk.post(form.role, form.action, sent))


def test_every_address_that_is_sent_something(walk: Walk, few: Callable[[int], int]) -> None:
    """Also where no page shows a form: all that the program asks for, each time with one payload."""
    judge, turn = Judge(), turns()
    everything = names_in_the_program()
    for address in addresses():
        path = address.path(good(walk, address.name, address.arguments))
        for who, payload in sent_to(path, next(turn), few(4)):
            judge.look(who, f"{path} {payload}", *walk.post(who, path, dict.fromkeys(everything, payload)))
    judge.decide(few(250))


def test_files_with_hostile_names(walk: Walk) -> None:
    judge = Judge()
    for payload in (payload for payloads in PAYLOADS.values() for payload in payloads):
        name = payload.encode("utf-8", "replace").decode()[:3000] or "x"
        query = urlencode({"name": f"{payload[:3000]}.txt"}, errors="surrogatepass")
        path = f"/desk/upload/file/?{query}"
        body = f"霁川市人民政府公报 {MARK}".encode()
        judge.look(
            EDITOR, path, walk.client_as(EDITOR).post(path, body, content_type="application/octet-stream")
        )
        file = SimpleUploadedFile("x", body)
        file.name = f"{name}.txt"
        judge.look(EDITOR, name, walk.client_as(EDITOR).post("/desk/upload/", {"uploads": file}))
    judge.look(EDITOR, "/desk/uploads/", walk.get(EDITOR, "/desk/uploads/"))
    judge.decide(100)


# Not Content-Length, which the server reads and checks.
HEADERS = (
    *("Host", "X-Forwarded-Host", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Port", "Forwarded"),
    *("X-Real-IP", "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override", "X-Request-ID"),
    *("Referer", "Origin", "User-Agent", "Accept", "Accept-Language", "Accept-Encoding", "Range"),
    *("If-None-Match", "If-Modified-Since", "If-Range", "Cookie", "Authorization", "X-CSRFToken"),
    *("X-Requested-With", "Content-Type"),
)


def header_value(header: str, payload: str) -> str:
    """The payload as a server hands it on: one line, a character a byte."""
    value = payload.encode("utf-8", "surrogatepass").decode("latin-1")
    value = value.replace("\r", " ").replace("\n", " ").replace("\x00", "")[:8000]
    if header == "Cookie":
        return f"django_language={value}; csrftoken={value}; messages={value}; {MARK}={value}"
    return value


def test_every_header_everywhere(walk: Walk, few: Callable[[int], int]) -> None:
    judge, turn = Judge(), turns()
    for address in addresses():
        path = address.path(good(walk, address.name, address.arguments))
        for _each in range(1 if path.startswith(ADMINISTRATION) else few(4)):
            # A host that is none is refused before anything else is looked at.
            sent = {header: header_value(header, *some(next(turn), 1)) for header in HEADERS[1:]}
            judge.look(READER, f"{path} {sent}", walk.get(READER, path, headers=sent))
    judge.decide(few(500))


@pytest.mark.parametrize("path", ["/search/?q=1", "/desk/sign-in/", "/nothing/", "/api/v1/issues"])
def test_each_header_by_itself(walk: Walk, few: Callable[[int], int], path: str) -> None:
    judge, turn = Judge(), turns()
    for header in HEADERS:
        for payload in some(next(turn), few(len(PAYLOADS))):
            sent = {header: header_value(header, payload)}
            judge.look(READER, f"{path} {sent}", walk.get(READER, path, headers=sent))
    judge.decide(few(250))
