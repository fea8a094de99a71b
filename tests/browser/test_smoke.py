"""The way of a reader, in a real browser: home, search, document; wide and on a phone; with and without script."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from archive.models import Document, Issue

WIDTHS = [pytest.param(360, id="phone"), pytest.param(1280, id="wide")]
SCRIPT = [pytest.param(True, id="script"), pytest.param(False, id="no script")]


def fits(page: Page) -> bool:
    """True when nothing makes the page scroll sideways."""
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def long_document(issue: Issue) -> Document:
    """The document with the most headings: what a reader comes for."""
    return max(issue.documents.published(), key=lambda document: document.sections.count())


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("script", SCRIPT)
def test_home_search_document(
    open_page: Callable[..., Page],
    live_server: LiveServer,
    sample_issue: Issue,
    console_errors: list[str],
    width: int,
    script: bool,
) -> None:
    wanted = long_document(sample_issue)
    page = open_page(width=width, java_script_enabled=script)

    page.goto(live_server.url)
    expect(page.locator("h1")).to_have_count(1)
    page.locator("main input[name=q]").fill(wanted.title)
    page.locator("main form[role=search] button").first.click()

    page.wait_for_url("**/search/?**")
    page.locator(f"main a[href^='/documents/{wanted.public_id}/']").first.click()

    page.wait_for_url(f"**/documents/{wanted.public_id}/**")
    expect(page.locator("h1")).to_have_count(1)
    # A title is printed in lines; the breaks are no part of it.
    assert "".join(page.locator("h1").inner_text().split()) == "".join(wanted.title.split())
    expect(page.locator("main")).to_contain_text(wanted.number)
    assert console_errors == []


def addresses(issue: Issue) -> list[str]:
    document = long_document(issue)
    return [
        "/",
        "/issues/",
        issue.get_absolute_url(),
        document.get_absolute_url(),
        "/documents/",
        f"/documents/{document.number_code}/",
        f"/search/?q={document.kind}",
        "/search/?q=%E6%B2%A1%E6%9C%89%E8%BF%99%E4%B8%AA%E8%AF%8D",
        reverse("desk-sign-in"),
    ]


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_scrolls_sideways_or_complains(
    open_page: Callable[..., Page],
    live_server: LiveServer,
    sample_issue: Issue,
    console_errors: list[str],
    width: int,
) -> None:
    page = open_page(width=width)
    for address in addresses(sample_issue):
        answer = page.goto(live_server.url + address)
        assert answer is not None
        assert answer.status == 200, address
        expect(page.locator("h1")).to_have_count(1)
        assert fits(page), f"{address} is wider than {width} px"
        assert console_errors == [], address


@pytest.mark.parametrize("script", SCRIPT)
def test_the_language_is_switched_in_the_page(
    open_page: Callable[..., Page], live_server: LiveServer, sample_issue: Issue, script: bool
) -> None:
    page = open_page(java_script_enabled=script)
    page.goto(live_server.url + "/issues/")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    page.get_by_role("button", name="English").click()
    page.wait_for_url("**/issues/")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")


def test_the_skip_link_is_the_first_stop_of_the_keyboard(
    page: Page, live_server: LiveServer, sample_issue: Issue
) -> None:
    page.goto(live_server.url + sample_issue.get_absolute_url())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
