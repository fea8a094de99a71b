"""Nothing of a draft or of a withdrawn issue comes out at any public address: not its text, nor a name, nor an id.

A word that stands nowhere else is put into every field of text of both issues, and looked for in every answer.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus, urlencode

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import models
from django.test import Client
from django.urls import get_resolver, reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from archive.ingest.originals import store_original
from archive.models import Document, Issue, Page
from archive.publishing import publish_issue, withdraw_issue
from archive.search.update import index_issue
from archive.sitemaps import SITEMAPS
from tests.factories import make_issue
from tests.outside import PROJECT
from tests.views.test_every_address import described

pytestmark = pytest.mark.django_db

DRAFT, WITHDRAWN = "龘靐草稿标记", "龘靐撤回标记"
REASON = "印刷有误"
# No texts, or what addresses are made of: with its own number and label a document stands where public ones are listed.
_AS_IT_WAS = {
    *(
        "state",
        "source_kind",
        "text_source",
        "severity",
        "kind",
        "action",
        "relation",
        "sha256",
        "public_id",
        "slug",
    ),
    *("label", "number", "number_code"),
}


def mark(issue: Issue, word: str) -> int:
    """Put the word into every text of the issue and its rows; returns into how many fields."""
    marked = 0
    for model in apps.get_app_config("archive").get_models():
        path = path_to_issue(model)
        if path is None:
            continue
        rows: Any = model._default_manager.filter(**{path: issue.pk})
        for field in model._meta.concrete_fields:
            if field.name in _AS_IT_WAS or field.choices or not field.editable:
                continue
            if isinstance(field, models.CharField | models.TextField):
                for row in rows:
                    text = f"{word}{getattr(row, field.name)}"[: field.max_length]
                    rows.filter(pk=row.pk).update(**{field.name: text})
                marked += rows.exists()
            elif isinstance(field, models.JSONField) and field.name in {
                "signed_by",
                "evidence",
                "validity_evidence",
            }:
                rows.update(**{field.name: [word]})
                marked += rows.exists()
    Page.objects.filter(issue=issue).update(lines=[[word, 72.0, 80.0, 300.0, 96.0, None]])
    return marked


def path_to_issue(model: type[models.Model]) -> str | None:
    names = {field.name: field for field in model._meta.concrete_fields}
    if model is Issue:
        return "pk"
    if "issue" in names and model.__name__ != "IngestRun":
        return "issue"
    return "document__issue" if "document" in names else None


@pytest.fixture
def hidden(
    tmp_path: Path, data_folder: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> dict[str, Issue]:
    """A public issue, and beside it a draft and a withdrawn one whose every text holds a mark."""
    sample = max((PROJECT / "archive" / "samples").glob("*.pdf"))
    found = {}
    with django_capture_on_commit_callbacks(execute=True):
        found["public"] = publish_issue(make_issue("draft"))
        for label, word in (("2", DRAFT), ("3", WITHDRAWN)):
            copy = tmp_path / f"{label}.pdf"
            copy.write_bytes(sample.read_bytes() + label.encode())
            issue = make_issue("draft", label=label, sha256=store_original(copy, "pdf")[0])
            if word == WITHDRAWN:
                # It has been public and in the index, with the mark in it.
                assert mark(issue, word) > 30
                issue = publish_issue(Issue.objects.get(pk=issue.pk))
                issue = withdraw_issue(issue, REASON)
            else:
                assert mark(issue, word) > 30
            found[word] = Issue.objects.get(pk=issue.pk)
    return found


def public_addresses(issue: Issue, *, shared: bool = True) -> Iterator[str]:
    """Every public address that could show the issue or a document of it; `shared` ones may show others as well."""
    assert issue.gazette is not None
    place = {"gazette": issue.gazette.slug, "year": issue.year, "label": issue.label}
    yield reverse("issue", kwargs=place)
    yield reverse("issue-pages", kwargs=place)
    yield reverse("issue-short", kwargs={"year": issue.year, "label": issue.label})
    yield reverse("iiif-manifest", kwargs=place)
    for name in (
        *("issue-page", "page-picture", "page-small", "page-lines"),
        *("iiif-canvas", "iiif-image", "iiif-information"),
    ):
        yield reverse(name, kwargs=place | {"number": 1})
    yield reverse("iiif-picture", kwargs=place | {"number": 1, "size": "max"})
    yield reverse("original", args=[issue.sha256, "x.pdf"])
    yield reverse("cover", args=[issue.sha256])
    yield reverse("api-1:issue", kwargs={"id": issue.pk})
    if shared:
        yield reverse("iiif-year", args=[issue.gazette.slug, issue.year])
    for document in issue.documents.all():
        yield document.get_absolute_url()
        for name in (
            "document-print",
            "document-pages",
            "document-bibtex",
            "document-ris",
            "document-akn",
            "document-text",
            "document-markdown",
            "document-report",
        ):
            yield reverse(name, args=[document.public_id])
        for table in document.tables.all():
            yield reverse("document-table", args=[document.public_id, table.position])
        yield reverse("api-1:document", kwargs={"id": document.public_id})
        yield f"{reverse('number')}?{urlencode({'q': document.number})}"
        place_of_number = [document.number_code, document.number_year, document.number_sequence]
        yield reverse("number-document", args=place_of_number)
        for one in document.appointments.all():
            yield reverse("person", args=[one.person])
            yield reverse("post", args=[one.post])
        if shared:
            yield reverse("feed-kind", args=[document.kind])
            yield reverse("feed-issuer", args=[document.issuer])
            yield reverse("number-code", args=place_of_number[:1])
            yield reverse("number-year", args=place_of_number[:2])


def lists(words: list[str]) -> Iterator[str]:
    """Every public address that lists or searches."""
    for name in (
        "home",
        "verify",
        "manifests",
        "manifest-keys",
        "issues",
        "help",
        "about",
        "numbers",
        "people",
        "numbers-not-held",
        "bulk",
        "feed-issues",
        "iiif-collection",
        "sitemap-index",
        "search",
        "number",
        "api-docs",
        "api-1:issues",
        "api-1:documents",
        "healthz",
        "metrics",
    ):
        yield reverse(name)
    for section in SITEMAPS:
        yield reverse("sitemap", args=[section])
    for issue in Issue.objects.all():
        yield f"{reverse('verify')}?{urlencode({'sha256': issue.sha256})}"
    for word in words:
        yield reverse("person", args=[word])
        yield reverse("post", args=[word])
    for name in (
        *("search", "search-feed", "search-table", "api-1:search", "number", "api-1:documents"),
        *("people", "search-suggest", "search-completions", "api-1:suggestions"),
    ):
        for word in words:
            for field in ("", "title:", "number:", "person:"):
                yield f"{reverse(name)}?{urlencode({'q': field + word})}"


ANSWERED_ABOVE = {
    *("issue", "issue-pages", "issue-short", "original", "cover", "document"),
    *("issue-page", "page-picture", "page-small", "page-lines"),
    *(
        "iiif-collection",
        "iiif-year",
        "iiif-manifest",
        "iiif-canvas",
        "iiif-image",
        "iiif-information",
        "iiif-picture",
    ),
    *("number-code", "number-year", "number-document", "api-1:issue", "api-1:document"),
    *("home", "issues", "numbers", "search", "number", "search-feed", "search-table", "healthz", "metrics"),
    *("api-1:issues", "api-1:documents", "api-1:search", "api-1:suggestions", "search-suggest", "api-docs"),
    *("api-1:document_hits", "people", "person", "post"),
    *("api-1:document_hits", "numbers-not-held"),
    *("api-1:document_hits", "help", "about", "numbers-not-held"),
    *("document-print", "document-pages", "document-bibtex", "document-ris", "document-table"),
    *("document-akn", "document-text", "document-markdown"),
    "document-report",
    *("document-report", "feed-issues", "feed-kind", "feed-issuer", "bulk"),
    *("sitemap-index", "sitemap", "search-completions"),
    *("verify", "manifests", "manifest-keys"),
}
# test_desk_supplied asks for annexes of drafts and of what was withdrawn; below is what the journal tells; tests/bulk
# reads every bulk file, tests/authenticity/ the signed lists;
# tests/alerts/ follows what is in a draft, and is told of nothing that was withdrawn.
ANSWERED_ELSEWHERE = {"annex", "api-1:changes", "bulk-file", "oai", "manifest", "manifest-signature"}
ANSWERED_ELSEWHERE |= {"alerts", "alerts-mine", "alerts-confirm", "alerts-end"}
# They hold nothing of an issue: the language, the icon, the description of the API, the first administrator.
NOTHING_TO_TELL = {
    "set_language",
    "icon",
    "robots",
    "opensearch",
    "api-1:openapi-json",
    "api-1:api-root",
    "first-administrator",
}


def test_every_public_address_is_walked() -> None:
    names = {
        name
        for name in described(get_resolver().url_patterns)
        if not name.startswith(("admin:", "desk", "account"))
    }
    assert names == ANSWERED_ABOVE | ANSWERED_ELSEWHERE | NOTHING_TO_TELL


def body(response: Any) -> str:
    content = b"".join(response) if response.streaming else response.content
    if response.headers.get("Content-Type", "").startswith("application/json"):
        # where it may stand as \u9f98
        return json.dumps(json.loads(content), ensure_ascii=False)
    return content.decode(errors="replace")


def told(client: Client, path: str, secrets: set[str]) -> set[str]:
    """Which of them the answer holds, also where a hit is marked in the middle of one."""
    text = body(client.get(path))
    plain = re.sub(r"<[^>]*>", "", text)
    return {secret for secret in secrets if secret in text or secret in plain}


def asked_for(path: str) -> str:
    """The address, and the number that one like /documents/云政发/2024/11/ is of: no page tells more by repeating it."""
    path = unquote_plus(path)
    number = re.fullmatch(r"/documents/([^/]+)/(\d+)/(\d+)/", path)
    return f"{path} {number[1]}〔{number[2]}〕{number[3]}号" if number else path


def searched(hidden: dict[str, Issue]) -> list[str]:
    """What somebody would search who knows a little: a part of the mark, a person, a word, a number, an id."""
    found = ["龘", "靐", "靐草稿", "撤回标记", "林岚", "古树名木", "通知"]
    for word in (DRAFT, WITHDRAWN):
        document = hidden[word].documents.get(position=1)
        found += [document.public_id, document.number]
    return found


@pytest.mark.parametrize("person", ["nobody", "reader"])
def test_no_public_address_tells_of_them(client: Client, hidden: dict[str, Issue], person: str) -> None:
    if person == "reader":
        client.force_login(User.objects.create_user("duzhe", password="x"))
    documents = [one for word in (DRAFT, WITHDRAWN) for one in hidden[word].documents.all()]
    secrets = {"龘靐", *(one.public_id for one in documents), *(one.number for one in documents)}
    secrets |= {hidden[word].sha256 for word in (DRAFT, WITHDRAWN)}
    paths = [*lists(searched(hidden))]
    for issue in hidden.values():
        paths += public_addresses(issue)
    # A page repeats what was asked for: that tells nobody anything.
    leaks = [
        (path, secret)
        for path in paths
        for secret in secrets & told(client, path, secrets)
        if secret not in asked_for(path)
    ]
    assert leaks == []
    assert len(paths) > 150
    assert "古树名木" in body(client.get(f"{reverse('search')}?{urlencode({'q': '古树名木'})}"))


def test_what_was_withdrawn_says_why_and_nothing_else(client: Client, hidden: dict[str, Issue]) -> None:
    statuses = {}
    for path in public_addresses(hidden[WITHDRAWN], shared=False):
        response = client.get(path)
        statuses[path] = response.status_code
        if response.status_code == 410:
            assert REASON in body(response), path
    assert set(statuses.values()) <= {404, 410}
    assert list(statuses.values()).count(410) >= 5


def test_the_journal_tells_that_it_was_withdrawn_and_why_and_nothing_else(
    client: Client, hidden: dict[str, Issue]
) -> None:
    text = body(client.get(reverse("api-1:changes")))
    documents = hidden[WITHDRAWN].documents.all()
    assert text.count(REASON) == len(documents) + 1
    text += body(client.get(f"{reverse('oai')}?verb=ListRecords&metadataPrefix=oai_dc"))
    assert all(text.count(one.public_id) > 2 and one.number not in text for one in documents)
    secrets = {"龘靐", hidden[WITHDRAWN].sha256, hidden[DRAFT].get_absolute_url()}
    secrets |= {one.public_id for one in hidden[DRAFT].documents.all()}
    assert {secret for secret in secrets if secret in text} == set()


def test_a_draft_is_not_there(client: Client, hidden: dict[str, Issue]) -> None:
    for path in public_addresses(hidden[DRAFT], shared=False):
        assert client.get(path).status_code == 404, path


def test_an_index_that_is_behind_tells_nothing(client: Client, hidden: dict[str, Issue]) -> None:
    """Withdrawn by hand in the database: the index still finds it, and nothing of it is shown."""
    public = hidden["public"]
    index_issue(public)
    mark(public, WITHDRAWN)
    Issue.objects.filter(pk=public.pk).update(
        state="withdrawn", withdrawn_at=public.changed_at, withdrawn_reason=REASON
    )
    assert Document.objects.published().count() == 0
    for path in lists(["古树名木", "林岚", "通知"]):
        assert WITHDRAWN not in body(client.get(path)), path


def test_the_mark_is_found_where_it_may_be(client: Client, hidden: dict[str, Issue]) -> None:
    """The search above would find a leak: the desk shows the mark, and so does the public once it is published."""
    client.force_login(User.objects.create_user("bianji", password="x", is_staff=True))
    assert DRAFT in body(client.get(reverse("desk-issue", args=[hidden[DRAFT].pk])))
    issue = publish_issue(hidden[DRAFT])
    index_issue(issue)
    client.logout()
    telling = [path for path in public_addresses(issue) if told(client, path, {DRAFT})]
    assert len(telling) > 5
    found = body(client.get(f"{reverse('api-1:search')}?{urlencode({'q': DRAFT})}"))
    assert issue.documents.get(position=1).public_id in found
