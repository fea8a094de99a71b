"""Correcting a document at the desk: each form, what it changes, and what two editors see of each other."""

import csv
import io
import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from archive.models import Correction, Document, Finding, Issue
from archive.search.query import search_documents
from archive.search.update import index_issue
from tests.accounts import make_account
from tests.factories import make_document, make_issue
from tests.views.page import Page, get

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(db: None) -> User:
    return make_account()


@pytest.fixture
def desk(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


@pytest.fixture
def issue() -> Issue:
    return make_issue("draft")


def address(issue: Issue, position: int = 1, name: str = "desk-document") -> str:
    return reverse(name, args=[issue.pk, position])


def form(desk: Client, issue: Issue, edit: str, act: str, position: int = 1) -> dict[str, str]:
    """What the form of `act` would send as it stands on the page."""
    page = get(desk, address(issue, position), edit=edit)
    return page.form_with("act", act)


def send(desk: Client, issue: Issue, fields: dict[str, str], position: int = 1) -> HttpResponse:
    return desk.post(address(issue, position, "desk-correct"), fields)  # type: ignore[return-value]


def held(issue: Issue, position: int = 1) -> Document:
    return issue.documents.get(position=position)


def texts(issue: Issue, position: int = 1) -> list[str]:
    return list(held(issue, position).blocks.values_list("text", flat=True))


def test_the_text_of_a_block(desk: Client, issue: Issue, editor: User) -> None:
    sent = form(desk, issue, "block-6", "block")
    sent |= {"text": sent["text"].replace("逐株", "逐棵"), "reason": "与原件不符"}
    response = send(desk, issue, sent)
    assert response.status_code == 302 and response["Location"] == address(issue) + "#block-6"
    assert "逐棵登记" in texts(issue)[6]
    correction = Correction.objects.get()
    assert (correction.made_by, correction.reason) == (editor, "与原件不符")
    page = get(desk, address(issue))
    assert "原刊作" in page.words and "逐株登记" in page.words


def test_what_readers_see_of_a_correction(desk: Client, issue: Issue) -> None:
    sent = form(desk, issue, "block-6", "block")
    send(desk, issue, sent | {"text": sent["text"].replace("逐株", "逐棵")})
    sent = form(desk, issue, "fields", "fields")
    send(desk, issue, sent | {"note": "此件主动公开"})
    Issue.objects.update(state="published")
    page = get(desk, held(issue).get_absolute_url())
    assert "已更正" in page.words and "逐棵" in page.words and "逐株" in page.words
    assert "此件公开发布" in page.words
    blocks = desk.get(f"/api/v1/documents/{held(issue).public_id}").json()["blocks"]
    assert [block["as_printed"] for block in blocks if "as_printed" in block] == [
        "对全市范围内的古树名木逐株登记，晋 玮同志负责协调。"
    ]


def test_a_blank_line_parts_and_a_button_joins(desk: Client, issue: Issue) -> None:
    before = texts(issue)
    sent = form(desk, issue, "block-6", "block")
    cut = before[6].index("，") + 1
    send(desk, issue, sent | {"text": f"{before[6][:cut]}\r\n\r\n{before[6][cut:]}"})
    assert texts(issue)[6:8] == [before[6][:cut], before[6][cut:]]
    send(desk, issue, form(desk, issue, "block-6", "merge"))
    assert texts(issue) == before


def test_a_paragraph_becomes_a_heading_and_a_heading_a_paragraph(desk: Client, issue: Issue) -> None:
    send(desk, issue, form(desk, issue, "block-3", "block") | {"role": "2"})
    assert held(issue).sections.filter(level=2, heading__contains="保护优先").exists()
    sent = form(desk, issue, "block-3", "block")
    assert sent["role"] == "2"
    send(desk, issue, sent | {"role": "paragraph"})
    assert held(issue).sections.count() == 4
    send(desk, issue, form(desk, issue, "block-2", "block") | {"text": "一、总的要求", "role": "2"})
    section = held(issue).sections.get(heading="总的要求")
    assert (section.level, section.label) == (2, "一、")
    send(desk, issue, form(desk, issue, "block-8", "block") | {"role": "note"})
    assert held(issue).blocks.get(position=8).kind == "note"


def test_fields(desk: Client, issue: Issue) -> None:
    sent = form(desk, issue, "fields", "fields")
    sent |= {
        "number": "云政发[2024] 第09号",
        "signed_by": "云岭市人民政府、云岭市林业局",
        "signed_on": "2024-01-16",
    }
    send(desk, issue, sent)
    document = held(issue)
    assert document.number == "云政发〔2024〕9号"
    assert document.signed_by == ["云岭市人民政府", "云岭市林业局"]
    assert str(document.signed_on) == "2024-01-16"
    assert Correction.objects.count() == 3 and Correction.objects.values("act").distinct().count() == 1


@pytest.mark.parametrize(
    ("fields", "message"), [({"signed_on": "1月16日"}, "2022-03-28"), ({"title": " "}, "标题不能空着")]
)
def test_fields_that_cannot_be(desk: Client, issue: Issue, fields: dict[str, str], message: str) -> None:
    response = send(desk, issue, form(desk, issue, "fields", "fields") | fields)
    assert response.status_code == 400
    page = Page.of(response)
    assert message in page.words
    assert page.form_with("act", "fields")["signed_on"] == fields.get("signed_on", "2024-01-15")
    assert not Correction.objects.exists()


def test_a_row_of_a_table(desk: Client, issue: Issue) -> None:
    sent = form(desk, issue, "row-0-1", "row", position=2)
    assert (sent["cell-1"], sent["cell-2"]) == ("冲锋舟", "6")
    send(desk, issue, sent | {"cell-2": "16"}, position=2)
    assert held(issue, 2).tables.get().rows[1] == ["2", "冲锋舟", "16"]
    sent = form(desk, issue, "row-0-head", "row", position=2)
    send(desk, issue, sent | {"cell-1": "物资"}, position=2)
    assert held(issue, 2).tables.get().columns[1] == "物资"


def test_members_are_changed_added_and_dropped(desk: Client, issue: Issue) -> None:
    document = next(d for d in issue.documents.all() if d.rosters.exists())
    members = document.rosters.get().members
    sent = form(desk, issue, "roster-0", "member", position=document.position)
    last = len(members)
    sent |= {
        "post-0": "市长",
        "person-1": "",
        f"role-{last}": "成员",
        f"person-{last}": "石峥",
        f"post-{last}": "副市长",
    }
    send(desk, issue, sent, position=document.position)
    after = document.rosters.get().members
    assert after[0]["post"] == "市长"
    assert after[-1] == {"role": "成员", "person": "石峥", "post": "副市长"}
    assert members[1]["person"] not in [member["person"] for member in after]


@pytest.mark.parametrize(
    ("kind", "added", "changed"),
    [
        ("appointment", {"action": "appoint", "person": "石峥", "post": "局长"}, ("post", "副局长")),
        ("reference", {"relation": "cites", "number": "云政发[2001]1号"}, ("relation", "repeals")),
        ("attachment", {"label": "9", "title": "补录的附件"}, ("title", "另一个附件")),
    ],
)
def test_facts(
    desk: Client, issue: Issue, kind: str, added: dict[str, str], changed: tuple[str, str]
) -> None:
    manager = {"appointment": "appointments", "reference": "references", "attachment": "attachments"}[kind]

    def rows() -> list[Any]:
        return list(getattr(held(issue), manager).all())

    at = len(rows())
    send(desk, issue, form(desk, issue, kind, kind) | {f"{k}-{at}": v for k, v in added.items()})
    assert len(rows()) == at + 1
    name, value = changed
    send(desk, issue, form(desk, issue, kind, kind) | {f"{name}-{at}": value})
    assert getattr(rows()[-1], name) == value
    send(desk, issue, form(desk, issue, kind, kind) | {f"drop-{at}": "on"})
    assert len(rows()) == at


def test_a_word_throughout_and_what_is_blotted_out(desk: Client, issue: Issue) -> None:
    send(desk, issue, {"act": "word", "old": "古树名木", "new": "古树"})
    assert "名木" not in "".join(texts(issue))
    send(desk, issue, {"act": "redact", "run": "晋 玮"})
    Issue.objects.update(state="published")
    for path in (held(issue).get_absolute_url(), f"/api/v1/documents/{held(issue).public_id}"):
        assert "玮" not in desk.get(path).content.decode()


def test_documents_are_joined_parted_and_their_boundary_moved(desk: Client, issue: Issue) -> None:
    second = held(issue, 2).public_id
    response = send(desk, issue, {"act": "join"}, position=2)
    assert response["Location"] == address(issue)
    assert issue.documents.count() == 3
    act = Correction.objects.get().act
    desk.post(reverse("desk-undo", args=[issue.pk, act]))
    assert held(issue, 2).public_id == second
    before = texts(issue), texts(issue, 2)
    send(desk, issue, form(desk, issue, "block-9", "boundary"))
    assert (texts(issue), texts(issue, 2)) == (before[0][:9], [*before[0][9:], *before[1]])
    sent = form(desk, issue, "block-4", "begin")
    send(
        desk,
        issue,
        sent | {"title": "云岭市人民政府关于补记的通知", "number": "云政发〔2024〕3号", "head": "1"},
    )
    assert (held(issue, 2).title, held(issue, 2).number) == (
        "云岭市人民政府关于补记的通知",
        "云政发〔2024〕3号",
    )
    assert texts(issue) == before[0][:4]


def test_two_editors_on_one_document(desk: Client, issue: Issue, client: Client) -> None:
    mine = form(desk, issue, "block-6", "block")
    theirs = dict(mine)
    send(desk, issue, theirs | {"text": theirs["text"].replace("逐株", "逐棵")})
    response = send(desk, issue, mine | {"text": mine["text"].replace("全市", "本市")})
    assert response.status_code == 409
    page = Page.of(response)
    assert "已被别人改过" in page.words
    # what the first saved and what the second wrote, both
    assert "逐棵" in page.words and "本市范围" in page.form_with("act", "block")["text"]
    assert "逐棵" in texts(issue)[6] and "本市" not in texts(issue)[6]
    again = page.form_with("act", "block")
    assert send(desk, issue, again).status_code == 302
    assert "本市" in texts(issue)[6]


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"act": "nonsense"},
        {"act": "block"},
        {"act": "block", "block": "99999999999", "seen": "{}", "text": "x"},
        {"act": "merge", "block": "1", "seen": '["a", "b"]'},
        {"act": "row", "table": "7", "row": "0", "seen": '["a"]', "cell-0": "b"},
        {"act": "fields", "seen": "not json"},
        {"act": "fields", "seen": "[]", "title": "x"},
        {"act": "block", "block": "1", "seen": "[1]", "text": "x"},
        {"act": "begin", "block": "1", "seen": "[]", "title": "x", "head": "3"},
        {"act": "boundary", "seen": '"x"', "blocks": "1000"},
        {"act": "word", "old": ""},
        {"act": "redact", "run": " "},
    ],
)
def test_forms_that_nobody_was_given(desk: Client, issue: Issue, sent: dict[str, str]) -> None:
    response = send(desk, issue, sent)
    assert response.status_code in (400, 409)
    assert not Correction.objects.exists()


