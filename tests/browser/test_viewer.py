"""An issue read page by page in a real browser: leafed, zoomed, searched and selected; on a phone, and without script."""

import io
from collections.abc import Callable

import pikepdf
import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from archive.models import Issue

# The views have tests of their own, which are quick.
pytestmark = pytest.mark.in_full


@pytest.fixture
def address(live_server: LiveServer, sample_issue: Issue) -> str:
    assert sample_issue.gazette is not None
    place = [sample_issue.gazette.slug, sample_issue.year, sample_issue.label]
    return live_server.url + reverse("issue-pages", args=place)


@pytest.fixture
def count(sample_issue: Issue) -> int:
    return sample_issue.pages.count()


def number_field(page: Page) -> Locator:
    return page.get_by_label("原件页码")


def settled(page: Page) -> None:
    """The server draws the pictures still: it needs the database until it is through."""
    page.wait_for_load_state("networkidle")


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def in_front(page: Page, number: int) -> None:
    expect(number_field(page)).to_have_value(str(number))
    expect(page).to_have_url(f"{page.url.partition('#')[0]}#page-{number}")
    expect(page.locator(f"#page-{number} .sheet")).to_be_in_viewport()


def width_of(found: Locator) -> float:
    box = found.bounding_box()
    assert box is not None
    return box["width"]


def test_from_the_issue_through_its_pages_by_keyboard(
    page: Page, address: str, sample_issue: Issue, count: int, console_errors: list[str]
) -> None:
    page.goto(address.removesuffix("pages/"))
    page.get_by_role("complementary").get_by_role("link", name="逐页阅读").click()
    expect(page).to_have_url(address)
    expect(number_field(page)).to_have_value("1")
    expect(page.get_by_role("button", name="上一页")).to_be_disabled()
    for key, number in (
        *(("ArrowRight", 2), ("ArrowRight", 3), ("ArrowLeft", 2), ("End", count), ("Home", 1)),
        *(("f", 1), ("PageDown", 2), ("PageDown", 3), ("PageUp", 2), ("End", count)),
    ):
        page.keyboard.press(key)
        in_front(page, number)
    expect(page.get_by_role("button", name="下一页")).to_be_disabled()
    number_field(page).fill("3")
    number_field(page).press("Enter")
    in_front(page, 3)
    printed = sample_issue.pages.get(number=3).printed_number
    expect(page.locator(".tools-printed")).to_have_text(f"公报第{printed}页" if printed else "")
    # What no page has is taken back, and in the field keys are letters.
    number_field(page).fill("999")
    number_field(page).press("Enter")
    in_front(page, 3)
    # An address names a page.
    page.goto(f"{address}#page-4")
    in_front(page, 4)
    settled(page)
    assert console_errors == []


def test_the_contents_follow_the_page_and_lead_to_it(page: Page, address: str, sample_issue: Issue) -> None:
    document = sample_issue.documents.filter(first_page__gt=4).order_by("position").first()
    assert document is not None and document.first_page is not None
    page.goto(address)
    contents = page.locator(".viewer-contents")
    link = contents.get_by_role("link", name=document.title, exact=True)
    expect(link).not_to_have_attribute("aria-current", "true")
    link.click()
    in_front(page, document.first_page)
    expect(link).to_have_attribute("aria-current", "true")
    page.keyboard.press("Home")
    expect(contents.locator("[aria-current]")).to_have_count(0)
    page.keyboard.press("c")
    expect(contents).to_be_hidden()
    here = page.locator(f"#page-{document.first_page}")
    here.locator(f'a[href="{document.get_absolute_url()}"]').click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(document.title.removeprefix(document.issuer))
    settled(page)


def test_two_pages_stand_side_by_side_as_they_are_bound(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="双页").click()
    page.get_by_role("button", name="整页").click()
    boxes = [page.locator(f"#page-{n} .sheet").bounding_box() for n in range(1, 4)]
    first, left, right = [box for box in boxes if box]
    # The first alone on the right; then left and right, touching, at one height.
    assert abs(first["x"] - right["x"]) <= 2 and first["y"] + first["height"] <= left["y"]
    assert abs(left["x"] + left["width"] - right["x"]) <= 2 and abs(left["y"] - right["y"]) <= 1
    page.keyboard.press("ArrowRight")
    in_front(page, 2)
    page.keyboard.press("ArrowRight")
    in_front(page, 4)
    expect(page.locator("#page-5 .sheet")).to_be_in_viewport(ratio=0.9)
    page.keyboard.press("ArrowLeft")
    in_front(page, 2)
    # It is kept for the next time, without an account.
    page.reload()
    expect(page.get_by_role("button", name="双页")).to_have_attribute("aria-pressed", "true")
    in_front(page, 2)
    settled(page)


