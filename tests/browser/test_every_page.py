"""Each kind of public page in a real browser: no fault that axe-core finds, in any mode, and light on the network."""

from collections.abc import Callable
from pathlib import Path

import axe_playwright_python
import pytest
from django.core.management import call_command
from playwright.sync_api import Page, Response
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from archive.models import Document, Issue
from tests.alerts.post_office import turn_alerts_on
from tests.outside import PROJECT

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What another type size and other colours may break. Where everything is required, each mode is asked all, and each
# page in all modes; elsewhere in light and one other, another one from page to page.
OF_LOOKS = ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"]
MODES: dict[str, dict[str, str]] = {
    "light": {},
    "dark": {"theme": "dark"},
    "large": {"size": "largest", "spacing": "wide"},
    "contrast": {"contrast": "high"},
}
OTHERS = [mode for mode in MODES if mode != "light"]
# What a reader's choice is to the page.
CHOOSE = """chosen => {
  const { dataset } = document.documentElement;
  for (const name of Object.keys(dataset)) delete dataset[name];
  Object.assign(dataset, chosen);
}"""
MOST_REQUESTS, MOST_BYTES = 12, 100_000
# The reference of the API is long, and packed on its way.
LONGER = {"api": 150_000}


@pytest.fixture
def archive(live_server: LiveServer, transactional_db: None, settings: Settings) -> Issue:
    """The bundled issues, which cite and change each other; the newest of them. The site sends mails to readers."""
    turn_alerts_on(settings)
    for path in sorted((PROJECT / "archive" / "samples").glob("*.pdf")):
        call_command("ingest", str(path), publish=True)
    newest = Issue.objects.published().order_by("-published_on").first()
    assert newest is not None
    return newest


def one_of_each(issue: Issue) -> dict[str, str]:
    """An address of each kind of public page."""
    documents = Document.objects.published()
    tabular = documents.filter(tables__isnull=False).first()
    personnel = documents.filter(appointments__isnull=False).first()
    changed = documents.filter(cited_by__isnull=False).first()
    assert tabular is not None and personnel is not None and changed is not None
    return {
        "home": "/",
        "issues": "/issues/",
        "issue": issue.get_absolute_url(),
        "pages": f"{issue.get_absolute_url()}pages/",
        "pages with hits": f"{issue.get_absolute_url()}pages/?q=通知",
        "page with its text": f"{issue.get_absolute_url()}pages/4/",
        "numbers": "/documents/",
        "code": f"/documents/{tabular.number_code}/",
        "run": f"/documents/{tabular.number_code}/{tabular.number_year}/",
        "document with a table": tabular.get_absolute_url(),
        "document on posts": personnel.get_absolute_url(),
        "document that others cite": changed.get_absolute_url(),
        "people": "/people/",
        "people found": "/people/?q=市",
        "person": f"/people/{personnel.appointments.all()[0].person}/",
        "nobody": "/people/没有此人/",
        "post": f"/posts/{personnel.appointments.all()[0].post}/",
        "document with hits": f"{changed.get_absolute_url()}?q=通知",
        "document in print": f"{tabular.get_absolute_url()}print/",
        "search": "/search/?q=通知",
        "search for nothing": "/search/?q=没有这样一个词",
        "numbers not held": "/documents/not-held/",
        "report of an error": f"{tabular.get_absolute_url()}report/",
        "to be told by mail": "/alerts/?follow=kind&kind=通知",
        "what is followed by mail": "/alerts/mine/",
        "help": "/help/",
        "about": "/about/",
        "api": "/api/",
        "check of a file": f"/verify/?sha256={issue.sha256}",
        "check of an unknown file": f"/verify/?sha256={'0' * 64}",
        "signed lists": "/manifests/",
        "not found": "/documents/没有/",
    }


@pytest.mark.parametrize("width", [pytest.param(1280, id="wide"), pytest.param(360, id="phone")])
def test_no_page_shuts_anybody_out(
    open_page: Callable[..., Page], live_server: LiveServer, archive: Issue, everything: bool, width: int
) -> None:
    page = open_page(width=width, bypass_csp=True)
    faults = []
    for turn, (kind, address) in enumerate(one_of_each(archive).items()):
        page.goto(live_server.url + address)
        page.wait_for_load_state("networkidle")
        page.evaluate(AXE.read_text())
        modes = MODES if everything else ("light", OTHERS[turn % len(OTHERS)])
        for mode in modes:
            page.evaluate(CHOOSE, MODES[mode])
            rules = RULES if everything or mode == "light" else OF_LOOKS
            found = page.evaluate("rules => axe.run({ runOnly: rules })", rules)
            faults += [
                f"{kind}, {mode}: {fault['id']}: {node['html'][:200]}: {node['failureSummary']}"
                for fault in found["violations"]
                for node in fault["nodes"]
            ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("mode", ["light", "large"])
def test_no_page_scrolls_sideways_where_it_is_narrowest(
    open_page: Callable[..., Page], live_server: LiveServer, archive: Issue, mode: str
) -> None:
    page = open_page(width=320, height=640, is_mobile=True, has_touch=True)
    wide = []
    for kind, address in one_of_each(archive).items():
        page.goto(live_server.url + address)
        page.evaluate(CHOOSE, MODES[mode])
        if (width := page.evaluate("document.documentElement.scrollWidth")) > 320:
            wide.append(f"{kind}: {width} px")
    assert not wide


def test_every_page_is_light(
    open_page: Callable[..., Page], live_server: LiveServer, archive: Issue, console_errors: list[str]
) -> None:
    heavy = []
    for kind, address in one_of_each(archive).items():
        page = open_page()
        answers: list[Response] = []
        page.on("response", lambda answer, into=answers: into.append(answer))
        page.goto(live_server.url + address)
        page.wait_for_load_state("networkidle")
        foreign = [answer.url for answer in answers if not answer.url.startswith((live_server.url, "data:"))]
        assert not foreign, f"{kind} asks other hosts: {foreign}"
        size = sum(
            answer.request.sizes()["responseBodySize"]
            for answer in answers
            if answer.request.resource_type != "image"
        )
        others = [answer for answer in answers if answer.request.resource_type != "image"]
        if len(others) > MOST_REQUESTS or size > LONGER.get(kind, MOST_BYTES):
            heavy.append(f"{kind}: {len(others)} requests, {size} bytes")
        page.close()
    assert not heavy
    assert set(console_errors) <= {
        "Failed to load resource: the server responded with a status of 404 (Not Found)"
    }
