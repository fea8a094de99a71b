"""The feed and the table of a search: what they hold, and that no input breaks them."""

import csv
import io
from datetime import date
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from archive.ingest.parse.records import Block
from archive.models import Issue
from archive.search import update
from archive.views import search_exports
from tests.factories import make_document, make_issue
from tests.views.page import get

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
EVIL = '"><img src=x onerror=alert(1)><script>alert(1)</script>\x00\x08'


def published(**changes: Any) -> Issue:
    issue = make_issue(**changes)
    update.index_issue(issue)
    return issue


def feed(client: Client, **parameters: str) -> ElementTree.Element:
    answer = client.get("/search/feed.atom", parameters)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/atom+xml")
    return ElementTree.fromstring(answer.content)


def table(client: Client, **parameters: str) -> list[list[str]]:
    answer = client.get("/search/documents.csv", parameters)
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_feed_has_what_the_page_has_newest_first_and_no_draft(client: Client) -> None:
    published()
    published(label="2", documents=(make_document(1, title="古树名木公告", signed_on=date(2024, 9, 9)),))
    update.index_issue(make_issue(label="3", state="draft"))
    entries = feed(client, q="title:名木").findall(f"{ATOM}entry")
    titles = [entry.findtext(f"{ATOM}title") for entry in entries]
    assert len(titles) == 2
    assert titles[0] == "古树名木公告"
    links = [entry.find(f"{ATOM}link").get("href", "") for entry in entries]  # type: ignore[union-attr]
    assert all(link.startswith("http://testserver/documents/") for link in links)
    assert client.get(links[0]).status_code == 200
    summary = entries[0].findtext(f"{ATOM}summary")
    assert summary == "现将有关事项通知如下。"
    summaries = [one.text or "" for one in feed(client, q="逐株登记").findall(f"{ATOM}entry/{ATOM}summary")]
    assert summaries and all("<mark>逐株登记</mark>" in summary for summary in summaries)


def test_the_feed_of_nothing_is_all_that_is_new(client: Client) -> None:
    published()
    assert len(feed(client).findall(f"{ATOM}entry")) == 4
    assert not feed(client, kind="公告").findall(f"{ATOM}entry")


def test_what_comes_near_a_question_is_no_news(client: Client) -> None:
    published()
    assert not feed(client, q="谁来登记古树名木？").findall(f"{ATOM}entry")


def test_the_table_has_a_row_for_each_document_in_the_order_of_the_page(client: Client) -> None:
    published()
    published(label="2")
    heads, *rows = table(client, q="title:名木", sort="date")
    assert heads[:2] == ["标题", "发文字号"]
    assert [row[1] for row in rows] == ["云政发〔2024〕1号", "云政发〔2024〕11号"]
    assert rows[0][heads.index("成文日期")] == "2024-01-15"
    assert client.get(rows[0][heads.index("网址")]).status_code == 200
    assert len(table(client)) == 1 + 8
    assert table(client, q="星际航行") == [heads]


@pytest.mark.parametrize("title", ["=1+1的通知", "+86的通知", "-1的通知", "@所有人的通知"])
def test_a_spreadsheet_takes_no_title_for_a_formula(client: Client, title: str) -> None:
    published(documents=(make_document(1, title=title),))
    assert table(client)[1][0] == "'" + title


def test_a_table_is_long_but_not_endless(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_exports, "IN_TABLE", 3)
    monkeypatch.setattr(search_exports, "_AT_ONCE", 2)
    published()
    assert len(table(client)) == 1 + 3


@pytest.mark.parametrize("query", [EVIL, "title:", '"', "(((", "-古树", "x" * 5000, "\ud7ff\uffff"])
def test_no_input_breaks_them(client: Client, query: str) -> None:
    block = Block("paragraph", f"古树{EVIL}".replace("\x00", ""))
    published(documents=(make_document(1, title=f"通知{EVIL}".replace("\x00", ""), blocks=(block,)),))
    for parameters in (
        {"q": query},
        {"q": "古树", "year": query, "month": query, "validity": query, "sort": query},
    ):
        feed(client, **parameters)
        table(client, **parameters)
    assert len(feed(client, q="古树").findall(f"{ATOM}entry")) == 1


def test_they_answer_while_there_is_no_index(client: Client) -> None:
    assert not feed(client, q="古树").findall(f"{ATOM}entry")
    assert len(table(client, q="古树")) == 1


def test_the_results_page_leads_to_them_with_the_same_search(client: Client) -> None:
    published()
    page = get(client, "/search/", q="古树", kind="通知", sort="date")
    links = page.links()
    same = "q=%E5%8F%A4%E6%A0%91&kind=%E9%80%9A%E7%9F%A5&sort=date"
    for path in ("/search/feed.atom", "/search/documents.csv", "/api/v1/search"):
        assert f"{path}?{same}" in links
        assert client.get(f"{path}?{same}").status_code == 200
    assert page.all("link", rel="alternate", type="application/atom+xml")
