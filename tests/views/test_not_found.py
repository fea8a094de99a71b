"""The page of an address that leads nowhere: what it may have meant, and where else to look."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from archive.models import Issue
from archive.search.update import index_issue
from archive.views import not_found
from archive.views.not_found import address_words
from tests.factories import make_issue
from tests.views.page import document, get

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(db: None) -> Issue:
    found = make_issue()
    index_issue(found)
    return found


def searched_for(client: Client, path: str) -> str:
    return str(get(client, path, 404).all("input", name="q")[0]["value"])


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/documents/云政发/2024/99/", "云政发〔2024〕99号"),
        ("/documents/国务院令/999/", "国务院令第999号"),
        ("/documents/云政发[2024]99号/", "云政发〔2024〕99号"),
        ("/documents/云政发/1999/", "云政发 1999"),
        ("/issues/云岭市人民政府公报/2024/99/", "云岭市人民政府公报 2024 99"),
        ("/article/古树名木保护.html", "article 古树名木保护"),
        ("/wp-login.php", "wp login"),
        ("/documents/云政发/2024/x/", "云政发 2024 x"),
        ("/%E5/", "�"),
    ],
)
def test_it_searches_for_what_the_address_said(client: Client, issue: Issue, path: str, words: str) -> None:
    assert searched_for(client, path) == words


def test_words_of_addresses_are_no_words_to_search_for() -> None:
    assert address_words("/documents/gongbao/index.html") == "gongbao index"
    assert len(address_words("/" + "字" * 500)) == 80


def test_a_number_that_is_not_here_says_so_and_shows_its_neighbours(client: Client, issue: Issue) -> None:
    page = get(client, "/documents/云政发/2011/3/", 404)
    assert page.text("h1") == "本库没有此文号的公文" and "云政发〔2011〕3号" in page.words
    assert "有 1 件公文提到它" in page.words
    assert any(link.startswith(f"{document(issue, 1).get_absolute_url()}?q=") for link in page.links())
    assert reverse("number-year", args=["云政发", 2011]) not in page.links()
    assert (
        reverse("number-year", args=["云政发", 2024]) in get(client, "/documents/云政发/2024/9/", 404).links()
    )


def test_what_its_words_find_stands_on_the_page(client: Client, issue: Issue) -> None:
    page = get(client, "/xxgk/古树名木保护/", 404)
    assert page.text("h1") == "没有这个页面"
    page = get(client, "/古树名木保护/", 404)
    assert document(issue, 1).get_absolute_url() in page.links() and "也许是这些" in page.words


def test_words_that_nothing_has_together_are_offered_one_by_one(client: Client, issue: Issue) -> None:
    page = get(client, "/防汛/晋玮/", 404)
    assert {"/search/?q=%E9%98%B2%E6%B1%9B", "/search/?q=%E6%99%8B%E7%8E%AE"} <= set(page.links())


def test_there_is_always_somewhere_to_go(client: Client) -> None:
    assert {"/", "/issues/", "/documents/", "/help/"} <= set(get(client, "/no/such/page", 404).links())


def test_what_was_not_meant_for_the_archive_costs_no_search(
    client: Client, issue: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(not_found, "search_documents", None)
    get(client, "/wp-admin/setup-config.php", 404)
    with pytest.raises(TypeError):
        client.get("/古树/")


def test_without_an_index_the_page_stands(client: Client) -> None:
    assert searched_for(client, "/古树/") == "古树"


def test_words_of_the_address_are_text(client: Client, issue: Issue) -> None:
    assert "<script>" not in get(client, "/古树<script>alert(1)</script>", 404).html.partition("<body")[2]


def test_nothing_of_a_draft_is_offered(client: Client, settings: Settings) -> None:
    draft = make_issue("draft")
    index_issue(draft)
    page = get(client, draft.get_absolute_url(), 404)
    assert not [one for one in draft.documents.all() if one.get_absolute_url() in page.links()]
    page = get(client, "/documents/云政发/2024/1/", 404)
    assert reverse("number-year", args=["云政发", 2024]) not in page.links()
