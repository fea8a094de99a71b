"""The journeys of readers, each from the home page to a fact, by what is visible and by real keys, clicks and taps.

find by words · by number in five spellings · by name · by browsing; read; from a hit to its line on the page
picture; cite; download; follow a repeal. Each is made on a wide screen, on a telephone 360 px wide, without script
and with the keyboard alone. What single pages do beyond that is in the modules named after them.
"""

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from archive.export.citations import as_bibtex, cited
from archive.models import Appointment, Document
from archive.validity_proposals import judge, open_proposals
from tests.browser.reader import Reader

# Of the bundled issues: rules that end earlier ones, printed on two pages.
NUMBER = "霁政办发〔2024〕14号"
SPELLINGS = [
    NUMBER,
    "霁政办发[2024]14号",
    "霁政办发（2024）第14号",
    "霁政办发［２０２４］１４号",
    "霁政办发 2024 14",
]
# They stand in it apart from each other, on its second page.
WORDS = "数据脱敏 核实更正"
# One printed line of its second page.
LINE = "评估结果纳入数字政府"
ENDED = "霁政办发〔2023〕35号"

# The tests only read: what the module ingested stays for all of them.
pytestmark = pytest.mark.django_db

PHONE = {"width": 360, "height": 740, "is_mobile": True, "has_touch": True}
FORMS: dict[str, dict[str, Any]] = {
    "wide": {"hand": "mouse"},
    "phone": {"hand": "finger", **PHONE},
    "without script": {"hand": "mouse", "java_script_enabled": False},
    "keyboard only": {"hand": "keys"},
}


@pytest.fixture(scope="module")
def site(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, module_data_folder: Path
) -> Iterator[LiveServer]:
    """All bundled issues, published and served; an editor has confirmed that one of their documents is repealed."""
    folder: Path = settings.BASE_DIR / "archive" / "samples"
    with django_db_blocker.unblock():
        call_command(
            "ingest", *map(str, sorted([*folder.glob("*.pdf"), *folder.glob("*.txt")])), publish=True
        )
        ended = document_of(ENDED)
        (proposal,) = [one for one in open_proposals(ended) if one.state == "repealed"]
        judge(ended, proposal.key, confirmed=True)
        server = LiveServer("localhost")
        with server._live_server_modified_settings:
            yield server
        server.stop()
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(params=FORMS)
def reader(
    request: pytest.FixtureRequest,
    site: LiveServer,
    open_page: Callable[..., Page],
    console_errors: list[str],
) -> Iterator[Reader]:
    """At the home page; on no page of the journey may anything be complained about or scroll sideways."""
    options = dict(FORMS[request.param])
    hand = options.pop("hand")
    page = open_page(**options, permissions=["clipboard-read", "clipboard-write"])
    one = Reader(page, hand, options.get("java_script_enabled", True))
    page.goto(site.url)
    yield one
    assert one.fits()
    assert console_errors == []


def document_of(number: str) -> Document:
    return Document.objects.published().select_related("issue__gazette").get(number=number)


def is_read(page: Page, document: Document) -> None:
    """The reader is at the document: by address and by title, whose printed lines are joined."""
    expect(page).to_have_url(re.compile(re.escape(document.get_absolute_url())))
    expect(page.locator("h1")).to_have_count(1)
    assert "".join(page.locator("h1").inner_text().split()) == "".join(document.title.split())


def ask_home(reader: Reader, words: str) -> None:
    reader.ask(reader.page.locator("main").get_by_role("search").locator("[name=q]"), words)
    reader.page.wait_for_url("**/search/?*")
    assert reader.fits()


def go_to(reader: Reader, number: str) -> Document:
    """From home to a document: its number asked for, and the first result followed."""
    wanted = document_of(number)
    ask_home(reader, number)
    expect(reader.page.locator(".hit").first).to_contain_text("此文号的公文")
    reader.follow(title_link(reader.page.locator(".hit").first, wanted))
    is_read(reader.page, wanted)
    return wanted


def title_link(part: Locator, document: Document) -> Locator:
    return part.get_by_role("link", name=document.title, exact=True).first


def is_lit(line: Locator, beside: Locator) -> None:
    """The line comes to have another ground than its neighbour: once the page has been read to its end."""
    ground = beside.evaluate("element => getComputedStyle(element).backgroundColor")
    expect(line).not_to_have_css("background-color", ground)


