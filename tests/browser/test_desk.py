"""The way of an editor, in a real browser: sign in, upload, watch, review, publish; with and without script."""

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from archive.models import IngestRun, Issue
from archive.tasks import ingest_upload
from archive.worker_heartbeat import beat

WIDTHS = [pytest.param(360, id="phone"), pytest.param(1280, id="wide")]
SAMPLES = settings.BASE_DIR / "archive" / "samples"


@pytest.fixture
def editor(transactional_db: None) -> User:
    return User.objects.create_user("bianji", password="a-long-word-1", is_staff=True)


def sign_in(page: Page, live_server: LiveServer, path: str) -> None:
    page.goto(live_server.url + path)
    page.locator("input[name=username]").fill("bianji")
    page.locator("input[name=password]").fill("a-long-word-1")
    page.locator("main form button").click()
    page.wait_for_url(live_server.url + path)


def fits(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("script", [pytest.param(True, id="script"), pytest.param(False, id="no script")])
def test_from_upload_to_publication(
    open_page: Callable[..., Page],
    live_server: LiveServer,
    editor: User,
    console_errors: list[str],
    script: bool,
) -> None:
    beat()
    page = open_page(java_script_enabled=script)
    sign_in(page, live_server, reverse("desk"))
    page.locator("input[type=file]").set_input_files(
        [max(SAMPLES.glob("*.pdf")), SAMPLES.parent / "__init__.py"]
    )
    page.locator(".upload button").click()
    expect(page.locator(".messages")).to_contain_text("已接收 1 个文件")
    expect(page.locator(".messages")).to_contain_text("文件是空的")
    expect(page.locator(".runs .run-state")).to_have_text("等待处理")

    run = IngestRun.objects.get()
    ingest_upload.call(run.pk)
    issue = Issue.objects.get()
    if not script:
        page.locator(".refresh").click()
    # with script the row changes by itself
    expect(page.locator(".runs .run-state")).to_have_text("已完成")
    expect(page.locator("[data-live=drafts]")).to_contain_text(issue.name)
    page.locator(".runs").get_by_role("link", name=issue.name).click()

    page.wait_for_url("**" + reverse("desk-issue", args=[issue.pk]))
    expect(page.locator(".review-documents h4")).to_have_count(issue.documents.count())
    page.locator(".review-documents summary").first.click()
    expect(page.locator(".preview").first).to_be_visible()
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("已发布")
    page.get_by_role("link", name="读者页面").click()
    expect(page.locator("main")).to_contain_text(issue.documents.get(position=1).title)

    page.go_back()
    page.get_by_text("撤回这一期").click()
    page.locator("textarea").fill("排印有误")
    page.get_by_role("button", name="撤回", exact=True).click()
    expect(page.locator(".review-head .state")).to_have_text("已撤回")
    assert console_errors == []


def test_a_run_under_way_moves_without_being_asked(
    open_page: Callable[..., Page], live_server: LiveServer, editor: User, console_errors: list[str]
) -> None:
    run = IngestRun.objects.create(file_name="公报.pdf", sha256="0" * 64)
    page = open_page()
    sign_in(page, live_server, reverse("desk-runs"))
    state = page.locator(".runs .run-state")
    expect(state).to_have_text("等待处理")
    for number in (12, 31):
        IngestRun.objects.filter(pk=run.pk).update(
            state="running", stage="extract", page=number, page_count=74, lease_until="2099-01-01T00:00Z"
        )
        expect(state).to_have_text(re.compile(rf"读取文件\s*第 {number}/74 页"))
        expect(page.locator("progress")).to_have_js_property("value", number)
    IngestRun.objects.filter(pk=run.pk).update(state="failed", message="PDF 已损坏", lease_until=None)
    expect(state).to_have_text("失败")
    expect(page.locator("[data-announce]")).to_contain_text("PDF 已损坏")
    assert console_errors == []


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_runs_over_the_edge(
    open_page: Callable[..., Page],
    live_server: LiveServer,
    editor: User,
    console_errors: list[str],
    width: int,
) -> None:
    call_command("ingest", str(max(SAMPLES.glob("*.pdf"))))
    issue = Issue.objects.get()
    IngestRun.objects.create(
        file_name="长" * 120 + ".pdf", sha256="0" * 64, state="failed", message="文件已损坏。" * 20
    )
    page = open_page(width=width)
    sign_in(page, live_server, reverse("desk"))
    for path in (
        reverse("desk"),
        reverse("desk-runs"),
        reverse("desk-issue", args=[issue.pk]),
        *(reverse("desk-document", args=[issue.pk, n]) for n in range(1, 4)),
    ):
        page.goto(live_server.url + path)
        assert fits(page), path
    assert console_errors == []


def test_all_can_be_reached_with_the_keyboard(
    open_page: Callable[..., Page], live_server: LiveServer, editor: User
) -> None:
    page = open_page()
    sign_in(page, live_server, reverse("desk"))
    page.locator("#content").focus()
    reached = []
    for _step in range(12):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.name || document.activeElement.innerText.trim()")
        )
    order = ["工作台", "上传记录", "退出", "uploads", "上传并识别", "密码与替换"]
    assert [one for one in reached if one in order] == order
