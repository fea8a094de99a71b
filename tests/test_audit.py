"""The log: who did what, when, from what to what and why; and that parsing does not flood it."""

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from archive.audit import RECORDED, acting, acts, history_of, recorded
from archive.ingest.reparse import store_again
from archive.ingest.store import store_issue
from archive.models import Document, Finding, IngestRun, Issue
from archive.publishing import PublishingError, discard_issue, fill_in, publish_issue, withdraw_issue
from archive.tasks import ingest_upload
from archive.uploads import accept_upload
from tests.accounts import PASSWORD, make_account
from tests.factories import make_document, make_issue, make_parsed_issue
from tests.outside import PROJECT
from tests.views.page import get

pytestmark = pytest.mark.django_db
SAMPLE = min((PROJECT / "archive" / "samples").glob("*.txt"))


@pytest.fixture
def editor(db: None) -> User:
    return make_account("bianji")


def named(issue: Issue | int) -> list[tuple[str, str | None]]:
    """The acts in the order in which they were done, and by whom."""
    found = history_of(issue if isinstance(issue, int) else issue.pk)
    return [
        (entry.additional_data["act"], entry.actor and entry.actor.get_username())
        for entry in reversed(found)
    ]


# --- deliberate acts ---------------------------------------------------------------------------------
def test_each_act_is_one_entry_with_its_name_person_and_reason(editor: User) -> None:
    issue = make_issue("draft", label="")
    fill_in(issue, {"label": "增刊1"}, editor)
    publish_issue(issue, editor)
    publish_issue(issue, editor)  # which changes nothing, and is no act
    withdraw_issue(issue, "印刷有误", editor)
    publish_issue(issue, editor)
    assert named(issue) == [
        ("added", None),
        ("filled-in", "bianji"),
        ("published", "bianji"),
        ("withdrawn", "bianji"),
        ("published-again", "bianji"),
    ]
    assert LogEntry.objects.count() - LogEntry.objects.filter(content_type__app_label="auth").count() == 6
    again, withdrawn, published, filled, added = history_of(issue.pk)
    assert filled.changes["label"] == ["", "增刊1"]
    assert published.changes["state"] == ["draft", "published"]
    assert withdrawn.changes["state"] == ["published", "withdrawn"]
    assert withdrawn.additional_data["reason"] == "印刷有误"
    assert again.changes["state"] == ["withdrawn", "published"]
    assert added.action == LogEntry.Action.CREATE and added.additional_data["documents"] == 4


def test_what_was_refused_is_no_act(editor: User) -> None:
    issue = make_issue("draft")
    with pytest.raises(PublishingError):
        withdraw_issue(issue, "理由", editor)
    with pytest.raises(PublishingError):
        publish_issue(make_issue("draft", label="", name="b.pdf"), editor)
    assert named(issue) == [("added", None)]


def test_a_discarded_draft_leaves_its_history(editor: User, client: Client) -> None:
    issue = make_issue("draft")
    key, name = issue.pk, str(issue)
    discard_issue(issue, editor)
    assert named(key) == [("added", None), ("discarded", "bianji")]
    assert history_of(key)[0].object_repr == name
    client.force_login(editor)
    assert "草稿已经丢弃" in get(client, reverse("desk-history", args=[key])).words
    assert name in get(client, reverse("desk-log")).words


def test_an_entry_is_committed_with_its_act_or_not_at_all(editor: User) -> None:
    issue = make_issue("draft")
    before = LogEntry.objects.count()
    with pytest.raises(RuntimeError), recorded(issue, "published", editor):
        raise RuntimeError
    assert LogEntry.objects.count() == before
    # and noting goes on afterwards
    issue.file_name = "b.pdf"
    issue.save()
    assert history_of(issue.pk)[0].changes["file_name"][1] == "b.pdf"


# --- parsing -----------------------------------------------------------------------------------------
def test_taking_in_and_reading_again_are_one_entry_each(editor: User) -> None:
    issue = make_issue("draft")
    assert (
        LogEntry.objects.filter(content_type__app_label="archive", content_type__model="issue").count() == 1
    )
    before = LogEntry.objects.count()
    fewer = make_parsed_issue(documents=make_parsed_issue().documents[:3], total_number=7)
    with acting(editor):
        store_again(issue, fewer)
    assert LogEntry.objects.count() == before + 1
    entry = history_of(issue.pk)[0]
    assert (entry.additional_data["act"], entry.actor) == ("read-again", editor)
    assert entry.changes["total_number"] == ["101", "7"]
    assert entry.additional_data["documents"] == 3


def test_a_dry_run_is_no_act() -> None:
    issue = make_issue("draft")
    store_again(issue, make_parsed_issue(total_number=7), dry_run=True)
    assert named(issue) == [("added", None)]


def test_another_file_in_its_place_is_an_act_of_its_own() -> None:
    issue = make_issue("draft")
    store_issue(make_parsed_issue(sha256="f" * 64, name="更正.pdf"), file_size=1, replace=True)
    entry = history_of(issue.pk)[0]
    assert entry.additional_data["act"] == "replaced"
    assert entry.changes["sha256"] == [issue.sha256, "f" * 64]


def test_an_upload_is_the_act_of_whoever_uploaded_it(editor: User) -> None:
    accepted = accept_upload(SimpleUploadedFile("a.txt", SAMPLE.read_bytes()), user=editor)
    assert accepted.run is not None
    assert ingest_upload.call(accepted.run.pk) == "added"
    issue = IngestRun.objects.get().issue
    assert issue is not None
    assert named(issue) == [("added", "bianji")]


