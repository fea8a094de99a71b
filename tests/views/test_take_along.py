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

from archive.models import Block, Document, DocumentAlias, Issue, Table
from tests.factories import make_issue
from tests.views.page import document, get
from tests.views.test_files import ClosingClient
from tests.views.test_scans import print_file

pytestmark = pytest.mark.django_db

NAMES = ("document-bibtex", "document-ris", "document-pages", "document-print")


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
