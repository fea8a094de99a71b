"""The way of a reader who looks for a person or a post, in a real browser: wide and on a phone, with and without script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from archive.models import Appointment, Issue

WIDTHS = [pytest.param(360, id="phone"), pytest.param(1280, id="wide")]
SCRIPT = [pytest.param(True, id="script"), pytest.param(False, id="no script")]


def fits(page: Page) -> bool:
    """True when nothing makes the page scroll sideways."""
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.fixture
def appointed(sample_issue: Issue) -> Appointment:
    """One of the bundled issue, printed in a paragraph of its own."""
    found = Appointment.objects.filter(document__issue=sample_issue, action="appoint").exclude(remark="")
    return found.select_related("document").order_by("document_id", "position")[0]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("script", SCRIPT)
def test_from_a_name_to_the_printed_line_and_to_the_post(
    open_page: Callable[..., Page],
    live_server: LiveServer,
    appointed: Appointment,
    console_errors: list[str],
    width: int,
    script: bool,
) -> None:
    page = open_page(width=width, java_script_enabled=script)
    page.goto(live_server.url)
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="人事").click()
    expect(page.locator("h1")).to_have_text("人事任免")
    assert fits(page)

    page.get_by_role("searchbox", name="查找姓名或职务").fill(appointed.person)
    page.get_by_role("searchbox", name="查找姓名或职务").press("Enter")
    page.locator(".found-people").get_by_role("link", name=appointed.person, exact=True).click()
    expect(page.locator("h1")).to_have_text(appointed.person)
    assert fits(page)

    line = page.locator(".act-list li").filter(has_text=f"{appointed.post}（{appointed.remark}）")
    line.locator(".act-source a").click()
    page.wait_for_url(f"**{appointed.document.get_absolute_url()}#{appointed.anchor}")
    # The very line, in view and lit.
    printed = page.locator(f".text p:has(> #{appointed.anchor})")
    expect(printed).to_be_in_viewport()
    text = "".join(printed.inner_text().split())
    assert text.startswith(appointed.person) and appointed.post in text
    colour = "(e => getComputedStyle(e).backgroundColor)"
    assert printed.evaluate(colour) != page.locator(".text p").first.evaluate(colour)

    page.locator(".appointments").get_by_role("link", name=appointed.post).click()
    expect(page.locator("h1")).to_have_text(appointed.post)
    expect(page.locator(".act-list")).to_contain_text(appointed.person)
    assert fits(page)
    page.go_back()
    page.wait_for_url(f"**{appointed.document.get_absolute_url()}*")
    assert console_errors == []


def test_a_search_for_a_person_leads_on(
    page: Page, live_server: LiveServer, appointed: Appointment, console_errors: list[str]
) -> None:
    page.goto(f"{live_server.url}/search/?q=person:{appointed.person}")
    page.locator(".search-people").get_by_role("link", name=appointed.person).click()
    expect(page.locator("h1")).to_have_text(appointed.person)
    assert console_errors == []


def test_with_the_keyboard_alone(page: Page, live_server: LiveServer, appointed: Appointment) -> None:
    page.goto(f"{live_server.url}/people/?year={appointed.document.issue.year}")
    name = page.locator(".named a").first
    wanted = name.inner_text()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == wanted:
            break
    expect(name).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(wanted)


def test_a_name_that_is_not_here_offers_a_search(
    page: Page, live_server: LiveServer, appointed: Appointment
) -> None:
    page.goto(f"{live_server.url}/people/没有此人/")
    expect(page.locator("main input[name=q]")).to_have_value("没有此人")
    page.locator("main form[role=search] button").click()
    page.wait_for_url("**/search/?q=*")


def test_printed_a_person_is_a_plain_list(
    page: Page, live_server: LiveServer, appointed: Appointment
) -> None:
    page.goto(f"{live_server.url}/people/{appointed.person}/")
    page.emulate_media(media="print")
    for part in (".masthead", ".colophon"):
        expect(page.locator(part)).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".act-list").first).to_contain_text(appointed.post)