# --- finding -----------------------------------------------------------------------------------------------
def test_find_by_words(reader: Reader) -> None:
    page, wanted = reader.page, document_of(NUMBER)
    ask_home(reader, WORDS)
    expect(page.locator(".search-total")).to_contain_text(re.compile(r"^1\s*件"))
    reader.follow(title_link(page.locator(".hits"), wanted))
    is_read(page, wanted)
    # From hit to hit in the text.
    for number, word in enumerate(WORDS.split(), 1):
        reader.follow(page.get_by_role("link", name="下一处"))
        mark = page.locator(f"#hit-{number}")
        expect(mark).to_have_text(word)
        expect(mark).to_be_in_viewport()


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_find_by_number(reader: Reader, spelling: str) -> None:
    page, wanted = reader.page, document_of(NUMBER)
    ask_home(reader, spelling)
    first = page.locator(".hit").first
    expect(first).to_contain_text("此文号的公文")
    reader.follow(title_link(first, wanted))
    is_read(page, wanted)
    expect(page.locator(".document-number")).to_have_text(NUMBER)


def test_find_by_name(reader: Reader) -> None:
    page = reader.page
    line = Appointment.objects.filter(document__issue__label="3", action="appoint").order_by("pk")[0]
    ask_home(reader, line.person)
    reader.follow(page.locator(".search-people").get_by_role("link", name=line.person))
    expect(page.locator("h1")).to_have_text(line.person)
    assert reader.fits()
    act = page.locator(".act-list li").filter(has=page.get_by_role("link", name=line.post, exact=True)).first
    reader.follow(act.locator(".act-source").get_by_role("link").first)
    is_read(page, line.document)
    printed = page.locator(f".text p:has(> #{line.anchor})")
    expect(printed).to_contain_text(line.post)
    expect(printed).to_be_in_viewport()
    is_lit(printed, page.locator(".text p").first)


def test_find_by_browsing_the_shelves(reader: Reader) -> None:
    page, wanted = reader.page, document_of(NUMBER)
    reader.follow(page.get_by_role("navigation", name="主导航").get_by_role("link", name="目录"))
    expect(page.locator("h1")).to_have_text("各期目录")
    assert reader.fits()
    reader.follow(page.locator(f'.covers a[href="{wanted.issue.get_absolute_url()}"]'))
    expect(page.locator("h1")).to_contain_text(wanted.issue.name)
    assert reader.fits()
    reader.follow(title_link(page.locator(".contents"), wanted))
    is_read(page, wanted)


def test_find_by_browsing_the_numbers(reader: Reader) -> None:
    page, wanted = reader.page, document_of(NUMBER)
    reader.follow(page.get_by_role("navigation", name="主导航").get_by_role("link", name="文号"))
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name=wanted.number_code, exact=True))
    reader.follow(row.get_by_role("link", name=str(wanted.number_year), exact=True))
    expect(page.locator("h1")).to_have_text(f"{wanted.number_code}〔{wanted.number_year}〕")
    expect(page.locator(".run .gap").first).to_contain_text("本库未收录")
    assert reader.fits()
    reader.follow(title_link(page.locator(".run"), wanted))
    is_read(page, wanted)


def test_find_by_browsing_the_issuers(reader: Reader) -> None:
    page, wanted = reader.page, document_of(NUMBER)
    reader.follow(page.locator(".ways").get_by_role("link", name=wanted.issuer, exact=True))
    page.wait_for_url("**/search/?issuer=*")
    year = page.locator(".search-facets").get_by_role("link", name=str(wanted.issue.year), exact=True)
    reader.unfold(page.locator(".search-facets > summary"), year)
    reader.follow(year)
    page.wait_for_url(f"**year={wanted.issue.year}*")
    assert reader.fits()
    reader.follow(title_link(page.locator(".hits"), wanted))
    is_read(page, wanted)


# --- reading -----------------------------------------------------------------------------------------------
def test_read(reader: Reader) -> None:
    """By the contents of a document to one of its sections, on to the next document, and to its pages as printed."""
    page, wanted = reader.page, go_to(reader, NUMBER)
    section = wanted.sections.get(label="第四章")
    entry = page.locator(".outline").get_by_role("link", name="安全与监督")
    reader.unfold(page.locator(".outline > summary"), entry)
    reader.follow(entry)
    expect(page).to_have_url(re.compile(f"#{section.anchor}$"))
    heading = page.locator(f"[id='{section.anchor}']")
    expect(heading).to_contain_text("安全与监督")
    expect(heading).to_be_in_viewport()

    after = wanted.issue.documents.published().get(position=wanted.position + 1)
    reader.follow(page.get_by_role("navigation", name="前后公文").locator("a[rel=next]"))
    is_read(page, after)

    reader.follow(page.get_by_role("navigation", name="阅读方式").get_by_role("link", name="版面"))
    assert after.first_page is not None and after.last_page is not None
    pictures = page.locator(".page-pictures img")
    expect(pictures).to_have_count(after.last_page - after.first_page + 1)
    expect(pictures.first).to_have_js_property("complete", True)
    assert pictures.first.evaluate("image => image.naturalWidth") > 300


