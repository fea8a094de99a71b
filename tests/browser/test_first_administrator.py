"""The one-time link of the first start, in a real browser."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from archive.first_administrator import issue_token


@pytest.mark.usefixtures("transactional_db")
def test_the_link_leads_to_the_desk_once(
    page: Page, live_server: LiveServer, console_errors: list[str]
) -> None:
    token = issue_token()
    assert token is not None
    link = live_server.url + reverse("first-administrator", args=[token])
    page.goto(link)
    page.locator("input[name=username]").fill("bianji")
    page.locator("input[name=password1]").fill("123")
    page.locator("input[name=password2]").fill("123")
    page.locator("main form button").click()
    # what is wrong stands at its field, in Chinese
    expect(page.locator(".errorlist").first).to_be_visible()
    page.locator("input[name=password1]").fill("sheng-qu-wan-li")
    page.locator("input[name=password2]").fill("sheng-qu-wan-li")
    page.locator("main form button").click()
    page.wait_for_url(live_server.url + reverse("desk"))
    expect(page.get_by_text("bianji")).to_be_visible()
    assert console_errors == []
    answer = page.goto(link)
    assert answer is not None
    assert answer.status == 410
    expect(page.locator("h1")).to_have_count(1)
