"""A document taken along in a real browser: its citation copied, its own pages looked at and saved, with and without script."""

import io
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from archive.export.citations import as_bibtex, cited
from archive.models import Document, Issue


@pytest.fixture
def shown(sample_issue: Issue) -> Document:
    """A document on two pages and more, with a table."""
    found = sample_issue.documents.filter(tables__isnull=False).first()
    assert found is not None
    return found


def page_numbers(document: Document) -> range:
    assert document.first_page is not None and document.last_page is not None
    return range(document.first_page, document.last_page + 1)


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_references_are_copied(
    open_page: Callable[..., Page], live_server: LiveServer, shown: Document
) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(live_server.url + shown.get_absolute_url())
    page.get_by_role("button", name="复制引文").click()
    expect(page.get_by_role("button", name="已复制")).to_have_count(1)
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"{shown.issuer}. {shown.title}: {shown.number}[J/OL]. {shown.issue.gazette}, ")
    assert copied.endswith(f"[{timezone.localdate()}]. {live_server.url}{shown.get_absolute_url()}.")
    expect(page.get_by_role("button", name="复制 BibTeX")).to_be_hidden()
    page.get_by_text("BibTeX", exact=True).click()
    page.get_by_role("button", name="复制 BibTeX").click()
    expect(page.get_by_role("button", name="已复制")).to_have_count(2)
    address = live_server.url + shown.get_absolute_url()
    entry = as_bibtex(cited(shown, address, timezone.localdate()))
    assert page.evaluate("navigator.clipboard.readText()") == entry.strip()


def test_the_link_of_a_section_is_copied(
    open_page: Callable[..., Page], live_server: LiveServer, sample_issue: Issue
) -> None:
    document = max(sample_issue.documents.published(), key=lambda one: one.sections.count())
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(live_server.url + document.get_absolute_url())
    anchor = page.locator(".text .anchor").first
    anchor.focus()
    page.keyboard.press("Enter")
    expect(anchor).to_have_attribute("data-copied", "已复制")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"{live_server.url}{document.get_absolute_url()}#")
    assert page.url == copied


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("width", [1280, 360])
def test_a_document_is_seen_and_saved_as_printed(
    open_page: Callable[..., Page],
    live_server: LiveServer,
    shown: Document,
    tmp_path: Path,
    width: int,
    script: bool,
) -> None:
    page = open_page(width=width, java_script_enabled=script)
    page.goto(live_server.url + shown.get_absolute_url())
    assert fits(page)
    forms = page.get_by_role("navigation", name="阅读方式")
    saved = page.request.get(live_server.url + str(forms.get_by_text("PDF").get_attribute("href")))
    with pikepdf.open(io.BytesIO(saved.body())) as pdf:
        assert len(pdf.pages) == len(page_numbers(shown))

    page.get_by_text("RIS", exact=True).click()
    expect(page.locator("#citation-ris")).to_be_visible()
    assert fits(page)
    for name in ("下载 RIS", "下载此表（CSV）"):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).first.click()
        assert shown.number in download.value.suggested_filename

    forms.get_by_text("版面").click()
    pictures = page.locator(".page-pictures img")
    expect(pictures).to_have_count(len(page_numbers(shown)))
    for picture, number in zip(pictures.all(), page_numbers(shown), strict=True):
        assert str(picture.get_attribute("src")).endswith(f"/pages/{number}.webp")
        picture.scroll_into_view_if_needed()
        picture.evaluate("image => image.decode()")
    assert fits(page)
    page.get_by_role("heading", level=1).get_by_role("link").click()
    expect(page).to_have_url(live_server.url + shown.get_absolute_url())


def test_on_paper_there_is_a_sheet_for_each_page(
    page: Page, live_server: LiveServer, shown: Document
) -> None:
    page.goto(f"{live_server.url}{shown.get_absolute_url()}print/?q=项目")
    for picture in page.locator(".page-pictures img").all():
        picture.scroll_into_view_if_needed()
        picture.evaluate("image => image.decode()")
    with pikepdf.open(io.BytesIO(page.pdf(prefer_css_page_size=True))) as pdf:
        assert len(pdf.pages) == len(page_numbers(shown))
