"""The administration opens for every table, and changes only what nobody else can."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from archive.models import Document, Issue, Subscriber
from archive.search.update import indexed_ids
from tests.factories import make_issue

pytestmark = pytest.mark.django_db

MODELS = list(apps.get_app_config("archive").get_models())


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("guanli", password="a-long-word-1"))
    return client


def test_every_table_is_registered() -> None:
    assert [model.__name__ for model in MODELS if not admin.site.is_registered(model)] == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_list_and_row_opens(administrator: Client, model: type[Issue]) -> None:
    make_issue()
    name = f"admin:archive_{model._meta.model_name}"
    assert administrator.get(reverse(f"{name}_changelist"), {"q": "云"}).status_code == 200
    for row in model._default_manager.all()[:1]:
        assert administrator.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200


def test_a_missing_label_is_filled_in(
    administrator: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    issue = make_issue("draft", label="")
    fields = {"gazette": issue.gazette_id, "year": 2024, "label": "增刊1", "state": "published"}
    with django_capture_on_commit_callbacks(execute=True):
        response = administrator.post(reverse("admin:archive_issue_change", args=[issue.pk]), fields)
    assert response.status_code == 302
    issue.refresh_from_db()
    assert (issue.label, issue.state) == ("增刊1", "draft")
    assert indexed_ids() == set()


def test_a_published_issue_is_indexed_anew(
    administrator: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    issue = make_issue()
    fields = {"gazette": issue.gazette_id, "year": 2023, "label": "1"}
    with django_capture_on_commit_callbacks(execute=True):
        administrator.post(reverse("admin:archive_issue_change", args=[issue.pk]), fields)
    assert indexed_ids() == set(Document.objects.values_list("pk", flat=True))


def test_what_was_parsed_is_not_edited(administrator: Client) -> None:
    document = make_issue().documents.get(position=1)
    path = reverse("admin:archive_document_change", args=[document.pk])
    assert administrator.post(path, {"title": "改"}).status_code == 403
    assert administrator.get(reverse("admin:archive_issue_add")).status_code == 403


def test_what_was_filled_in_is_noted_until_it_is_emptied(administrator: Client) -> None:
    issue = make_issue("draft", label="")
    path = reverse("admin:archive_issue_change", args=[issue.pk])
    kept = {"gazette": issue.gazette_id, "year": 2024, "number": issue.number or ""}
    kept |= {"total_number": issue.total_number, "published_on": issue.published_on}
    administrator.post(path, {**kept, "label": "增刊1", "total_number": "77"})
    issue.refresh_from_db()
    assert issue.filled_in == ["label", "total_number"]
    administrator.post(path, {**kept, "label": "增刊1", "total_number": ""})
    issue.refresh_from_db()
    assert issue.filled_in == ["label"]
    administrator.post(path, {"filled_in": "[]", **kept, "label": "增刊1"})
    issue.refresh_from_db()
    assert "label" in issue.filled_in  # it is shown, and not for the form to change


def test_an_address_that_is_told_by_mail_is_deleted_and_never_shown_whole(administrator: Client) -> None:
    subscriber = Subscriber.objects.create(address="duzhe@example.org", language="zh-hans")
    subscriber.followed.create(what="search", value="q=secret", language="zh-hans")
    Subscriber.objects.create(address="other@example.org", language="zh-hans")
    name = "admin:archive_subscriber"
    listed = administrator.get(reverse(f"{name}_changelist"), {"q": "duzhe@example.org"}).content.decode()
    assert "d…@example.org" in listed and "o…@example.org" not in listed
    for path in (
        reverse(f"{name}_changelist"),
        reverse(f"{name}_change", args=[subscriber.pk]),
        reverse(f"{name}_delete", args=[subscriber.pk]),
        reverse("admin:archive_followed_changelist"),
    ):
        shown = administrator.get(path).content.decode()
        assert "duzhe" not in shown and "secret" not in shown, path
    assert administrator.post(reverse(f"{name}_change", args=[subscriber.pk]), {}).status_code == 403
    path = reverse(f"{name}_delete", args=[subscriber.pk])
    assert administrator.post(path, {"post": "yes"}).status_code == 302
    assert [one.address for one in Subscriber.objects.all()] == ["other@example.org"]
    assert "duzhe" not in administrator.get(reverse("admin:index")).content.decode()
