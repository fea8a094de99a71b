"""/verify/ says of a file whether it was published, when, and where it stands; of a draft it knows nothing."""

import hashlib
import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from archive.annexes import attach, remove
from archive.authenticity.published_files import follow_publications, served_file
from archive.authenticity.signing import sign_ended_months
from archive.models import Annex, Document, Issue, PublishedFile
from archive.publishing import publish_issue, restore_document, withdraw_document, withdraw_issue
from tests.authenticity.signed import key_file
from tests.factories import make_issue, make_parsed_issue, save_issue
from tests.views.page import Page, get

pytestmark = pytest.mark.django_db

UNKNOWN = "本库没有发布过这个文件"
PDF = b"%PDF-1.7\n%%EOF\n"
TITLE = "古树名木名录"


def look(client: Client, sha256: str) -> Page:
    response = client.get("/verify/", {"sha256": sha256})
    assert response.status_code == 200 and "no-store" in response.headers["Cache-Control"]
    return Page.of(response)


def an_annex(issue: Issue, content: bytes = PDF) -> Annex:
    return attach(SimpleUploadedFile("名录.pdf", content), issue.documents.get(position=1), "", TITLE)


# --- what is published -------------------------------------------------------------------------------------
def test_a_published_original(client: Client) -> None:
    issue = publish_issue(make_issue("draft"))
    page = look(client, issue.sha256)
    assert "是本库发布的文件" in page.words and "已发布，现在仍在本库提供" in page.words
    assert issue.get_absolute_url() in page.links() and f"{issue.gazette} {issue.name}" in page.words
    assert reverse("original", args=[issue.sha256, issue.file_name]) in page.links()
    assert "6 页 · 4 件公文" in page.words and "还没有列入" in page.words


def test_it_names_the_first_list_that_has_it(client: Client, tmp_path: Path, settings: Settings) -> None:
    settings.MANIFEST_KEY_FILE = str(key_file(tmp_path))
    issue = publish_issue(make_issue("draft"))
    made = sign_ended_months(timezone.now() + timedelta(days=70))
    page = look(client, issue.sha256)
    assert len(made) == 1 and f"{made[0].month} 起各月" in page.words and reverse("manifests") in page.links()


def test_the_checksum_is_read_as_people_paste_it(client: Client) -> None:
    issue = publish_issue(make_issue("draft"))
    spaced = " ".join(issue.sha256[n : n + 8].upper() for n in range(0, 64, 8))
    assert "是本库发布的文件" in look(client, f" {spaced}\n").words


@pytest.mark.parametrize("wrong", ["x", "0" * 63, "0" * 65, "g" * 64, "' OR 1=1 --", "\x00" * 64, "０" * 64])
def test_what_is_no_checksum_is_said_to_be_none(client: Client, wrong: str) -> None:
    response = client.get("/verify/", {"sha256": wrong})
    assert response.status_code == 400 and "SHA-256 是 64 个数字和字母" in response.content.decode()


def test_the_plain_page_asks_and_tells_nothing(client: Client) -> None:
    response = client.get("/verify/")
    assert UNKNOWN not in response.content.decode() and not response.cookies
    assert 'name="robots"' not in response.content.decode()
    assert 'content="noindex"' in client.get("/verify/", {"sha256": "0" * 64}).content.decode()


def test_an_annex(client: Client) -> None:
    issue = publish_issue(make_issue("draft"))
    annex = an_annex(issue)
    page = look(client, annex.sha256)
    assert annex.document.get_absolute_url() in page.links() and "附件全文" in page.words
    follow_publications(timezone.now())
    remove(annex)
    page = look(client, annex.sha256)
    assert "发布过的附件，后来换成了另一个文件，或者撤下了" in page.words
    follow_publications(timezone.now())
    assert "提供到" in look(client, annex.sha256).words


