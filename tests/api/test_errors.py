"""Whatever goes wrong below /api/ is told as problem details (RFC 9457)."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from archive.models import Document, JournalEntry
from archive.search import update
from tests.factories import make_issue

pytestmark = pytest.mark.django_db


def problem(client: Client, path: str, status: int, method: str = "get", **more: Any) -> Any:
    """The error that is told, which must be of the form that the standard asks for."""
    response = getattr(client, method)(path, **more)
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    assert response["Access-Control-Allow-Origin"] == "*"
    told = json.loads(response.content)
    assert set(told) - {"errors"} == {"type", "title", "status", "detail", "instance"}
    assert (told["type"], told["status"]) == (f"/api/#error-{status}", status)
    assert told["detail"] and told["title"]
    return told


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/",
        "/api/v1/nothing",
        "/api/v1/issues/",
        "/api/v2/issues",
        "/api/x/古树",
        "/api/v1/documents/a/b/c",
    ],
)
def test_an_address_that_leads_nowhere(client: Client, path: str) -> None:
    assert problem(client, path, 404)["title"] == "Not Found"


def test_what_is_not_there(client: Client) -> None:
    draft = make_issue("draft")
    for path in (
        "issues/999999",
        f"issues/{draft.pk}",
        "documents/nothing",
        "documents/%00",
        f"documents/{draft.documents.all()[0].public_id}",
    ):
        told = problem(client, f"/api/v1/{path}", 404)
        assert told["instance"] == f"/api/v1/{path}"
        assert "no published" in told["detail"]


def test_what_was_withdrawn_says_why_in_readable_letters(client: Client) -> None:
    issue = make_issue("withdrawn")
    whole = issue.documents.get(position=1)
    alone = make_issue(label="2").documents.get(position=1)
    Document.objects.filter(pk=alone.pk).update(withdrawn_at=timezone.now(), withdrawn_reason="涉及个人信息")
    alone.aliases.create(public_id="oldoldold")
    reason = issue.withdrawn_reason
    assert reason
    for path, why in (
        (f"issues/{issue.pk}", reason),
        (f"documents/{whole.public_id}", reason),
        (f"documents/{whole.public_id}/hits?q=古树", reason),
        (f"documents/{alone.public_id}", "涉及个人信息"),
        (f"documents/{alone.public_id}/hits", "涉及个人信息"),
        ("documents/oldoldold", "涉及个人信息"),
    ):
        assert problem(client, f"/api/v1/{path}", 410)["detail"] == why
        assert why in client.get(f"/api/v1/{path}").content.decode()


def test_what_the_journal_alone_knows_is_gone_too(client: Client) -> None:
    """As in an archive that was read in from bulk files."""
    for place, (kind, key) in enumerate((("issue", "41"), ("document", "bcdfghjk")), 1):
        JournalEntry.objects.create(
            type=kind,
            key=key,
            issue=41,
            sequence=place,
            at=timezone.now(),
            gone=True,
            reason="重新排印",
            url="/",
        )
        assert problem(client, f"/api/v1/{kind}s/{key}", 410)["detail"] == "重新排印"
    assert problem(client, "/api/v1/issues/42", 404)


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ("search?page=x", "page"),
        ("search?page=0", "page"),
        ("search?page_size=101", "page_size"),
        ("search?sort=newest", "sort"),
        ("search?month=13", "month"),
        ("search?validity=gone", "validity"),
        ("search?signed_from=2022-02-30", "signed_from"),
        ("search?signed_to=yesterday", "signed_to"),
        ("search?after=abc", "after"),
        ("documents?after=%00", "after"),
        ("documents?validity=gone", "validity"),
        ("issues?after=i.1.2.3", "after"),
        ("issues?page=-1", "page"),
        ("issues/x", "id"),
        ("issues/0", "id"),
    ],
)
def test_a_parameter_that_cannot_be_taken_is_named(client: Client, asked: str, parameter: str) -> None:
    told = problem(client, f"/api/v1/{asked}", 422)
    (error,) = told["errors"]
    assert set(error) == {"parameter", "in", "detail"}
    assert (error["parameter"], error["in"]) == (parameter, "path" if parameter == "id" else "query")
    assert told["detail"] == f"{parameter}: {error['detail']}"


def test_several_parameters_are_all_named(client: Client) -> None:
    errors = problem(client, "/api/v1/search?page=x&page_size=0&sort=a", 422)["errors"]
    assert {error["parameter"] for error in errors} == {"page", "page_size", "sort"}


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
def test_nothing_can_be_written(client: Client, method: str) -> None:
    for path in ("issues", "issues/1", "search", "openapi.json", ""):
        told = problem(client, f"/api/v1/{path}", 405, method)
        assert told["title"] == "Method Not Allowed"
        assert getattr(client, method)(f"/api/v1/{path}")["Allow"] == "GET, HEAD, OPTIONS"


def test_what_no_page_could_read_is_told_so_too(client: Client) -> None:
    client.raise_request_exception = False
    assert (
        problem(client, "/api/v1/issues", 400, headers={"host": "elsewhere.example"})["title"]
        == "Bad Request"
    )
    many = "&".join(f"x{n}=1" for n in range(1100))
    problem(client, f"/api/v1/issues?{many}", 400)
    page = client.get("/", headers={"host": "elsewhere.example"})
    assert page.status_code == 400 and page["Content-Type"].startswith("text/html")


def test_search_without_an_index_says_when_to_come_back(client: Client) -> None:
    make_issue()
    for path in ("search?q=古树", "documents?kind=通知"):
        assert problem(client, f"/api/v1/{path}", 503)["detail"] == "search is not ready"
        assert int(client.get(f"/api/v1/{path}")["Retry-After"]) > 0
    # The list as a whole asks no index.
    assert client.get("/api/v1/documents").json()["total"] == 4
    update.rebuild()
    assert client.get("/api/v1/documents?kind=通知").status_code == 200
