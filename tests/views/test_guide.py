"""How to search, and what this archive is."""

import re
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from archive.models import Document, Issue
from archive.numbers import read_number
from archive.publishing import withdraw_issue
from archive.search.query import count_documents, search_documents
from archive.search.update import index_issue
from archive.views.examples import facts_for_examples, number_spellings, search_rules
from archive.views.guide import text_shares
from tests.factories import make_document, make_issue
from tests.views.page import get

pytestmark = pytest.mark.django_db


def indexed(state: str = "published", **changes: Any) -> Issue:
    issue = make_issue(state, **changes)
    index_issue(issue)
    return issue


# --- help --------------------------------------------------------------------------------------------
def test_every_example_runs_and_finds_what_it_says(client: Client) -> None:
    indexed()
    page = get(client, "/help/")
    queries = [example.query for rule in search_rules(facts_for_examples()) for example in rule.examples]
    linked = [
        parse_qs(urlsplit(link).query)["q"][0] for link in page.links() if link.startswith("/search/?q=")
    ]
    assert linked == queries and len(queries) >= 12
    for query in queries:
        total = search_documents(query).total
        assert count_documents(query) == total
        assert f"{query} {total} 件" in page.words


def test_examples_are_of_this_archive(client: Client) -> None:
    indexed()
    facts = facts_for_examples()
    assert (facts.code, facts.year, facts.sequence) == ("云政发", 2024, 1)
    assert facts.person == "晋玮" and facts.kinds[0] == "通知" and facts.phrase == "云岭市防汛应急预案"
    found = [example.count for rule in search_rules(facts) for example in rule.examples]
    assert sum(bool(count) for count in found) >= 9


def test_an_empty_archive_still_shows_how(client: Client) -> None:
    page = get(client, "/help/")
    assert "安全生产" in page.words and "国发〔2022〕1号" in page.words


def test_all_spellings_are_one_number(client: Client) -> None:
    indexed()
    found = Document.objects.get(number="云政发〔2024〕1号")
    spellings = number_spellings(facts_for_examples())
    assert len(spellings) >= 5 and len({read_number(one) for one in spellings}) == 1
    page = get(client, "/help/")
    for spelling in spellings:
        assert spelling in page.words
        response = client.get(reverse("number"), {"q": spelling}, follow=True)
        assert response.redirect_chain[-1][0] == found.get_absolute_url(), spelling


def test_counts_are_kept_while_the_index_is_the_same() -> None:
    issue = indexed()
    assert count_documents("古树名木") == 1
    indexed(label="2")
    assert count_documents("古树名木") == 2
    withdraw_issue(issue, "排印有误")
    index_issue(issue)
    assert count_documents("古树名木") == 1


def test_the_search_page_and_the_help_say_the_same(client: Client) -> None:
    indexed()
    rules = re.compile(r'<dl class="rules">.*?</dl>', re.S)
    one, other = (rules.search(get(client, path).html) for path in ("/help/", "/search/"))
    assert one is not None and other is not None and one.group() == other.group()
    assert reverse("help") in get(client, "/search/").links()


def test_help_names_the_keys_that_there_are(client: Client) -> None:
    assert get(client, "/help/").html.count("<kbd>") == 2 * get(client, "/about/").html.count("<kbd>") > 0


@pytest.mark.parametrize("path", ["/", "/issues/", "/documents/", "/search/", "/no/such/page"])
def test_every_page_leads_to_help_and_about(client: Client, path: str) -> None:
    indexed()
    page = get(client, path, 404 if "no" in path else 200)
    assert {"/help/", "/about/"} <= set(page.links())


# --- about -------------------------------------------------------------------------------------------
def test_about_counts_what_readers_may_see(client: Client) -> None:
    make_issue(label="1")
    make_issue(label="4")
    make_issue(label="2", year=2022)
    make_issue("draft", label="5")
    make_issue("withdrawn", label="6")
    words = get(client, "/about/").words
    assert "3 期" in words and "12 件" in words and "18 页" in words and "2022–2024" in words
    # 2023 as a whole, and what stands below the numbers that are here
    assert "2024第2期、第3期" in words.replace(" ", "") and "2023全年" in words and "第5期" not in words
    assert "3 页是扫描件" in words


def test_about_says_where_the_text_is_from(client: Client) -> None:
    for label, source in (("1", "embedded"), ("2", "ocr"), ("3", "none"), ("4", "embedded")):
        issue = make_issue(label=label)
        Issue.objects.filter(pk=issue.pk).update(
            text_source=source,
            reading_score={"characters": 1000, "characters_uncertain": 25 if source == "ocr" else 0},
        )
    page = get(client, "/about/")
    # issues, pages, documents, share: the cells of a row one after the other
    told = page.words.replace(" ", "")
    for row in ("文件自带文字212850.0%", "文字识别（OCR）16425.0%", "扫描件，尚无文字16425.0%"):
        assert row in told
    assert "4000 字，识别把握较低的 25 字（0.63%）" in page.words


def test_shares_add_up_and_leave_out_what_there_is_none_of() -> None:
    make_issue()
    issues = list(Issue.objects.all())
    for issue in issues:
        issue.document_count = 0  # type: ignore[attr-defined]
    (share,) = text_shares(issues)
    assert (share.issues, share.documents, share.percent) == (1, 0, 0.0)
    assert text_shares([]) == []


def test_about_names_whom_to_ask_where_the_settings_do(client: Client, settings: Settings) -> None:
    assert 'id="contact"' not in get(client, "/about/").html
    settings.SITE = {**settings.SITE, "contact": "电话 0000-1234567", "publisher": "云岭市人民政府办公室"}
    html = get(client, "/about/").html
    assert "电话 0000-1234567" in html[html.index('id="contact"') :].partition("</section>")[0]


def test_about_shows_how_to_cite(client: Client) -> None:
    issue = make_issue()
    page = get(client, "/about/")
    assert f"{issue.documents.get(position=1).get_absolute_url()}#citation" in page.links()
    assert "[J/OL]" in page.words and "2024(1)" in page.words


def test_about_says_what_is_cited_and_not_here(client: Client) -> None:
    make_issue()
    page = get(client, "/about/")
    assert reverse("numbers-not-held") in page.links() and "2 个文号被本库公文引用" in page.words


def test_an_empty_archive_has_an_about_page(client: Client) -> None:
    page = get(client, "/about/")
    assert page.text("h1") == "关于本库" and "已知的缺漏" not in page.words


@pytest.mark.parametrize("path", ["/help/", "/about/", "/search/"])
def test_queries_do_not_grow(client: Client, path: str) -> None:
    counts = []
    for label, documents in (("1", 3), ("2", 30)):
        indexed(
            label=label,
            documents=tuple(
                make_document(n, number=f"云政发〔2024〕{label}{n}号", signed_on=date(2024, 1, n))
                for n in range(1, documents + 1)
            ),
        )
        get(client, path)
        with CaptureQueriesContext(connection) as captured:
            get(client, path)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 10
