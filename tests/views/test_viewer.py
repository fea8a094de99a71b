"""An issue page by page: what the viewer is given, to whom, at what cost; and nothing of what is masked."""

import gzip
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from archive.ingest.correct.change import BLOT
from archive.ingest.correcting import redact, undo
from archive.masks import Masks, masks_of
from archive.models import Document, Issue
from archive.models import Page as PageRow
from archive.publishing import withdraw_document
from archive.views.viewer import laid_lines
from tests.factories import make_document, make_issue
from tests.views.page import get
from tests.views.test_files import ClosingClient
from tests.views.test_scans import print_file

pytestmark = pytest.mark.django_db

SAMPLE = settings.BASE_DIR / "archive" / "samples" / "jichuan-2024-03.pdf"


@pytest.fixture
def client() -> Iterator[ClosingClient]:
    client = ClosingClient()
    yield client
    for response in client.responses:
        response.close()


@pytest.fixture
def issue(db: None, data_folder: Path) -> Issue:
    found = make_issue()
    print_file(found)
    return found


@pytest.fixture
def printed(db: None, data_folder: Path) -> Issue:
    """A real issue, with the lines of its print."""
    call_command("ingest", str(SAMPLE), publish=True)
    return Issue.objects.get()


def address(name: str, issue: Issue, *number: int) -> str:
    assert issue.gazette is not None
    return reverse(name, args=[issue.gazette.slug, issue.year, issue.label, *number])


def lines_of(client: Client, issue: Issue, number: int) -> list[list[Any]]:
    answer = client.get(address("page-lines", issue, number))
    assert answer.status_code == 200
    return list(answer.json()["lines"])


# --- all pages -----------------------------------------------------------------------------------------


def test_every_page_stands_on_it_with_its_documents(client: Client, issue: Issue) -> None:
    path = address("issue-pages", issue)
    page = get(client, path)
    assert path in get(client, issue.get_absolute_url()).links()
    shown = [image for image in page.all("img") if str(image["src"]).endswith(".webp")]
    # Relative to the address of the page: an issue of 74 pages names its gazette often enough.
    assert [image["src"] for image in shown] == [f"{n}.webp" for n in range(1, 7)]
    assert all((image["width"], image["height"]) == ("1240", "1754") for image in shown)
    assert [image.get("loading") for image in shown] == [None, None, *["lazy"] * 4]
    sheets = [item for item in page.all("li") if str(item.get("id", "")).startswith("page-")]
    assert [item["id"] for item in sheets] == [f"page-{n}" for n in range(1, 7)]
    plan = issue.documents.get(position=2)
    links = [
        link for link in page.all("a", class_="page-document") if link["href"] == plan.get_absolute_url()
    ]
    assert len(links) == 2  # on each of its two pages
    assert {"href": "#page-3", "data-last": "4"} in page.all("a")
    assert page.unclosed == [] and len(page.all("h1")) == 1
    assert not [found for _tag, found in page.elements if "style" in found]
    assert page.all("form", class_="viewer-find") and page.form_with("q", "") == {"q": ""}


def test_both_numbers_of_a_page_are_told(client: Client, issue: Issue) -> None:
    issue.pages.filter(number=4).update(printed_number=3)
    issue.pages.filter(number=5).update(printed_number=4, printed_right=5)
    page = get(client, address("issue-pages", issue))
    told = {item["id"]: item.get("data-printed") for item in page.all("li") if "id" in item}
    assert told["page-4"] == "3" and told["page-5"] == "4–5"
    assert "原件第5页 公报第4–5页" in page.words
    assert "公报第4–5页" in get(client, address("issue-page", issue, 5)).words


def test_the_language_of_the_tools_follows_the_reader(client: Client, issue: Issue) -> None:
    client.cookies["django_language"] = "en"
    for path in (address("issue-pages", issue), address("issue-page", issue, 3)):
        assert get(client, path).unmarked_chinese == []


