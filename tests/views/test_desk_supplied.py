"""What editors add to documents at the desk: archival fields, annexes left out of print; and who sees it."""

import io
import zipfile
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from archive.ingest.annex_files import annex_path
from archive.ingest.correcting import redact
from archive.models import Annex, Document, Finding, Issue, Supplement
from archive.publishing import discard_issue, publish_issue, withdraw_document, withdraw_issue
from archive.search.query import search_documents
from tests.accounts import make_account
from tests.factories import make_document, make_issue, make_parsed_issue, save_issue
from tests.views.page import Page, get

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n%%EOF\n"
TITLE = "古树名木名录"


@pytest.fixture
def editor(db: None) -> User:
    return make_account()


@pytest.fixture
def desk(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


def of(issue: Issue, name: str, *more: int) -> str:
    return reverse(name, args=[issue.pk, 1, *more])


def held(issue: Issue) -> Document:
    return issue.documents.get(position=1)


# --- archival fields -----------------------------------------------------------------------------------
def supplement_form(desk: Client, issue: Issue) -> dict[str, str]:
    return get(desk, of(issue, "desk-document"), edit="supplement").form_with("seen")


FILLED = {
    "index_number": "014000/2024-00001",
    "subject_class": "林业、草原",
    "keywords": "古树 名木；保护",
    "released_on": "2024-01-20",
    "validity": "amended",
    "validity_on": "2024-05-01",
    "validity_evidence": "见云政发〔2024〕30号",
}


def test_what_print_does_not_give_is_shown_where_it_is_filled_in(
    desk: Client, editor: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    issue = make_issue()
    reader = held(issue).get_absolute_url()
    assert "索引号" not in get(desk, reader).words
    with django_capture_on_commit_callbacks(execute=True):
        response = desk.post(of(issue, "desk-supplement"), supplement_form(desk, issue) | FILLED)
    assert response.status_code == 302
    supplement = held(issue).supplement
    assert supplement.keywords == ["古树", "名木", "保护"]
    assert (supplement.validity_by, supplement.filled_by) == (editor, editor)
    words = get(Client(), reader).words
    for said in ("014000/2024-00001", "林业、草原", "古树；名木；保护", "已修改", "见云政发〔2024〕30号"):
        assert said in words
    told = Client().get(f"/api/v1/documents/{held(issue).public_id}").json()["supplied"]
    assert told["index_number"] == "014000/2024-00001"
    assert (told["state"], told["state_on"], told["state_source"]) == ("amended", "2024-05-01", None)
    facet = {v.value: v.count for v in search_documents("云岭").facets["validity"]}
    assert facet == {"amended": 1, "stands": 3}
    save_issue(make_parsed_issue(), file_size=1, replace=True)
    assert held(issue).supplement == supplement, "a later reading leaves it"


def test_of_two_editors_of_a_document_the_second_is_told(desk: Client) -> None:
    issue = make_issue("draft")
    first, second = supplement_form(desk, issue), supplement_form(desk, issue)
    assert desk.post(of(issue, "desk-supplement"), first | {"index_number": "甲"}).status_code == 302
    response = desk.post(of(issue, "desk-supplement"), second | {"index_number": "乙"})
    assert response.status_code == 409
    page = Page.of(response)
    assert page.all("input", name="index_number", value="乙")
    assert "甲" in page.words
    assert Supplement.objects.get().index_number == "甲"


@pytest.mark.parametrize(
    "sent", [{"released_on": "昨天"}, {"validity": "perhaps"}, {"validity_on": "2024-01-01"}]
)
def test_what_cannot_be_kept_of_a_document_is_told_beside_its_field(
    desk: Client, sent: dict[str, str]
) -> None:
    issue = make_issue("draft")
    response = desk.post(of(issue, "desk-supplement"), supplement_form(desk, issue) | sent)
    assert response.status_code == 400
    assert [tag for tag, found in Page.of(response).elements if found.get("aria-invalid")]
    assert not Supplement.objects.exists()


@pytest.mark.parametrize("seen", ["", "[]", "{", '{"label": 1}'])
def test_a_form_that_nobody_was_given(desk: Client, seen: str) -> None:
    issue = make_issue("draft")
    assert desk.post(of(issue, "desk-supplement"), {"index_number": "1", "seen": seen}).status_code == 400
    assert not Supplement.objects.exists()


def test_a_document_that_joins_another_hands_on_what_was_filled_in(desk: Client) -> None:
    """What was filled in of a document that the next reading does not know goes with its text."""
    issue = make_issue("draft")
    last = issue.documents.get(position=4)
    Supplement.objects.create(document=last, index_number="X-4")
    parsed = make_parsed_issue()
    save_issue(make_parsed_issue(documents=parsed.documents[:3]), file_size=1, replace=True)
    assert Supplement.objects.get().document.issue == issue


# --- annexes -------------------------------------------------------------------------------------------
def add(
    desk: Client, issue: Issue, content: bytes = PDF, name: str = "名录.pdf", title: str = TITLE
) -> HttpResponse:
    sent = {"file": SimpleUploadedFile(name, content), "label": "", "title": title}
    return desk.post(of(issue, "desk-annex-add"), sent)  # type: ignore[return-value]


def office(part: str, *more: str) -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as file:
        for name in (part, *more):
            file.writestr(name, "<x/>")
    return found.getvalue()


def picture(kind: str) -> bytes:
    found = io.BytesIO()
    Image.new("RGB", (4, 4)).save(found, kind)
    return found.getvalue()


def test_the_annex_that_print_leaves_out_is_read_beside_its_attachment(desk: Client, editor: User) -> None:
    issue = make_issue()
    document = held(issue)
    assert add(desk, issue).status_code == 302
    annex = Annex.objects.get()
    assert (annex.attachment.title, annex.added_by, annex.size) == (TITLE, editor, len(PDF))  # type: ignore[union-attr]
    assert annex_path(annex.sha256, "pdf").read_bytes() == PDF
    page = get(Client(), document.get_absolute_url())
    address = annex.address(document.public_id)
    assert address in page.links()
    assert "全文由编辑部补录" in page.words
    response = Client().get(address)
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert b"".join(response) == PDF  # type: ignore[arg-type]
    (told,) = Client().get(f"/api/v1/documents/{document.public_id}").json()["attachments"]
    assert told["annex"]["url"] == address
    assert (told["annex"]["sha256"], told["annex"]["size"]) == (annex.sha256, len(PDF))


def status(client: Client, address: str) -> int:
    response = client.get(address)
    if response.streaming:
        b"".join(response)  # type: ignore[arg-type]
    return response.status_code


def test_an_annex_is_public_only_with_its_document(desk: Client) -> None:
    issue = make_issue("draft")
    add(desk, issue)
    annex = Annex.objects.get()
    address = annex.address(held(issue).public_id)
    assert status(Client(), address) == 404
    assert status(desk, address) == 404
    assert status(desk, of(issue, "desk-annex-file", annex.pk)) == 200
    assert of(issue, "desk-annex-file", annex.pk) in get(desk, of(issue, "desk-preview")).links()
    publish_issue(issue)
    assert status(Client(), address) == 200
    assert status(Client(), address.replace(held(issue).public_id, "a2345678")) == 404
    withdraw_document(held(issue), "重排")
    assert status(Client(), address) == 410
    issue.documents.update(withdrawn_at=None)
    withdraw_issue(issue, "重排")
    assert status(Client(), address) == 410


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "pdf"),
        (office("word/document.xml"), "docx"),
        (office("xl/workbook.xml"), "xlsx"),
        (picture("PNG"), "png"),
        (picture("JPEG"), "jpg"),
        (picture("WEBP"), "webp"),
        (office("word/document.xml", "word/vbaProject.bin"), None),
        (office("ppt/presentation.xml"), None),
        (b"PK\x03\x04 broken", None),
        (picture("GIF"), None),
        (b"<html><script>alert(1)</script></html>", None),
        (b"MZ\x90", None),
        (b"", None),
    ],
)
def test_an_annex_is_what_it_holds_whatever_its_name(desk: Client, content: bytes, kind: str | None) -> None:
    issue = make_issue("draft")
    response = add(desk, issue, content, "名录.pdf")
    assert response.status_code == (302 if kind else 400)
    assert list(Annex.objects.values_list("kind", flat=True)) == ([kind] if kind else [])


