"""The reading room's manners in a real browser: keys, folding, printing, language; and what works without script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from archive.models import Document, Issue
from tests.factories import make_issue


@pytest.fixture
def issue(live_server: LiveServer, transactional_db: None) -> Issue:
    return make_issue()


@pytest.fixture
def first(issue: Issue) -> Document:
    return issue.documents.get(position=1)


def test_keys_lead_to_search_and_to_the_documents_beside(
    page: Page, live_server: LiveServer, issue: Issue, first: Document
) -> None:
    page.goto(live_server.url + first.get_absolute_url())
    page.keyboard.press("j")
    page.wait_for_url(f"**{issue.documents.get(position=2).get_absolute_url()}")
    page.keyboard.press("k")
    page.wait_for_url(f"**{first.get_absolute_url()}")
    page.keyboard.press("?")
    expect(page.locator("dialog#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog#keys")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("input[name=q]").first).to_be_focused()
    # In a field, keys are letters.
    page.keyboard.type("j?")
    expect(page.locator("input[name=q]").first).to_have_value("j?")
    expect(page).to_have_url(live_server.url + first.get_absolute_url())


def test_keys_walk_the_marks_of_a_search(page: Page, live_server: LiveServer, first: Document) -> None:
    page.goto(f"{live_server.url}{first.get_absolute_url()}?q=古树名木")
    marks = page.locator(".text mark")
    assert marks.count() > 1
    page.keyboard.press("n")
    page.keyboard.press("n")
    expect(page.locator("mark.current")).to_have_count(1)
    page.keyboard.press("p")
    expect(page.locator("main mark").first).to_have_class("current")


def test_contents_and_facts_stand_open_where_there_is_room(
    open_page: Callable[..., Page], live_server: LiveServer, first: Document
) -> None:
    for width, script, shown in (
        (1280, True, True),
        (1280, False, True),
        (360, True, False),
        (360, False, False),
    ):
        page = open_page(width=width, java_script_enabled=script)
        page.goto(live_server.url + first.get_absolute_url())
        for part in (".outline ol", ".facts-card dl"):
            assert page.locator(part).is_visible() is shown, (width, script, part)
        if width == 360:
            page.locator(".outline summary").click()
            page.get_by_role("link", name="（一）开展普查建档").click()
            assert page.url.endswith(f"#{first.sections.get(label='（一）').anchor}")


def test_the_citation_is_copied(
    open_page: Callable[..., Page], live_server: LiveServer, first: Document
) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(live_server.url + first.get_absolute_url())
    page.get_by_role("button", name="复制引文").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"{first.issuer}. {first.title}: {first.number}[J/OL].")


def test_printed_a_document_is_an_official_paper(
    page: Page, live_server: LiveServer, first: Document
) -> None:
    page.goto(live_server.url + first.get_absolute_url())
    page.emulate_media(media="print")
    for part in (".masthead", ".colophon", ".outline", ".facts-card", ".after", ".source"):
        expect(page.locator(part)).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".print-foot")).to_contain_text(first.get_absolute_url())
    expect(page.locator(".print-foot")).to_contain_text("2024年第1期第1页")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_the_language_is_switched_where_the_reader_is(
    open_page: Callable[..., Page], live_server: LiveServer, first: Document, script: bool
) -> None:
    page = open_page(java_script_enabled=script)
    page.goto(f"{live_server.url}{first.get_absolute_url()}?q=%E5%8F%A4%E6%A0%91")
    page.get_by_role("button", name="English").click()
    expect(page).to_have_url(f"{live_server.url}{first.get_absolute_url()}?q=%E5%8F%A4%E6%A0%91")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("link", name="Issues", exact=True)).to_be_visible()


def test_the_skip_link_leads_to_the_content(page: Page, live_server: LiveServer, first: Document) -> None:
    page.goto(live_server.url + first.get_absolute_url())
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_a_wide_table_scrolls_inside_itself(
    open_page: Callable[..., Page], live_server: LiveServer, issue: Issue
) -> None:
    document = issue.documents.get(position=2)
    table = document.tables.get()
    table.columns = [f"很长的列名称第{n}列" for n in range(12)]
    table.rows = [[f"单元格{n}" for n in range(12)]]
    table.save()
    page = open_page(width=360)
    page.goto(live_server.url + document.get_absolute_url())
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("(e => e.scrollWidth > e.clientWidth)(document.querySelector('.scroll'))")


def test_the_place_in_the_text_is_marked_in_the_side_contents(
    page: Page, live_server: LiveServer, issue: Issue
) -> None:
    document = issue.documents.get(position=2)
    anchor = document.sections.get(label="1.2").anchor
    page.set_viewport_size({"width": 1280, "height": 180})
    page.goto(f"{live_server.url}{document.get_absolute_url()}#{anchor}")
    expect(page.locator(".outline a[aria-current]")).to_have_attribute("href", f"#{anchor}")


@pytest.mark.parametrize("width", [360, 1280])
def test_the_sign_of_a_section_takes_no_line(
    open_page: Callable[..., Page], live_server: LiveServer, issue: Issue, width: int
) -> None:
    document = issue.documents.get(position=2)
    page = open_page(width=width)
    page.goto(live_server.url + document.get_absolute_url())
    room = page.locator(".text").evaluate("e => e.clientWidth / parseFloat(getComputedStyle(e).fontSize)")
    for block in document.blocks.filter(kind="heading"):
        # As long as the line is wide: behind it nothing finds room any more.
        block.text = "总" * (int(room) - 2)
        block.save()
    page.reload()
    heading = page.locator(".text :is(h2, h3, h4):has(> .anchor)").first
    lines = heading.evaluate("e => e.clientHeight / parseFloat(getComputedStyle(e).lineHeight)")
    assert lines == pytest.approx(1, abs=0.2)
    heading.locator(".anchor").focus()
    expect(heading.locator(".anchor")).to_have_css("opacity", "1")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [360, 1280])
def test_an_issue_is_at_hand_before_its_contents(
    open_page: Callable[..., Page], live_server: LiveServer, sample_issue: Issue, width: int
) -> None:
    page = open_page(width=width, height=740)
    page.goto(live_server.url + sample_issue.get_absolute_url())
    expect(page.locator(".issue-side").get_by_role("link", name="逐页阅读")).to_be_in_viewport()
    expect(page.locator(".contents").first).to_be_in_viewport()


def test_printed_results_say_what_was_asked(page: Page, live_server: LiveServer, sample_issue: Issue) -> None:
    page.goto(f"{live_server.url}/search/?q=通知")
    page.emulate_media(media="print")
    box = page.get_by_role("heading", level=1).bounding_box()
    assert box and box["width"] > 60
    expect(page.get_by_role("heading", level=1)).to_contain_text("通知")
