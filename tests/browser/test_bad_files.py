"""Files from which little or nothing can be read, uploaded at the desk: a scan without recognition, a broken file."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from archive.ingest.originals import stored_originals
from archive.models import Batch, Document, IngestRun, Issue
from archive.tasks import ingest_upload
from archive.worker_heartbeat import beat
from tests.browser.test_desk import editor, sign_in

# The views have tests of their own, which are quick.
pytestmark = pytest.mark.in_full

__all__ = ["editor"]


def upload(page: Page, live_server: LiveServer, path: Path) -> IngestRun:
    """The run of a file that was chosen at the desk."""
    beat()
    sign_in(page, live_server, reverse("desk"))
    page.get_by_label("公报文件").set_input_files(path)
    page.get_by_role("button", name="上传并识别").click()
    expect(page.locator(".runs .run-state")).to_have_text("等待处理")
    return IngestRun.objects.get()


def test_a_scan_without_recognition_is_kept_and_shown_and_not_searchable(
    open_page: Callable[..., Page],
    live_server: LiveServer,
    editor: User,
    shared: Path,
    console_errors: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GAZETTE_OCR", "0")
    page = open_page()
    run = upload(page, live_server, shared / "issue" / "scanned.pdf")
    assert ingest_upload.call(run.pk) == "added"
    row = page.locator(".runs tr.done")
    expect(row).to_contain_text("扫描件，尚不可检索")
    issue = Issue.objects.get()
    row.get_by_role("link", name=issue.name).click()
    expect(page.locator("main")).to_contain_text("扫描件，尚不可检索")
    # its pages are looked at, and the original is there
    page.get_by_role("link", name="逐页查看原件").click()
    picture = page.locator("main img").first
    expect(picture).to_be_visible()
    page.wait_for_function("() => document.querySelector('main img').naturalWidth > 300")
    assert (issue.is_searchable, issue.documents.count(), issue.state) == (False, 0, "draft")
    assert len(list(stored_originals())) == 1
    # a document cannot be marked where nothing was read, and that is said
    page.goto(live_server.url + reverse("desk-missed", args=[issue.pk]))
    page.locator(".missed-page .sheet").click(position={"x": 200, "y": 200})
    expect(page.get_by_role("alert")).to_contain_text("这里没有文字行")
    assert console_errors == []


def test_a_broken_file_is_told_with_its_stage_and_leaves_nothing(
    open_page: Callable[..., Page],
    live_server: LiveServer,
    editor: User,
    tmp_path: Path,
    console_errors: list[str],
) -> None:
    broken = tmp_path / "坏.pdf"
    broken.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 40)
    page = open_page()
    run = upload(page, live_server, broken)
    assert ingest_upload.call(run.pk) == "failed"
    row = page.locator(".runs tr.failed")
    expect(row.locator("td").first).to_contain_text("读取文件")
    run.refresh_from_db()
    assert run.message and run.stage == "extract"
    expect(row).to_contain_text(run.message)

    def no_trace() -> None:
        assert not Issue.objects.exists() and not Document.objects.exists() and not Batch.objects.exists()
        assert list(stored_originals()) == []

    no_trace()
    row.get_by_role("button", name="再试一次").click()
    expect(page.locator(".messages")).to_contain_text("已重新排队")
    expect(page.locator(".runs tr.queued")).to_have_count(1)
    assert ingest_upload.call(IngestRun.objects.get().pk) == "failed"
    expect(row.get_by_role("button", name="再试一次")).to_be_visible()
    no_trace()
    reader = open_page()
    reader.goto(f"{live_server.url}{reverse('search')}?q=坏")
    expect(reader.locator(".hits a")).to_have_count(0)
    assert console_errors == []
