"""Help, references and reports in a real browser: examples run, a repeal is followed to its line, an error reported."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from archive.models import Document, Issue
from archive.validity_proposals import judge, open_proposals
from tests.browser.test_desk import editor, fits, sign_in

__all__ = ["editor"]

SIZES = pytest.mark.parametrize(("width", "script"), [(1280, True), (360, True), (360, False)])


@pytest.fixture
def samples(live_server: LiveServer, transactional_db: None) -> list[Issue]:
    """All bundled issues: the newest repeals a document of the oldest."""
    folder: Path = settings.BASE_DIR / "archive" / "samples"
    call_command("ingest", *map(str, sorted([*folder.glob("*.pdf"), *folder.glob("*.txt")])), publish=True)
    return list(Issue.objects.published())


@SIZES
def test_an_example_of_the_help_finds_what_it_says(
    open_page: Callable[..., Page], live_server: LiveServer, samples: list[Issue], width: int, script: bool
) -> None:
    page = open_page(width=width, java_script_enabled=script)
    page.goto(live_server.url)
    page.get_by_role("navigation", name="主导航").get_by_text("帮助").click()
    assert fits(page)
    example = page.locator(".rules .example").first
    count = example.locator(".count").inner_text()
    example.get_by_role("link").click()
    expect(page.locator(".search-total")).to_contain_text(count)
    page.go_back()
    page.locator(".spellings a").nth(4).click()
    expect(page).to_have_url(re.compile(r"/documents/\w{8}/$"))


@SIZES
def test_a_repeal_is_followed_to_its_very_line(
    open_page: Callable[..., Page], live_server: LiveServer, samples: list[Issue], width: int, script: bool
) -> None:
    proposal = next(one for one in open_proposals() if one.state == "repealed")
    document = Document.objects.get(pk=proposal.document)
    judge(document, proposal.key, confirmed=True)
    page = open_page(width=width, java_script_enabled=script)
    page.goto(live_server.url + document.get_absolute_url())
    step = page.locator(".life li.change")
    expect(step).to_have_count(1)
    expect(step).to_contain_text("废止")
    assert fits(page)
    step.get_by_role("link", name="看原句").click()
    source = Document.objects.get(pk=proposal.source)
    expect(page).to_have_url(re.compile(re.escape(source.get_absolute_url()) + r"\?q=.*#hit-1$"))
    line = page.locator("#hit-1")
    expect(line).to_be_in_viewport()
    assert line.inner_text()[:8] in proposal.evidence.replace("\n", "")


@SIZES
def test_an_error_is_reported_and_settled_at_the_desk(
    open_page: Callable[..., Page],
    live_server: LiveServer,
    sample_issue: Issue,
    editor: User,
    width: int,
    script: bool,
) -> None:
    shown = sample_issue.documents.get(position=1)
    page = open_page(width=width, java_script_enabled=script)
    page.goto(live_server.url + shown.get_absolute_url())
    page.get_by_role("link", name="报告错误").click()
    assert fits(page)
    page.get_by_label("哪里有误").focus()
    page.keyboard.type("这里少了一个字 <b>粗</b>")
    page.keyboard.press("Tab")
    page.keyboard.type(shown.title[:10])
    page.keyboard.press("Tab")
    page.keyboard.type("duzhe@example.org")
    page.keyboard.press("Tab")  # past the field that only machines see
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("谢谢，已经收到")

    desk = open_page()
    sign_in(desk, live_server, reverse("desk-issue", args=[sample_issue.pk]))
    finding = desk.locator(".finding", has_text="读者报告这一件有错误")
    expect(finding).to_contain_text("这里少了一个字 <b>粗</b>")
    expect(finding.get_by_role("link", name="duzhe@example.org")).to_be_visible()
    finding.get_by_role("button", name="已核对").click()
    expect(desk.locator(".finding[data-finding]", has_text="读者报告")).to_have_count(0)


@SIZES
def test_an_address_that_leads_nowhere_leads_on(
    open_page: Callable[..., Page], live_server: LiveServer, sample_issue: Issue, width: int, script: bool
) -> None:
    shown = sample_issue.documents.exclude(number_code="").filter(number_year__isnull=False).first()
    assert shown is not None
    page = open_page(width=width, java_script_enabled=script)
    page.goto(f"{live_server.url}/documents/{shown.number_code}/{shown.number_year}/9999/")
    expect(page.get_by_role("heading", level=1)).to_have_text("本库没有此文号的公文")
    assert fits(page)
    page.get_by_role("link", name=f"{shown.number_code}〔{shown.number_year}〕").click()
    expect(page).to_have_url(
        live_server.url + reverse("number-year", args=[shown.number_code, shown.number_year])
    )
    page.get_by_role("link", name="关于本库").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("关于本库")
    assert fits(page)
    page.get_by_role("link", name="被本库公文引用").click()
    expect(page.locator(".cited-list li").first).to_be_visible()
    assert fits(page)
