"""The journal: every change of what readers see gets a sequence, and what is gone leaves a tombstone."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.http import urlencode
from pytest_django import Settings

from archive import journal
from archive.edition import next_edition, next_edition_of, present_edition
from archive.ingest.correct.change import Change
from archive.ingest.correcting import correct, join_to_previous
from archive.models import Document, Issue, JournalEntry, Supplement
from archive.publishing import publish_issue, restore_document, withdraw_document, withdraw_issue
from archive.tasks import bring_journal_up_to_date
from tests.factories import make_document, make_issue, make_parsed_issue, save_issue

pytestmark = pytest.mark.django_db


def published(**changes: Any) -> Issue:
    return publish_issue(save_issue(make_parsed_issue(**changes), file_size=1))


def changes(client: Client, **parameters: Any) -> Any:
    answer = client.get("/api/v1/changes", parameters)
    assert answer.status_code == 200, answer.content
    return answer.json()


def entry(one: Document | Issue) -> JournalEntry:
    if isinstance(one, Issue):
        return JournalEntry.objects.get(type="issue", key=str(one.pk))
    return JournalEntry.objects.get(type="document", key=one.public_id)


def test_what_is_published_enters_with_the_checksum_of_its_json(client: Client) -> None:
    issue = published()
    found = changes(client)["changes"]
    assert [one["type"] for one in found] == ["issue", *["document"] * 4]
    sequences = [one["sequence"] for one in found]
    assert sequences == sorted(set(sequences))
    assert {one["state"] for one in found} == {"present"}
    for one in found[1:]:
        answer = client.get(f"/api/v1/documents/{one['id']}").json()
        assert one["sha256"] == journal.checksum_of(answer)
        assert client.get(one["url"]).status_code == 200
    whole = client.get(f"/api/v1/issues/{issue.pk}").json()
    whole["documents"] = [document["id"] for document in whole["documents"]]
    assert found[0]["sha256"] == journal.checksum_of(whole)


def test_a_draft_has_no_entry(client: Client) -> None:
    draft = save_issue(make_parsed_issue(), file_size=1)
    next_edition_of(draft)
    assert not bring_journal_up_to_date()
    assert changes(client) == {"changes": [], "next": "", "more": False}
    draft.delete()
    next_edition()
    assert not JournalEntry.objects.exists()


def test_a_correction_moves_the_document_alone() -> None:
    issue = published()
    before = journal.last_sequence()
    first = issue.documents.get(position=1)
    correct(first, [Change("field", {"field": "note"}, first.note, "此件主动公开")])
    assert [(one.type, one.key) for one in JournalEntry.objects.filter(sequence__gt=before)] == [
        ("document", first.public_id)
    ]


def test_what_changes_nothing_gets_no_sequence() -> None:
    issue = published()
    before = journal.last_sequence()
    next_edition_of(issue)
    next_edition()
    while bring_journal_up_to_date():
        pass
    assert journal.last_sequence() == before


def test_a_withdrawn_document_is_a_tombstone_until_it_comes_back(client: Client) -> None:
    document = published().documents.get(position=2)
    since = changes(client)["next"]
    withdraw_document(document, "内容有误，重新印发")
    answer = changes(client, since=since)
    (gone,) = [one for one in answer["changes"] if one["type"] == "document"]
    assert (gone["id"], gone["state"], gone["reason"]) == (document.public_id, "gone", "内容有误，重新印发")
    assert gone["sha256"] is None
    assert client.get(gone["url"]).status_code == 410
    assert [one["type"] for one in answer["changes"]] == ["document", "issue"], "the issue names it no more"
    restore_document(document)
    (back,) = [one for one in changes(client, since=answer["next"])["changes"] if one["type"] == "document"]
    assert (back["id"], back["state"], back["reason"]) == (document.public_id, "present", None)


def test_a_withdrawn_issue_takes_its_documents_along(client: Client) -> None:
    issue = published()
    other = published(label="2")
    since = changes(client)["next"]
    withdraw_issue(issue, "重新排印")
    found = changes(client, since=since)["changes"]
    assert {one["id"] for one in found} == {
        str(issue.pk),
        *issue.documents.values_list("public_id", flat=True),
    }
    assert {(one["state"], one["reason"]) for one in found} == {("gone", "重新排印")}
    assert not entry(other).gone
    # Readers learn nothing of what becomes of it meanwhile.
    next_edition_of(issue)
    assert changes(client, since=found[-1]["sequence"])["changes"] == []


def test_a_document_that_joined_another_leads_there() -> None:
    documents = published().documents
    first, second = documents.get(position=1), documents.get(position=2)
    join_to_previous(second)
    assert (entry(second).gone, entry(second).now, entry(second).reason) == (True, first.public_id, "")


def test_what_went_behind_the_archives_back_is_gone_with_the_next_act() -> None:
    issue = published()
    kept = published(label="2")
    Issue.objects.filter(pk=issue.pk).update(
        state="withdrawn", withdrawn_at=timezone.now(), withdrawn_reason="停"
    )
    next_edition()
    assert {(one.gone, one.reason) for one in JournalEntry.objects.filter(issue=issue.pk)} == {(True, "停")}
    assert not JournalEntry.objects.filter(issue=kept.pk, gone=True).exists()


def test_what_many_issues_share_is_compared_by_the_worker_issue_by_issue() -> None:
    issues = [published(), published(label="2")]
    while bring_journal_up_to_date():
        pass
    before = journal.last_sequence()
    gazette = issues[0].gazette
    assert gazette is not None
    gazette.name = "云岭公报"
    gazette.save()
    next_edition()
    assert journal.last_sequence() == before, "nothing is computed anew within the act"
    edition = present_edition()
    assert bring_journal_up_to_date()
    assert JournalEntry.objects.filter(sequence__gt=before).count() == 5
    assert present_edition() != edition, "answers that were made of the journal are made anew"
    assert bring_journal_up_to_date()
    assert not bring_journal_up_to_date()
    assert JournalEntry.objects.filter(sequence__gt=before).count() == 10


def test_an_archive_from_before_the_journal_is_filled_by_the_worker() -> None:
    make_issue(), make_issue(label="2"), make_issue("draft", label="3"), make_issue("withdrawn", label="4")
    assert not JournalEntry.objects.exists()
    while bring_journal_up_to_date():
        pass
    assert JournalEntry.objects.count() == 10
    assert not JournalEntry.objects.filter(gone=True).exists()


def test_a_word_on_validity_changes_when_the_document_that_it_rests_on_goes() -> None:
    issue, other = published(), published(label="2")
    document, source = issue.documents.get(position=1), other.documents.get(position=1)
    Supplement.objects.create(document=document, validity="repealed", validity_source=source)
    next_edition_of(issue)
    before = entry(document)
    withdraw_document(source, "重印")
    after = entry(document)
    assert after.sequence > before.sequence
    assert after.sha256 != before.sha256


def test_no_sequence_comes_twice_whatever_the_clock_and_the_backup_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    issue = published()
    last = journal.last_sequence()
    document = issue.documents.get(position=1)
    monkeypatch.setattr(journal.time, "time_ns", lambda: 0)
    withdraw_document(document, "重印")
    put_back = journal.last_sequence()
    assert put_back > last, "the clock was put back"
    # A backup that knows nothing of these changes was put back an hour later.
    JournalEntry.objects.filter(sequence__gt=last).delete()
    monkeypatch.setattr(journal.time, "time_ns", lambda: (put_back + 3_600_000) * 1_000_000)
    restore_document(document)
    assert JournalEntry.objects.filter(sequence__gt=last).earliest("sequence").sequence > put_back


def test_a_change_that_fails_leaves_the_journal_as_it_was() -> None:
    issue = published()
    before = list(JournalEntry.objects.values_list("sequence", "gone"))
    with transaction.atomic():
        withdraw_issue(issue, "重印")
        assert JournalEntry.objects.filter(gone=True).exists()
        transaction.set_rollback(True)
    assert list(JournalEntry.objects.values_list("sequence", "gone")) == before


# --- as it is asked for ------------------------------------------------------------------------------------
def test_the_changes_come_in_pages_that_follow_each_other(client: Client) -> None:
    published()
    published(label="2")
    since, read = "", []
    while True:
        answer = changes(client, since=since, limit=3)
        read += [one["id"] for one in answer["changes"]]
        since = answer["next"]
        if not answer["more"]:
            break
    assert len(read) == len(set(read)) == 10
    assert changes(client, since=since) == {"changes": [], "next": since, "more": False}


def test_changes_from_a_day_or_a_moment_on(client: Client, settings: Settings) -> None:
    settings.TIME_ZONE = "Asia/Shanghai"
    published()
    now = timezone.now()
    JournalEntry.objects.filter(type="issue").update(at=now - timedelta(days=400))
    assert len(changes(client, since=(now - timedelta(minutes=5)).isoformat())["changes"]) == 4
    assert len(changes(client, since=(now - timedelta(days=30)).date().isoformat())["changes"]) == 4
    assert len(changes(client, since="2001-02-03")["changes"]) == 5
    moment = urlencode({"since": "2001-02-03T08:00:00"}) + "+08:00"
    assert len(client.get(f"/api/v1/changes?{moment}").json()["changes"]) == 5
    assert changes(client, since=(now + timedelta(days=2)).isoformat())["changes"] == []


@pytest.mark.parametrize(
    "since",
    ["yesterday", "-1", "1.5", "2024-02-31", "9" * 40, "٣", "\x00", "x" * 99],
)
def test_a_since_that_means_nothing_is_refused(client: Client, since: str) -> None:
    assert client.get("/api/v1/changes", {"since": since}).status_code == 422


@pytest.mark.parametrize("limit", ["0", "1001", "many"])
def test_a_limit_out_of_bounds_is_refused(client: Client, limit: str) -> None:
    assert client.get("/api/v1/changes", {"limit": limit}).status_code == 422


def test_many_changes_cost_as_many_queries_as_few(client: Client) -> None:
    published()
    counts = []
    for label in ("2", "3"):
        with CaptureQueriesContext(connection) as queries:
            client.get("/api/v1/changes")
        counts.append(len(queries))
        published(label=label, documents=tuple(make_document(n) for n in range(1, 30)))
    assert counts[0] == counts[1] <= 3
