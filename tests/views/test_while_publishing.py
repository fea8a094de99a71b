"""Readers ask while another process publishes and withdraws: every page is whole, of before or of after."""

import multiprocessing
import os
from collections import Counter
from itertools import count
from multiprocessing.synchronize import Event

import pytest
from django.db import connections
from django.test import Client

from archive.models import Issue
from archive.publishing import publish_issue, withdraw_issue
from archive.search import update
from tests.factories import make_document, make_issue

pytestmark = pytest.mark.django_db(transaction=True)

STAYS, COMES = "云政发〔2024〕1号", "云政发〔2023〕7号"
# Rounds of a reader: at least so many, and on until everything was seen, at most so many.
LEAST, MOST = 25, 400


def publish_and_withdraw(pk: int, enough: Event, done: int) -> None:
    """What an editor's process does, over and over; it ends with the issue withdrawn."""
    connections.close_all()
    issue = Issue.objects.get(pk=pk)
    for n in count():
        publish_issue(issue)
        if n % 8 == 7:
            update.rebuild()
        enough.wait(0.1)
        withdraw_issue(issue, "重新排印")
        if enough.wait(0.05):
            break
    connections.close_all()
    os.write(done, b"done")
    os._exit(0)  # what the test's own process holds is not to be put away here


@pytest.mark.in_full
def test_no_page_fails_while_issues_come_and_go(client: Client) -> None:
    stays = make_issue()
    comes = make_issue(
        state="draft",
        year=2023,
        label="7",
        documents=tuple(
            make_document(n, title=f"关于珍稀植物第{n}项保护的通知", number=f"云政发〔2023〕{n}号")
            for n in range(1, 10)
        ),
    )
    update.rebuild()
    addresses = {document.number: document.get_absolute_url() for document in comes.documents.all()}
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    enough = fork.Event()
    editor = fork.Process(target=publish_and_withdraw, args=(comes.pk, enough, writing))
    editor.start()
    seen: Counter[str] = Counter()
    try:
        for n in range(MOST):
            ask(client, addresses[COMES], seen)
            if n >= LEAST and {"found", "not found", "proposed", "not proposed", "200", "410"} <= set(seen):
                break
        else:
            pytest.fail(f"not all of it was seen: {seen}")
    finally:
        enough.set()
        editor.join(60)
    assert os.read(reading, 4) == b"done"
    os.close(reading)
    os.close(writing)
    assert COMES not in client.get("/search/", {"q": "珍稀植物"}).content.decode()
    assert client.get("/search/suggest", {"q": "珍稀植物"}).json() == {"suggestions": []}
    assert not update.differences()
    assert update.rebuild() == stays.documents.count()


def ask(client: Client, address: str, seen: Counter[str]) -> None:
    """All that a reader asks for; counts in `seen` what came."""
    found = client.get("/search/", {"q": "珍稀植物"})
    assert found.status_code == 200
    seen["found" if COMES in found.content.decode() else "not found"] += 1
    assert STAYS in client.get("/search/", {"q": STAYS}).content.decode()
    proposed = client.get("/search/suggest", {"q": "珍稀植物"}).json()["suggestions"]
    seen["proposed" if proposed else "not proposed"] += 1
    for url in {address, *(one["url"] for one in proposed[:2])}:
        answer = client.get(url).status_code
        assert answer in {200, 404, 410}
        seen[str(answer)] += 1
    for path in ("/search/feed.atom", "/search/documents.csv", "/api/v1/search", "/api/v1/suggest"):
        response = client.get(path, {"q": "珍稀植物"})
        assert response.status_code == 200
        assert response.getvalue()  # type: ignore[attr-defined]
    assert client.get("/number/", {"q": COMES}).status_code in {302, 404}
    assert client.get("/").status_code == client.get("/issues/").status_code == 200