def test_zoom_keeps_the_place(page: Page, address: str) -> None:
    page.goto(f"{address}#page-3")
    sheet = page.locator("#page-3 .sheet")
    room = page.locator(".viewer-room")
    at_width = width_of(sheet)
    assert width_of(room) - at_width < 80
    page.keyboard.press("+")
    page.keyboard.press("+")
    assert width_of(sheet) > at_width * 1.3
    in_front(page, 3)
    assert room.evaluate("room => room.scrollWidth > room.clientWidth") and fits(page)
    # Wider than the window it is moved by the arrows, not leafed.
    page.keyboard.press("ArrowRight")
    in_front(page, 3)
    for _step in range(3):
        page.get_by_role("button", name="缩小").click()
    assert width_of(sheet) < at_width
    page.get_by_role("button", name="整页").click()
    box, around = sheet.bounding_box(), room.bounding_box()
    assert box and around and box["height"] <= around["height"]
    in_front(page, 3)
    page.get_by_role("button", name="适合宽度").click()
    assert abs(width_of(sheet) - at_width) <= 1
    settled(page)


def test_small_pictures_lead_to_the_pages_and_can_be_hidden(page: Page, address: str, count: int) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    settled(page)
    assert not [url for url in asked if url.endswith(".small.webp")]
    page.keyboard.press("t")
    thumbs = page.locator(".viewer-thumbs a")
    expect(thumbs).to_have_count(count)
    expect(thumbs.first.locator("img")).to_have_js_property("naturalWidth", 180, timeout=20_000)
    thumbs.nth(3).click()
    in_front(page, 4)
    expect(thumbs.nth(3)).to_have_attribute("aria-current", "true")
    page.keyboard.press("t")
    expect(page.locator(".viewer-side")).to_be_hidden()
    settled(page)


def test_a_hit_is_listed_and_lit(page: Page, address: str, sample_issue: Issue, count: int) -> None:
    word = "通知"
    lit = [row.number for row in sample_issue.pages.order_by("number") if word in str(row.lines)]
    assert len(lit) > 2
    page.goto(address)
    page.get_by_role("searchbox", name="在本期内查找").fill(word)
    page.get_by_role("searchbox", name="在本期内查找").press("Enter")
    listed = page.get_by_role("navigation", name="有标记的页").locator("ol a")
    expect(listed.first).to_have_text(f"第{lit[0]}页")
    # It opens at the first one; n and p walk on.
    expect(page.locator(f"#page-{lit[0]} .lit rect").first).to_be_in_viewport()
    page.keyboard.press("n")
    expect(page.locator(f"#page-{lit[1]} .lit rect").first).to_be_in_viewport()
    page.keyboard.press("p")
    in_front(page, lit[0])
    listed.last.click()
    expect(page.locator(f"#page-{lit[-1]} .lit rect").first).to_be_in_viewport()
    picture = page.locator(f"#page-{lit[-1]} img").bounding_box()
    over = page.locator(f"#page-{lit[-1]} .lit").bounding_box()
    assert picture and over
    assert all(abs(picture[side] - over[side]) <= 2 for side in ("x", "y", "width", "height"))
    settled(page)


@pytest.mark.parametrize("two", [False, True], ids=["one", "two"])
def test_text_is_selected_over_the_picture(page: Page, address: str, sample_issue: Issue, two: bool) -> None:
    number = 4
    row = sample_issue.pages.get(number=number)
    page.goto(f"{address}#page-{number}")
    if two:
        page.keyboard.press("d")
    lines = page.locator(f"#page-{number} .page-text span")
    expect(lines).to_have_count(len([line for line in row.lines if line[0].strip()]))
    picture = page.locator(f"#page-{number} img").bounding_box()
    assert picture
    # Each lies over its line on the picture, whatever the size of the picture.
    scale = picture["width"] / row.width
    for index in (0, 5):
        text, x0, top, x1, bottom = row.lines[index][:5]
        box = lines.nth(index).bounding_box()
        assert box and lines.nth(index).text_content() == f"{text}\n"
        wanted = {"x": picture["x"] + x0 * scale, "y": picture["y"] + top * scale}
        wanted |= {"width": (x1 - x0) * scale, "height": (bottom - top) * scale}
        assert all(abs(box[side] - wanted[side]) <= 2.5 for side in wanted), (index, box, wanted)
        # The letters fill the line, so that the pointer takes the character it points at.
        inside = lines.nth(index).evaluate(
            "line => { const r = document.createRange(); r.setStart(line.firstChild, 0);"
            " r.setEnd(line.firstChild, line.textContent.trimEnd().length); return r.getBoundingClientRect().width }"
        )
        assert inside == pytest.approx(box["width"], rel=0.08)
    one, other = lines.nth(4).bounding_box(), lines.nth(6).bounding_box()
    assert one and other
    page.mouse.move(one["x"] + 1, one["y"] + one["height"] / 2)
    page.mouse.down()
    page.mouse.move(other["x"] + other["width"] - 1, other["y"] + other["height"] / 2, steps=12)
    page.mouse.up()
    selected = page.evaluate("String(getSelection())").split("\n")
    assert [line for line in selected if line] == [row.lines[n][0] for n in (4, 5, 6)]
    settled(page)


