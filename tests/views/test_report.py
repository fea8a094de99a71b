"""Readers' reports of errors: the form, what stops floods and machines, and what becomes of a report at the desk."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from archive.ingest.parse.records import ParsedIssue
from archive.models import Document, Finding, Issue, ReaderReport
from archive.publishing import withdraw_document, withdraw_issue
from archive.reader_reports import MOST_WORDS, READER_REPORT
from archive.search.update import index_issue
from archive.worklist import finding_kinds
from tests.accounts import make_account
from tests.factories import make_issue, make_parsed_issue, save_issue
from tests.views.page import Page, document, get
from tests.views.test_leaks import body, lists, public_addresses

pytestmark = pytest.mark.django_db

WORDS = "第二段“古数名木”应为“古树名木”<script>alert(1)</script>"
QUOTE = "对全市范围内的古树名木逐株登记"
CONTACT = "duzhe@example.org"


@pytest.fixture
def issue(db: None) -> Issue:
    return make_issue()


@pytest.fixture
def shown(issue: Issue) -> Document:
    return document(issue, 1)


def address(shown: Document) -> str:
    return reverse("document-report", args=[shown.public_id])


def send(client: Client, shown: Document, words: str = WORDS, **more: str) -> Any:
    headers = {name: more.pop(name) for name in ("REMOTE_ADDR", "HTTP_X_FORWARDED_FOR") if name in more}
    return client.post(address(shown), {"words": words, **more}, **headers)  # type: ignore[arg-type]


# --- the form ----------------------------------------------------------------------------------------
def test_the_document_leads_to_the_form_and_back(client: Client, shown: Document) -> None:
    assert address(shown) in get(client, shown.get_absolute_url()).links()
    page = get(client, address(shown))
    assert page.text("h1") == "报告错误" and shown.get_absolute_url() in page.links()
    assert {str(one["name"]) for tag in ("input", "textarea") for one in page.all(tag)} >= {
        *("csrfmiddlewaretoken", "words", "quote", "contact", "website")
    }


def test_no_cache_keeps_the_form_and_none_loses_the_document(client: Client, shown: Document) -> None:
    assert "no-store" in client.get(address(shown)).headers["Cache-Control"]
    response = client.get(shown.get_absolute_url())
    assert "no-store" not in response.headers.get("Cache-Control", "") and not response.cookies


def test_what_was_sent_is_kept_and_thanked_for(client: Client, shown: Document) -> None:
    response = send(client, shown, quote=QUOTE, contact=CONTACT)
    assert response.status_code == 302
    page = get(client, response.headers["Location"])
    assert page.text("h1") == "谢谢，已经收到" and not page.all("textarea")
    report = ReaderReport.objects.get()
    assert (report.document, report.words, report.quote, report.contact) == (shown, WORDS, QUOTE, CONTACT)


def test_without_a_token_nothing_is_taken(shown: Document) -> None:
    careful = Client(enforce_csrf_checks=True)
    response = send(careful, shown)
    assert response.status_code == 403 and "没有提交成功" in body(response)
    token = get(careful, address(shown)).form_with("words")["csrfmiddlewaretoken"]
    assert send(careful, shown, csrfmiddlewaretoken=token).status_code == 302
    assert ReaderReport.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"words": "  "}, "请写明哪里有误。"),
        ({"words": "字" * (MOST_WORDS + 1)}, str(MOST_WORDS)),
        ({"quote": "字" * 501}, "500"),
        ({"contact": "not an address"}, "有效的"),
        ({"words": "有误\x00"}, "不允许"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_written_stays(
    client: Client, shown: Document, sent: dict[str, str], said: str
) -> None:
    response = send(client, shown, **{"quote": "原句", **sent})
    assert response.status_code == 400
    page = Page.of(response)
    assert page.all("div", role="alert") and said in page.words
    assert page.form_with("words")["quote"].strip() == sent.get("quote", "原句")
    assert not ReaderReport.objects.exists()


def test_a_machine_is_thanked_and_nothing_is_kept(client: Client, shown: Document) -> None:
    sent = send(client, shown, website="http://spam.example")
    assert sent.headers["Location"] == send(client, shown).headers["Location"]
    assert ReaderReport.objects.count() == 1


# --- not too many ------------------------------------------------------------------------------------
def test_one_address_sends_so_many_an_hour(client: Client, shown: Document, settings: Settings) -> None:
    settings.REPORTS_PER_HOUR = 2
    assert [send(client, shown).status_code for _n in range(3)] == [302, 302, 429]
    refused = send(client, shown, words="请留住这句话")
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    page = Page.of(refused)
    assert page.form_with("words")["words"].strip() == "请留住这句话" and "分钟" in page.words
    assert ReaderReport.objects.count() == 2
    assert send(client, shown, REMOTE_ADDR="203.0.113.9").status_code == 302
    ReaderReport.objects.update(made_at=timezone.now() - timedelta(minutes=61))
    assert send(client, shown).status_code == 302


def test_a_forged_header_is_no_other_address(client: Client, shown: Document, settings: Settings) -> None:
    settings.REPORTS_PER_HOUR = 1
    assert send(client, shown, HTTP_X_FORWARDED_FOR="198.51.100.1").status_code == 302
    assert send(client, shown, HTTP_X_FORWARDED_FOR="198.51.100.2").status_code == 429
    settings.PROXIES = 1
    assert send(client, shown, HTTP_X_FORWARDED_FOR="198.51.100.2").status_code == 302


def test_a_network_of_ipv6_is_one_reader(client: Client, shown: Document, settings: Settings) -> None:
    settings.REPORTS_PER_HOUR = 1
    assert send(client, shown, REMOTE_ADDR="2001:db8:0:1::1").status_code == 302
    assert send(client, shown, REMOTE_ADDR="2001:db8:0:1::2").status_code == 429
    assert send(client, shown, REMOTE_ADDR="2001:db8:0:2::1").status_code == 302


def test_where_somebody_wrote_from_is_forgotten(client: Client, shown: Document) -> None:
    send(client, shown, REMOTE_ADDR="203.0.113.9")
    first = ReaderReport.objects.get()
    assert len(first.client) == 64 and "203" not in first.client[:3] + first.words
    ReaderReport.objects.update(made_at=timezone.now() - timedelta(minutes=61))
    send(client, shown, REMOTE_ADDR="203.0.113.10")
    first.refresh_from_db()
    assert first.client == ""


# --- at the desk -------------------------------------------------------------------------------------
@pytest.fixture
def desk(db: None) -> Client:
    client = Client()
    client.force_login(make_account("hedui"))
    return client


def test_the_desk_shows_it_as_the_readers_words(client: Client, desk: Client, shown: Document) -> None:
    send(client, shown, quote=QUOTE, contact=CONTACT)
    finding = Finding.objects.get(code=READER_REPORT)
    assert (finding.severity, finding.document, finding.page) == ("note", shown, 2)
    for path in (
        reverse("desk-issue", args=[shown.issue_id]),
        reverse("desk-document", args=[shown.issue_id, 1]),
    ):
        page = get(desk, path)
        assert "读者报告这一件有错误" in page.words and WORDS in page.words and QUOTE in page.words
        assert "<script>alert(1)" not in page.html
        assert f"mailto:{CONTACT}" in page.links()
    kinds = {kind.code: kind for kind in finding_kinds(Issue.objects.all())}
    assert kinds[READER_REPORT].message == "读者报告这一件有错误"


def test_it_does_not_hold_back_an_issue_nor_open_one(client: Client, shown: Document) -> None:
    send(client, shown)
    assert Issue.objects.get(pk=shown.issue_id).is_published


def again(issue: Issue, **changes: Any) -> ParsedIssue:
    """The same file, read anew: its findings are written anew."""
    return make_parsed_issue(**changes)


def test_it_outlasts_a_new_reading_as_it_was_settled(client: Client, desk: Client, shown: Document) -> None:
    for words in ("一", "二", "二"):
        send(client, shown, words=words)
    first, second, third = Finding.objects.filter(code=READER_REPORT)
    settle = reverse("desk-settle", args=[shown.issue_id, first.pk])
    assert desk.post(settle, {"reading": "keep"}).status_code == 302
    settle = reverse("desk-settle", args=[shown.issue_id, second.pk])
    assert desk.post(settle, {"reading": "keep"}).status_code == 302
    for _reading in range(2):
        save_issue(again(shown.issue), file_size=1234, replace=True)
    found = Finding.objects.filter(code=READER_REPORT).order_by("position")
    told = [(finding.evidence[0], finding.settled_as, finding.document_id) for finding in found]
    assert told == [("一", "kept", shown.pk), ("二", "kept", shown.pk), ("二", "", shown.pk)]
    assert not {first.pk, second.pk, third.pk} & set(found.values_list("pk", flat=True))
    positions = list(Finding.objects.filter(issue=shown.issue_id).values_list("position", flat=True))
    assert len(positions) == len(set(positions)) > 3


def test_it_goes_along_when_its_document_becomes_part_of_another(
    client: Client, desk: Client, issue: Issue
) -> None:
    gone = document(issue, 4)
    send(client, gone, quote="高山流为云岭市水利局副局长")
    finding = Finding.objects.get(code=READER_REPORT)
    desk.post(reverse("desk-settle", args=[issue.pk, finding.pk]), {"reading": "keep"})
    parsed = make_parsed_issue()
    third, fourth = parsed.documents[2:]
    whole = replace(third, blocks=(*third.blocks, *fourth.blocks), last_page=6)
    documents = (*parsed.documents[:2], whole)
    save_issue(replace(parsed, documents=documents), file_size=1234, replace=True)
    kept = Finding.objects.get(code=READER_REPORT)
    assert kept.document == ReaderReport.objects.get().document == document(issue, 3)
    assert kept.settled_as == "kept"


def test_the_queries_of_the_review_do_not_grow_with_reports(
    client: Client, desk: Client, shown: Document, settings: Settings
) -> None:
    settings.REPORTS_PER_HOUR = 100
    counts = []
    get(desk, reverse("desk-issue", args=[shown.issue_id]))
    for more in (1, 10):
        for _n in range(more):
            send(client, shown, quote=QUOTE)
        with CaptureQueriesContext(connection) as captured:
            get(desk, reverse("desk-issue", args=[shown.issue_id]))
        counts.append(len(captured))
    assert counts[0] == counts[1]


# --- never public ------------------------------------------------------------------------------------
def test_nothing_of_it_is_public(client: Client, shown: Document) -> None:
    index_issue(shown.issue)
    secrets = {"龘靐读者", "龘靐原句", "mimi@example.org"}
    send(client, shown, words="龘靐读者", quote="龘靐原句", contact="mimi@example.org")
    index_issue(shown.issue)
    for path in [*public_addresses(shown.issue), *lists(["龘靐", "古树"])]:
        assert not [secret for secret in secrets if secret in body(client.get(path))], path


@pytest.mark.parametrize("state", ["draft", "withdrawn", "alone"])
def test_what_readers_may_not_see_takes_no_reports(client: Client, state: str) -> None:
    issue = make_issue("draft" if state == "draft" else "published")
    shown = document(issue, 1)
    if state == "withdrawn":
        withdraw_issue(issue, "排印有误")
    elif state == "alone":
        withdraw_document(shown, "排印有误")
    expected = 404 if state == "draft" else 410
    assert client.get(address(shown)).status_code == send(client, shown).status_code == expected
    assert not ReaderReport.objects.exists()


def test_staff_report_like_readers(shown: Document) -> None:
    client = Client()
    client.force_login(User.objects.create_user("duzhe", password="x"))
    assert send(client, shown).status_code == 302
    assert Finding.objects.get(code=READER_REPORT).settled_by is None
