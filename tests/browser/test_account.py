"""Roles and the second factor, in a real browser: without script, at both widths, and with nothing refused."""

import base64
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from archive.roles import EDITOR
from archive.second_factor import GROUP
from tests.accounts import PASSWORD, make_account
from tests.factories import make_issue
from tests.views.test_second_factor import code_of

pytestmark = pytest.mark.usefixtures("transactional_db")


def sign_in(page: Page, live_server: LiveServer) -> None:
    page.goto(live_server.url + reverse("desk-sign-in"))
    page.locator("input[name=username]").fill("bianji")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button").click()


@pytest.mark.parametrize("width", [pytest.param(360, id="phone"), pytest.param(1280, id="wide")])
def test_whoever_needs_a_second_factor_is_led_through(
    open_page: Callable[..., Page], live_server: LiveServer, console_errors: list[str], width: int
) -> None:
    make_account("bianji").groups.add(Group.objects.get_or_create(name=GROUP)[0])
    page = open_page(width=width, java_script_enabled=False)
    sign_in(page, live_server)
    expect(page.locator("h1")).to_have_text("设置两步验证")
    picture = page.locator("svg.qr").bounding_box()
    assert picture is not None
    assert picture["width"] == picture["height"] > 180
    secret = page.locator(".secret").inner_text().replace(" ", "")
    key = base64.b32decode(secret).hex()
    page.locator("input[name=code]").fill(code_of(key))
    page.get_by_role("button", name="确认").click()
    codes = page.locator(".backup-codes li").all_inner_texts()
    assert len(codes) == 10
    page.locator("main a.button").click()
    page.wait_for_url(live_server.url + reverse("desk"))

    page.get_by_role("button", name="退出").click()
    sign_in(page, live_server)
    expect(page.locator("h1")).to_have_text("输入验证码")
    page.locator("input[name=code]").fill(codes[0])
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(live_server.url + reverse("desk"))
    assert console_errors == []


def test_buttons_are_those_of_the_role(page: Page, live_server: LiveServer) -> None:
    make_account("bianji", EDITOR)
    draft, public = make_issue("draft"), make_issue(label="2")
    sign_in(page, live_server)
    page.goto(live_server.url + reverse("desk-issue", args=[draft.pk]))
    expect(page.get_by_text("丢弃草稿")).to_be_visible()
    expect(page.get_by_role("button", name="发布", exact=True)).to_have_count(0)
    page.goto(live_server.url + reverse("desk-issue", args=[public.pk]))
    expect(page.get_by_text("撤回这一期")).to_have_count(0)
    page.get_by_role("link", name="操作记录").last.click()
    expect(page.locator(".history")).to_contain_text("收入库中")


def test_the_account_and_the_log_fit_a_phone(open_page: Callable[..., Page], live_server: LiveServer) -> None:
    make_account("bianji")
    issue = make_issue("draft", name=f"{'很长的文件名' * 30}.pdf", label="")
    page = open_page(width=360)
    sign_in(page, live_server)
    for name, arguments in (
        ("account", []),
        ("account-password", []),
        ("account-second-factor", []),
        ("desk-log", []),
        ("desk-history", [issue.pk]),
    ):
        page.goto(live_server.url + reverse(name, args=arguments))
        wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        assert page.evaluate(wide), name
