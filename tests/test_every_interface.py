"""One act takes a document out of every interface, and a draft is in none of them: pages, feeds, tables, API, harvests, mails.

An interface is a line in READINGS: the addresses at which it tells of documents, or the text itself where it has none. Each is
read before a document and a whole issue are withdrawn, when it has to tell of them; and behind that, the worker having had
its turn once, when it must not. A new interface needs a line here.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote, unquote_plus

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from archive.alerts.digest import digest_for
from archive.alerts.following import Wanted, confirm, sign_up
from archive.alerts.mails import letter_as_mail
from archive.ingest.parse.records import Appointment, Block, ParsedDocument, Reference, Table
from archive.management.commands.worker import OneTask
from archive.models import Document, Followed, Issue, Letter, Subscriber
from archive.publishing import publish_issue, withdraw_document, withdraw_issue
from archive.sitemaps import SITEMAPS
from tests.factories import make_document, make_issue

pytestmark = pytest.mark.django_db(transaction=True)

# What stands in title and text of a document alone, and nowhere else.
ALONE, WITH_ITS_ISSUE, DRAFT = "龘靐甲件", "龘靐乙件", "龘靐丙件"
MARKS = (ALONE, WITH_ITS_ISSUE, DRAFT)
# What somebody asks for who does not know the marks.
WORDS, PERSON, ISSUER, CODE = "珍稀植物名录", "林岚川", "云岭市林业局", "云林发"
REASON = "印刷有误"


@dataclass(frozen=True, slots=True)
class Archive:
    """`hidden` are the documents by their marks; `stays` is one that each of them names as repealed."""

    client: Client
    stays: Document
    hidden: dict[str, Document]

    @property
    def issues(self) -> list[Issue]:
        return [document.issue for document in self.hidden.values()]

    def of_each(self, *names: str, **more: Any) -> list[str]:
        """The addresses of those names of each hidden document."""
        return [
            reverse(name, kwargs={"public_id": one.public_id, **more})
            for name in names
            for one in self.hidden.values()
        ]


def issue_addresses(archive: Archive, name: str) -> list[str]:
    return [
        reverse(name, kwargs={"gazette": one.gazette.slug, "year": one.year, "label": one.label})
        for one in archive.issues
        if one.gazette
    ]


def harvested(archive: Archive) -> list[str]:
    root = "/oai?metadataPrefix=oai_dc&verb="
    records = [
        f"{root}GetRecord&identifier=oai:localhost.localdomain:documents/{one.public_id}"
        for one in archive.hidden.values()
    ]
    return [f"{root}ListRecords", f"{root}ListIdentifiers", *records]


def mailed(archive: Archive) -> list[str]:
    """The mail that would go today to a reader who follows notices, and has not been told of any yet."""
    reader = Subscriber.objects.get()
    tomorrow = timezone.now() + timedelta(days=1)
    digest = Letter(subscriber=reader, purpose=Letter.Purpose.DIGEST)
    return [letter_as_mail(digest, digest_for(reader, tomorrow)).text]


Q = f"q={quote(WORDS)}"
READINGS: dict[str, Callable[[Archive], Iterable[str]]] = {
    # what it is called: the addresses at which it tells of documents, or what it says, which begins with no stroke
    "home": lambda a: ["/"],
    "issues": lambda a: issue_addresses(a, "issue"),
    "documents": lambda a: a.of_each("document", "document-print"),
    "the report form": lambda a: a.of_each("document-report"),
    "a document that others change": lambda a: [a.stays.get_absolute_url()],
    "that document as Akoma Ntoso": lambda a: [reverse("document-akn", args=[a.stays.public_id])],
    "Akoma Ntoso": lambda a: a.of_each("document-akn"),
    "plain text": lambda a: a.of_each("document-text"),
    "Markdown": lambda a: a.of_each("document-markdown"),
    "references": lambda a: a.of_each("document-bibtex", "document-ris"),
    "tables": lambda a: a.of_each("document-table", position=0),
    "numbers": lambda a: [f"/documents/{CODE}/2024/", f"/documents/{CODE}/2024/7/"],
    "a number": lambda a: [f"/number/?q={CODE}2024-7", f"/search/?q={CODE}2024-7"],
    "numbers not held": lambda a: ["/documents/not-held/"],
    "people": lambda a: [f"/people/{PERSON}/", f"/people/?q={PERSON}"],
    "search": lambda a: [f"/search/?{Q}", f"/search/?issuer={ISSUER}", f"/search/?{Q}&sort=date"],
    "search as Atom": lambda a: [f"/search/feed.atom?{Q}"],
    "search as a table": lambda a: [f"/search/documents.csv?{Q}"],
    "suggestions": lambda a: [f"/search/suggest?{Q}", f"/search/completions?{Q}", f"/api/v1/suggest?{Q}"],
    "feeds": lambda a: ["/feeds/issues.atom", "/feeds/kinds/通知.atom", f"/feeds/issuers/{ISSUER}.atom"],
    "sitemaps": lambda a: [reverse("sitemap", args=[section]) for section in SITEMAPS],
    "API search": lambda a: [f"/api/v1/search?{Q}"],
    "API lists": lambda a: ["/api/v1/documents", f"/api/v1/documents?issuer={ISSUER}"],
    "API issues": lambda a: [f"/api/v1/issues/{one.pk}" for one in a.issues],
    "API documents": lambda a: [f"/api/v1/documents/{one.public_id}" for one in a.hidden.values()],
    "API changes": lambda a: ["/api/v1/changes"],
    "OAI-PMH": harvested,
    "mail": mailed,
    "IIIF": lambda a: issue_addresses(a, "iiif-manifest"),
    "bulk files": lambda a: [f"/bulk/{name}" for name in BULK],
}
# Of all that lie there those that tell of documents, in each form; gone.jsonl is as the changes of the API.
BULK = (
    "documents.jsonl",
    "documents.csv",
    "sections.jsonl",
    "issues.jsonl",
    "appointments.csv",
    "references.csv",
)
# They say of what is gone that it is, by its id.
TOMBSTONES = {"API changes", "OAI-PMH"}
# Hits of a document are places alone: what tells of it there is that there are any.
HITS = f"/api/v1/documents/{{}}/hits?{Q}"


def hidden_document(mark: str) -> ParsedDocument:
    """A document with the mark in whatever is told of it."""
    sentence = f"{mark}自印发之日起施行，云政发〔2024〕1号文件同时废止。"
    return make_document(
        1,
        title=f"关于公布{WORDS}（{mark}）的通知",
        number=f"{CODE}〔2024〕7号",
        issuer=ISSUER,
        blocks=(
            Block("paragraph", f"现将{WORDS}（{mark}）公布如下。", page=2),
            Block("table", f"序号\t名称\n1\t{mark}", page=2, table=0),
            Block("paragraph", f"任命{PERSON}为{mark}办公室主任。", page=2),
            Block("paragraph", sentence, page=2),
        ),
        tables=(Table(mark, ("序号", "名称"), (("1", mark),), page=2),),
        appointments=(Appointment("appoint", PERSON, f"{mark}办公室主任", mark, PERSON),),
        references=(
            Reference("云政发〔2024〕1号", "", "repeals", sentence),
            Reference("云政发〔1999〕5号", "", "cites", sentence),
        ),
    )


@pytest.fixture
def archive(client: Client, settings: Settings) -> Archive:
    """Pages are kept, as on a site; what was kept of a document must go with it."""
    settings.CACHES = settings.CACHES | {
        "pages": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "every-interface"}
    }
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.SITE_ADDRESS = "http://testserver"
    sign_up("duzhe@example.org", Wanted("kind", "通知"), "zh-hans")
    confirm(Followed.objects.get().key)
    stays = publish_issue(make_issue("draft", label="1"))
    hidden = {}
    for label, mark in enumerate(MARKS, 2):
        other = make_document(2, number=f"云政发〔2024〕9{label}号", title="另一件")
        issue = make_issue("draft", label=str(label), documents=(hidden_document(mark), other))
        hidden[mark] = issue.documents.get(position=1)
        if mark != DRAFT:
            publish_issue(issue)
    return Archive(client, stays.documents.get(position=1), hidden)


def work_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the worker does until nothing waits."""
    # It would take the signals of the tests' own process.
    monkeypatch.setattr(OneTask, "configure_signals", lambda worker: None)
    call_command("worker", "--batch", "--interval", "0")