def test_a_withdrawn_document_is_named_on_no_page(client: Client, issue: Issue) -> None:
    plan = issue.documents.get(position=2)
    withdraw_document(plan, "内容有误")
    for path in (address("issue-pages", issue), *(address("issue-page", issue, n) for n in (3, 4))):
        page = get(client, path)
        assert plan.get_absolute_url() not in page.links() and "防汛应急预案" not in page.words, path


def test_queries_do_not_grow_with_pages_and_documents(
    client: Client, issue: Issue, django_assert_num_queries: Any
) -> None:
    more = make_issue(
        label="2", documents=tuple(make_document(n, number=f"云政发〔2024〕{n}号") for n in range(1, 30))
    )
    print_file(more, pages=30)
    for name, number in (("issue-pages", ()), ("issue-page", (2,)), ("page-lines", (2,))):
        with CaptureQueriesContext(connection) as few:
            client.get(address(name, issue, *number))
        assert len(few) < 12
        with django_assert_num_queries(len(few)):
            assert client.get(address(name, more, *number)).status_code == 200


def test_a_long_issue_opens_light(client: Client) -> None:
    """Besides pictures: the page itself, packed, with its style sheets and scripts."""
    documents = tuple(
        make_document(
            n, title=f"云岭市人民政府办公室关于印发云岭市第{n}项生产安全事故应急预案的通知", last_page=n + 4
        )
        for n in range(1, 71)
    )
    found = make_issue(documents=documents)
    print_file(found)
    row = found.pages.get(number=1)
    for number in range(found.pages.count() + 1, 75):
        PageRow.objects.create(issue=found, number=number, width=row.width, height=row.height)
    answer = client.get(address("issue-pages", found), headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    named = set(re.findall(r'"/static/([a-z.]+)"', gzip.decompress(answer.content).decode()))
    assert {"site.css", "viewer.css", "viewer.js"} < named
    files = sum((settings.BASE_DIR / "static" / name).stat().st_size for name in named)
    assert len(answer.content) < 15_000 and files + len(answer.content) < 100_000


def test_who_comes_again_gets_304(client: Client, issue: Issue) -> None:
    for name in ("issue-pages", "issue-page", "page-lines", "page-small"):
        path = address(name, issue, *([] if name == "issue-pages" else [2]))
        tag = client.get(path)["ETag"]
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304, name


# --- the lines of a page -------------------------------------------------------------------------------


def test_lines_stand_where_they_are_printed(client: Client, issue: Issue) -> None:
    issue.pages.filter(number=2).update(
        width=600,
        height=800,
        lines=[
            ["通知 A4", 60.0, 80.0, 300.0, 96.0, None],
            ["", 0, 0, 1, 1, None],
            ["竖排", 0, 0, 12, 90, 0.8],
        ],
    )
    answer = client.get(address("page-lines", issue, 2))
    assert answer["Cache-Control"] == "public, max-age=3600" and not answer.cookies
    assert answer.json() == {
        "lines": [["通知 A4", 10.0, 13.33, 40.0, 2.67, 3.5], ["竖排", 0.0, 0.0, 2.0, 15.0, 2.0]]
    }


def test_a_page_without_text_or_size_has_no_lines(client: Client, issue: Issue) -> None:
    issue.pages.filter(number=2).update(readable=False)
    issue.pages.filter(number=3).update(width=0)
    assert lines_of(client, issue, 2) == [] and lines_of(client, issue, 3) == []
    assert "本页没有可读的文字" in get(client, address("issue-page", issue, 2)).words
    assert "2/" not in get(client, address("issue-pages", issue)).links()


@pytest.mark.parametrize(("state", "status"), [("draft", 404), ("withdrawn", 410)])
def test_they_are_there_while_the_issue_is_public(client: Client, state: str, status: int) -> None:
    hidden = make_issue(state)
    print_file(hidden)
    for name in ("issue-page", "page-lines", "page-small"):
        answer = client.get(address(name, hidden, 2))
        assert answer.status_code == status and "文字" not in answer.content.decode(), name


def test_a_page_that_is_not_there_is_not_found(client: Client, issue: Issue) -> None:
    for name in ("issue-page", "page-lines", "page-small"):
        assert client.get(address(name, issue, 99)).status_code == 404, name
    Issue.objects.update(source_kind="docx")
    for name in ("issue-page", "page-lines", "page-small"):
        assert client.get(address(name, issue, 2)).status_code == 404, name


# --- what readers may not see ----------------------------------------------------------------------------


def text_of(client: Client, issue: Issue, number: int) -> str:
    """All that the two addresses say of the text of a page, without blanks."""
    laid = "".join(line[0] for line in lines_of(client, issue, number))
    return "".join((laid + get(client, address("issue-page", issue, number)).words).split())


def test_what_is_blotted_out_is_in_no_line(client: Client, printed: Issue) -> None:
    document = printed.documents.filter(appointments__isnull=False).distinct().first()
    assert document is not None
    appointment = document.appointments.first()
    assert appointment is not None
    name = appointment.person_as_printed or appointment.person
    bare = "".join(name.split())
    numbers = range(document.first_page or 0, (document.last_page or 0) + 1)
    before = {number: text_of(client, printed, number) for number in numbers}
    assert any(bare in text for text in before.values())
    tags = {number: client.get(address("page-lines", printed, number))["ETag"] for number in numbers}
    made = redact(document, name, reason="个人信息")
    masks = masks_of(printed)
    assert masks and not masks.whole
    for number in numbers:
        text = text_of(client, printed, number)
        assert bare not in text, number
        if number in masks.pages:
            # The rest of its line is still there, and who has the old one gets the new one.
            assert BLOT * len(bare) in text
            assert text.count(BLOT) < 4 * len(bare) * before[number].count(bare)
            assert (
                client.get(
                    address("page-lines", printed, number), headers={"If-None-Match": tags[number]}
                ).status_code
                == 200
            )
    undo(made[0].act)
    assert {number: text_of(client, printed, number) for number in numbers} == before


def test_a_document_withdrawn_alone_is_in_no_line(client: Client, printed: Issue) -> None:
    documents = list(printed.documents.order_by("position"))
    document = next(d for d in documents if d.last_page and d.last_page > (d.first_page or 0))
    numbers = range(document.first_page or 0, (document.last_page or 0) + 1)
    printed_lines = [line for n in numbers for line in lines_of(client, printed, n)]
    withdraw_document(document, "涉及个人信息")
    left = [line[0] for n in numbers for line in lines_of(client, printed, n)]
    assert len(left) < len(printed_lines)
    words = "".join(text_of(client, printed, n) for n in numbers)
    for block in Document.objects.get(pk=document.pk).blocks.filter(kind="paragraph"):
        assert "".join(block.text.split())[:15] not in words
    masked = masks_of(printed).whole & set(numbers)
    for number in masked:
        assert lines_of(client, printed, number) == []
        assert "已撤回或隐去" in get(client, address("issue-page", printed, number)).words


def test_a_small_picture_is_masked_as_the_large_one(client: Client, printed: Issue) -> None:
    document = printed.documents.get(position=1)
    number = document.first_page or 0
    path = address("page-small", printed, number)

    def darkest_share() -> float:
        content = b"".join(client.get(path).streaming_content)  # type: ignore[attr-defined]
        picture = Image.open(io.BytesIO(content)).convert("L")
        assert picture.width == 180 and len(content) < 20_000
        return sum(picture.histogram()[:80]) / (picture.width * picture.height)

    tag = client.get(path)["ETag"]
    before = darkest_share()
    withdraw_document(document, "内容有误")
    assert client.get(path)["ETag"] != tag
    assert darkest_share() > before + 0.1


def test_laid_lines_leave_out_what_is_masked(issue: Issue) -> None:
    page = issue.pages.get(number=2)
    page.lines = [["甲乙", 0, 0, 20, 10, None], ["丙丁", 0, 20, 20, 30, None]]
    masks = Masks()
    masks.boxes[2] = [(0, 0, 20, 10)]
    assert [line[0] for line in laid_lines(page, masks)] == ["丙丁"]
