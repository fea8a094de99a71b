"""The review in a real browser: a real issue from upload to publication by keyboard, corrected, and read again."""

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

from archive.models import Correction, Finding, IngestRun, Issue
from archive.tasks import ingest_upload
from archive.worker_heartbeat import beat
from tests.browser.test_desk import editor, fits, sign_in

# The views have tests of their own, which are quick.
pytestmark = pytest.mark.in_full

__all__ = ["editor"]

SAMPLES = settings.BASE_DIR / "archive" / "samples"


@pytest.fixture
def draft(live_server: LiveServer, transactional_db: None) -> Issue:
    """The newest bundled issue as a draft."""
    call_command("ingest", str(max(SAMPLES.glob("*.pdf"))))
    return Issue.objects.get()


def test_a_real_issue_from_upload_to_a_correction_that_lasts(
    open_page: Callable[..., Page],
    live_server: LiveServer,
    editor: User,
    shared: Path,
    console_errors: list[str],
) -> None:
    beat()
    page = open_page()
    sign_in(page, live_server, reverse("desk"))
    page.get_by_label("公报文件").set_input_files(shared / "issue" / "yangquan-2022-02.pdf")
    page.get_by_role("button", name="上传并识别").click()
    expect(page.locator(".runs .run-state")).to_have_text("等待处理")
    ingest_upload.call(IngestRun.objects.get().pk)
    expect(page.locator(".runs .run-state")).to_have_text("已完成")
    issue = Issue.objects.get()
    page.goto(live_server.url + reverse("desk-issue", args=[issue.pk]))
    publish = page.get_by_role("button", name="发布", exact=True)
    expect(publish).to_be_disabled()

    # every finding by keyboard: the first of two readings, or checked
    total = issue.findings.count()
    assert total > 5
    page.keyboard.press("j")
    for settled in range(total):
        here = page.locator(".finding.here")
        expect(here).to_have_count(1)
        page.keyboard.press("1" if here.locator("[data-choice]").count() else "a")
        expect(page.locator("#findings .count")).to_have_text(str(total - settled - 1))
    assert not Finding.objects.open().exists()
    number = issue.findings.get(code="number-differs")
    assert number.document is not None
    assert number.document.number == number.evidence[0]

    # one place is corrected beside the print
    block = next(
        b for d in issue.documents.all() for b in d.blocks.filter(table=None, roster=None) if "孟县" in b.text
    )
    page.goto(live_server.url + reverse("desk-document", args=[issue.pk, block.document.position]))
    row = page.locator(f"#block-{block.position}")
    row.hover()
    expect(page.locator(f'.sheets rect.alight[data-of="{block.position}"]').first).to_be_attached()
    row.get_by_role("link", name="更正").click()
    text = page.locator(f"#block-{block.position} textarea").first
    text.fill(block.text.replace("孟县", "盂县"))
    page.keyboard.press("Tab")
    page.get_by_role("button", name="保存更正").first.click()
    expect(page.locator(".messages")).to_contain_text("已更正")
    expect(row).to_contain_text("盂县")

    page.goto(live_server.url + reverse("desk-issue", args=[issue.pk]))
    expect(publish).to_be_enabled()
    publish.click()
    expect(page.locator(".messages")).to_contain_text("已发布")

    def found_by_a_reader() -> None:
        reader = open_page()
        at = block.text.index("孟县")
        words = block.text[max(0, at - 4) : at + 6].replace("孟县", "盂县")
        reader.goto(f"{live_server.url}{reverse('search')}?q={words}")
        reader.locator(".hits a").first.click()
        expect(reader.locator("main")).to_contain_text("盂县")
        expect(reader.locator(".corrected").first).to_contain_text("孟县")

    found_by_a_reader()
    call_command("reparse", "--all")
    correction = Correction.objects.get(kind="text")
    assert correction.state == "standing"
    found_by_a_reader()
    assert not Finding.objects.open().exists()
    assert console_errors == []


def test_two_editors_on_one_document(
    open_page: Callable[..., Page], live_server: LiveServer, editor: User, draft: Issue
) -> None:
    first, second = open_page(), open_page()
    path = reverse("desk-document", args=[draft.pk, 1])
    block = draft.documents.get(position=1).blocks.filter(kind="paragraph").first()
    assert block is not None
    for page in (first, second):
        sign_in(page, live_server, path)
        page.goto(f"{live_server.url}{path}?edit=block-{block.position}")
    for page, word in ((first, "甲改"), (second, "乙改")):
        page.locator(".correcting textarea").first.fill(f"{word}{block.text}")
        page.get_by_role("button", name="保存更正").first.click()
    expect(first.locator(".messages")).to_contain_text("已更正")
    expect(second.locator(".messages")).to_contain_text("已被别人改过")
    expect(second.locator(".now-reads")).to_contain_text("甲改")
    expect(second.locator(".correcting textarea").first).to_have_value(re.compile("^乙改"))
    assert draft.documents.get(position=1).blocks.get(position=block.position).text.startswith("甲改")


@pytest.mark.parametrize("width", [360, 1400])
def test_the_review_fits(
    open_page: Callable[..., Page],
    live_server: LiveServer,
    editor: User,
    draft: Issue,
    console_errors: list[str],
    width: int,
) -> None:
    page = open_page(width=width)
    sign_in(page, live_server, reverse("desk-issue", args=[draft.pk]))
    assert fits(page)
    tables = draft.documents.filter(tables__isnull=False).first()
    assert tables is not None
    for position, edit in ((1, "fields"), (1, "block-2"), (1, "reference"), (tables.position, "row-0-0")):
        page.goto(f"{live_server.url}{reverse('desk-document', args=[draft.pk, position])}?edit={edit}")
        expect(page.locator(".correcting").first).to_be_visible()
        assert fits(page), edit
    page.goto(live_server.url + reverse("desk-corrections", args=[draft.pk]))
    assert fits(page)
    assert console_errors == []


def test_the_picture_is_zoomed_and_lights_the_text(
    open_page: Callable[..., Page], live_server: LiveServer, editor: User, draft: Issue
) -> None:
    page = open_page(width=1400)
    sign_in(page, live_server, reverse("desk-document", args=[draft.pk, 1]))
    sheet = page.locator(".sheets .sheet").first
    before = sheet.bounding_box()
    page.get_by_role("button", name="放大").click()
    after = sheet.bounding_box()
    assert before is not None and after is not None and after["width"] > before["width"] * 1.3
    page.get_by_role("button", name="缩小").click()
    box = page.locator(".sheets rect").nth(3)
    block = box.get_attribute("data-of")
    box.click(force=True)
    expect(page.locator(f"#block-{block}")).to_have_class(re.compile(r"\balight\b"))
    expect(page.locator(f"#block-{block}")).to_be_in_viewport()