# --- what is not ------------------------------------------------------------------------------------------
def test_a_draft_is_unknown(client: Client) -> None:
    draft = make_issue("draft")
    annex = an_annex(draft)
    follow_publications(timezone.now())
    assert not PublishedFile.objects.exists()
    for sha256 in (draft.sha256, annex.sha256, "0" * 64):
        page = look(client, sha256)
        assert UNKNOWN in page.words and reverse("issues") in page.links()
        assert draft.name not in page.words and TITLE not in page.words


def test_what_is_withdrawn_says_when_and_why_and_nothing_else(client: Client) -> None:
    issue = publish_issue(make_issue("draft"))
    annex = an_annex(issue)
    withdraw_issue(issue, "印刷有误")
    for sha256 in (issue.sha256, annex.sha256):
        page = look(client, sha256)
        assert "发布过，已撤回" in page.words and "印刷有误" in page.words
        assert timezone.localdate().strftime("%Y年") in page.words
        assert issue.get_absolute_url() not in page.links() and issue.file_name not in page.words
        assert annex.document.title not in page.words and "4 件公文" not in page.words
    publish_issue(issue)
    assert "已发布，现在仍在本库提供" in look(client, issue.sha256).words


def test_an_annex_of_a_document_that_was_withdrawn_alone(client: Client) -> None:
    issue = publish_issue(make_issue("draft"))
    annex = an_annex(issue)
    withdraw_document(annex.document, "含个人信息")
    page = look(client, annex.sha256)
    assert "发布过，已撤回" in page.words and "含个人信息" in page.words
    assert issue.get_absolute_url() in page.links()
    assert annex.document.title not in page.words and annex.document.get_absolute_url() not in page.links()


def test_what_came_in_while_it_was_withdrawn_went_to_nobody(client: Client) -> None:
    issue = publish_issue(make_issue("draft"))
    follow_publications(timezone.now())
    withdraw_issue(issue, "印刷有误")
    annex = an_annex(issue)
    save_issue(make_parsed_issue(sha256="a" * 64), file_size=7, replace=True)
    follow_publications(timezone.now())
    assert [one.sha256 for one in PublishedFile.objects.all()] == [issue.sha256]
    for sha256 in ("a" * 64, annex.sha256):
        assert UNKNOWN in look(client, sha256).words
    publish_issue(issue)
    assert "已发布，现在仍在本库提供" in look(client, "a" * 64).words
    assert "后来换成了更正后的文件" in look(client, issue.sha256).words


def test_a_file_that_was_replaced_is_remembered(client: Client) -> None:
    issue = publish_issue(make_issue("draft"))
    follow_publications(timezone.now())
    save_issue(make_parsed_issue(sha256="a" * 64), file_size=7, replace=True)
    # Before the worker has looked, and after.
    for _turn in range(2):
        assert "后来换成了更正后的文件" in look(client, issue.sha256).words
        assert "已发布，现在仍在本库提供" in look(client, "a" * 64).words
        assert follow_publications(timezone.now()) in (0, 2)
    old, new = PublishedFile.objects.order_by("pk")
    assert new.published_at > old.published_at and old.ended_at is not None and new.ended_at is None


# --- masked copies ------------------------------------------------------------------------------------------
@pytest.fixture
def sample(db: None) -> Issue:
    path = django_settings.BASE_DIR / "archive" / "samples" / "jichuan-2024-03.pdf"
    call_command("ingest", str(path), publish=True)
    return Issue.objects.get()


