"""What an issue is called and when it came out, filled in on its review page."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from archive.models import Gazette, Issue
from archive.publishing import publish_issue
from tests.accounts import make_account
from tests.factories import make_issue, make_parsed_issue, save_issue
from tests.views.page import Page, get

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client, db: None) -> Client:
    client.force_login(make_account())
    return client


def fields_of(desk: Client, issue: Issue) -> dict[str, str]:
    """What the form of the issue's fields would send as it stands on the page."""
    return get(desk, reverse("desk-issue", args=[issue.pk]), edit="issue").form_with("seen")


def send_fields(desk: Client, issue: Issue, fields: dict[str, str]) -> Any:
    return desk.post(reverse("desk-issue-fields", args=[issue.pk]), fields)


def test_what_was_not_read_is_filled_in_beside_the_pages(desk: Client) -> None:
    issue = make_issue("draft", label="", gazette="", number=None)
    page = get(desk, reverse("desk-issue", args=[issue.pk]))
    assert "?edit=issue#fields" in page.links()
    assert "管理后台补齐" not in page.words
    fields = fields_of(desk, issue)
    sent = fields | {"gazette": "云海县人民政府公报", "label": "3", "published_on": "2024-06-30"}
    assert send_fields(desk, issue, sent).status_code == 302
    issue.refresh_from_db()
    assert str(issue.gazette) == "云海县人民政府公报"
    assert (issue.label, issue.number, str(issue.published_on)) == ("3", 3, "2024-06-30")
    assert issue.filled_in == ["gazette", "label", "number", "published_on"]
    publish_issue(issue)
    save_issue(make_parsed_issue(sha256=issue.sha256, label="9"), file_size=1, replace=True)
    issue.refresh_from_db()
    assert (issue.label, str(issue.gazette)) == ("3", "云海县人民政府公报"), "no later reading changes it"


def test_of_two_editors_the_second_is_told(desk: Client) -> None:
    issue = make_issue("draft")
    first, second = fields_of(desk, issue), fields_of(desk, issue)
    assert send_fields(desk, issue, first | {"label": "2"}).status_code == 302
    response = send_fields(desk, issue, second | {"label": "5"})
    assert response.status_code == 409
    page = Page.of(response)
    assert "已被别人改过" in page.words
    assert page.all("input", name="label", value="5")
    assert Issue.objects.get().label == "2"
    again = page.form_with("seen")
    assert send_fields(desk, issue, again).status_code == 302
    assert Issue.objects.get().label == "5"
    third = fields_of(desk, issue)
    assert send_fields(desk, issue, third | {"total_number": "77"}).status_code == 302, (
        "another field is no conflict"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("year", "abc"), ("label", "1/2"), ("published_on", "2024年6月"), ("number", "0"), ("year", "99999")],
)
def test_an_error_stands_beside_its_field(desk: Client, name: str, value: str) -> None:
    issue = make_issue("draft")
    response = send_fields(desk, issue, fields_of(desk, issue) | {name: value})
    assert response.status_code == 400
    page = Page.of(response)
    (field,) = page.all("input", name=name)
    assert field["aria-invalid"] == "true"
    assert page.all("div", id=field["aria-describedby"])
    assert field["value"] == value


def test_an_issue_that_is_here_already_and_one_that_would_lose_its_address(desk: Client) -> None:
    make_issue(label="1")
    issue = make_issue(label="2")
    response = send_fields(desk, issue, fields_of(desk, issue) | {"label": "1"})
    assert response.status_code == 400
    assert "已在库中" in Page.of(response).words
    response = send_fields(desk, issue, fields_of(desk, issue) | {"gazette": ""})
    assert response.status_code == 400
    assert "必须有刊名" in Page.of(response).words
    assert Gazette.objects.count() == 1


def test_gazettes_whose_names_differ_by_a_sign_have_addresses_of_their_own(desk: Client) -> None:
    names = ("甲 乙公报", "甲/乙公报", "甲-乙公报")
    for label, name in enumerate(names, 2):
        issue = make_issue("draft", label=str(label))
        assert send_fields(desk, issue, fields_of(desk, issue) | {"gazette": name}).status_code == 302
    slugs = set(Gazette.objects.filter(name__in=names).values_list("slug", flat=True))
    assert slugs == {"甲-乙公报", "甲-乙公报-2", "甲-乙公报-3"}


@pytest.mark.parametrize("seen", ["", "[]", "{", '{"label": 1}'])
def test_a_form_that_nobody_was_given(desk: Client, seen: str) -> None:
    issue = make_issue("draft")
    assert send_fields(desk, issue, {"label": "2", "seen": seen}).status_code == 400
    assert Issue.objects.get().label == "1"


def test_the_form_keeps_what_was_seen_through_an_error(desk: Client) -> None:
    """A form that came back with an error must not take over unseen what somebody else saved meanwhile."""
    issue = make_issue("draft")
    form = fields_of(desk, issue)
    Issue.objects.update(label="8")
    again = Page.of(send_fields(desk, issue, form | {"label": "5", "year": "x"})).form_with("seen")
    assert json.loads(again["seen"])["label"] == "1"
    assert send_fields(desk, issue, again | {"year": "2024"}).status_code == 409
