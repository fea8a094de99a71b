"""The site as an attacker finds it: every address with its parameters, from the URLconf, the program and the pages."""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

import lxml.html
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from tests.outside import PROJECT
from tests.views.test_every_address import House

_HOST = "http://testserver"
_ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")
# As views and forms ask for what was sent: GET.get("q"), POST["act"], with_parameters(page=…).
_ASKED = re.compile(r"""(?:GET|POST)(?:\.get(?:list)?\(|\[)\s*"(\w+)\"""")
_FIELD = re.compile(r"^    (\w+) = (?:forms\.\w+|SeveralFilesField)\(", re.M)


@dataclass(frozen=True, slots=True)
class Address:
    """One address of the URLconf, `route` with its arguments in angle brackets."""

    name: str
    route: str

    @property
    def arguments(self) -> list[str]:
        return _ARGUMENT.findall(self.route)

    def path(self, good: Mapping[str, Any], **hostile: str) -> str:
        """The address with good arguments, but for those that are hostile."""
        given = {name: str(value) for name, value in good.items()} | hostile
        return "/" + _ARGUMENT.sub(lambda m: quote(given[m[1]], safe="", errors="surrogatepass"), self.route)


@dataclass(frozen=True, slots=True)
class Form:
    """A form that a page shows to somebody, with the values that stand in it."""

    role: str
    method: str
    action: str
    fields: tuple[tuple[str, str], ...]
    files: tuple[str, ...]

    @property
    def kind(self) -> tuple[object, ...]:
        """Forms of one kind differ in nothing but what is filled in."""
        telling = [value for name, value in self.fields if name in ("act", "kind")]
        return (
            self.role,
            self.method,
            name_of(self.action),
            frozenset(n for n, _v in self.fields),
            *telling[:1],
        )


def addresses(patterns: Iterable[Any] | None = None, before: str = "", space: str = "") -> Iterator[Address]:
    """Every address of the site; the administration's last one catches all and has no arguments."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = ":".join(filter(None, [space, pattern.namespace]))
            yield from addresses(pattern.url_patterns, route, inner)
        elif isinstance(pattern, URLPattern):
            name = ":".join(filter(None, [space, pattern.name or str(pattern.pattern)]))
            yield Address(name, re.sub(r"\(\?P<url>.*", "<url>", route))


def name_of(path: str) -> str:
    """The name of the address that a path leads to; "" for none."""
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return ""


def names_in_the_program() -> set[str]:
    """Every parameter that a view asks for or a form declares."""
    sources = "\n".join(path.read_text(encoding="utf-8") for path in PROJECT.glob("archive/**/*.py"))
    return {*_ASKED.findall(sources), *_FIELD.findall(sources)}


@dataclass
class Walk:
    """What somebody of each role finds by following links: the query of each address by its name, and the forms."""

    house: House
    queries: dict[str, dict[str, str]] = field(default_factory=dict)
    forms: dict[tuple[object, ...], Form] = field(default_factory=dict)
    pages: dict[tuple[str, str], str] = field(default_factory=dict)

    # --- asking ------------------------------------------------------------------------------------------
    def get(self, role: str, path: str, **headers: Any) -> HttpResponseBase:
        return self._ask(role, "GET", path, **headers)

    def post(self, role: str, path: str, fields: Mapping[str, str], **headers: Any) -> list[HttpResponseBase]:
        """The answer, and the page to which it leads; whatever was changed is undone."""
        body = urlencode(fields, errors="surrogatepass").encode()
        kind = {"content_type": "application/x-www-form-urlencoded"}
        with transaction.atomic():
            answers = [self._ask(role, "POST", path, data=body, **kind | headers)]
            to = answers[0].headers.get("Location", "")
            if to.startswith("/") and not to.startswith("//"):
                answers.append(self.client.get(to))
            transaction.set_rollback(True)
        return answers

    @property
    def client(self) -> Client:
        return self.house.client

    def client_as(self, role: str) -> Client:
        """The client, as somebody of the role."""
        self.client.raise_request_exception = False
        self.client.cookies = SimpleCookie(self.house.people[role])
        return self.client

    def _ask(self, role: str, method: str, path: str, **more: Any) -> HttpResponseBase:
        self.client_as(role)
        if method == "POST":
            return self.client.post(path, **more)
        with transaction.atomic():
            answer = self.client.get(path, **more)
            transaction.set_rollback(True)
        return answer

    # --- following links ---------------------------------------------------------------------------------
    def follow(self, role: str, starts: Iterable[str]) -> None:
        """Every page to which links lead, one of a kind: by the name of its address and of its parameters."""
        waiting, seen = deque(starts), set()
        while waiting:
            path = waiting.popleft()
            parts = urlsplit(path)
            asked = dict(parse_qsl(parts.query, keep_blank_values=True))
            name = name_of(path)
            if not name or (kind := (name, *sorted(asked))) in seen:
                continue
            seen.add(kind)
            self.queries.setdefault(name, {}).update(asked)
            answer = self.get(role, path)
            self.pages[role, path] = name
            if answer.streaming:
                b"".join(answer)  # type: ignore[arg-type]  # which closes the file
            if answer.streaming or not answer.headers.get("Content-Type", "").startswith("text/html"):
                continue
            if not answer.content:  # type: ignore[attr-defined]
                continue
            page = lxml.html.fromstring(answer.content)  # type: ignore[attr-defined]
            for link in page.iter("a"):
                to = urljoin(_HOST + path, link.get("href", "")).partition("#")[0]
                if to.startswith(_HOST + "/"):
                    waiting.append(to.removeprefix(_HOST))
            for form in page.forms:
                self._found(role, path, form)

    def _found(self, role: str, path: str, form: Any) -> None:
        action = urljoin(_HOST + path, form.get("action") or path).removeprefix(_HOST)
        names = [one.get("name") for one in form.iter("input", "textarea", "select", "button")]
        files = tuple(one.get("name") for one in form.iter("input") if one.get("type") == "file")
        values = dict.fromkeys((name for name in names if name and name not in files), "")
        values |= {name: str(value) for name, value in form.form_values()}
        values.pop("csrfmiddlewaretoken", None)
        found = Form(role, (form.get("method") or "get").upper(), action, tuple(values.items()), files)
        self.forms.setdefault(found.kind, found)
        if found.method == "GET":
            self.queries.setdefault(name_of(action), {}).update(values)