def test_from_a_hit_to_its_line_on_the_page(reader: Reader) -> None:
    page, wanted = reader.page, document_of(NUMBER)
    row = wanted.issue.pages.get(number=wanted.last_page)
    ((_text, x0, top, x1, bottom, *_rest),) = [line for line in row.lines if LINE in line[0]]
    ask_home(reader, LINE)
    reader.follow(title_link(page.locator(".hits"), wanted))
    reader.follow(page.get_by_role("navigation", name="检索词在本件中").get_by_role("link", name="看版面"))
    expect(page).to_have_url(re.compile(f"#page-{row.number}$"))
    sheet = page.locator(f"#page-{row.number}")
    expect(sheet).to_be_in_viewport()
    expect(sheet.locator(".lit rect")).to_have_count(1)
    picture, lit = sheet.locator("img").bounding_box(), sheet.locator(".lit rect").bounding_box()
    assert picture and lit
    # In points of the page: inside the box of that very line.
    scale = row.width / picture["width"]
    left, upper = (lit["x"] - picture["x"]) * scale, (lit["y"] - picture["y"]) * scale
    assert x0 - 3 <= left < left + lit["width"] * scale <= x1 + 3
    assert top - 3 <= upper < upper + lit["height"] * scale <= bottom + 3


# --- taking along ------------------------------------------------------------------------------------------
def test_cite(reader: Reader, site: LiveServer, tmp_path: Path) -> None:
    page, wanted = reader.page, go_to(reader, NUMBER)
    address, today = site.url + wanted.get_absolute_url(), timezone.localdate()
    reader.follow(page.get_by_text("BibTeX", exact=True))
    with page.expect_download() as saving:
        reader.follow(page.get_by_role("link", name="下载 BibTeX"))
    assert saving.value.suggested_filename == f"{NUMBER}.bib"
    saving.value.save_as(tmp_path / "cite.bib")
    assert (tmp_path / "cite.bib").read_text() == as_bibtex(cited(wanted, address, today))

    printed = f"{wanted.issuer}. {wanted.title}: {NUMBER}[J/OL]. {wanted.issue.gazette}, 2024(3): 4-5"
    copied = reader.copied(page.locator("#citation-text"), page.get_by_role("button", name="复制引文"))
    assert copied.strip() == f"{printed}[{today}]. {address}."


def test_download_a_document(reader: Reader) -> None:
    page, wanted = reader.page, go_to(reader, NUMBER)
    link = page.get_by_role("navigation", name="阅读方式").get_by_role("link", name="PDF")
    with pikepdf.open(io.BytesIO(file_behind(reader, link))) as pdf:
        assert wanted.first_page is not None and wanted.last_page is not None
        assert len(pdf.pages) == wanted.last_page - wanted.first_page + 1


def test_download_an_issue(reader: Reader) -> None:
    page, issue = reader.page, document_of(NUMBER).issue
    reader.follow(page.locator(".newest h2").get_by_role("link", name=issue.name))
    expect(page.locator("h1")).to_contain_text(issue.name)
    with pikepdf.open(io.BytesIO(file_behind(reader, page.get_by_role("link", name="阅读原版 PDF")))) as pdf:
        assert len(pdf.pages) == issue.page_count


def file_behind(reader: Reader, link: Locator) -> bytes:
    """The file that a link leads to: shown by the browser, where it can be kept."""
    reader.follow(link)
    reader.page.wait_for_url(re.compile(r"\.pdf$"))
    shown = reader.page.request.get(reader.page.url)
    assert shown.headers["content-type"] == "application/pdf"
    return shown.body()


# --- what became of it -------------------------------------------------------------------------------------
def test_follow_a_repeal(reader: Reader) -> None:
    """From a document that no longer holds to the very sentence that ended it, and back."""
    page, ended = reader.page, go_to(reader, ENDED)
    source = document_of(NUMBER)
    expect(page.locator(".status")).to_contain_text("废止")
    expect(page.locator(".status")).to_contain_text(NUMBER)
    step = page.locator(".life li.change")
    expect(step).to_contain_text("废止")
    reader.follow(step.get_by_role("link", name="看原句"))
    is_read(page, source)
    sentence = page.locator("#hit-1")
    expect(sentence).to_contain_text("霁川市公共数据开放管理办法（试行）")
    expect(sentence).to_be_in_viewport()
    cited = page.locator(".references li").filter(has_text=ended.number).filter(has_text="废止")
    reader.follow(cited.get_by_role("link").first)
    is_read(page, ended)
