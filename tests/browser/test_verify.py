"""A reader has a file and asks whether it is the published one: dropped, chosen, or sent where there is no script."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page, Request, expect
from pytest_django.live_server_helper import LiveServer

from archive.models import Issue

SAMPLE = max((settings.BASE_DIR / "archive" / "samples").glob("*.pdf"))
DROP = """(page, [name, bytes]) => {
  const dropped = new DataTransfer();
  dropped.items.add(new File([new Uint8Array(bytes)], name));
  for (const kind of ["dragover", "drop"]) {
    page.dispatchEvent(new DragEvent(kind, { dataTransfer: dropped, bubbles: true, cancelable: true }));
  }
}"""
# As on a site that is reached without HTTPS.
INSECURE = "Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined })"


def sent(page: Page) -> list[Request]:
    """What the page sends from now on."""
    found: list[Request] = []
    page.on("request", lambda request: found.append(request) if request.method == "POST" else None)
    return found


def drop(page: Page, content: bytes) -> None:
    page.locator("h1").evaluate(DROP, ["x.pdf", list(content)])


def test_a_dropped_file_is_known_and_stays_with_the_reader(
    page: Page, live_server: LiveServer, sample_issue: Issue, console_errors: list[str]
) -> None:
    posts = sent(page)
    page.goto(live_server.url + sample_issue.get_absolute_url())
    page.get_by_role("complementary").get_by_role("link", name="核验文件").click()
    expect(page.get_by_text("不会上传")).to_be_visible()
    drop(page, SAMPLE.read_bytes())
    page.wait_for_url(f"**/verify/?sha256={sample_issue.sha256}")
    expect(page.get_by_role("heading", name="是本库发布的文件")).to_be_visible()
    expect(page.locator("main").get_by_role("link", name=sample_issue.name)).to_be_visible()
    # A byte more, and it is another file.
    drop(page, SAMPLE.read_bytes() + b"\n")
    expect(page.get_by_role("heading", name="本库没有发布过这个文件")).to_be_visible()
    assert posts == [] and console_errors == []


@pytest.mark.parametrize("how", ["script", "no script", "no secure line"])
def test_a_chosen_file_is_known(
    open_page: Callable[..., Page], live_server: LiveServer, sample_issue: Issue, how: str
) -> None:
    page = open_page(width=360, java_script_enabled=how != "no script")
    if how == "no secure line":
        page.add_init_script(INSECURE)
    posts = sent(page)
    page.goto(live_server.url + reverse("verify"))
    if how != "script":
        expect(page.get_by_text("算出校验和后即丢弃")).to_be_visible()
    page.get_by_label("公报的 PDF").set_input_files(SAMPLE)
    if how != "script":
        page.get_by_role("button", name="核验").click()
    page.wait_for_url(f"**/verify/?sha256={sample_issue.sha256}")
    expect(page.get_by_role("heading", name="是本库发布的文件")).to_be_visible()
    assert len(posts) == (how != "script")


def test_the_checksum_is_copied_from_the_issue(
    open_page: Callable[..., Page], live_server: LiveServer, sample_issue: Issue
) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(live_server.url + sample_issue.get_absolute_url())
    page.get_by_role("button", name="复制").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == sample_issue.sha256
    page.goto(live_server.url + reverse("verify"))
    page.get_by_label("SHA-256").fill(sample_issue.sha256)
    page.get_by_role("button", name="查找").click()
    expect(page.get_by_role("heading", name="是本库发布的文件")).to_be_visible()