def test_the_text_of_a_page_comes_with_the_page(page: Page, address: str, count: int) -> None:
    asked: list[str] = []
    weight = [0]

    def note(response: object) -> None:
        asked.append(response.url)  # type: ignore[attr-defined]
        if not response.url.endswith(".webp"):  # type: ignore[attr-defined]
            weight[0] += response.request.sizes()["responseBodySize"]  # type: ignore[attr-defined]

    page.on("requestfinished", lambda request: note(request.response()))
    page.goto(address)
    settled(page)
    beside = [url for url in asked if not url.endswith(".webp")]
    assert len(beside) <= 12 and weight[0] <= 100_000
    assert f"{address}{count}.json" not in asked
    page.keyboard.press("End")
    expect(page.locator(f"#page-{count} .page-text span").first).to_be_attached()
    settled(page)
    assert asked.count(f"{address}{count}.json") == 1
    # What flew by was not asked for.
    assert f"{address}{count // 2}.json" not in asked


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_on_a_phone(
    open_page: Callable[..., Page], address: str, sample_issue: Issue, console_errors: list[str], dark: bool
) -> None:
    page = open_page(
        width=360, height=740, has_touch=True, is_mobile=True, color_scheme="dark" if dark else "light"
    )
    page.goto(f"{address}#page-3")
    in_front(page, 3)
    assert fits(page)
    assert 320 <= width_of(page.locator("#page-3 .sheet")) <= 360
    # The window itself scrolls, so that fingers scroll and pinch as everywhere.
    assert page.evaluate("scrollY") > 500
    assert page.evaluate("getComputedStyle(document.querySelector('.viewer-room')).touchAction") == "auto"
    page.get_by_role("button", name="目录").tap()
    document = sample_issue.documents.filter(first_page__gt=5).order_by("position").first()
    assert document is not None and document.first_page is not None
    page.locator(".viewer-contents").get_by_role("link", name=document.title, exact=True).tap()
    expect(page.locator(".viewer-side")).to_be_hidden()
    in_front(page, document.first_page)
    page.get_by_role("button", name="下一页").tap()
    in_front(page, document.first_page + 1)
    for button in page.locator(".viewer-tools button:visible").all():
        box = button.bounding_box()
        assert box and box["height"] >= 44
    # In large type it fits as well, and the page is the same.
    page.evaluate("localStorage.setItem('reading', JSON.stringify({ size: 'largest', spacing: 'wide' }))")
    page.reload()
    in_front(page, document.first_page + 1)
    assert fits(page)
    settled(page)
    assert console_errors == []


@pytest.mark.parametrize("width", [1280, 360])
def test_without_script(
    open_page: Callable[..., Page], address: str, sample_issue: Issue, count: int, width: int
) -> None:
    page = open_page(width=width, java_script_enabled=False)
    page.goto(address)
    assert page.locator(".sheets > li").count() == count
    expect(page.locator(".viewer-tools")).to_be_hidden()
    assert fits(page)
    page.get_by_text("本期目录").click()
    document = sample_issue.documents.filter(first_page__gt=3).order_by("position").first()
    assert document is not None
    page.get_by_role("link", name=document.title, exact=True).first.click()
    expect(page.locator(f"#page-{document.first_page}")).to_be_in_viewport()
    page.goto(address)
    page.get_by_role("searchbox", name="在本期内查找").fill("通知")
    page.get_by_role("searchbox", name="在本期内查找").press("Enter")
    page.get_by_role("navigation", name="有标记的页").locator("ol a").last.click()
    expect(page.locator(".sheets > li:target .lit rect").first).to_be_attached()
    # The text of a page stands below its picture, folded open.
    page.locator("#page-4").get_by_role("link", name="本页文字").click()
    row = sample_issue.pages.get(number=4)
    words = page.locator(".page-words")
    expect(words).to_contain_text(row.lines[5][0])
    words.locator("summary").click()
    expect(words.locator("p").first).to_be_hidden()
    assert fits(page)
    page.get_by_role("link", name="下一页").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("原件第5页")
    page.get_by_role("link", name="逐页阅读").click()
    expect(page).to_have_url(f"{address}#page-5")
    settled(page)


def test_on_paper_are_the_pages_in_front(page: Page, address: str) -> None:
    page.goto(f"{address}#page-3")
    in_front(page, 3)
    settled(page)
    with pikepdf.open(io.BytesIO(page.pdf(prefer_css_page_size=True))) as pdf:
        assert len(pdf.pages) == 1
    in_front(page, 3)
    page.keyboard.press("d")
    expect(page.locator("#page-2 img")).to_have_js_property("complete", True)
    settled(page)
    with pikepdf.open(io.BytesIO(page.pdf(prefer_css_page_size=True))) as pdf:
        assert len(pdf.pages) == 2
