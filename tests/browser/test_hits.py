"""From hit to hit in a document and on the pictures of its pages: counted, in view, by script and without."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from archive.models import Document, Issue
from tests.factories import make_issue

QUERY = "古树名木"


@pytest.fixture
def issue(live_server: LiveServer, transactional_db: None) -> Issue:
    return make_issue()


@pytest.fixture
def first(issue: Issue) -> Document:
    """A document with five hits, long enough that they are not on one screen."""
    found = issue.documents.get(position=1)
    for block in found.blocks.filter(kind="paragraph"):
        block.text = block.text + "应当加强保护，依法履行职责。" * 60
        block.save()
    return found


def in_sight(page: Page, mark: Locator) -> bool:
    """True when a mark is in the window and nothing lies over it."""
    return bool(
        mark.evaluate(
            """mark => {
              const {left, top, width, height} = mark.getClientRects()[0];
              const front = document.elementFromPoint(left + width / 2, top + height / 2);
              return front !== null && mark.contains(front);
            }"""
        )
    )


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_buttons_lead_from_hit_to_hit(
    open_page: Callable[..., Page],
    live_server: LiveServer,
    first: Document,
    console_errors: list[str],
    width: int,
    script: bool,
    dark: bool,
) -> None:
    page = open_page(
        width=width, java_script_enabled=script, color_scheme="dark" if dark else "light", height=700
    )
    page.goto(f"{live_server.url}{first.get_absolute_url()}?q={QUERY}")
    count = page.locator(".hit-count")
    total = page.locator("mark[id^=hit-]").count()
    assert total == 5
    expect(count).to_have_text(f"共 {total} 处", use_inner_text=True)
    for number in [*range(1, total + 1), 1]:
        page.get_by_role("link", name="下一处").click()
        expect(count).to_have_text(f"第 {number} 处 / 共 {total} 处", use_inner_text=True)
        expect(page).to_have_url(f"{live_server.url}{page_path(first)}&hit={number}#hit-{number}")
        assert in_sight(page, page.locator(f"#hit-{number}")), number
    page.get_by_role("link", name="上一处").click()
    expect(count).to_have_text(f"第 {total} 处 / 共 {total} 处", use_inner_text=True)
    assert in_sight(page, page.locator(f"#hit-{total}"))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="不标出").click()
    expect(page.locator("main mark")).to_have_count(0)
    expect(page.locator(".hit-bar")).to_have_count(0)
    assert console_errors == []


def page_path(document: Document) -> str:
    return f"{document.get_absolute_url()}?q=%E5%8F%A4%E6%A0%91%E5%90%8D%E6%9C%A8"


def test_the_keys_take_the_focus_along_and_the_buttons_keep_it(
    page: Page, live_server: LiveServer, first: Document
) -> None:
    page.goto(f"{live_server.url}{first.get_absolute_url()}?q={QUERY}")
    page.keyboard.press("n")
    page.keyboard.press("n")
    expect(page.locator("#hit-2")).to_be_focused()
    expect(page.locator("mark.current")).to_have_count(1)
    page.keyboard.press("p")
    expect(page.locator("#hit-1")).to_be_focused()
    page.keyboard.press("p")
    expect(page.locator("#hit-5")).to_be_focused()
    page.get_by_role("link", name="下一处").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="下一处")).to_be_focused()
    expect(page.locator(".hit-at b")).to_have_text("2")
    # The address is that of the hit at hand: a reload stays there.
    page.reload()
    expect(page.locator("#hit-2")).to_have_class("current")
    expect(page.locator(".hit-at b")).to_have_text("2")


def test_a_hit_in_two_pieces_is_one_step(page: Page, live_server: LiveServer, first: Document) -> None:
    page.goto(f"{live_server.url}{first.get_absolute_url()}?q=总体要求坚持保护 普查建档")
    expect(page.locator(".hit-total")).to_have_text("共 2 处")
    page.keyboard.press("n")
    expect(page.locator("mark.current")).to_have_text(["总体要求", "坚持保护"])
    page.keyboard.press("n")
    expect(page.locator("mark.current")).to_have_text(["普查建档"])


def test_a_result_leads_to_the_first_hit_of_its_section(
    page: Page, live_server: LiveServer, first: Document
) -> None:
    anchor = first.sections.get(label="（一）").anchor
    page.goto(f"{live_server.url}{first.get_absolute_url()}?q={QUERY}#{anchor}")
    expect(page.locator(".hit-at b")).to_have_text("3")
    mark = page.locator("#hit-3")
    expect(mark).to_have_class("current")
    assert in_sight(page, mark)
    # The heading it led to is not under the bar either.
    assert in_sight(page, page.locator(f"[id='{anchor}']"))
    page.keyboard.press("n")
    expect(page.locator(".hit-at b")).to_have_text("4")


def test_a_hit_that_is_folded_away_is_unfolded(
    open_page: Callable[..., Page], live_server: LiveServer, issue: Issue
) -> None:
    page = open_page(width=360)
    page.goto(f"{live_server.url}{issue.documents.get(position=2).get_absolute_url()}?q=[2024]61")
    expect(page.locator(".facts-card dl")).to_be_hidden()
    page.get_by_role("link", name="下一处").click()
    assert in_sight(page, page.locator("#hit-1"))


def test_the_bar_and_the_marks_are_not_printed(page: Page, live_server: LiveServer, first: Document) -> None:
    page.goto(f"{live_server.url}{first.get_absolute_url()}?q={QUERY}&hit=2#hit-2")
    expect(page.locator("#hit-2")).to_have_class("current")
    page.emulate_media(media="print")
    expect(page.locator(".hit-bar")).to_be_hidden()
    for mark in ("#hit-1", "#hit-2"):
        expect(page.locator(mark)).to_have_css("background-color", "rgba(0, 0, 0, 0)")


@pytest.mark.parametrize("width", [360, 1280])
def test_the_pictures_are_lit_where_the_hits_are(
    open_page: Callable[..., Page],
    live_server: LiveServer,
    sample_issue: Issue,
    console_errors: list[str],
    width: int,
) -> None:
    document = max(sample_issue.documents.published(), key=lambda found: found.sections.count())
    subject = document.title.removeprefix(document.issuer)
    page = open_page(width=width)
    page.goto(f"{live_server.url}{document.get_absolute_url()}?q={subject}")
    page.get_by_role("link", name="看版面").click()
    assert page.url.startswith(live_server.url + pages_of(sample_issue))
    assert page.url.endswith(f"#page-{document.first_page}")
    here = page.locator(f"#page-{document.first_page}")
    expect(here).to_be_in_viewport()
    picture, over = here.locator("img").bounding_box(), here.locator("svg.lit").bounding_box()
    assert picture and over
    for side in ("x", "y", "width", "height"):
        assert abs(picture[side] - over[side]) <= 2, side
    box = here.locator("rect").first.bounding_box()
    assert box and picture["x"] < box["x"] < box["x"] + box["width"] < picture["x"] + picture["width"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # The server draws the pictures still: it needs the database until it is through.
    page.wait_for_load_state("networkidle")
    assert console_errors == []


def pages_of(issue: Issue) -> str:
    assert issue.gazette is not None
    return reverse("issue-pages", args=[issue.gazette.slug, issue.year, issue.label])
