"""What a list asks of the database does not grow with the archive: as many queries at 10 documents as at 10,000."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from archive.ingest.parse.records import Appointment, Reference
from archive.models import Document, Issue
from archive.search import update
from tests.accounts import make_account
from tests.factories import GAZETTE, make_document, make_issue
from tests.many import multiply

pytestmark = pytest.mark.django_db

POST, ISSUE = "云岭市林业局局长", f"/issues/{GAZETTE}/2024/1/"
PUBLIC = [
    "/", "/issues/", "/issues/?year=2024", ISSUE, f"{ISSUE}pages/", "/documents/", "/documents/云政发/",
    "/documents/云政发/2024/", "/documents/not-held/", "/people/", "/people/?year=2024", "/people/?q=林", "/people/林岚/",
    f"/posts/{POST}/", "/about/", "/help/", "/search/?q=通知", "/search/?q=云政发〔2024〕1号", "/search/?kind=通知",
    "/search/feed.atom?q=通知",
    "/feeds/issues.atom", "/feeds/kinds/通知.atom", "/feeds/issuers/云岭市人民政府.atom",
    "/sitemap.xml", "/sitemap-documents.xml", "/sitemap-issues.xml", "/sitemap-numbers.xml", "/search/completions?q=林",
    "/search/suggest?q=林", "/api/v1/search?q=通知", "/api/v1/issues", "/api/v1/documents",
    "/api/v1/documents?kind=通知&after=d.2030.-.-.1.1", "/api/v1/search?sort=date&after=s.900000..1",
    "/iiif/collection.json", f"/iiif/issues/{GAZETTE}/2024/collection.json", f"/iiif{ISSUE}manifest.json",
]  # fmt: skip
DESK = [
    "/desk/", "/desk/gaps/", "/desk/validity/", "/desk/vocabulary/", "/desk/uploads/", "/desk/batches/", "/desk/history/",
]  # fmt: skip


@pytest.fixture
def ten(settings: Settings) -> Issue:
    # Each page is made anew: one that is kept asks nothing.
    settings.CACHES = settings.CACHES | {"pages": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    issue = make_issue(
        documents=tuple(
            make_document(
                n,
                number=f"云政发〔2024〕{n}号",
                appointments=(
                    Appointment("appoint", "林岚", POST, "", "林岚"),
                    Appointment("remove", "高山", POST, "", "高山"),
                ),
                references=(Reference("云政发〔2011〕3号", "旧办法", "repeals", "旧办法同时废止。"),),
            )
            for n in range(1, 11)
        )
    )
    return issue


# What stands below the address of a document.
OF_A_DOCUMENT = ("document-akn", "document-text", "document-markdown")


def counted(client: Client, addresses: list[str]) -> dict[str, int]:
    found = {}
    for address in addresses:
        # The first time, what is worked out once and kept by the process is worked out.
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            response = client.get(address)
        assert response.status_code == 200, (address, response.status_code)
        b"".join(response) if response.streaming else response.content
        found[address] = len(asked)
    return found


@pytest.mark.parametrize("many", [1_000, pytest.param(10_000, marks=pytest.mark.long)])
def test_lists_ask_no_more_in_a_large_archive_than_of_ten_documents(
    client: Client, ten: Issue, many: int
) -> None:
    editor = Client()
    editor.force_login(make_account())
    update.rebuild()
    one = ten.documents.get(position=1).public_id
    public = PUBLIC + [reverse(name, args=[one]) for name in OF_A_DOCUMENT]
    few = counted(client, public) | counted(editor, DESK)
    multiply(ten, many // 10 - 1)
    assert Document.objects.published().count() == many
    update.rebuild()
    assert counted(client, public) | counted(editor, DESK) == few
    assert max(few.values()) <= 25
