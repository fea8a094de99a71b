"""Reading settings and reading aloud, in a real browser: chosen once, kept without an account, nothing without script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from archive.models import Document, Issue

SETTINGS = "阅读设置"

# A browser that speaks: what it is told is noted, and each piece ends when the test says so.
SPEECH = """
  window.said = [];
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  const speech = {
    queue: [], getVoices: () => VOICES, addEventListener() {},
    speak(words) { said.push(words.text); this.queue.push(words); },
    cancel() { this.queue = []; said.push("cancel"); }, pause() { said.push("pause"); }, resume() { said.push("resume"); },
  };
  window.end = () => speech.queue.shift()?.onend();
  Object.defineProperty(window, "speechSynthesis", { value: speech });
"""
CHINESE = "[{ lang: 'en-US' }, { lang: 'zh-CN' }]"


def shown_size(page: Page) -> float:
    return float(page.evaluate("parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)"))


def colour(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))


def choose(page: Page, *labels: tuple[str, str]) -> None:
    page.get_by_role("button", name=SETTINGS).click()
    for group, label in labels:
        page.get_by_role("group", name=group).get_by_label(label, exact=True).check()
    page.get_by_role("button", name="完成").click()


def test_a_choice_is_kept_from_page_to_page_and_taken_back(
    open_page: Callable[..., Page], live_server: LiveServer, sample_issue: Issue, console_errors: list[str]
) -> None:
    page = open_page()
    page.goto(live_server.url)
    before = shown_size(page)
    choose(page, ("字号", "特大"), ("明暗", "暗"))
    assert shown_size(page) == pytest.approx(before * 1.45)
    assert colour(page) == "rgb(23, 21, 19)"

    page.goto(live_server.url + "/issues/")
    assert page.evaluate("document.documentElement.dataset.size") == "largest"
    assert colour(page) == "rgb(23, 21, 19)"
    page.get_by_role("button", name=SETTINGS).click()
    expect(page.get_by_role("group", name="字号").get_by_label("特大")).to_be_checked()
    page.get_by_role("button", name="恢复标准").click()
    expect(page.get_by_role("group", name="字号").get_by_label("标准")).to_be_checked()
    page.keyboard.press("Escape")
    assert colour(page) == "rgb(251, 250, 247)"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.size") is None
    assert console_errors == []


def test_the_keyboard_alone_is_enough(
    open_page: Callable[..., Page], live_server: LiveServer, sample_issue: Issue
) -> None:
    page = open_page()
    page.goto(live_server.url)
    page.get_by_role("button", name=SETTINGS).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name=SETTINGS)).to_be_visible()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.documentElement.dataset.size") == "large"
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name=SETTINGS)).to_be_hidden()
    expect(page.get_by_role("button", name=SETTINGS)).to_be_focused()


def test_the_choice_is_seen_before_the_page_is_drawn(
    open_page: Callable[..., Page], live_server: LiveServer, sample_issue: Issue
) -> None:
    page = open_page()
    page.goto(live_server.url)
    choose(page, ("明暗", "暗"))
    page.add_init_script(
        "new MutationObserver(() => { if (document.body) window.atFirst ??= document.documentElement.dataset.theme; })"
        ".observe(document, { childList: true, subtree: true });"
    )
    page.reload()
    assert page.evaluate("window.atFirst") == "dark"


@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("choices", [[("字号", "特大")], [("字号", "特大"), ("间距", "宽"), ("对比", "高")]])
def test_nothing_runs_out_of_the_window(
    open_page: Callable[..., Page],
    live_server: LiveServer,
    sample_issue: Issue,
    width: int,
    choices: list[tuple[str, str]],
) -> None:
    page = open_page(width=width)
    page.goto(live_server.url)
    choose(page, *choices)
    document = sample_issue.documents.published().filter(tables__isnull=False).first()
    assert document is not None
    places = ["/", "/issues/", "/documents/", "/search/?q=通知", sample_issue.get_absolute_url()]
    for address in [*places, document.get_absolute_url()]:
        page.goto(live_server.url + address)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{address} is {wide} px wide"


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_what_stands_beside_the_text_gives_way_to_larger_type(
    open_page: Callable[..., Page], live_server: LiveServer, sample_issue: Issue, script: bool
) -> None:
    long = max(sample_issue.documents.published(), key=lambda one: one.sections.count())
    page = open_page(java_script_enabled=script)
    page.goto(live_server.url + long.get_absolute_url())
    text, facts = page.locator(".text"), page.locator(".facts-card dl")

    def characters() -> float:
        return float(text.evaluate("e => e.clientWidth / parseFloat(getComputedStyle(e).fontSize)"))

    expect(facts).to_be_visible()
    assert characters() > 35
    # Without script a browser's own larger type does the same.
    if script:
        choose(page, ("字号", "特大"))
    else:
        sizes = {"fontSizes": {"standard": 24}}
        page.context.new_cdp_session(page).send("Page.setFontSizes", sizes)
        page.reload()
    expect(facts).to_be_hidden()
    assert characters() > 35
    if script:
        page.locator(".facts-card > summary").click()
        expect(facts).to_be_visible()
        choose(page, ("字号", "标准"))
        expect(facts).to_be_visible()


def test_what_was_kept_may_be_anything(
    open_page: Callable[..., Page], live_server: LiveServer, sample_issue: Issue, console_errors: list[str]
) -> None:
    page = open_page()
    page.goto(live_server.url)
    for kept in ("no json", "null", "[1]", '{"size": "<b>", "theme": "dark"}'):
        page.evaluate("kept => localStorage.setItem('reading', kept)", kept)
        page.reload()
        assert page.evaluate("document.documentElement.dataset.size") is None
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert console_errors == []


def test_without_script_nothing_is_offered_that_does_not_work(
    open_page: Callable[..., Page], live_server: LiveServer, sample_issue: Issue, document: Document
) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(live_server.url + document.get_absolute_url())
    expect(page.get_by_role("button", name=SETTINGS)).to_have_count(0)
    expect(page.get_by_role("button", name="朗读")).to_have_count(0)


@pytest.fixture
def document(sample_issue: Issue) -> Document:
    """A document with a table."""
    found = sample_issue.documents.published().filter(tables__isnull=False).first()
    assert found is not None
    return found


def test_a_document_is_read_aloud(
    open_page: Callable[..., Page], live_server: LiveServer, document: Document, console_errors: list[str]
) -> None:
    page = open_page()
    page.add_init_script(SPEECH.replace("VOICES", CHINESE))
    page.goto(live_server.url + document.get_absolute_url())
    page.get_by_role("button", name="朗读").click()
    said = page.evaluate("said.filter((text) => text !== 'cancel')")
    # The title is printed in lines; the first is read, and lit.
    assert document.title.startswith(said[0])
    expect(page.locator(".spoken")).to_have_text(said[0])

    page.get_by_role("button", name="暂停").click()
    assert page.evaluate("said.at(-1)") == "pause"
    page.get_by_role("button", name="继续").click()
    assert page.evaluate("said.at(-1)") == "resume"

    for _ in range(5000):
        page.evaluate("end()")
        if page.locator(".spoken").count() == 0:
            break
    whole = "".join(page.evaluate("said")).replace(" ", "")
    table = document.tables.first()
    assert table is not None
    for row in table.rows:
        assert "".join("".join(row).split()) in whole
    for block in document.blocks.filter(kind="paragraph"):
        assert whole.count("".join(block.text.split())) == 1, block.text
    assert max(map(len, page.evaluate("said"))) <= 81
    expect(page.get_by_role("button", name="朗读")).to_be_visible()
    expect(page.get_by_role("button", name="停止")).to_be_hidden()
    assert console_errors == []


def test_reading_aloud_starts_where_the_reader_is_and_stops(
    open_page: Callable[..., Page], live_server: LiveServer, document: Document
) -> None:
    page = open_page()
    page.add_init_script(SPEECH.replace("VOICES", CHINESE))
    page.goto(live_server.url + document.get_absolute_url())
    page.locator(".text > p").nth(3).evaluate("(part) => scrollTo(0, part.offsetTop + 5)")
    page.get_by_role("button", name="朗读").evaluate("(button) => button.click()")
    first = page.evaluate("said.filter((text) => text !== 'cancel')[0]")
    assert not document.title.startswith(first)
    page.get_by_role("button", name="停止").evaluate("(button) => button.click()")
    assert page.evaluate("said.at(-1)") == "cancel"
    expect(page.locator(".spoken")).to_have_count(0)


def test_without_a_chinese_voice_it_is_not_offered(
    open_page: Callable[..., Page], live_server: LiveServer, document: Document
) -> None:
    page = open_page()
    page.add_init_script(SPEECH.replace("VOICES", "[{ lang: 'en-US' }]"))
    page.goto(live_server.url + document.get_absolute_url())
    expect(page.get_by_role("button", name="朗读")).to_have_count(0)


def test_a_printed_document_leads_back(
    open_page: Callable[..., Page], live_server: LiveServer, document: Document
) -> None:
    page = open_page()
    page.goto(live_server.url + document.get_absolute_url())
    expect(page.locator(".print-foot .qr")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator(".print-foot .qr")).to_be_visible()
    expect(page.locator(".print-foot")).to_contain_text(live_server.url + document.get_absolute_url())