def test_commands_have_no_name(client: Client, editor: User) -> None:
    call_command("ingest", str(SAMPLE), publish=True)
    issue = Issue.objects.get()
    assert named(issue) == [("added", None), ("published", None)]
    client.force_login(editor)
    assert get(client, reverse("desk-history", args=[issue.pk])).words.count("命令行") == 2


# --- what is saved by itself -------------------------------------------------------------------------
def test_every_change_of_a_row_is_noted_with_whoever_was_signed_in(client: Client, editor: User) -> None:
    issue = make_issue("draft")
    document = issue.documents.get(position=1)
    before = document.title
    with acting(editor, "203.0.113.7"):
        document.title = "改"
        document.save()
        finding = issue.findings.all()[0]
        finding.severity = Finding.Severity.NOTE
        finding.save()
    noted = {entry.content_type.model: entry for entry in history_of(issue.pk)[:2]}
    assert noted["document"].changes == {"title": [before, "改"]}
    assert noted["finding"].changes == {"severity": ["error", "note"]}
    assert {entry.actor for entry in noted.values()} == {editor}
    assert noted["document"].remote_addr == "203.0.113.7"
    client.force_login(editor)
    page = get(client, reverse("desk-history", args=[issue.pk]))
    assert "标题" in page.words and before in page.words
    # what a row's issue is called by now is no change of the row
    issue.label = "9"
    issue.save()
    document.refresh_from_db()
    document.title = "又改"
    document.save()
    assert history_of(issue.pk)[0].changes == {"title": ["改", "又改"]}


def test_nobody_is_remembered_for_what_comes_after(editor: User) -> None:
    issue = make_issue("draft")
    with acting(editor):
        publish_issue(issue)
    withdraw_issue(issue, "理由")
    assert named(issue)[1:] == [("published", "bianji"), ("withdrawn", None)]


def test_the_administration_is_noted(client: Client) -> None:
    administrator = make_account("guanli", administrator=True)
    client.force_login(administrator)
    issue = make_issue("draft", label="")
    fields = {"gazette": issue.gazette_id, "year": 2024, "label": "增刊1"}
    client.post(reverse("admin:archive_issue_change", args=[issue.pk]), fields)
    assert named(issue) == [("added", None), ("filled-in", "guanli")]


def test_accounts_are_noted_without_their_passwords(client: Client, editor: User) -> None:
    with acting(make_account("guanli", administrator=True)):
        editor.set_password("sheng-qu-wan-li")
        editor.is_superuser = True
        editor.save()
        editor.groups.clear()
    changes = [
        entry.changes for entry in LogEntry.objects.filter(object_pk=str(editor.pk), actor__username="guanli")
    ]
    assert {"password": ["***", "***"], "is_superuser": ["False", "True"]} in changes
    assert any("groups" in change for change in changes)
    assert not LogEntry.objects.filter(changes__icontains=editor.password).exists()


def test_signing_in_is_no_change_of_an_account(client: Client, editor: User) -> None:
    before = LogEntry.objects.count()
    client.post(reverse("desk-sign-in"), {"username": "bianji", "password": PASSWORD})
    assert LogEntry.objects.count() == before


def test_models_of_the_log_are_there_and_lead_to_their_issue() -> None:
    issue = make_issue("draft")
    assert {one.model for one in RECORDED} >= {"archive.Issue", "archive.Document", "archive.Finding"}
    assert history_of(issue.pk).count() == 1  # every path of `issue` can be asked
    assert acts().count() == 1


# --- the page ----------------------------------------------------------------------------------------
def test_the_history_says_who_what_when_and_why(client: Client, editor: User) -> None:
    editor.first_name = "李编辑"
    editor.save()
    issue = make_issue("draft")
    issue.findings.update(settled_as="kept")
    client.force_login(editor)
    client.post(reverse("desk-publish", args=[issue.pk]))
    client.post(reverse("desk-withdraw", args=[issue.pk]), {"reason": "<b>印刷</b>有误"})
    page = get(client, reverse("desk-history", args=[issue.pk]))
    for words in (
        "撤回 李编辑",
        "理由：<b>印刷</b>有误",
        "已发布 → 改为已撤回",
        "草稿 → 改为已发布",
        "收入库中 命令行 4 件公文",
    ):
        assert words in page.words, words
    assert page.words.index("撤回 李编辑") < page.words.index("收入库中 命令行")
    assert (
        reverse("desk-history", args=[issue.pk])
        in get(client, reverse("desk-issue", args=[issue.pk])).links()
    )


def test_the_name_outlives_the_account(client: Client, editor: User) -> None:
    issue = publish_issue(make_issue("draft"), editor)
    editor.delete()
    client.force_login(make_account("other"))
    assert "发布 bianji" in get(client, reverse("desk-history", args=[issue.pk])).words


def test_an_unknown_issue_has_no_history(client: Client, editor: User) -> None:
    client.force_login(editor)
    assert client.get(reverse("desk-history", args=[999])).status_code == 404


def test_long_histories_have_pages(client: Client, editor: User) -> None:
    issue = make_issue("draft", documents=(make_document(1),))
    document = Document.objects.get(issue=issue)
    for number in range(60):
        document.title = f"第{number}个标题"
        document.save()
    client.force_login(editor)
    path = reverse("desk-history", args=[issue.pk])
    assert "第59个标题" in get(client, path).words and "收入库中" not in get(client, path).words
    assert "收入库中" in get(client, path, page="2").words
