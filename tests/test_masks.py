"""What is kept from readers on printed pages: masked on pictures and in the public PDF, whole for staff."""

import io
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pdfminer.high_level import extract_text
from PIL import Image

from archive.ingest.correcting import redact, undo
from archive.masks import Masks, _blotted, masks_of
from archive.models import Document, Issue
from archive.publishing import restore_document, withdraw_document
from archive.search.boxes import PrintedLine
from tests.factories import make_issue

pytestmark = pytest.mark.django_db

SAMPLE = settings.BASE_DIR / "archive" / "samples" / "jichuan-2024-03.pdf"


@pytest.fixture
def issue() -> Issue:
    call_command("ingest", str(SAMPLE), publish=True)
    return Issue.objects.get()


def address(issue: Issue) -> str:
    return reverse("original", args=[issue.sha256, issue.file_name])


def picture_address(issue: Issue, page: int) -> str:
    assert issue.gazette is not None
    return reverse("page-picture", args=[issue.gazette.slug, issue.year, issue.label, page])


def body(response: object) -> bytes:
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


def text_of(content: bytes) -> str:
    return "".join(extract_text(io.BytesIO(content)).split())


def someone(issue: Issue) -> tuple[Document, str]:
    """A document that appoints somebody, and the name as printed."""
    document = issue.documents.filter(appointments__isnull=False).distinct().first()
    assert document is not None
    appointment = document.appointments.first()
    assert appointment is not None
    return document, appointment.person_as_printed or appointment.person


def test_the_runs_that_were_blotted_out() -> None:
    assert list(_blotted("由晋 玮和石峥负责", "由█ █和██负责")) == ["晋 玮", "石峥"]
    assert list(_blotted("石峥", "██")) == ["石峥"]
    assert list(_blotted("石峥", "石峥")) == []


@pytest.mark.parametrize(
    ("text", "boxes", "shown"),
    [
        ("由晋玮和石峥负责", [(20, 9, 40, 21)], "由██和石峥负责"),
        # The margin of a mask reaches into its neighbours, and into the line above.
        ("由晋玮和石峥负责", [(18.5, 8.5, 41.5, 21.5)], "由██和石峥负责"),
        ("由晋玮和石峥负责", [(0, 0, 200, 11)], "由晋玮和石峥负责"),
        ("由晋玮和石峥负责", [(0, 0, 200, 30)], ""),
        ("晋 玮 和石", [(9, 9, 37, 21)], "█ █ 和石"),
    ],
)
def test_a_line_is_blotted_where_its_picture_is(text: str, boxes: list[Any], shown: str) -> None:
    masks = Masks()
    masks.boxes[1] = boxes
    width = 10 * sum(0.5 if one == " " else 1 for one in text)
    line = PrintedLine(1, text, 10.0, 10.0, 10.0 + width, 20.0)
    assert masks.readable(line) == shown
    assert masks.readable(line._replace(page=2)) == text
    masks.whole.add(2)
    assert masks.readable(line._replace(page=2)) == ""
    # A line set downwards is cut across.
    down = PrintedLine(1, text, 10.0, 10.0, 20.0, 10.0 + width)
    masks.boxes[1] = [(y0, x0, y1, x1) for x0, y0, x1, y1 in boxes]
    assert masks.readable(down) == shown


def cut_address(document: Document) -> str:
    return reverse("document-pages", args=[document.public_id])


def test_what_is_cut_out_is_masked_likewise(issue: Issue, client: Client) -> None:
    document, name = someone(issue)
    bare = "".join(name.split())
    # What was cut before is not given out any more.
    assert bare in text_of(body(client.get(cut_address(document))))
    redact(document, name, reason="个人信息")
    assert bare not in text_of(body(client.get(cut_address(document))))
    printed = client.get(reverse("document-print", args=[document.public_id]), {"q": bare})
    assert printed.status_code == 200 and "<rect" not in printed.content.decode()


