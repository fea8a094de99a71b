"""Browsing by document number, from the codes to one document, and addresses that lead nowhere."""

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.views.defaults import server_error

from archive.models import Issue
from tests.factories import make_document, make_issue
from tests.views.page import Page, document, get

pytestmark = pytest.mark.django_db

EVIL = '<script>alert("x")</script>'


@pytest.fixture
def issue(db: None) -> Issue:
    return make_issue()


def test_browsing_by_number_from_code_to_document(client: Client, issue: Issue) -> None:
    found = document(issue, 1)
    assert reverse("number-code", args=["云政发"]) in get(client, "/documents/").links()
    assert reverse("number-year", args=["云政发", 2024]) in get(client, "/documents/云政发/").links()
    assert found.get_absolute_url() in get(client, "/documents/云政发/2024/").links()
    response = client.get("/documents/云政发/2024/1/")
    assert response.status_code == 302 and response.headers["Location"] == found.get_absolute_url()


@pytest.mark.parametrize(
    "path",
    [
        "/documents/无此代字/",
        "/documents/云政发/1999/",
        "/documents/云政发/999999/999999/",
        "/documents/23456789/",
        "/documents/云政发/2024/x/",
        "/issues/云岭市人民政府公报/2024/99/",
        "/issues/云岭市人民政府公报/999999/1/",
    ],
)
def test_unknown_addresses_are_a_friendly_404(client: Client, issue: Issue, path: str) -> None:
    page = get(client, path, 404)
    assert page.text("h1") == "没有这个页面"
    assert page.all("form", role="search")


def test_a_code_shows_its_newest_year(client: Client) -> None:
    for year in (2023, 2024):
        make_issue(year=year, documents=(make_document(1, number=f"云政发〔{year}〕{year - 2020}号"),))
    page = get(client, "/documents/云政发/")
    assert "1–3本库未收录" in page.words and "1–2本库未收录" not in page.words
    assert reverse("number-year", args=["云政发", 2023]) in page.links()


def test_an_error_page_stands_alone(rf: RequestFactory) -> None:
    page = Page(server_error(rf.get("/")).content.decode())
    assert page.unclosed == [] and page.text("h1") == "服务器出错"


def test_the_run_of_a_year_shows_gaps(client: Client) -> None:
    make_issue(
        documents=(make_document(1, number="云政发〔2024〕3号"), make_document(2, number="云政发〔2024〕7号"))
    )
    page = get(client, "/documents/云政发/2024/")
    assert "1–2本库未收录" in page.words and "4–6本库未收录" in page.words
    assert "收录 2 个文号" in page.words and "其间 5 个" in page.words


def test_two_documents_of_one_number_are_both_listed(client: Client) -> None:
    twice = tuple(make_document(n, title=f"第{n}件", number="云政发〔2024〕3号") for n in (1, 2))
    issue = make_issue(documents=twice)
    links = get(client, "/documents/云政发/2024/3/").links()
    assert all(d.get_absolute_url() in links for d in issue.documents.all())


def test_a_number_that_only_the_contents_print_leads_to_its_document(client: Client, issue: Issue) -> None:
    response = client.get("/documents/云政办发/2024/61/")
    assert response.headers["Location"] == document(issue, 2).get_absolute_url()


@pytest.mark.parametrize(
    ("number", "path"),
    [
        ("国务院令第707号", "/documents/国务院令/707/"),
        ("浙税二〔1994〕95号、〔1994〕财办24号", "/documents/浙税二/1994/95/"),
        ("浙税二〔1994〕95号、〔1994〕财办24号", "/documents/财办/1994/24/"),
    ],
)
def test_decrees_and_joint_numbers_have_addresses(client: Client, number: str, path: str) -> None:
    issue = make_issue(documents=(make_document(1, number=number),))
    response = client.get(path)
    assert response.status_code == 302
    assert response.headers["Location"] == issue.documents.get().get_absolute_url()


def test_decrees_are_listed_without_years(client: Client) -> None:
    make_issue(documents=tuple(make_document(n, number=f"国务院令第{700 + n}号") for n in (1, 4)))
    page = get(client, "/documents/国务院令/")
    assert "702–703本库未收录" in page.words
    assert "1–700" not in page.words