def test_what_a_reader_downloads_is_known_also_where_it_is_masked(client: Client, sample: Issue) -> None:
    follow_publications(timezone.now())
    address = reverse("original", args=[sample.sha256, sample.file_name])
    document = sample.documents.order_by("position")[2]
    withdraw_document(document, "含个人信息")
    page = get(client, sample.get_absolute_url())
    assert "遮盖了不再公开的内容的副本" in page.words and sample.sha256 not in page.words
    follow_publications(timezone.now())
    assert "本库现在提供遮盖后的副本" in look(client, sample.sha256).words

    downloaded = b"".join(client.get(address).streaming_content)  # type: ignore[attr-defined]
    copy = hashlib.sha256(downloaded).hexdigest()
    assert copy != sample.sha256 and served_file(sample).sha256 == copy
    assert copy in get(client, sample.get_absolute_url()).words
    found = look(client, copy)
    assert "本库现在提供的副本，遮盖了不再公开的内容" in found.words and address in found.links()
    # Asked for again it is the same one, and one row.
    list(client.get(address).streaming_content)  # type: ignore[attr-defined]
    assert PublishedFile.objects.filter(kind="masked-copy").count() == 1

    # With more masks there will be another copy: nobody has it yet.
    other = sample.documents.order_by("position")[3]
    withdraw_document(other, "含个人信息")
    assert served_file(sample).sha256 == "" and copy not in get(client, sample.get_absolute_url()).words
    assert "发布过的遮盖后的副本，现在提供的是另一份" in look(client, copy).words
    restore_document(other)
    assert served_file(sample).sha256 == copy

    restore_document(document)
    assert "已发布，现在仍在本库提供" in look(client, sample.sha256).words
    follow_publications(timezone.now())
    assert "发布过的遮盖后的副本，现在提供的是另一份" in look(client, copy).words
    assert "已发布，现在仍在本库提供" in look(client, sample.sha256).words


def test_the_pages_of_issue_and_document_show_the_checksum(client: Client) -> None:
    issue = publish_issue(make_issue("draft"))
    for address in (issue.get_absolute_url(), Document.objects.get(position=1).get_absolute_url()):
        page = get(client, address)
        assert issue.sha256 in page.words and reverse("verify") in page.links()


# --- a file that is sent --------------------------------------------------------------------------------------
def send(client: Client, content: bytes, **headers: str) -> HttpResponse:
    return client.post("/verify/", {"file": SimpleUploadedFile("x.pdf", content)}, headers=headers)


def test_a_file_that_is_sent_leads_to_its_checksum(client: Client, data_folder: Path) -> None:
    before = sorted(data_folder.rglob("*"))
    for content in (b"", PDF, b"\x00\xff" * 300_000):
        response = send(Client(enforce_csrf_checks=True), content)
        assert response.status_code == 302 and not response.cookies
        assert response.headers["Location"] == f"/verify/?sha256={hashlib.sha256(content).hexdigest()}"
    assert sorted(data_folder.rglob("*")) == before


def test_a_form_without_a_file_is_told_so(client: Client) -> None:
    for sent in ({}, {"file": "text"}, {"sha256": "0" * 64}):
        response = client.post("/verify/", sent)
        assert response.status_code == 400 and "请先选择一个文件" in response.content.decode()
    plain = client.post("/verify/", b"%PDF", content_type="application/octet-stream")
    assert plain.status_code == 400


def test_a_body_that_is_no_form_is_refused(client: Client) -> None:
    response = client.post("/verify/", b"x", content_type="multipart/form-data; boundary=\x01")
    assert response.status_code == 400


def test_a_file_that_is_too_large_is_refused_unread(client: Client, settings: Settings) -> None:
    settings.REQUEST_MAX_BYTES = 1000

    class Unread(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise AssertionError("read")

    response = client.generic(
        "POST",
        "/verify/",
        b"x" * 2000,
        content_type="multipart/form-data; boundary=x",
        **{"wsgi.input": Unread()},  # type: ignore[arg-type]
    )
    assert response.status_code == 413 and "文件超过" in response.content.decode()


def test_only_the_first_of_many_files_is_looked_at(client: Client) -> None:
    response = client.post(
        "/verify/", {"file": [SimpleUploadedFile("1", PDF), SimpleUploadedFile("2", b"2")]}
    )
    assert response.headers["Location"].endswith(hashlib.sha256(PDF).hexdigest())
