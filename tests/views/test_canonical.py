"""What a page says of itself to search engines and to whoever is shown a link: its one address, OpenGraph."""

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from archive.models import Issue
from archive.publishing import publish_issue, withdraw_document
from archive.search import update
from archive.views.context import CANONICAL
from tests.factories import GAZETTE, make_document, make_issue
from tests.views.page import Page, get
from tests.views.test_every_address import described

pytestmark = pytest.mark.django_db

HOST = "http://testserver"


@pytest.fixture
def issue() -> Issue:
    issue = publish_issue(make_issue("draft"))
    update.rebuild()
    return issue


def address_of(page: Page) -> str | None:
    links = page.all("link", rel="canonical")
    assert len(links) < 2
    return links[0]["href"] if links else None


def metadata(page: Page) -> dict[str, str]:
    """OpenGraph by its names."""
    named = [one for tag, one in page.elements if tag == "meta" and one.get("property")]
    assert len({one["property"] for one in named}) == len(named)
    return {str(one["property"]): str(one["content"]) for one in named}


def test_each_page_has_one_address_whatever_leads_to_it(client: Client, issue: Issue) -> None:
    one = issue.documents.get(position=1)
    place = issue.get_absolute_url()
    number = [one.number_code, one.number_year]
    for address in (
        *(
            "/",
            "/issues/",
            place,
            "/documents/",
            "/documents/not-held/",
            "/people/",
            "/help/",
            "/about/",
            "/api/",
        ),
        *(one.get_absolute_url(), "/people/林岚/", reverse("number-code", args=number[:1])),
        *(reverse("number-year", args=number), reverse("post", args=["云岭市林业局局长"])),
    ):
        for more in ("", "?utm_source=a", "?page=1"):
            found = address_of(get(client, address + more))
            assert found == client.get(address).wsgi_request.build_absolute_uri(address), address + more
    assert address_of(get(client, f"{one.get_absolute_url()}?q=古树&hit=1")) == HOST + one.get_absolute_url()


def test_a_year_and_a_page_are_pages_of_their_own(client: Client, issue: Issue) -> None:
    assert address_of(get(client, "/issues/?year=2024&q=a")) == f"{HOST}/issues/?year=2024"
    assert address_of(get(client, "/people/?page=2")) == f"{HOST}/people/?page=2"
    assert address_of(get(client, "/people/?page=x%22%3E")) == f"{HOST}/people/"


def test_where_nothing_is_to_be_kept_no_address_is_named(client: Client, issue: Issue) -> None:
    one = issue.documents.get(position=4)
    for address in ("/search/?q=古树", "/number/?q=x", "/people/?q=林", f"{one.get_absolute_url()}report/"):
        answer = client.get(address)
        page = Page.of(answer)
        assert address_of(page) is None, address
        assert page.all("meta", name="robots"), address
    withdraw_document(one, "个人信息")
    for address in (one.get_absolute_url(), f"/issues/{GAZETTE}/2024/99/", "/people/无此人/"):
        answer = client.get(address)
        assert answer.status_code in (404, 410)
        assert address_of(Page.of(answer)) is None and not metadata(Page.of(answer)), address


def test_only_public_addresses_have_one() -> None:
    names = set(described(get_resolver().url_patterns))
    assert CANONICAL.keys() <= names
    assert not [name for name in CANONICAL if name.startswith(("desk", "account", "admin"))]


def test_a_link_to_a_document_shows_what_it_is(client: Client, issue: Issue) -> None:
    one = issue.documents.get(position=1)
    page = get(client, f"{one.get_absolute_url()}?q=古树")
    found = metadata(page)
    assert found["og:title"] == one.title and found["og:type"] == "article"
    assert found["og:url"] == address_of(page) == HOST + one.get_absolute_url()
    assert found["og:description"] == f"{one.number} · {one.issuer} · 2024-01-15 · {issue}"
    assert page.all("meta", name="description", content=found["og:description"])
    assert found["article:published_time"] == str(issue.published_on)
    assert found["og:site_name"]


def test_a_link_to_an_issue_shows_its_cover(client: Client, issue: Issue) -> None:
    page = get(client, issue.get_absolute_url())
    found = metadata(page)
    assert found["og:title"] == str(issue) and found["og:url"] == address_of(page)
    assert found["og:image"] == f"{HOST}/pictures/{issue.sha256}/cover.webp"
    assert issue.documents.get(position=1).title in found["og:description"]
    assert metadata(get(client, "/"))["og:type"] == "website"


def test_what_print_holds_stays_in_its_attribute(client: Client) -> None:
    evil = '"><script>alert(1)</script>'
    issue = publish_issue(make_issue("draft", documents=(make_document(1, title=evil, issuer=evil),)))
    for address in (issue.get_absolute_url(), issue.documents.get().get_absolute_url()):
        page = get(client, address)
        assert "<script>alert" not in page.html
        assert evil in metadata(page)["og:description"]
