"""A document that the parser missed, shown on the picture of its page: by mouse, keyboard, finger, without script."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from archive.ingest.correcting import join_to_previous
from archive.models import Correction, Issue
from tests.browser.test_desk import editor, fits, sign_in
from tests.browser.test_review import draft

# The views have tests of their own, which are quick.
pytestmark = pytest.mark.in_full

__all__ = ["draft", "editor"]

MODE = "标出漏掉的文件"
NO_LINE = "这里没有文字行"


def drag_around(page: Page, first: Locator, last: Locator) -> None:
    """Draw a rectangle with the mouse around what lies between two lines."""
    first.scroll_into_view_if_needed()
    one, other = first.bounding_box(), last.bounding_box()
    assert one is not None and other is not None
    right = max(one["x"] + one["width"], other["x"] + other["width"])
    page.mouse.move(min(one["x"], other["x"]) - 6, one["y"] - 2)
    page.mouse.down()
    page.mouse.move(right, one["y"] + one["height"], steps=4)
    page.mouse.move(right + 6, other["y"] + other["height"] + 2, steps=4)
    expect(page.locator("rect.drawn")).to_have_count(1)
    expect(last).to_have_class(re.compile(r"\bunder\b"))
    page.mouse.up()


def line(page: Page, text: str) -> Locator:
    """A line on the page where documents are marked."""
    return page.locator(f'.missed-page a[aria-label="{text}"] rect')


def save(page: Page) -> None:
    page.get_by_role("button", name="保存更正").first.click()
    expect(page.locator(".messages")).to_contain_text("已更正")


@pytest.fixture
def real(live_server: LiveServer, transactional_db: None, shared: Path) -> Issue:
    """A real issue as a draft."""
    call_command("ingest", str(shared / "issue" / "yangquan-2022-02.pdf"))
    return Issue.objects.get()


def test_drawn_in_the_middle_of_a_real_document_it_lasts(
    open_page: Callable[..., Page],
    live_server: LiveServer,
    editor: User,
    real: Issue,
    console_errors: list[str],
) -> None:
    plan = "阳泉市高密度中等城市交通拥堵治理与绿色出行试点实施方案"
    host = next(d for d in real.documents.all() if d.blocks.filter(kind="subtitle", page=49).exists())
    title = host.blocks.get(kind="subtitle", page=49)
    before, blocks = real.documents.count(), host.blocks.count()
    page = open_page(width=1400, height=900)
    sign_in(page, live_server, reverse("desk-document", args=[real.pk, host.position]))
    page.get_by_role("link", name=MODE).click()
    expect(page.locator("[data-draw-hint]")).to_be_visible()
    lines = page.locator(f'.sheets rect[data-of="{title.position}"]')
    drag_around(page, lines.first, lines.last)
    expect(page.get_by_label("标题", exact=True)).to_have_value(plan)
    expect(page.get_by_label("标题", exact=True)).to_be_focused()
    assert real.documents.count() == before
    save(page)

    def stands() -> str:
        assert real.documents.count() == before + 1
        made = real.documents.get(position=host.position + 1)
        assert (made.title, made.number, made.first_page) == (plan, "", 49)
        assert (host.blocks.count(), made.blocks.count()) == (title.position, blocks - title.position - 1)
        assert Correction.objects.get().state == "standing"
        return made.public_id

    public_id = stands()
    expect(page.locator("h1")).to_have_text(plan)
    call_command("reparse", "--all")
    assert stands() == public_id
    page.reload()
    expect(page.locator("h1")).to_have_text(plan)
    page.wait_for_load_state("networkidle")
    assert console_errors == []


def test_drawn_between_two_documents(
    open_page: Callable[..., Page],
    live_server: LiveServer,
    editor: User,
    real: Issue,
    console_errors: list[str],
) -> None:
    missed = real.documents.get(position=2)
    title, number, texts = missed.title, missed.number, list(missed.blocks.values_list("text", flat=True))
    join_to_previous(missed)
    page = open_page(width=1400, height=900)
    sign_in(page, live_server, reverse("desk-issue", args=[real.pk]))
    page.locator("#documents + .page-links").get_by_role("link", name=MODE).click()
    page.get_by_label("原件页码").fill("10")
    page.get_by_role("button", name="翻到").click()
    drag_around(page, line(page, "阳泉市人民政府").nth(1), line(page, "关于下放和承接一批行政审批事项的通知"))
    expect(page.get_by_label("标题", exact=True)).to_have_value(title)
    expect(page.get_by_label("文号", exact=True)).to_have_value("阳政发〔2022〕3号")
    expect(page.get_by_label("标题和文号占几段")).to_have_value("2")
    save(page)
    made = real.documents.get(position=2)
    assert (made.title, made.number) == (title, number)
    assert list(made.blocks.values_list("text", flat=True)) == texts
    call_command("reparse", "--all")
    assert real.documents.get(position=2).public_id == made.public_id
    assert console_errors == []


def test_where_no_line_stands_it_is_said(
    open_page: Callable[..., Page],
    live_server: LiveServer,
    editor: User,
    draft: Issue,
    console_errors: list[str],
) -> None:
    page = open_page(width=1400, height=900)
    sign_in(page, live_server, reverse("desk-document", args=[draft.pk, 1]))
    sheet = page.locator(".sheets .sheet").first
    page.get_by_role("link", name=MODE).click()

    def draw_nothing(sheet: Locator) -> None:
        box = sheet.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 4, box["y"] + 4)
        page.mouse.down()
        page.mouse.move(box["x"] + 40, box["y"] + 24, steps=3)
        page.mouse.up()

    # left by Esc, a drag means nothing
    page.keyboard.press("Escape")
    draw_nothing(sheet)
    expect(page.locator("[data-draw-hint]")).to_be_hidden()
    page.get_by_role("link", name=MODE).click()
    draw_nothing(sheet)
    page.wait_for_url("**/missed/?drawn=4:*")
    expect(page.get_by_role("alert")).to_contain_text(NO_LINE)
    # on the page of its own it is said at once
    page.goto(f"{live_server.url}{reverse('desk-missed', args=[draft.pk])}?page=4")
    expect(page.get_by_role("alert")).to_have_count(0)
    draw_nothing(page.locator(".missed-page .sheet"))
    expect(page.get_by_role("alert")).to_contain_text(NO_LINE)
    expect(page.get_by_role("alert")).to_be_in_viewport()
    # the keyboard goes on as before: over the title of a document that is there
    page.locator(".missed-page .begun").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("第1件")
    assert not Correction.objects.exists()
    assert console_errors == []


def test_a_click_on_the_picture_of_a_finding(
    open_page: Callable[..., Page], live_server: LiveServer, editor: User, draft: Issue
) -> None:
    """The pictures beside findings lead to the pages as ever, but not while a document is marked."""
    page = open_page(width=1400, height=900)
    sign_in(page, live_server, reverse("desk-issue", args=[draft.pk]))
    picture = page.locator(".review-picture .sheet").first
    picture.click(position={"x": 5, "y": 5})
    page.wait_for_url("**/pages/**")
    page.go_back()
    page.locator(".review-picture").get_by_role("link", name=MODE).click()
    picture.click(position={"x": 5, "y": 5})
    page.wait_for_url("**/missed/?drawn=*")
    expect(page.get_by_role("alert")).to_contain_text(NO_LINE)


@pytest.mark.parametrize("script", [pytest.param(True, id="script"), pytest.param(False, id="no script")])
def test_by_keyboard(
    open_page: Callable[..., Page],
    live_server: LiveServer,
    editor: User,
    draft: Issue,
    console_errors: list[str],
    script: bool,
) -> None:
    page = open_page(java_script_enabled=script)
    sign_in(page, live_server, reverse("desk-document", args=[draft.pk, 1]))
    page.get_by_role("link", name=MODE).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/missed/?page=4")
    for _step in range(90):
        page.keyboard.press("Tab")
        if page.locator(":focus").get_attribute("aria-label") == "（2024—2026年）":
            break
    page.keyboard.press("Enter")
    title = "霁川市城市供水安全提升三年行动方案（2024—2026年）"
    expect(page.get_by_label("标题", exact=True)).to_have_value(title)
    page.get_by_label("标题", exact=True).focus()
    for _step in range(4):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".messages")).to_contain_text("已更正")
    assert draft.documents.get(position=2).title == title
    assert console_errors == []


def test_by_finger_on_a_phone(
    open_page: Callable[..., Page],
    live_server: LiveServer,
    editor: User,
    draft: Issue,
    console_errors: list[str],
) -> None:
    page = open_page(width=360, has_touch=True)
    sign_in(page, live_server, reverse("desk-document", args=[draft.pk, 1]))
    assert fits(page)
    page.get_by_role("link", name=MODE).tap()
    page.wait_for_url("**/missed/?page=4")
    assert fits(page)
    line(page, "（2024—2026年）").tap()
    expect(page.get_by_label("标题", exact=True)).to_have_value(
        "霁川市城市供水安全提升三年行动方案（2024—2026年）"
    )
    assert fits(page)
    assert console_errors == []


def test_the_paragraph_is_still_chosen_by_hand(
    open_page: Callable[..., Page], live_server: LiveServer, editor: User, draft: Issue
) -> None:
    page = open_page(java_script_enabled=False)
    path = reverse("desk-document", args=[draft.pk, 1])
    sign_in(page, live_server, path)
    page.goto(f"{live_server.url}{path}?edit=block-5")
    page.get_by_text("从这一段起是另一件公文").click()
    page.get_by_label("标题", exact=True).fill("手工标出的文件")
    page.locator(".tool").get_by_role("button", name="保存更正").first.click()
    expect(page.locator("h1")).to_have_text("手工标出的文件")