def test_a_preview_needs_an_address(desk: Client) -> None:
    issue = make_issue("draft", label="")
    response = desk.get(address(issue, 1, "desk-preview"), follow=True)
    assert "补齐后才能预览" in Page.of(response).words


def test_corrections_are_listed_undone_and_taken_along(desk: Client, issue: Issue) -> None:
    sent = form(desk, issue, "block-6", "block")
    send(desk, issue, sent | {"text": "=1+1", "reason": "试"})
    page = get(desk, reverse("desk-corrections", args=[issue.pk]))
    assert "=1+1" in page.words and "试" in page.words and "bianji" in page.words
    table = desk.get(reverse("desk-corrections-table", args=[issue.pk])).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert rows[0]["new"] == "'=1+1" and rows[0]["state"] == "standing"
    response = desk.post(reverse("desk-undo", args=[issue.pk, Correction.objects.get().act]), follow=True)
    assert "已撤销" in Page.of(response).words
    assert texts(issue)[6] == json.loads(sent["seen"])["text"]
    assert desk.post(reverse("desk-undo", args=[issue.pk, "nonsense"])).status_code == 404


def test_one_document_is_withdrawn_alone_and_restored(
    desk: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    issue = make_issue("published")
    index_issue(issue)
    path, readers = address(issue, 1, "desk-withdraw-document"), held(issue).get_absolute_url()
    desk.post(path, {"reason": " "})
    assert desk.get(readers).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(path, {"reason": "涉及个人信息"})
    response = desk.get(readers)
    assert response.status_code == 410 and "涉及个人信息" in response.content.decode()
    assert search_documents("古树名木").total == 0
    assert desk.get(held(issue, 2).get_absolute_url()).status_code == 200
    assert "涉及个人信息" in get(desk, address(issue)).words
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(path, {"restore": "1"})
    assert desk.get(readers).status_code == 200 and search_documents("古树名木").total > 0
    assert "刚刚被别人" in Page.of(desk.post(path, {"restore": "1"}, follow=True)).words


# --- findings ------------------------------------------------------------------------------------------
def settle(desk: Client, finding: Finding, reading: str) -> HttpResponse:
    path = reverse("desk-settle", args=[finding.issue_id, finding.pk])
    return desk.post(path, {"reading": reading})  # type: ignore[return-value]


def test_taking_the_reading_of_the_contents(desk: Client, issue: Issue) -> None:
    finding = issue.findings.get(code="number-differs")
    contents, body = finding.evidence
    assert finding.document is not None and finding.document.number == body
    response = settle(desk, finding, "contents")
    assert response["Location"].startswith(reverse("desk-issue", args=[issue.pk]) + "#finding-")
    finding.refresh_from_db()
    assert finding.settled_as == "corrected"
    assert held(issue, finding.document.position).number == contents


def test_keeping_the_reading_of_the_body_and_opening_again(desk: Client, issue: Issue, editor: User) -> None:
    finding = issue.findings.get(code="number-differs")
    settle(desk, finding, "body")
    finding.refresh_from_db()
    assert (finding.settled_as, finding.settled_by) == ("kept", editor)
    assert not Correction.objects.exists()
    settle(desk, finding, "open")
    finding.refresh_from_db()
    assert (finding.settled_as, finding.settled_by) == ("", None)


def test_a_suggestion_corrects_the_word_throughout(desk: Client) -> None:
    from archive.ingest.parse.records import Block

    blocks = (Block("paragraph", "孟县人民政府负责。"), Block("paragraph", "由孟县汇总。"))
    issue = make_issue("draft", documents=(make_document(1, number="云政发〔2024〕1号", blocks=blocks),))
    finding = Finding.objects.create(
        issue=issue,
        document=held(issue),
        position=99,
        code="name-misread",
        severity="note",
        message="可能是误读",
        evidence=["孟县", "盂县", "由孟县汇总。"],
    )
    settle(desk, finding, "proposed")
    assert texts(issue) == ["盂县人民政府负责。", "由盂县汇总。"]
    finding.refresh_from_db()
    assert finding.settled_as == "corrected"
    # nothing is left to change: it is said, and stays open
    finding.settled_as = ""
    finding.save()
    assert settle(desk, finding, "proposed").status_code == 302
    finding.refresh_from_db()
    assert finding.settled_as == ""


def test_a_reading_that_is_not_offered(desk: Client, issue: Issue) -> None:
    finding = issue.findings.exclude(code__in=["number-differs", "title-differs"]).first()
    assert finding is not None
    settle(desk, finding, "contents")
    finding.refresh_from_db()
    assert finding.settled_as == ""
    settle(desk, finding, "keep")
    finding.refresh_from_db()
    assert finding.settled_as == "kept"
    other = make_issue("draft", label="9")
    assert (
        desk.post(reverse("desk-settle", args=[other.pk, finding.pk]), {"reading": "open"}).status_code == 404
    )
