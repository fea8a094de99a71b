"""The search boxes of home, masthead and results propose while one types: by keys, mouse, touch, and input methods."""

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from archive.ingest.parse.records import Appointment
from archive.models import Issue
from archive.search import update
from tests.factories import make_document, make_issue

BOXES = ["/", "/search/", "/issues/"]


@pytest.fixture
def issue(live_server: LiveServer, transactional_db: None) -> Issue:
    issue = make_issue(
        documents=(
            make_document(
                1, title="云岭市人民政府关于加强古树名木保护工作的通知", number="云政发〔2024〕1号"
            ),
            make_document(2, title="云岭市人民政府关于古树名木普查的通知", number="云政发〔2024〕15号"),
            make_document(
                3, title="关于古树明等任职的通知", appointments=(Appointment("appoint", "古树明", "局长"),)
            ),
        )
    )
    update.index_issue(issue)
    return issue


def opened(page: Page, live_server: LiveServer, path: str = "/") -> Locator:
    """The search box of a page, ready to type in."""
    page.goto(live_server.url + path)
    box = page.get_by_role("combobox")
    box.click()
    return box


def options(page: Page) -> Locator:
    return page.get_by_role("option")


@pytest.mark.parametrize("path", BOXES)
def test_keys_walk_the_list_and_enter_opens_what_is_marked(
    page: Page, live_server: LiveServer, issue: Issue, console_errors: list[str], path: str
) -> None:
    box = opened(page, live_server, path)
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press_sequentially("古树")
    expect(options(page)).to_have_count(4)
    expect(box).to_have_attribute("aria-expanded", "true")
    assert [option.split()[0] for option in options(page).all_inner_texts()] == ["标题"] * 3 + ["人名"]
    expect(options(page).first.locator("mark")).to_have_text("古树")
    box.press("ArrowDown")
    box.press("ArrowDown")
    second = options(page).nth(1)
    expect(second).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", second.get_attribute("id") or "-")
    expect(page.locator('[aria-selected="true"]')).to_have_count(1)
    expect(box).to_be_focused()
    expect(box).to_have_value("古树")
    box.press("ArrowUp")
    box.press("ArrowUp")  # back in the box
    expect(page.locator('[aria-selected="true"]')).to_have_count(0)
    box.press("ArrowUp")  # and round to the last
    expect(options(page).nth(3)).to_have_attribute("aria-selected", "true")
    box.press("Enter")
    page.wait_for_url(f"**/search/?q=person%3A%22{quote('古树明')}%22")
    expect(page.locator(".hits > li")).to_have_count(1)
    # An issue that was made without a file has no cover.
    assert [error for error in console_errors if "404" not in error] == []


def test_a_number_leads_straight_to_its_document(page: Page, live_server: LiveServer, issue: Issue) -> None:
    box = opened(page, live_server)
    box.press_sequentially("云政发2024 15")
    expect(options(page)).to_have_count(1)
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url(f"**{issue.documents.get(position=2).get_absolute_url()}")


def test_enter_without_a_choice_searches_and_escape_closes_first(
    page: Page, live_server: LiveServer, issue: Issue
) -> None:
    box = opened(page, live_server)
    box.press_sequentially("古树")
    expect(options(page)).to_have_count(4)
    box.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value("古树")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press("ArrowDown")  # opens it again
    expect(options(page)).to_have_count(4)
    box.press("Enter")
    page.wait_for_url(f"**/search/?q={quote('古树')}")
    expect(page.get_by_role("listbox")).to_be_hidden()


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "touch"])
def test_a_press_on_a_proposal_opens_it(
    open_page: Callable[..., Page], live_server: LiveServer, issue: Issue, touch: bool
) -> None:
    page = open_page(width=360, has_touch=True) if touch else open_page()
    box = opened(page, live_server)
    box.press_sequentially("名木普查")
    option = options(page).first
    if touch:
        option.tap()
    else:
        option.click()
    page.wait_for_url(f"**{issue.documents.get(position=2).get_absolute_url()}")


