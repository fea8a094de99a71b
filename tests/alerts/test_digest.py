"""What a digest tells: what came public since the last one, as readers see it now, once a day."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from archive.alerts import digest
from archive.alerts.digest import IndexBehind, digest_for, write_digests
from archive.alerts.following import Wanted, confirm, sign_up
from archive.models import Document, Followed, Issue, Letter, Reference, Subscriber
from archive.publishing import withdraw_document, withdraw_issue
from archive.search.update import rebuild
from tests.alerts.conftest import Days
from tests.factories import make_document, make_issue

pytestmark = pytest.mark.django_db

READER = "duzhe@example.org"


def follows(what: str, value: str = "", email: str = READER, language: str = "zh-hans") -> Followed:
    """Signed up and confirmed; the mail that asks for it is on its way."""
    sign_up(email, Wanted(what, value), language, "203.0.113.1")
    followed = confirm(Followed.objects.get(subscriber__address=email, what=what, value=value).key)
    assert followed is not None
    return followed


def publish(days: Days, label: str, **changes: Any) -> Issue:
    """An issue that came public an hour after the last digest, and stands in the index."""
    issue = make_issue(label=label, **changes)
    Issue.objects.filter(pk=issue.pk).update(released_at=days.now + timedelta(hours=1))
    rebuild()
    return Issue.objects.get(pk=issue.pk)


@pytest.fixture
def days(days: Days) -> Days:
    """The days begin after what is followed was confirmed."""
    days.now = timezone.now()
    return days


def next_day(days: Days) -> Any:
    """What comes on the next day, as one mail; None for none."""
    days.now = (
        (days.now + timedelta(days=1)).astimezone(timezone.get_current_timezone()).replace(hour=7, minute=30)
    )
    got = days.at(days.now)
    assert len(got) <= 1
    return got[0] if got else None


TITLES = [
    "古树名木保护工作的通知",
    "云岭市防汛应急预案的通知",
    "古树保护工作领导组的通知",
    "晋玮等任免职的通知",
]


def told(got: Any) -> list[str]:
    """The titles, as numbered lines of the mail."""
    return re.findall(r"^\d+\. (.+)$", got.text, re.M)


# --- what is new -----------------------------------------------------------------------------------------
def test_all_that_is_new_is_told_once_with_what_names_it(client: Client, days: Days) -> None:
    make_issue()
    follows("search")
    assert next_day(days) is None
    issue = publish(days, "2")
    got = next_day(days)
    assert got.to == [READER] and "4 件新公文" in got.header("Subject")
    documents = list(issue.documents.order_by("position"))
    assert told(got) == [one.title for one in documents]
    first = documents[0]
    assert f"{first.number} · {first.issuer} · 2024年1月15日" in got.text
    assert got.links("/documents/") == [one.get_absolute_url() for one in documents]
    assert client.get(got.links("/documents/")[0]).status_code == 200
    assert next_day(days) is None
    assert next_day(days) is None


@pytest.mark.parametrize(
    ("what", "value", "wanted"),
    [
        ("search", "q=%E5%8F%A4%E6%A0%91", [0, 2]),
        (
            "search",
            "q=%E5%8F%A4%E6%A0%91&issuer=%E4%BA%91%E5%B2%AD%E5%B8%82%E4%BA%BA%E6%B0%91%E6%94%BF%E5%BA%9C",
            [0],
        ),
        ("search", "year=2024", [0, 1, 2, 3]),
        ("search", "year=2023", []),
        ("search", "q=%E6%B2%A1%E6%9C%89%E8%BF%99%E6%A0%B7%E7%9A%84%E8%AF%8D", []),
        ("kind", "通知", [0, 1, 2, 3]),
        ("kind", "决定", []),
        ("number", "云政发〔2024〕11号", [0, 2]),
        ("number", "云省政发〔2020〕7号", [0]),
        ("number", "云政发〔1999〕1号", []),
    ],
)
def test_what_is_followed_decides(days: Days, what: str, value: str, wanted: list[int]) -> None:
    make_issue()
    rebuild()
    follows(what, value)
    publish(days, "2")
    got = next_day(days)
    assert (
        [next(n for n, end in enumerate(TITLES) if title.endswith(end)) for title in told(got)] == wanted
        if (wanted)
        else got is None
    )


def test_of_a_number_it_says_how_each_document_bears_on_it(days: Days) -> None:
    old = make_issue().documents.get(position=1)
    follows("number", old.number)
    issue = publish(days, "2")
    bearing = issue.documents.get(position=2)
    for position, relation in enumerate(("cites", "repeals", "repeals"), 10):
        Reference.objects.create(
            document=bearing, position=position, relation=relation, number=old.number, evidence="同时废止。"
        )
    # By its title alone, which leads to the document of that number.
    named = issue.documents.get(position=4)
    Reference.objects.create(
        document=named, position=10, relation="amends", title=old.title, evidence="修改如下。", target=old
    )
    got = next_day(days)
    assert told(got) == [bearing.title, named.title]
    assert re.search(rf"{bearing.number}.* · 引用、废止$", got.text, re.M)
    assert re.search(rf"{named.number}.* · 修改$", got.text, re.M)


def test_a_number_that_was_awaited_comes(days: Days) -> None:
    follows("number", "云政办发〔2024〕71号")
    issue = publish(days, "2")
    # In the contents it has another number than in the body.
    assert issue.documents.get(position=2).number_in_contents == "云政办发〔2024〕71号"
    assert told(next_day(days)) == [issue.documents.get(position=2).title]


def test_all_that_one_address_follows_comes_in_one_mail(days: Days) -> None:
    follows("kind", "通知")
    follows("search", "q=%E5%8F%A4%E6%A0%91")
    follows("kind", "通知", "other@example.org")
    issue = publish(days, "2")
    days.now += timedelta(days=1)
    got = {one.to[0]: one for one in days.at(days.now.replace(hour=3) + timedelta(hours=8))}
    assert set(got) == {READER, "other@example.org"}
    mail = got[READER]
    assert "6 件新公文" in mail.header("Subject")
    assert "■ 文种：通知 · 4 件" in mail.text and "■ 检索：古树 · 2 件" in mail.text
    assert len(told(mail)) == 6 and len(set(told(mail))) == issue.documents.count()


def test_what_was_public_before_is_not_new_nor_what_comes_once_more(days: Days) -> None:
    old = make_issue()
    rebuild()
    follows("search")
    Issue.objects.filter(pk=old.pk).update(changed_at=days.now + timedelta(hours=2))
    assert next_day(days) is None


def test_what_was_withdrawn_meanwhile_is_not_told_and_a_draft_never(
    days: Days, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    follows("search")
    follows("kind", "通知")
    follows("number", "云政发〔2024〕21号")
    alone, gone = publish(days, "2"), publish(days, "3")
    publish(days, "4", documents=(make_document(1, title="仍在公开的通知"),))
    draft = make_issue("draft", label="5")
    Issue.objects.filter(pk=draft.pk).update(released_at=days.now + timedelta(hours=1))
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_issue(gone, "排印有误")
        for document in alone.documents.all():
            withdraw_document(document, "排印有误")
    assert set(told(next_day(days))) == {"仍在公开的通知"}


def test_what_is_withdrawn_while_the_mail_is_made_is_not_told(
    days: Days, monkeypatch: pytest.MonkeyPatch
) -> None:
    follows("kind", "通知")
    issue = publish(days, "2")
    found = digest._in_order

    def withdraw_first(keys: Any) -> Any:
        withdraw_document(issue.documents.get(position=1), "排印有误")
        return found(keys)

    monkeypatch.setattr(digest, "_in_order", withdraw_first)
    got = next_day(days)
    assert len(told(got)) == 3 and "3 件新公文" in got.header("Subject")


def test_what_comes_while_the_digests_go_is_for_the_next_day(days: Days) -> None:
    """Its transaction may have begun before: what says that it came public a minute ago may not be seen yet."""
    follows("search")
    issue = make_issue(label="2")
    rebuild()
    tomorrow = (
        (days.now + timedelta(days=1)).astimezone(timezone.get_current_timezone()).replace(hour=7, minute=30)
    )
    Issue.objects.filter(pk=issue.pk).update(released_at=tomorrow - timedelta(minutes=1))
    assert next_day(days) is None
    assert len(told(next_day(days))) == 4


def test_more_than_fifty_are_counted_and_lead_to_the_search(client: Client, days: Days) -> None:
    follows("kind", "通知")
    many = tuple(make_document(n, title=f"第{n}件的通知") for n in range(1, 54))
    publish(days, "2", documents=many)
    got = next_day(days)
    assert len(told(got)) == 50 and "53 件新公文" in got.header("Subject")
    assert "另有 3 件：" in got.text
    (search,) = got.links("/search/")
    assert "第53件的通知" in client.get(search, {"page": "3"}, follow=True).content.decode() or (
        client.get(search).status_code == 200
    )


def test_titles_of_several_lines_and_signs_stay_in_their_line(days: Days) -> None:
    follows("kind", "通知")
    publish(days, "2", documents=(make_document(1, title="甲\n\n乙\r\n丙<script>\x0b丁"),))
    assert told(next_day(days)) == ["甲 乙 丙<script> 丁"]


def test_a_digest_in_english(days: Days) -> None:
    follows("kind", "通知", language="en")
    publish(days, "2")
    got = next_day(days)
    assert "4 new documents in what you follow" in got.header("Subject")
    assert "Kind: 通知 · 4" in got.text and "To end all of it and delete this address:" in got.text


# --- once a day ------------------------------------------------------------------------------------------
def test_never_twice_a_day_and_not_before_its_hour(days: Days, settings: Settings) -> None:
    settings.MAIL_HOUR = 9
    follows("search")
    publish(days, "2")
    days.at(days.now)  # the mail that asks to confirm is none of these
    day = (days.now + timedelta(days=1)).astimezone(timezone.get_current_timezone())
    assert days.at(day.replace(hour=8, minute=59)) == []
    assert len(days.at(day.replace(hour=9, minute=0))) == 1
    publish(days, "3")
    Issue.objects.filter(label="3").update(released_at=day.replace(hour=9, minute=30))
    assert days.at(day.replace(hour=23, minute=59)) == []
    assert days.at((day + timedelta(days=1)).replace(hour=0, minute=1)) == []
    # A worker that was away in the morning catches up.
    assert len(days.at((day + timedelta(days=1)).replace(hour=16))) == 1


def test_days_without_a_worker_are_told_together(days: Days) -> None:
    follows("search")
    publish(days, "2")
    days.now += timedelta(days=4)
    publish(days, "3")
    assert len(told(next_day(days))) == 8


def test_two_workers_write_one_digest(days: Days) -> None:
    follows("search")
    morning = (days.now + timedelta(days=1)).astimezone(timezone.get_current_timezone()).replace(hour=8)
    assert [write_digests(morning) for _worker in range(2)] == [1, 0]
    assert Letter.objects.filter(purpose="digest").count() == 1


def test_nobody_is_told_who_has_not_confirmed_or_rests(days: Days) -> None:
    sign_up("asked@example.org", Wanted("search", ""), "zh-hans", "203.0.113.1")
    rests = follows("search", email="rests@example.org").subscriber
    assert len(days.at(days.now + timedelta(minutes=1))) == 1
    Subscriber.objects.filter(pk=rests.pk).update(paused_at=days.now)
    publish(days, "2")
    assert next_day(days) is None


def test_an_index_that_is_behind_puts_it_off(days: Days, monkeypatch: pytest.MonkeyPatch) -> None:
    subscriber = follows("search", "q=%E5%8F%A4%E6%A0%91").subscriber
    publish(days, "2")
    monkeypatch.setattr(digest, "is_up_to_date", lambda: False)
    assert next_day(days) is None
    with pytest.raises(IndexBehind):
        digest_for(subscriber, days.now)
    monkeypatch.undo()
    assert len(told(days.at(days.now + timedelta(minutes=3))[0])) == 2


def test_the_queries_of_a_digest_do_not_grow_with_its_documents(days: Days) -> None:
    followed = follows("kind", "通知")
    follows("number", "云政发〔2024〕11号")
    counts = []
    for label, many in (("2", 2), ("3", 60)):
        publish(days, label, documents=tuple(make_document(n) for n in range(1, many + 1)))
        with CaptureQueriesContext(connection) as captured:
            assert digest_for(followed.subscriber, days.now + timedelta(hours=2)).total
        counts.append(len(captured))
    assert counts[1] <= counts[0] < 20


def test_it_leads_to_what_the_mail_says(client: Client, days: Days) -> None:
    follows("search", "q=%E5%8F%A4%E6%A0%91")
    publish(days, "2")
    got = next_day(days)
    (mine,) = got.links("/alerts/mine/")
    assert "检索：古树" in client.get(mine).content.decode()
    (end,) = got.links("/alerts/end/")
    assert end == got.end
    client.post(end)
    assert not Subscriber.objects.exists()
    assert Document.objects.published().count() == 4
