"""Sitemaps, robots.txt and the search box of a browser, as crawlers and browsers read them."""

import re
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pytest
from django.test import Client
from pytest_django import Settings

from archive import sitemaps
from archive.ingest.parse.records import Reference
from archive.models import Document, Issue
from archive.publishing import publish_issue, withdraw_document, withdraw_issue
from archive.search import update
from tests.factories import make_document, make_issue
from tests.views.page import get

pytestmark = pytest.mark.django_db

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
HOST = "http://testserver"


def listed(client: Client, address: str) -> dict[str, str]:
    """The addresses of a sitemap or of their index, in characters, each with its time ("" for none)."""
    answer = client.get(address)
    assert answer.status_code == 200 and answer["Content-Type"] == "application/xml"
    found = {}
    for one in ElementTree.fromstring(answer.content):
        location = one.findtext(f"{SITEMAP}loc") or ""
        assert location.startswith(HOST)
        found[unquote(location.removeprefix(HOST))] = one.findtext(f"{SITEMAP}lastmod") or ""
    return found


def all_listed(client: Client) -> dict[str, str]:
    found: dict[str, str] = {}
    for sitemap in listed(client, "/sitemap.xml"):
        found |= listed(client, sitemap)
    return found


# --- sitemaps ------------------------------------------------------------------------------------------
def test_the_sitemaps_name_all_that_readers_see_and_nothing_else(client: Client) -> None:
    issue = publish_issue(make_issue("draft"))
    draft = make_issue("draft", label="2", documents=(make_document(1, number="云草发〔2024〕9号"),))
    found = all_listed(client)
    for document in issue.documents.all():
        assert found[document.get_absolute_url()]
        assert f"/documents/{document.number_code}/{document.number_year}/" in found
    assert found[unquote(issue.get_absolute_url())]
    assert "/" in found and "/people/" in found
    hidden = {
        unquote(draft.get_absolute_url()),
        draft.documents.get().get_absolute_url(),
        "/documents/云草发/",
    }
    assert hidden & found.keys() == set()
    # Each is a page, and none is another's: what it says of its own address is the address.
    for address in found:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "noindex" not in answer.content.decode(), address


def test_what_is_withdrawn_is_gone_from_them_at_once(client: Client) -> None:
    issue = publish_issue(make_issue("draft"))
    one = issue.documents.get(position=4)
    withdraw_document(one, "个人信息")
    found = all_listed(client)
    assert one.get_absolute_url() not in found and f"/documents/{one.number_code}/" not in found
    assert issue.documents.get(position=1).get_absolute_url() in found
    withdraw_issue(issue, "印刷有误")
    assert not [address for address in all_listed(client) if re.match("/documents/.+|/issues/.+", address)]


def test_a_document_changes_with_its_issue_and_with_what_others_say_of_it(client: Client) -> None:
    old = publish_issue(make_issue("draft", documents=(make_document(1, number="云政发〔2011〕3号"),)))
    other = publish_issue(make_issue("draft", label="2", documents=(make_document(1),)))
    target, bystander = old.documents.get(), other.documents.get()
    long_ago = "2001-02-03T04:05:06+00:00"
    Issue.objects.update(changed_at=long_ago)
    assert set(listed(client, "/sitemap-documents.xml").values()) == {"2001-02-03T12:05:06+08:00"}
    repeal = Reference("云政发〔2011〕3号", "", "repeals", "云政发〔2011〕3号同时废止。")
    new = make_issue("draft", label="3", documents=(make_document(1, references=(repeal,)),))
    # A draft says nothing.
    assert len(set(listed(client, "/sitemap-documents.xml").values())) == 1
    publish_issue(new)
    assert target.cited_by.exists()
    found = listed(client, "/sitemap-documents.xml")
    assert found[target.get_absolute_url()] == found[new.documents.get().get_absolute_url()]
    assert found[bystander.get_absolute_url()].startswith("2001-02-03")
    # Corrected, supplied, withdrawn in part: whatever shows an issue anew says so.
    Issue.objects.update(changed_at=long_ago)
    withdraw_document(new.documents.get(), "个人信息")
    assert not listed(client, "/sitemap-documents.xml")[target.get_absolute_url()].startswith("2001")