def told(archive: Archive, name: str) -> str:
    """All that the interface says, without what was asked for: each answer, and the same without its markup."""
    found = []
    for path in READINGS[name](archive):
        if not path.startswith("/"):
            found.append(path)
            continue
        answer = archive.client.get(path)
        assert answer.status_code in (200, 302, 404, 410), (path, answer.status_code)
        content = b"".join(answer) if answer.streaming else answer.content  # type: ignore[arg-type]
        text = content.decode()
        if "json" in answer.headers.get("Content-Type", ""):
            # where it may stand as \u9f98
            text = re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), text)
        text += answer.headers.get("Location", "")
        for one in archive.hidden.values():
            if one.public_id in unquote_plus(path):
                text = text.replace(one.public_id, "")
        found += [text, re.sub(r"<[^>]*>", "", text)]
    return "\n".join(found)


def everything(archive: Archive) -> dict[str, str]:
    return {name: told(archive, name) for name in READINGS}


def hits(archive: Archive, mark: str) -> int:
    answer = archive.client.get(HITS.format(archive.hidden[mark].public_id))
    return int(answer.json()["total"]) if answer.status_code == 200 else 0


def test_each_interface_tells_of_what_is_public_and_of_nothing_else(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_once(monkeypatch)
    before = everything(archive)
    ids = {mark: one.public_id for mark, one in archive.hidden.items()}
    told_of = {
        name: {mark for mark in MARKS if mark in text or ids[mark] in text} for name, text in before.items()
    }
    both = {name: {ALONE, WITH_ITS_ISSUE} for name in READINGS}
    # The newest issue has all the room there.
    assert told_of == both | {"home": {WITH_ITS_ISSUE}}
    assert [hits(archive, mark) > 0 for mark in MARKS] == [True, True, False]

    withdraw_document(archive.hidden[ALONE], REASON)
    withdraw_issue(archive.hidden[WITH_ITS_ISSUE].issue, REASON)
    work_once(monkeypatch)
    still = {
        name: secret
        for name, text in everything(archive).items()
        for secret in (*MARKS, *(ids.values() if name not in TOMBSTONES else [ids[DRAFT]]))
        if secret in text
    }
    assert still == {}
    assert [hits(archive, mark) for mark in MARKS] == [0, 0, 0]
