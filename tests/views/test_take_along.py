"""What is taken along of a document: by all while it is public, by nobody when it is not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from archive.models import Block, Document, DocumentAlias, Issue, Reference, Table
from tests.factories import make_issue
from tests.views.page import document, get
from tests.views.test_files import ClosingClient
from tests.views.test_scans import print_file

pytestmark = pytest.mark.django_db

NAMES = (
    *("document-bibtex", "document-ris", "document-pages", "document-print"),
    *("document-akn", "document-text", "document-markdown"),
)


@pytest.fixture
def client() -> Iterator[ClosingClient]:
    client = ClosingClient()
    yield client
    for response in client.responses:
        response.close()


@pytest.fixture
def issue(db: None, data_folder: Path) -> Issue:
    found = make_issue()
    print_file(found)
    return found


def addresses(one: Document) -> list[str]:
    table = reverse("document-table", args=[one.public_id, one.tables.get().position])
    return [*(reverse(name, args=[one.public_id]) for name in NAMES), table]


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_the_page_leads_to_all_of_it(client: Client, issue: Issue) -> None:
    one = document(issue, 2)
    page = get(client, one.get_absolute_url())
    assert set(addresses(one)) <= set(page.links()) and page.unclosed == []
    assert f"@article{{{one.public_id}," in page.words and "TY - JOUR" in page.words
    client.cookies["django_language"] = "en"
    for path in (one.get_absolute_url(), reverse("document-print", args=[one.public_id])):
        assert get(client, path).unmarked_chinese == []


def test_references_are_saved_under_the_number(client: Client, issue: Issue) -> None:
    one = document(issue, 2)
    bib, ris = (client.get(path) for path in addresses(one)[:2])
    assert f"url = {{http://testserver{one.get_absolute_url()}}}" in bib.content.decode()
    assert f"urldate = {{{timezone.localdate()}}}" in bib.content.decode()
    assert "  pages = {2--3}" in bib.content.decode() and "SP  - 2\r\nEP  - 3\r\n" in ris.content.decode()
    for response in (bib, ris):
        assert response["Content-Disposition"].startswith("attachment")
        assert "%E4%BA%91%E6%94%BF%E5%8A%9E%E5%8F%91" in response["Content-Disposition"]


def test_a_table_is_what_is_printed(client: Client, issue: Issue) -> None:
    response = client.get(addresses(document(issue, 2))[-1])
    text = "\ufeff序号,名称,数量\r\n1,编织袋,20000\r\n2,冲锋舟,6\r\n"
    assert response.content.decode() == text and response["Content-Type"].startswith("text/csv")
    assert client.get(reverse("document-table", args=[document(issue, 1).public_id, 1])).status_code == 404


@pytest.mark.parametrize(("state", "status"), [("draft", 404), ("withdrawn", 410)])
def test_nothing_is_taken_of_what_is_not_published(
    client: Client, data_folder: Path, state: str, status: int
) -> None:
    issue = make_issue(state)
    print_file(issue)
    one = document(issue, 2)
    for path in addresses(one):
        response = client.get(path)
        assert response.status_code == status, path
        assert one.title not in response.content.decode(), path


def test_nothing_is_taken_of_a_document_withdrawn_alone(client: Client, issue: Issue) -> None:
    one = document(issue, 2)
    paths = addresses(one)
    assert client.get(paths[2]).status_code == 200
    Document.objects.filter(pk=one.pk).update(withdrawn_at=timezone.now(), withdrawn_reason="含个人信息")
    for path in paths:
        response = client.get(path)
        assert response.status_code == 410 and "含个人信息" in response.content.decode(), path


def test_an_old_id_leads_to_the_same(client: Client, issue: Issue) -> None:
    one = document(issue, 2)
    DocumentAlias.objects.create(public_id="zzzz2222", document=one)
    for path in addresses(one):
        response = client.get(path.replace(one.public_id, "zzzz2222"))
        assert (response.status_code, response.headers["Location"]) == (301, path)


def test_a_table_more_costs_no_query(client: Client, issue: Issue, django_assert_num_queries: Any) -> None:
    one = document(issue, 2)
    with CaptureQueriesContext(connection) as plain:
        client.get(one.get_absolute_url())
    more = Table.objects.create(document=one, position=2, columns=["甲"], rows=[["乙"]])
    Block.objects.create(document=one, position=99, kind="table", text="甲\n乙", table=more)
    with django_assert_num_queries(len(plain)):
        links = get(client, one.get_absolute_url()).links()
    assert reverse("document-table", args=[one.public_id, 2]) in links


@pytest.mark.parametrize(
    ("name", "content_type", "ending"),
    [
        ("document-akn", "application/akn+xml", "xml"),
        ("document-text", "text/plain", "txt"),
        ("document-markdown", "text/markdown", "md"),
    ],
)
def test_the_whole_document_in_other_forms(
    client: Client, issue: Issue, name: str, content_type: str, ending: str
) -> None:
    one = document(issue, 1)
    path = reverse(name, args=[one.public_id])
    response = client.get(path)
    assert response["Content-Type"] == f"{content_type}; charset=utf-8"
    assert response["Content-Disposition"].endswith(f"1%E5%8F%B7.{ending}")
    assert response["ETag"] and "no-cache" in response["Cache-Control"]
    assert client.get(path, headers={"If-None-Match": response["ETag"]}).status_code == 304
    assert f"http://testserver{one.get_absolute_url()}" in response.content.decode()
    page = get(client, one.get_absolute_url())
    [link] = [one for tag, one in page.elements if tag == "link" and one.get("href") == path]
    assert (link["rel"], link["type"]) == ("alternate", content_type)


def test_akoma_ntoso_leads_to_what_readers_may_see_alone(client: Client, issue: Issue) -> None:
    one = document(issue, 1)
    path, repealed = (
        reverse("document-akn", args=[one.public_id]),
        make_issue(label="2").documents.get(position=2),
    )
    one.references.filter(position=1).update(target=repealed)
    assert f"http://testserver{repealed.get_absolute_url()}" in client.get(path).content.decode()
    Issue.objects.filter(pk=repealed.issue_id).update(state="draft")
    assert repealed.public_id not in client.get(path).content.decode()


@pytest.mark.parametrize("name", ["document-akn", "document-text", "document-markdown"])
def test_a_block_more_costs_no_query(
    client: Client, issue: Issue, name: str, django_assert_num_queries: Any
) -> None:
    one = document(issue, 2)
    path = reverse(name, args=[one.public_id])
    with CaptureQueriesContext(connection) as plain:
        client.get(path)
    for position in range(100, 110):
        table = Table.objects.create(document=one, position=position, columns=["甲"], rows=[["乙"]])
        Block.objects.create(document=one, position=position, kind="table", text="甲\n乙", table=table)
        Reference.objects.create(
            document=one, position=position, relation="cites", number="甲发〔2020〕1号", target=one
        )
        Reference.objects.create(
            document=document(issue, 1), position=position, relation="amends", number="甲", target=one
        )
    with django_assert_num_queries(len(plain) + (1 if name == "document-akn" else 0)):
        client.get(path)
