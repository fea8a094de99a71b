"""Scans: looked at page by page, told from what can be searched, and marked where they were recognised."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from reportlab.pdfgen.canvas import Canvas

from archive import pictures
from archive.ingest.originals import original_path
from archive.masks import masks_of
from archive.models import Block, Document, Finding, IngestRun, Issue
from tests.accounts import make_account
from tests.factories import make_issue
from tests.views.page import Page, get
from tests.views.test_files import ClosingClient

pytestmark = pytest.mark.django_db


def print_file(issue: Issue, pages: int = 6, size: tuple[float, float] = (595, 842)) -> Path:
    """A drawn PDF as the original of the issue."""
    path = original_path(issue.sha256, "pdf")
    path.parent.mkdir(parents=True, exist_ok=True)
    canvas = Canvas(str(path), pagesize=size)
    for number in range(1, pages + 1):
        canvas.drawString(72, 72, f"page {number}")
        canvas.showPage()
    canvas.save()
    return path


def make_scan(state: str = "published") -> Issue:
    """An issue that nobody has recognised: pages, and no documents."""
    issue = make_issue(state)
    issue.documents.all().delete()
    issue.contents.all().delete()
    Issue.objects.filter(pk=issue.pk).update(text_source=Issue.TextSource.NONE)
    issue.pages.update(readable=False, wants_ocr=True, text_source="")
    print_file(issue)
    issue.refresh_from_db()
    return issue


def picture(issue: Issue, number: int = 1) -> str:
    assert issue.gazette is not None
    return reverse("page-picture", args=[issue.gazette.slug, issue.year, issue.label, number])


@pytest.fixture
def client() -> Iterator[ClosingClient]:
    client = ClosingClient()
    yield client
    for response in client.responses:
        response.close()


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(make_account("bianji"))
    return client


# --- pictures ----------------------------------------------------------------------------------------
def test_a_scan_is_shown_as_pictures_of_its_pages(client: Client) -> None:
    issue = make_scan()
    page = get(client, issue.get_absolute_url())
    assert "扫描件，尚不可检索" in page.words
    shown = [image for image in page.all("img") if "/pages/" in str(image["src"])]
    assert [image["src"] for image in shown] == [picture(issue, number) for number in range(1, 7)]
    assert all((image["width"], image["height"]) == ("1240", "1754") for image in shown)
    assert shown[-1]["loading"] == "lazy" and page.unclosed == []
    assert "扫描件，尚不可检索" in get(client, reverse("issues")).words

    response = client.get(picture(issue, 2))
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert response["Content-Type"] == "image/webp" and content[8:12] == b"WEBP"
    assert response["Cache-Control"].startswith("public")
    again = client.get(picture(issue, 2), headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


def test_an_issue_with_text_says_nothing_of_scans(client: Client) -> None:
    issue = make_issue()
    print_file(issue)
    assert "扫描" not in get(client, issue.get_absolute_url()).words
    assert "6.webp" in Page.of(client.get(f"{issue.get_absolute_url()}pages/")).links()


def test_what_was_searched_for_is_lit_on_the_pictures(client: Client, django_assert_num_queries: Any) -> None:
    issue = make_issue()
    print_file(issue)
    pages = f"{issue.get_absolute_url()}pages/"
    with CaptureQueriesContext(connection) as plain:
        assert not get(client, pages).all("svg")
    with django_assert_num_queries(len(plain) + 1):
        client.get(pages, {"q": "文字"})
    # 第2页的文字 from 72 to 300 points, on five pages: 文字 are the last two of five and a half ems.
    page = get(client, pages, q="页的文字")
    assert len(page.all("svg", viewbox="0 0 595.0 842.0", class_="lit")) == 5
    assert page.all("rect")[1] == {"x": "133.2", "y": "79.0", "width": "167.8", "height": "18.0"}
    assert "共 5 处" in page.words and "下一处在第5页" in page.words
    # From the list of hits, from the page before, from the page itself and from the contents.
    assert [link for link in page.links() if link.startswith("#page-")].count("#page-3") == 4
    assert page.unclosed == [] and pages in page.links()
    # over the end of a page
    assert "共 4 处" in (page := get(client, pages, q="文字第")).words
    assert len(page.all("rect")) == 8
    client.cookies["django_language"] = "en"
    english = get(client, pages, q="页的文字")
    assert "5 hits" in english.words and "Next on page 5" in english.words and english.unmarked_chinese == []
    client.cookies.clear()
    for odd in ("火星 金星", '"', "-", "\x00", "title:", "\ufffe"):
        page = get(client, pages, q=odd)
        assert "本期版面上没有可标出的词" in page.words and not page.all("rect")


@pytest.mark.parametrize(("state", "status"), [("draft", 404), ("withdrawn", 410)])
def test_pages_of_what_is_not_published_are_for_the_desk_alone(
    client: Client, state: str, status: int
) -> None:
    issue = make_scan(state)
    assert client.get(picture(issue)).status_code == status
    assert client.get(f"{issue.get_absolute_url()}pages/").status_code == status
    client.force_login(make_account("bianji"))
    assert client.get(picture(issue)).status_code == status
    response = client.get(reverse("desk-page", args=[issue.pk, 1]))
    assert response.status_code == 200 and "no-store" in response["Cache-Control"]


def test_the_pages_of_a_withdrawn_document_are_masked(client: Client) -> None:
    issue = make_issue()
    print_file(issue)
    document = issue.documents.get(position=4)
    page = document.first_page or 0
    before = client.get(picture(issue, page)).headers["ETag"]
    issue.documents.filter(pk=document.pk).update(withdrawn_at=timezone.now(), withdrawn_reason="含个人信息")
    assert masks_of(issue).pages == [page]
    assert client.get(picture(issue, page)).headers["ETag"] != before
    assert client.get(f"{issue.get_absolute_url()}pages/").status_code == 200
    Issue.objects.update(source_kind="docx")
    assert client.get(picture(issue, page)).status_code == 410


@pytest.mark.parametrize("number", [0, 7, 999999])
def test_no_picture_of_a_page_that_is_not_there(client: Client, number: int) -> None:
    issue = make_scan()
    assert client.get(picture(issue, number)).status_code == 404
    folder = Path(settings.GAZETTE_DATA) / "pictures" / issue.sha256
    assert not list(folder.glob("page-*"))


def test_a_page_that_cannot_be_drawn_is_tried_once_and_named(client: Client) -> None:
    issue = make_scan()
    original_path(issue.sha256, "pdf").write_bytes(b"%PDF-1.4 nothing more")
    assert client.get(picture(issue, 3)).status_code == 404
    assert pictures.pages_that_fail(issue.sha256) == {3}
    assert "第3页无法显示" in get(client, issue.get_absolute_url()).words


@pytest.mark.parametrize(
    ("size", "across"),
    [
        ((595, 842), (1240, 1754)),
        ((1190, 842), (2400, 1698)),
        ((14400, 10), (2400, 2)),
        ((0, 0), (1240, 1754)),
    ],
)
def test_pictures_are_bounded(size: tuple[float, float], across: tuple[int, int]) -> None:
    found = pictures.page_size(*size)
    assert found == across and found[0] * found[1] <= pictures.MAX_PIXELS


def test_a_reader_does_not_wait_forever(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    issue = make_scan()
    monkeypatch.setattr(pictures, "MAX_WAIT_SECONDS", 0)
    folder = Path(settings.GAZETTE_DATA) / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    with pictures.one_at_a_time():
        response = client.get(picture(issue))
    assert response.status_code == 503 and response["Retry-After"]


# --- recognised text and validity --------------------------------------------------------------------
def test_recognised_text_is_marked_and_what_is_uncertain_underlined(client: Client) -> None:
    document = make_issue().documents.get(position=1)
    assert "由扫描件识别" not in get(client, document.get_absolute_url()).words
    document.blocks.update(confidence=0.97)
    page = get(client, document.get_absolute_url())
    assert "由扫描件识别，可能有误，以原版为准" in page.words and not page.all("div", class_="unsure")
    document.blocks.filter(kind__in=[Block.Kind.DATE, Block.Kind.RECIPIENT]).update(confidence=0.6)
    # stored before lines were kept one by one: the whole block
    page = get(client, document.get_absolute_url())
    assert len(page.all("div", class_="unsure")) == 2 and page.unclosed == []
    date_block = document.blocks.get(kind=Block.Kind.DATE)
    date_block.recognised = [[0, len(date_block.text), 0.6]]
    date_block.save()
    page = get(client, document.get_absolute_url())
    assert len(page.all("div", class_="unsure")) == 1 and page.unclosed == []
    assert [span["title"] for span in page.all("span", class_="unsure")] == ["识别把握60%，请核对原版"]


def test_the_term_of_validity_stands_in_the_facts(client: Client) -> None:
    document = make_issue().documents.get(position=1)
    today = timezone.localdate()
    term = {"effective_on": date(2022, 5, 1), "validity_evidence": ["本办法自2022年5月1日起施行。"]}
    for end, passed in ((today, False), (today - timedelta(days=1), True)):
        Document.objects.filter(pk=document.pk).update(expires_on=end, **term)
        page = get(client, document.get_absolute_url())
        assert f"自2022年5月1日起施行，有效期至{end.year}年{end.month}月{end.day}日" in page.words
        assert "本办法自2022年5月1日起施行。" in page.words
        assert ("按文中所载有效期，已过有效期" in page.words) is passed


# --- the desk ----------------------------------------------------------------------------------------
def test_the_review_shows_score_and_suggestions(desk: Client) -> None:
    issue = make_issue("draft")
    issue.reading_score = {
        "contents_entries": 4,
        "contents_found": 3,
        "characters": 2000,
        "characters_placed": 1999,
        "characters_uncertain": 17,
    }
    issue.save()
    Finding.objects.create(
        issue=issue,
        position=9,
        code="name-misread",
        severity="note",
        page=2,
        message="可能是误读",
        evidence=["孟县", "盂县", "各区和孟县人民政府："],
    )
    page = get(desk, reverse("desk-issue", args=[issue.pk]))
    assert "3/4" in page.words and "99.9 %" in page.words and "17" in page.words
    assert "孟县" in page.words and "盂县" in page.words and "各区和孟县人民政府：" in page.words
    assert f"{reverse('desk-pages', args=[issue.pk])}#page-6" in page.links()


def test_an_issue_is_read_again_from_its_original(desk: Client) -> None:
    issue = make_scan("draft")
    desk.post(reverse("desk-again", args=[issue.pk]))
    run = IngestRun.objects.get()
    assert run.sha256 == issue.sha256 and run.replace and run.state == "queued"
    original_path(issue.sha256, "pdf").unlink()
    run.delete()
    page = Page.of(desk.post(reverse("desk-again", args=[issue.pk]), follow=True))
    assert "缺少原件" in page.words and not IngestRun.objects.exists()


def make_failed(failure: str) -> IngestRun:
    run = IngestRun.objects.create(
        file_name="公报.pdf", sha256="a" * 64, state="failed", failure=failure, message="PDF 已加密"
    )
    kept = Path(settings.UPLOADS_DIR) / "failed" / f"run-{run.pk}"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(b"<script>alert(1)</script>")
    return run


def test_a_locked_file_asks_for_its_password(desk: Client) -> None:
    run = make_failed("password")
    page = get(desk, reverse("desk-runs"))
    assert page.all("input", type="password", id=f"password-{run.pk}")
    address = reverse("desk-retry", args=[run.pk])
    desk.post(address)
    run.refresh_from_db()
    assert run.state == "failed"
    desk.post(address, {"password": "geheim"})
    run.refresh_from_db()
    assert run.state == "queued" and run.message == ""


def test_the_file_of_a_failed_run_is_only_saved(desk: Client) -> None:
    address = reverse("desk-failed-file", args=[make_failed("unreadable").pk])
    response = desk.get(address)
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    done = IngestRun.objects.create(file_name="a.pdf", sha256="b" * 64, state="done")
    assert desk.get(reverse("desk-failed-file", args=[done.pk])).status_code == 404


def test_an_upload_that_is_refused_says_why(desk: Client) -> None:
    file = SimpleUploadedFile("旧.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    page = Page.of(desk.post(reverse("desk-upload"), {"uploads": file}, follow=True))
    assert "旧.doc" in page.words and not IngestRun.objects.exists()