def test_a_sitemap_comes_in_pages_of_a_size(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_issue(make_issue("draft"))
    monkeypatch.setattr(sitemaps.Documents, "limit", 3)
    index = listed(client, "/sitemap.xml")
    pages = [address for address in index if address.startswith("/sitemap-documents.xml")]
    assert pages == ["/sitemap-documents.xml", "/sitemap-documents.xml?p=2"]
    assert [len(listed(client, page)) for page in pages] == [3, 1]
    assert all(index[page] for page in pages)
    for wrong in ("/sitemap-documents.xml?p=3", "/sitemap-documents.xml?p=x", "/sitemap-desk.xml"):
        assert client.get(wrong).status_code == 404


def test_an_empty_archive_has_sitemaps_all_the_same(client: Client) -> None:
    assert len(listed(client, "/sitemap.xml")) == len(sitemaps.SITEMAPS)
    assert "/" in all_listed(client)


# --- robots.txt ----------------------------------------------------------------------------------------
def allows(robots: str, address: str) -> bool:
    """What RFC 9309 says of an address: the longest rule that fits counts, and none allows."""
    rules = re.findall(r"^(Allow|Disallow): (\S+)$", robots, re.M)
    fitting = [
        (len(rule), kind)
        for kind, rule in rules
        if re.match(re.escape(rule).replace(r"\*", ".*").replace(r"\$", "$"), address)
    ]
    return not fitting or max(fitting)[1] == "Allow"


def test_crawlers_are_let_in_to_what_is_worth_it(client: Client) -> None:
    publish_issue(make_issue("draft"))
    answer = client.get("/robots.txt")
    assert answer["Content-Type"].startswith("text/plain")
    robots = answer.content.decode()
    assert f"\nSitemap: {HOST}/sitemap.xml\n" in robots and "&amp;" not in robots
    assert [address for address in all_listed(client) if not allows(robots, address)] == []
    one = Document.objects.all()[0].get_absolute_url()
    for address in (
        "/search/",
        "/feeds/issues.atom",
        "/api/v1/documents",
        f"{one}print/",
        "/issues/?year=2024",
    ):
        assert allows(robots, address), address
    for address in (
        *("/desk/", "/desk/sign-in/", "/admin/", "/search/?q=a", "/search/?kind=a", "/search/feed.atom?q=a"),
        *("/search/suggest?q=a", "/number/?q=a", f"{one}?q=a", f"{one}print/?hit=2&q=a", f"{one}report/"),
        *("/search/documents.csv", "/search/completions?q=a", "/people/?year=2024&q=a", "/api/v1/search?q=a"),
        "/oai?verb=ListRecords&metadataPrefix=oai_dc",
    ):
        assert not allows(robots, address), address


# --- the search box of a browser -----------------------------------------------------------------------
def test_a_browser_can_take_the_archive_among_its_search_engines(client: Client, settings: Settings) -> None:
    publish_issue(make_issue("draft"))
    update.rebuild()
    settings.SITE = {**settings.SITE, "name": "甲&乙<丙>市人民政府公报数字档案馆藏"}
    (link,) = get(client, "/").all("link", rel="search")
    assert link.get("type") == "application/opensearchdescription+xml"
    assert link.get("title") == settings.SITE["name"]
    answer = client.get(str(link["href"]))
    assert answer["Content-Type"].startswith("application/opensearchdescription+xml")
    described = ElementTree.fromstring(answer.content)
    assert described.tag == f"{OPENSEARCH}OpenSearchDescription"
    assert described.findtext(f"{OPENSEARCH}ShortName") == "甲&乙<丙>市人民政府公报数字档"
    assert settings.SITE["name"] in (described.findtext(f"{OPENSEARCH}Description") or "")
    templates = {one.get("type"): one.get("template", "") for one in described.iter(f"{OPENSEARCH}Url")}
    assert len(templates) == 4
    for kind, template in templates.items():
        assert template.startswith(HOST)
        found = client.get(template.removeprefix(HOST).replace("{searchTerms}", "%E5%8F%A4%E6%A0%91"))
        assert found.status_code == 200
        assert found["Content-Type"].split(";")[0] == kind
    image = described.findtext(f"{OPENSEARCH}Image") or ""
    assert image.startswith(HOST) and urlsplit(image).path.startswith("/static/")


def test_the_address_bar_is_told_what_may_be_meant(client: Client) -> None:
    issue = publish_issue(make_issue("draft"))
    update.rebuild()

    def completions(typed: str) -> Any:
        answer = client.get("/search/completions", {"q": typed})
        assert "public" not in answer["Cache-Control"]
        return answer.json()

    typed, texts, details, addresses = completions("古树")
    assert typed == "古树" and len(texts) == len(details) == len(addresses) > 0
    one = issue.documents.get(position=1)
    at = texts.index(one.title)
    assert addresses[at] == HOST + one.get_absolute_url() and details[at] == one.number
    assert completions("") == ["", [], [], []]
    withdraw_document(one, "个人信息")
    assert one.title not in completions("古树")[1]
