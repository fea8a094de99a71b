"""The feeds as a feed reader reads them: what is in them, when it goes again, and where readers find them."""

from typing import Any
from urllib.parse import quote

import feedparser
import pytest
from django.test import Client

from archive.models import Document, Issue
from archive.publishing import publish_issue, withdraw_document, withdraw_issue
from archive.search import update
from archive.views import feeds
from tests.factories import make_document, make_issue
from tests.views.page import get

pytestmark = pytest.mark.django_db

ISSUES, KIND, ISSUER = "/feeds/issues.atom", "/feeds/kinds/通知.atom", "/feeds/issuers/云岭市人民政府.atom"
EVIL = '"><script>alert(1)</script>\x08&amp;'


def read(client: Client, path: str) -> Any:
    """The feed as feedparser has it, which finds nothing amiss with it, nor does RFC 4287 of what it asks for."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    found = feedparser.parse(answer.content, response_headers={"content-type": answer["Content-Type"]})
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == "atom10"
    assert found.feed.id and found.feed.title and found.feed.updated_parsed and found.feed.author
    (itself,) = [link.href for link in found.feed.links if link.rel == "self"]
    assert itself == "http://testserver" + quote(path, safe="/?=&%")
    for entry in found.entries:
        assert entry.id and entry.title and entry.updated_parsed and entry.published_parsed
    assert len({entry.id for entry in found.entries}) == len(found.entries)
    return found


def test_new_issues_come_by_the_day_on_which_they_were_made_public(client: Client) -> None:
    newer = publish_issue(make_issue("draft", label="2"))
    older = publish_issue(make_issue("draft", year=2019, label="1"))
    found = read(client, ISSUES)
    assert [entry.title for entry in found.entries] == [str(older), str(newer)]
    (first, _second) = found.entries
    assert (
        first.link
        == first.id
        == "http://testserver"
        + older.get_absolute_url().replace(
            "/issues/云岭市人民政府公报", "/issues/" + quote("云岭市人民政府公报")
        )
    )
    assert client.get(first.link).status_code == 200
    for document in older.documents.all():
        assert document.title in first.summary and document.number in first.summary
        assert f'href="http://testserver{document.get_absolute_url()}"' in first.summary
    assert found.feed.link == "http://testserver/issues/"


@pytest.mark.parametrize(("path", "field"), [(KIND, "kind"), (ISSUER, "issuer")])
def test_a_kind_and_an_issuer_have_theirs(client: Client, path: str, field: str) -> None:
    issue = publish_issue(make_issue("draft"))
    value = {"kind": "通知", "issuer": "云岭市人民政府"}[field]
    wanted = list(issue.documents.filter(**{field: value}).order_by("position"))
    assert len(wanted) > 0
    found = read(client, path)
    assert [entry.title for entry in found.entries] == [f"{one.title} {one.number}" for one in wanted]
    assert [entry.link for entry in found.entries] == [
        f"http://testserver{one.get_absolute_url()}" for one in wanted
    ]
    assert {entry.author for entry in found.entries} == {one.issuer for one in wanted}
    assert found.entries[0].tags[0].term == "通知"
    assert value in found.feed.title
    update.rebuild()
    assert client.get(found.feed.link).status_code == 200


def test_nothing_that_readers_may_not_see_is_in_any(client: Client) -> None:
    """A draft never, what was withdrawn no more; and an address that would lead to nothing else is none."""
    draft = make_issue("draft", documents=(make_document(1, title="草稿", kind="函", issuer="云岭市林业局"),))
    for path in ("/feeds/kinds/函.atom", "/feeds/issuers/云岭市林业局.atom"):
        assert client.get(path).status_code == 404
    assert not read(client, ISSUES).entries
    issue = publish_issue(draft)
    one = issue.documents.get()
    for path in (ISSUES, "/feeds/kinds/函.atom", "/feeds/issuers/云岭市林业局.atom"):
        assert "草稿" in str(read(client, path).entries)
    withdraw_document(one, "个人信息")
    assert "草稿" not in str(read(client, ISSUES).entries)
    assert client.get("/feeds/kinds/函.atom").status_code == 404
    withdraw_issue(issue, "印刷有误")
    assert not read(client, ISSUES).entries
    assert client.get("/feeds/issuers/云岭市林业局.atom").status_code == 404


def test_a_change_is_told_by_its_day(client: Client) -> None:
    issue = publish_issue(make_issue("draft"))
    Issue.objects.update(changed_at="2001-02-03T04:05:06Z", released_at="2001-02-03T04:05:06Z")
    assert read(client, ISSUES).entries[0].updated.startswith("2001-02-03T")
    withdraw_document(Document.objects.filter(issue=issue)[0], "个人信息")
    entry = read(client, ISSUES).entries[0]
    assert not entry.updated.startswith("2001") and entry.published.startswith("2001-02-03T")


def test_a_feed_is_as_long_as_it_says(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "IN_FEED", 2)
    monkeypatch.setattr(feeds, "ISSUES_IN_FEED", 1)
    for label in "12":
        publish_issue(make_issue("draft", label=label))
    assert len(read(client, ISSUES).entries) == 1
    assert len(read(client, KIND).entries) == 2


def test_what_print_holds_is_text(client: Client) -> None:
    publish_issue(
        make_issue("draft", documents=(make_document(1, title=f"通知{EVIL}", issuer="云岭市人民政府"),))
    )
    update.rebuild()
    for path in (ISSUES, KIND, ISSUER, "/search/feed.atom?q=%E9%80%9A%E7%9F%A5"):
        found = read(client, path)
        assert found.entries, path
        assert b"<script" not in client.get(path).content
    # As HTML, too: a summary is HTML within XML, and so escaped twice.
    listed = client.get(ISSUES).content
    assert b"&amp;lt;script&amp;gt;" in listed and b"&lt;script" not in listed
    assert client.get("/feeds/kinds/%22%3E%3Cscript%3E.atom").status_code == 404


def test_readers_find_them(client: Client) -> None:
    issue = publish_issue(make_issue("draft"))
    update.rebuild()
    for path in ("/", "/issues/", issue.get_absolute_url()):
        page = get(client, path)
        (link,) = page.all("link", rel="alternate", type="application/atom+xml")
        assert link.get("href") == ISSUES
    for path in ("/", "/issues/"):
        assert ISSUES in get(client, path).links()
    for field, feed in (("kind", KIND), ("issuer", ISSUER)):
        value = feed.rpartition("/")[2].removesuffix(".atom")
        page = get(client, "/search/", **{field: value})
        assert quote(feed) in page.links()
        (link,) = page.all("link", rel="alternate", type="application/atom+xml")
        assert link.get("href") == quote(feed)
        read(client, feed)
    # What leads to nothing yet can be followed all the same, as a search.
    (link,) = get(client, "/search/", kind="决定").all("link", rel="alternate", type="application/atom+xml")
    assert link.get("href") == "/search/feed.atom?kind=%E5%86%B3%E5%AE%9A"
