"""A real harvester takes everything, and later only what has changed; and lists hold while the archive changes."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from sickle import Sickle
from sickle.oaiexceptions import BadResumptionToken, IdDoesNotExist, NoRecordsMatch

from archive.models import Document, Issue, JournalEntry
from archive.oai import answers
from archive.publishing import publish_issue, withdraw_document, withdraw_issue
from tests.factories import make_document, make_issue
from tests.oai.harvest import OAI, ask, code_of, records_in, token_in, whole_list

HOST = "gazette.example"


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """A few records in each answer, as hundreds in a large archive."""
    monkeypatch.setattr(answers, "IN_ONE", 3)
    settings.ALLOWED_HOSTS = [HOST, *settings.ALLOWED_HOSTS]


def publish(label: str, **changes: object) -> Issue:
    return publish_issue(make_issue("draft", label=label, **changes))


def name(document: Document) -> str:
    return f"oai:{HOST}:documents/{document.public_id}"


def date_all(when: str) -> None:
    """All that was changed so far was changed then."""
    JournalEntry.objects.update(at=when)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_sickle_harvests_everything_and_again_only_what_changed(live_server: LiveServer, method: str) -> None:
    first, second = publish("1"), publish("2")
    make_issue("draft", label="3")
    date_all("2024-05-06T07:08:09Z")
    sickle = Sickle(f"{live_server.url}/oai", http_method=method)
    assert (sickle.Identify().granularity, sickle.Identify().deletedRecord) == (
        "YYYY-MM-DDThh:mm:ssZ",
        "persistent",
    )
    harvested = {record.header.identifier: record for record in sickle.ListRecords(metadataPrefix="oai_dc")}
    published = {name(one): one for one in Document.objects.published()}
    assert harvested.keys() == published.keys() and len(published) == 8
    for identifier, record in harvested.items():
        assert record.metadata["title"] == [published[identifier].title]
        assert record.metadata["identifier"][0].endswith(published[identifier].get_absolute_url())
        assert sickle.GetRecord(identifier=identifier, metadataPrefix="oai_dc").metadata == record.metadata

    # A document goes, an issue goes, another one comes: these and no others are told.
    gone = first.documents.get(position=2)
    withdraw_document(gone, "个人信息")
    withdraw_issue(second, "印刷有误")
    publish("4", documents=(make_document(1, title="新的一件"),))
    again = {
        record.header.identifier: record
        for record in sickle.ListRecords(metadataPrefix="oai_dc", **{"from": "2024-05-06T07:08:10Z"})
    }
    new = Document.objects.get(title="新的一件")
    assert {identifier: record.deleted for identifier, record in again.items()} == {
        name(gone): True,
        **{name(one): True for one in second.documents.all()},
        name(new): False,
    }
    assert again[name(new)].metadata["title"] == ["新的一件"]
    headers = sickle.ListIdentifiers(metadataPrefix="oai_dc", ignore_deleted=True)
    assert {header.identifier for header in headers} == {name(one) for one in Document.objects.published()}

    sets = {one.setSpec for one in sickle.ListSets()}
    assert "year:2024" in sets
    assert len(list(sickle.ListRecords(metadataPrefix="oai_dc", set="year:2024"))) == 9
    with pytest.raises(NoRecordsMatch):
        sickle.ListRecords(metadataPrefix="oai_dc", **{"from": "2999-01-01"})
    with pytest.raises(IdDoesNotExist):
        sickle.GetRecord(identifier=f"oai:{HOST}:documents/bcdfghjk", metadataPrefix="oai_dc")
    with pytest.raises(BadResumptionToken):
        sickle.ListRecords(resumptionToken="x")


# --- lists while the archive changes --------------------------------------------------------------------
@pytest.mark.django_db
def test_a_list_is_given_in_parts(client: Client) -> None:
    for label in "12":
        publish(label)
    parts = list(whole_list(client, verb="ListRecords", metadataPrefix="oai_dc"))
    tokens = [part.find(f".//{OAI}resumptionToken") for part in parts]
    assert [len(records_in(part)) for part in parts] == [3, 3, 2]
    assert [(one.get("cursor"), one.get("completeListSize")) for one in tokens] == [(n, "8") for n in "036"]
    assert not tokens[-1].text
    # A token means the same however often it is asked with.
    for part, token in zip(parts[1:], tokens, strict=False):
        again = ask(client, verb="ListRecords", resumptionToken=token.text)
        assert records_in(again) == records_in(part)
    # What fits into one is given without any.
    JournalEntry.objects.filter(key__in=first_keys(3)).update(at="2020-01-01T00:00:00Z")
    few = ask(client, verb="ListRecords", metadataPrefix="oai_dc", until="2020-01-01")
    assert len(records_in(few)) == 3 and few.find(f".//{OAI}resumptionToken") is None


def first_keys(count: int) -> list[str]:
    return list(JournalEntry.objects.filter(type="document").values_list("key", flat=True)[:count])


@pytest.mark.django_db
def test_nothing_is_lost_while_the_archive_changes(client: Client) -> None:
    issues = [publish(label) for label in "12345"]
    found: dict[str, object] = {}
    root = ask(client, verb="ListRecords", metadataPrefix="oai_dc", set="kind")
    steps = iter(
        [
            # What was given already, what is still to come, a whole issue, and a new one.
            lambda: withdraw_document(issues[0].documents.get(position=1), "个人信息"),
            lambda: withdraw_document(issues[4].documents.get(position=4), "个人信息"),
            lambda: withdraw_issue(issues[1], "印刷有误"),
            lambda: publish("6"),
        ]
    )
    while True:
        found |= records_in(root)
        if not (token := token_in(root)):
            break
        next(steps, lambda: None)()
        root = ask(client, verb="ListRecords", resumptionToken=token)
    assert next(steps, None) is None
    published = {name(one) for one in Document.objects.published()}
    assert {identifier for identifier, record in found.items() if record is not None} == published
    assert len(found) == 24


@pytest.mark.django_db
def test_a_list_keeps_its_bounds_to_its_end(client: Client) -> None:
    publish("1")
    date_all("2020-01-01T00:00:00Z")
    publish("2", year=2023)
    date_all_of_2023 = JournalEntry.objects.filter(year=2023)
    date_all_of_2023.update(at="2021-01-01T00:00:00Z")
    publish("3")
    asked = {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc", "set": "year:2023"}
    parts = list(whole_list(client, **asked, from_="2020-06-01", until="2021-06-01"))
    assert [len(list(part.iter(f"{OAI}header"))) for part in parts] == [3, 1]
    # All that is left changes, and with that it is no more of those days: the list cannot go on, and says so.
    date_all_of_2023.update(at=datetime.now(UTC) + timedelta(seconds=1))
    root = ask(client, verb="ListIdentifiers", resumptionToken=token_in(parts[0]))
    assert code_of(root) == "badResumptionToken"


@pytest.mark.django_db
def test_a_part_costs_the_same_however_many_records_it_has(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: object
) -> None:
    for label in "123":
        publish(label)
    for size in (1, 12):
        monkeypatch.setattr(answers, "IN_ONE", size)
        for verb in ("ListRecords", "ListIdentifiers"):
            with django_assert_max_num_queries(6):  # type: ignore[operator]
                client.get(f"/oai?verb={verb}&metadataPrefix=oai_dc")
