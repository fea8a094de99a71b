"""Told by mail in a real browser and by a real mail server: signed up, confirmed, told of what is new, and left again."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from archive.alerts.postman import deliver
from archive.models import Issue, Subscriber
from tests.alerts.post_office import PostOffice, Received, turn_alerts_on
from tests.browser.test_desk import fits
from tests.browser.test_guide import SIZES
from tests.faults.processes import text_of_issue


@pytest.fixture
def post_office(settings: Settings) -> Iterator[PostOffice]:
    office = PostOffice()
    office.open()
    turn_alerts_on(settings, office.port)
    yield office
    office.close()


def mail(office: PostOffice, days: int = 0) -> Received:
    """The mail that goes now, or on the morning so many days from now."""
    now = timezone.localtime() + timedelta(days=days)
    deliver(now.replace(hour=8) if days else now)
    (got,) = office.take()
    return got


@SIZES
def test_from_the_search_to_the_mail_and_out_again(
    open_page: Callable[..., Page],
    console_errors: list[str],
    live_server: LiveServer,
    sample_issue: Issue,
    post_office: PostOffice,
    tmp_path: Path,
    width: int,
    script: bool,
) -> None:
    page = open_page(width=width, java_script_enabled=script)
    page.goto(f"{live_server.url}/search/?kind=通知")
    page.get_by_role("link", name="有新文件时用邮件告诉我").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("有新文件时用邮件告诉我")
    expect(page.locator(".about-document")).to_contain_text("文种：通知")
    assert fits(page)
    page.get_by_label("您的电子邮箱").focus()
    page.keyboard.type("duzhe@example.org")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")  # past the field that only machines see
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("请查看您的邮箱")
    assert fits(page)

    (confirm,) = mail(post_office).links("/alerts/confirm/")
    page.goto(live_server.url + confirm)
    assert fits(page)
    page.get_by_role("button", name="确认").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("已确认")

    path = tmp_path / "new.txt"
    path.write_text(text_of_issue(1), encoding="utf-8")
    call_command("ingest", str(path), publish=True)
    told = mail(post_office, days=1)
    assert "2 件新公文" in told.header("Subject")
    page.goto(live_server.url + told.links("/documents/")[0])
    expect(page.get_by_role("heading", level=1)).to_contain_text("第1号河道管理工作")

    page.goto(live_server.url + told.links("/alerts/mine/")[0])
    expect(page.locator(".cited-list")).to_contain_text("文种：通知")
    assert fits(page)
    page.goto(live_server.url + told.links("/alerts/end/")[0])
    assert fits(page)
    page.get_by_role("button", name="退订").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("已退订"))
    assert fits(page)
    assert not Subscriber.objects.exists()
    assert console_errors == []