def test_leaving_the_box_closes_the_list(page: Page, live_server: LiveServer, issue: Issue) -> None:
    box = opened(page, live_server)
    box.press_sequentially("古树")
    expect(options(page)).to_have_count(4)
    box.press("Tab")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(page.get_by_role("button", name="检索")).to_be_focused()


def test_while_an_input_method_composes_nothing_is_asked_and_its_keys_are_its_own(
    page: Page, live_server: LiveServer, issue: Issue
) -> None:
    asked: list[str] = []
    page.on(
        "request", lambda request: asked.append(request.url) if "/search/suggest" in request.url else None
    )
    box = opened(page, live_server)
    composing = page.context.new_cdp_session(page)
    for text in ("g", "gu", "gushu"):
        composing.send(
            "Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)}
        )
    expect(box).to_have_value("gushu")
    page.wait_for_timeout(400)
    assert asked == []
    # Enter takes the letters as they are, here as everywhere: nothing is sent, nothing is opened.
    box.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "keyCode": 229})
    composing.send("Input.insertText", {"text": "古树"})
    expect(box).to_have_value("古树")
    expect(options(page)).to_have_count(4)
    assert len(asked) == 1
    box.dispatch_event("keydown", {"key": "ArrowDown", "isComposing": True})
    expect(page.locator('[aria-selected="true"]')).to_have_count(0)
    assert page.url == live_server.url + "/"


def test_a_quick_typist_asks_once_and_a_late_answer_is_not_shown(
    page: Page, live_server: LiveServer, issue: Issue
) -> None:
    asked: list[str] = []
    page.on(
        "request", lambda request: asked.append(request.url) if "/search/suggest" in request.url else None
    )
    held: list[object] = []
    page.route(re.compile(r"suggest\?q=%E5%8F%A4%E6%A0%91$"), lambda route: held.append(route))
    box = opened(page, live_server)
    box.press_sequentially("古树", delay=10)
    page.wait_for_timeout(300)
    assert len(asked) == len(held) == 1
    box.press_sequentially("名木普查", delay=10)
    expect(options(page)).to_have_count(1)
    assert len(asked) == 2
    box.fill("古")
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_a_server_that_does_not_answer_leaves_the_box_as_it_is(
    page: Page, live_server: LiveServer, issue: Issue
) -> None:
    page.route("**/search/suggest?*", lambda route: route.fulfill(status=503, body="busy"))
    box = opened(page, live_server)
    box.press_sequentially("古树")
    page.wait_for_timeout(300)
    expect(page.get_by_role("listbox")).to_be_hidden()
    box.press("Enter")
    page.wait_for_url(f"**/search/?q={quote('古树')}")


@pytest.mark.parametrize("width", [1400, 360])
@pytest.mark.parametrize("path", BOXES)
def test_nothing_moves_when_the_list_opens_and_it_fits_the_window(
    open_page: Callable[..., Page], live_server: LiveServer, issue: Issue, path: str, width: int
) -> None:
    page = open_page(width=width)
    box = opened(page, live_server, path)
    places = """[...document.querySelectorAll("main *, header *")]
        .filter((element) => !element.closest(".suggestions"))
        .map((element) => { const r = element.getBoundingClientRect(); return [r.x, r.y, r.width, r.height].join(); })
        .join(";")"""
    box.press_sequentially("政府")
    before = page.evaluate(places)
    expect(options(page)).to_have_count(2)
    assert page.evaluate(places) == before
    frame = page.get_by_role("listbox").bounding_box()
    assert frame is not None
    assert frame["x"] >= 0
    assert frame["x"] + frame["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_without_script_it_is_a_box_that_searches(
    open_page: Callable[..., Page], live_server: LiveServer, issue: Issue
) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(live_server.url)
    box = page.get_by_role("searchbox")
    box.fill("古树")
    box.press("Enter")
    expect(page.locator(".hits > li")).to_have_count(3)
