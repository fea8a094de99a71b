"""The pages of a document as they are printed, as pictures and as a PDF: its own, and as readers may see them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from archive.models import Document, Issue
from tests.factories import make_issue
from tests.views.page import document, get
from tests.views.test_files import ClosingClient
from tests.views.test_scans import picture, print_file
from tests.views.test_take_along import addresses, body

pytestmark = pytest.mark.django_db


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


def pages_of(response: Any, tmp_path: Path) -> list[str]:
    """What each page of a PDF draws, as it stands in the file."""
    path = tmp_path / "answer.pdf"
    path.write_bytes(body(response))
    with pikepdf.open(path) as pdf:
        return [page.Contents.read_bytes().decode("latin-1") for page in pdf.pages]


def test_the_pdf_holds_just_the_pages(client: Client, issue: Issue, tmp_path: Path) -> None:
    path = addresses(document(issue, 2))[2]
    response = client.get(path)
    assert response["Content-Type"] == "application/pdf" and response["Cache-Control"].startswith("public")
    assert response["Content-Disposition"].startswith("inline") and not response.cookies
    drawn = pages_of(response, tmp_path)
    assert ["page 3" in drawn[0], "page 4" in drawn[1], len(drawn)] == [True, True, 2]
    part = client.get(path, headers={"Range": "bytes=0-4"})
    assert part.status_code == 206 and body(part) == b"%PDF-"
    assert client.get(path, headers={"If-None-Match": response["ETag"]}).status_code == 304


def test_masked_pages_are_cut_out_of_the_masked_file(client: Client, issue: Issue, tmp_path: Path) -> None:
    one, other = document(issue, 2), document(issue, 3)
    path = addresses(one)[2]
    before = client.get(path)["ETag"]
    # The other one begins on the second page of this one, and its title cannot be found there.
    Document.objects.filter(pk=other.pk).update(first_page=4, withdrawn_at=timezone.now())
    response = client.get(path)
    assert response["ETag"] != before
    drawn = pages_of(response, tmp_path)
    assert len(drawn) == 2 and "page 3" in drawn[0] and "page 4" not in drawn[1]


def test_a_file_without_pages_has_no_print(client: Client, issue: Issue) -> None:
    one = document(issue, 2)
    Document.objects.filter(pk=one.pk).update(first_page=None, last_page=None)
    assert [client.get(path).status_code for path in addresses(one)] == [200, 200, 404, 404, *[200] * 4]
    assert not get(client, one.get_absolute_url()).all("nav", class_="forms")
    Document.objects.filter(pk=one.pk).update(first_page=3, last_page=4)
    Issue.objects.update(source_kind="docx")
    assert [client.get(path).status_code for path in addresses(one)] == [200, 200, 404, 404, *[200] * 4]
    Issue.objects.update(source_kind="pdf")
    issue.pages.all().delete()
    assert client.get(addresses(one)[3]).status_code == 404


def test_a_file_that_cannot_be_cut_is_not_found(client: Client, issue: Issue) -> None:
    for path in Path(settings.GAZETTE_DATA, "originals").rglob("*.pdf"):
        path.write_bytes(b"%PDF-1.4 nothing more")
    assert client.get(addresses(document(issue, 2))[2]).status_code == 404


def test_in_print_shows_just_its_pages_with_the_hits(
    client: Client, issue: Issue, django_assert_num_queries: Any
) -> None:
    path = addresses(document(issue, 2))[3]
    with CaptureQueriesContext(connection) as plain:
        page = get(client, path)
    shown = [image["src"] for image in page.all("img") if "/pages/" in str(image["src"])]
    assert shown == [picture(issue, 3), picture(issue, 4)]
    assert not page.all("rect") and page.unclosed == []
    # A page more is no query more.
    Document.objects.filter(pk=document(issue, 2).pk).update(last_page=5)
    with django_assert_num_queries(len(plain)):
        client.get(path)
    Document.objects.filter(pk=document(issue, 2).pk).update(last_page=4)
    issue.pages.filter(number__in=(4, 5)).update(lines=[["编织袋 20000", 72.0, 80.0, 300.0, 96.0, None]])
    lit = get(client, path, q="编织袋")  # the same words on page 5 are of another document
    assert len(lit.all("rect")) == 1 and "共 1 处" in lit.words
    assert "本件版面上没有可标出的词" in get(client, path, q="火星").words


def test_two_documents_on_the_same_pages_keep_their_files(client: Client, issue: Issue) -> None:
    one, other = document(issue, 1), document(issue, 2)
    Document.objects.filter(pk=one.pk).update(first_page=3, last_page=4)
    paths = [f"{found.get_absolute_url()}pages.pdf" for found in (one, other)]
    assert client.get(paths[0])["ETag"] != client.get(paths[1])["ETag"]
    kept = sorted(Path(settings.GAZETTE_DATA, "pictures", issue.sha256).glob("pages-3-4-*.pdf"))
    made = [path.stat().st_mtime_ns for path in kept]
    for path in paths:
        client.get(path)
    assert len(kept) == 2 and [path.stat().st_mtime_ns for path in kept] == made