def test_an_annex_too_large_or_for_no_attachment(desk: Client, settings: Settings) -> None:
    issue = make_issue("draft")
    assert add(desk, issue, title="没有的附件").status_code == 409
    assert desk.post(of(issue, "desk-annex-add"), {"title": TITLE}).status_code == 400
    settings.UPLOAD_MAX_BYTES = 1024
    assert add(desk, issue, PDF + b"0" * 2000).status_code == 400
    assert not Annex.objects.exists()
    assert not list(Path(settings.GAZETTE_DATA, "annexes").rglob("*.pdf"))


def test_an_annex_is_replaced_and_removed_with_its_file(
    desk: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    issue = make_issue("draft")
    add(desk, issue)
    first = annex_path(Annex.objects.get().sha256, "pdf")
    with django_capture_on_commit_callbacks(execute=True):
        add(desk, issue, PDF + b"2")
    second = annex_path(Annex.objects.get().sha256, "pdf")
    assert (first.exists(), second.exists()) == (False, True)
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(of(issue, "desk-annex", Annex.objects.get().pk), {"remove": "1"})
    assert not Annex.objects.exists()
    assert not second.exists()
    add(desk, issue)
    with django_capture_on_commit_callbacks(execute=True):
        discard_issue(issue)
    assert not first.exists(), "a draft that is discarded leaves nothing"


def reread(title: str | None, label: str = "") -> None:
    """The issue read anew, its first document with one attachment of that title, or none."""
    from dataclasses import replace

    from archive.ingest.parse.records import Attachment

    parsed = make_parsed_issue()
    attachments = (Attachment(label, title, omitted=True),) if title is not None else ()
    first = replace(parsed.documents[0], attachments=attachments)
    save_issue(make_parsed_issue(documents=(first, *parsed.documents[1:])), file_size=1, replace=True)


def test_an_annex_survives_every_reading_or_is_told_as_a_finding(desk: Client) -> None:
    issue = make_issue()
    add(desk, issue)
    reread(TITLE)
    assert Annex.objects.get().attachment is not None
    reread("古树名木目录")
    assert Annex.objects.get().title == "古树名木目录", "a character read otherwise"
    reread("市级部门权责清单")
    annex = Annex.objects.get()
    assert annex.attachment is None
    assert Finding.objects.filter(code="annex-unattached", document=annex.document).count() == 1
    assert status(Client(), annex.address(annex.document.public_id)) == 404
    assert "全文由编辑部补录" not in get(Client(), annex.document.get_absolute_url()).words
    assert "找不到它的附件" in get(desk, of(issue, "desk-document")).words
    assert desk.post(of(issue, "desk-annex", annex.pk), {"attachment": "x"}).status_code == 400
    assert desk.post(of(issue, "desk-annex", annex.pk), {"attachment": "0"}).status_code == 302
    annex.refresh_from_db()
    assert annex.title == "市级部门权责清单"
    reread(None)
    reread("市级部门权责清单")
    assert Annex.objects.get().attachment is not None, "it comes back with its attachment"
    assert not Finding.objects.filter(code="annex-unattached").exists()


def test_a_corrected_attachment_keeps_its_annex(desk: Client) -> None:
    issue = make_issue("draft")
    add(desk, issue)
    form = get(desk, of(issue, "desk-document"), edit="attachment").form_with("act", "attachment")
    desk.post(of(issue, "desk-correct"), form | {"title-0": "古树名木名录表"})
    annex = Annex.objects.get()
    assert annex.attachment is not None
    assert annex.title == "古树名木名录表"


# --- what is blotted out -------------------------------------------------------------------------------
def test_what_is_blotted_out_of_a_document_is_blotted_out_of_the_evidence_taken_from_it() -> None:
    issue = make_issue()
    source, other = held(issue), issue.documents.get(position=2)
    supplement = Supplement.objects.create(
        document=other, validity="repealed", validity_source=source, validity_evidence="晋 玮同志负责协调。"
    )
    redact(source, "晋 玮")
    supplement.refresh_from_db()
    assert supplement.validity_evidence == "█ █同志负责协调。"


def test_pages_cost_the_same_however_many_annexes(desk: Client) -> None:
    from archive.ingest.parse.records import Attachment

    costs = []
    for label, many in (("1", 1), ("2", 6)):
        attachments = tuple(Attachment(str(n), f"附件之{n}", omitted=True) for n in range(1, many + 1))
        issue = make_issue(label=label, documents=(make_document(1, attachments=attachments),))
        for attachment in held(issue).attachments.all():
            Annex.objects.create(
                document=held(issue),
                attachment=attachment,
                label=attachment.label,
                title=attachment.title,
                file_name="表.pdf",
                sha256=f"{attachment.pk:064x}",
                size=1,
                kind="pdf",
            )
        Supplement.objects.create(document=held(issue), index_number=label)
        for path in (of(issue, "desk-document"), held(issue).get_absolute_url()):
            desk.get(path)
        for path in (
            of(issue, "desk-document"),
            held(issue).get_absolute_url(),
            f"/api/v1/documents/{held(issue).public_id}",
        ):
            with CaptureQueriesContext(connection) as queries:
                assert desk.get(path).status_code == 200
            costs.append(len(queries))
    assert costs[:3] == costs[3:]
