"""The whole public site, walked from its home page along every link: none is broken, and every page is sound HTML."""

from collections import Counter, deque
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urldefrag, urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib
import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from archive.search.update import rebuild

pytestmark = pytest.mark.django_db

HOST = "http://testserver"
# What browsers do not run.
DATA = "application/ld+json"
# Behind sign-in, and walked by tests of its own.
DESK = ("/desk/", "/admin/")
# Every facet leads to others: search is followed from other pages, not from its own.
SEARCH = "/search/"


@dataclass(slots=True)
class Found:
    """What an address answered, where it leads, the anchors it has, and what is wrong with its HTML."""

    status: int
    links: list[str] = field(default_factory=list)
    anchors: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def look_at(client: Client, address: str) -> Found:
    answer = client.get(address, follow=True)
    found = Found(answer.status_code)
    body = answer.getvalue() if answer.streaming else answer.content
    if not answer["Content-Type"].startswith("text/html"):
        return found
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    page: Element = parser.parse(body.decode())
    found.faults = [f"{code} {data or ''} at {at}" for at, code, data in parser.errors]
    for element in page.iter():
        if not isinstance(element.tag, str):
            continue
        if name := element.get("id"):
            found.anchors[name] += 1
        for attribute in ("href", "src"):
            if (to := element.get(attribute)) is not None and element.tag not in ("base", "use"):
                found.links.append(urljoin(HOST + address, to))
        found.faults += [f"{name} on {element.tag}" for name in element.attrib if name.startswith("on")]
        if (
            element.tag == "style"
            or element.get("style")
            or (element.tag == "script" and not element.get("src") and element.get("type") != DATA)
        ):
            found.faults.append(f"inline {element.tag}")
    found.faults += [f"id {name} given {times} times" for name, times in found.anchors.items() if times > 1]
    found.faults += _headings(page)
    found.faults += _names(page, found.anchors)
    return found


def _headings(page: Element) -> list[str]:
    """One h1; what stands in a dialog has headings of its own."""
    dialogs = [inner for dialog in page.iter("dialog") for inner in dialog.iter()]
    tops = [h for h in page.iter("h1") if h not in dialogs]
    return [] if len(tops) == 1 else [f"{len(tops)} h1"]


def _names(page: Element, anchors: Counter[str]) -> list[str]:
    """What names another element by its id names one that is there; a field has a label."""
    faults = []
    labelled = {label.get("for") for label in page.iter("label")}
    wrapped = {inner for label in page.iter("label") for inner in label.iter("input")}
    for element in page.iter():
        for attribute in ("aria-labelledby", "aria-describedby", "aria-controls", "for"):
            for name in (element.get(attribute) or "").split():
                if name not in anchors:
                    faults.append(f"{attribute} names {name}, which is not there")
        is_field = element.tag == "input" and element.get("type") not in ("hidden", "submit")
        is_named = element in wrapped or element.get("id") in labelled or element.get("aria-label")
        if is_field and not is_named:
            faults.append(f"input {element.get('name')} has no label")
        if element.tag == "img" and element.get("alt") is None:
            faults.append(f"img {element.get('src')} has no alt")
    return faults


def test_every_link_leads_somewhere(client: Client, everything: bool) -> None:
    """Of all bundled issues where everything is required, elsewhere of the newest."""
    samples = sorted((settings.BASE_DIR / "archive" / "samples").glob("*.pdf"))
    for path in samples if everything else samples[-1:]:
        call_command("ingest", str(path), publish=True)
    rebuild()

    pages: dict[str, Found] = {}
    named: list[tuple[str, str, str]] = []
    waiting = deque([("/", "")])
    broken, unsound = [], []
    while waiting:
        address, on = waiting.popleft()
        if address in pages:
            continue
        found = pages[address] = look_at(client, address)
        if found.status != 200:
            broken.append(f"{found.status} {unquote(address)} on {unquote(on)}")
        unsound += [f"{unquote(address)}: {fault}" for fault in found.faults]
        for link in found.links:
            to, anchor = urldefrag(link)
            parts = urlsplit(to)
            if f"{parts.scheme}://{parts.netloc}" != HOST or parts.path.startswith(DESK):
                continue
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            if path.startswith(SEARCH) and (address.startswith(SEARCH) or len(parse_qsl(parts.query)) > 2):
                continue
            waiting.append((path, address))
            if anchor:
                named.append((path, unquote(anchor), address))

    missing = {
        f"{unquote(path)}#{anchor} on {unquote(on)}"
        for path, anchor, on in named
        if pages[path].anchors and anchor not in pages[path].anchors
    }
    assert not broken
    assert not missing
    assert not unsound
    assert len(pages) > 100
