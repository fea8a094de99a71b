"""Who has an answer is told that it holds; heads and other sites' pages are answered as readers are."""

from functools import partial
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.test import Client

from archive.edition import next_edition
from archive.models import Issue
from archive.public_pages import answer_as_kept
from archive.search.update import rebuild
from tests.factories import make_issue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_pages")]


@pytest.fixture
def issue() -> Issue:
    issue = make_issue()
    rebuild()
    return issue


def addresses(issue: Issue) -> list[str]:
    one = issue.documents.get(position=1).public_id
    paths = ["issues", f"issues/{issue.pk}", "documents", f"documents/{one}", f"documents/{one}/hits?q=古树"]
    return [f"/api/v1/{path}" for path in (*paths, "search?q=古树", "suggest?q=古树", "openapi.json")]


def test_what_has_not_changed_is_not_sent_again(client: Client, issue: Issue) -> None:
    for path in addresses(issue):
        first = client.get(path)
        tag = first["ETag"]
        for sent in (tag, tag.removeprefix("W/"), f'"other", {tag}', f'W/"a" , {tag},"b"'):
            again = client.get(path, headers={"If-None-Match": sent})
            assert (again.status_code, again.content) == (304, b""), (path, sent)
            assert again["ETag"] == tag
            for header in (
                "Cache-Control",
                "Vary",
                "Access-Control-Allow-Origin",
                "Access-Control-Expose-Headers",
            ):
                assert again[header] == first[header], header
        assert client.get(path, headers={"If-None-Match": f'"x{tag[3:]}'}).status_code == 200
    next_edition()
    for path in addresses(issue):
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 200


def _told(told: list[Any], *head: Any) -> None:
    told.extend(head)


def test_so_it_is_at_the_door_of_the_server(client: Client, issue: Issue) -> None:
    path = f"/api/v1/issues/{issue.pk}"
    first = client.get(path)
    for sent, status in (("", "200 OK"), (first["ETag"], "304 Not Modified")):
        environ: dict[str, Any] = {
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "PATH_INFO": path,
            "HTTP_IF_NONE_MATCH": sent,
        }
        setup_testing_defaults(environ)
        environ.pop("HTTP_HOST")
        told: list[Any] = []
        body = answer_as_kept(environ, partial(_told, told))  # type: ignore[arg-type]
        assert told[0] == status
        assert body == ([first.content] if not sent else [b""])
        assert dict(told[1])["Access-Control-Allow-Origin"] == "*"


def test_a_head_is_that_of_the_answer(client: Client, issue: Issue) -> None:
    for path in addresses(issue):
        head, answer = client.head(path), client.get(path)
        assert (head.status_code, head.content) == (200, b""), path
        for header in ("Content-Type", "ETag", "Access-Control-Allow-Origin", "Link"):
            assert head.headers.get(header) == answer.headers.get(header), (path, header)
    assert client.head("/api/v1/documents/nothing").status_code == 404
    assert client.head("/api/v1/issues?page=x").status_code == 422


def test_pages_of_other_sites_may_read_it_and_nothing_else(client: Client, issue: Issue) -> None:
    for path in addresses(issue):
        for answer in (client.get(path), client.get(path)):
            assert answer["Access-Control-Allow-Origin"] == "*"
            assert {"ETag", "Link", "Retry-After"} <= set(answer["Access-Control-Expose-Headers"].split(", "))
            assert "Access-Control-Allow-Credentials" not in answer.headers
    for path in ("/", "/search/?q=古树", issue.get_absolute_url(), "/desk/", "/nothing/"):
        assert not [name for name in client.get(path).headers if name.startswith("Access-Control")], path


def test_a_browser_may_ask_beforehand(client: Client, issue: Issue) -> None:
    for path in addresses(issue):
        answer = client.options(
            path,
            headers={
                "Origin": "https://other.example",
                "Access-Control-Request-Method": "GET",
                "Access-Control-Request-Headers": "if-none-match",
            },
        )
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert answer["Allow"] == answer["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
        assert answer["Access-Control-Allow-Headers"] == "*"