def test_a_withdrawn_document_is_not_cut_out_beside_another(issue: Issue, client: Client) -> None:
    """The two share a page."""
    documents = list(issue.documents.order_by("position"))
    one, other = next((a, b) for a, b in pairwise(documents) if a.last_page == b.first_page)
    title = "".join(other.title.split())[-12:]
    assert title in text_of(body(client.get(cut_address(one))))
    withdraw_document(other, "个人信息")
    assert title not in text_of(body(client.get(cut_address(one))))
    assert client.get(cut_address(other)).status_code == 410
    restore_document(other)
    assert title in text_of(body(client.get(cut_address(one))))


def test_a_name_is_masked_in_pdf_and_picture(issue: Issue, client: Client, tmp_path: Path) -> None:
    document, name = someone(issue)
    bare = "".join(name.split())
    before = body(client.get(address(issue)))
    assert bare in text_of(before)
    made = redact(document, name, reason="个人信息")
    masks = masks_of(issue)
    assert masks and not masks.whole
    content = body(client.get(address(issue)))
    assert bare not in text_of(content)
    # the other pages are as they were
    untouched = issue.documents.get(position=1)
    assert "".join(untouched.title.split())[:12] in text_of(content)
    number = masks.pages[0]
    page = issue.pages.get(number=number)
    picture = Image.open(io.BytesIO(body(client.get(picture_address(issue, number))))).convert("L")
    x0, top, x1, bottom = masks.boxes[number][0]
    across, down = picture.width / page.width, picture.height / page.height
    inside = picture.crop(
        (int(x0 * across) + 2, int(top * down) + 2, int(x1 * across) - 2, int(bottom * down) - 2)
    )
    assert inside.getextrema()[1] < 80
    # staff see the original at an address of its own
    client.force_login(User.objects.create_user("bianji", is_staff=True))
    assert bare in text_of(body(client.get(reverse("desk-original", args=[issue.pk]))))
    assert bare not in text_of(body(client.get(address(issue))))
    undo(made[0].act)
    assert bare in text_of(body(client.get(address(issue))))


def test_hits_do_not_tell_what_is_masked(issue: Issue, client: Client) -> None:
    document, name = someone(issue)
    path = f"/api/v1/documents/{document.public_id}/hits"
    assert client.get(path, {"q": name}).json()["pages"]
    redact(document, name)
    assert client.get(path, {"q": name}).json()["pages"] == []
    assert issue.gazette is not None
    pages = reverse("issue-pages", args=[issue.gazette.slug, issue.year, issue.label])
    assert "<rect" not in client.get(pages, {"q": name}).content.decode()


def test_a_document_withdrawn_alone_is_masked_with_its_neighbours_left(issue: Issue, client: Client) -> None:
    document = next(
        d
        for d in issue.documents.order_by("position")
        if issue.documents.filter(first_page=d.first_page).count() > 1
    )
    neighbour = issue.documents.filter(first_page=document.first_page).exclude(pk=document.pk).first()
    assert neighbour is not None
    withdraw_document(document, "涉及个人信息")
    content = text_of(body(client.get(address(issue))))
    for block in document.blocks.filter(kind="paragraph")[:3]:
        assert "".join(block.text.split())[:20] not in content
    masks = masks_of(issue)
    assert document.first_page in masks.pages
    if document.first_page not in masks.whole:
        page = issue.pages.get(number=document.first_page)
        lines = [line for line in page.lines if neighbour.number_as_printed in line[0]]
        assert lines and not any(masks.hide(page.number, tuple(line[1:5])) for line in lines)
    restore_document(document)
    assert not masks_of(issue)
    assert "".join(document.blocks.first().text.split())[:8] in text_of(body(client.get(address(issue))))  # type: ignore[union-attr]


def test_what_cannot_be_found_masks_the_pages_whole(issue: Issue) -> None:
    document, name = someone(issue)
    for page in issue.pages.all():
        page.lines = []
        page.save()
    redact(document, name)
    assert masks_of(issue).whole == set(range(document.first_page or 0, (document.last_page or 0) + 1))


def test_a_text_file_is_kept_back(client: Client) -> None:
    issue = make_issue()
    Issue.objects.update(source_kind="text")
    document = issue.documents.get(position=1)
    redact(document, "晋 玮")
    assert client.get(address(issue)).status_code == 410
