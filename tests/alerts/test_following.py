"""Signing up, confirming and leaving, from the form to the mail server and back by the links of the mails."""

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from archive.alerts.following import MOST_FOLLOWED, Wanted, confirm, forget_stale, sign_up
from archive.alerts.postman import deliver
from archive.alerts.requests import TO_ONE_A_DAY, TO_ONE_AN_HOUR
from archive.alerts.tokens import Link, read, signed
from archive.models import AlertRequest, Followed, Letter, Subscriber
from archive.search.update import rebuild
from tests.alerts.post_office import SITE, PostOffice, Received
from tests.factories import make_issue
from tests.views.page import Page, get

pytestmark = pytest.mark.django_db

TREES, NOTICES = "/alerts/?follow=search&q=古树&year=2024", "/alerts/?follow=kind&kind=通知"
NUMBER = "/alerts/?follow=number&number=云政发[2024]1号"
READER = "duzhe@example.org"


@pytest.fixture(autouse=True)
def _an_issue(db: None, post_office: PostOffice) -> None:
    make_issue()


def ask(client: Client, path: str = TREES, email: str = READER, **more: str) -> Any:
    headers = {name: more.pop(name) for name in ("REMOTE_ADDR",) if name in more}
    return client.post(path, {"email": email, "language": "zh-hans", **more}, **headers)


def mails(office: PostOffice) -> list[Received]:
    deliver(timezone.now())
    return office.take()


def mail(office: PostOffice) -> Received:
    (found,) = mails(office)
    return found


def follow(client: Client, office: PostOffice, path: str = TREES, email: str = READER) -> Followed:
    """Signed up and confirmed, as a reader does it."""
    ask(client, path, email)
    (link,) = mail(office).links("/alerts/confirm/")
    assert client.post(link).status_code == 200
    return Followed.objects.get(subscriber__address=email, confirmed_at__isnull=False, what=_what(path))


def _what(path: str) -> str:
    found = re.search(r"follow=(\w+)", path)
    assert found
    return found[1]


# --- the way in --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("path", "shown", "kept"),
    [
        (TREES, "检索：古树 · 2024", ("search", "q=%E5%8F%A4%E6%A0%91&year=2024")),
        (NOTICES, "文种：通知", ("kind", "通知")),
        (NUMBER, "文号：云政发〔2024〕1号", ("number", "云政发〔2024〕1号")),
        ("/alerts/", "全部新公文", ("search", "")),
    ],
)
def test_what_the_address_names_is_shown_asked_for_and_followed(
    client: Client, post_office: PostOffice, path: str, shown: str, kept: tuple[str, str]
) -> None:
    page = get(client, path)
    assert page.text("h1") == "有新文件时用邮件告诉我" and shown in page.words
    answer = ask(client, path)
    assert answer.status_code == 302
    assert "请查看您的邮箱" in get(client, answer["Location"]).words
    followed = Followed.objects.get()
    assert (followed.what, followed.value, followed.confirmed_at) == (*kept, None)
    got = mail(post_office)
    assert got.to == [READER]
    (link,) = got.links("/alerts/confirm/")
    assert shown in get(client, link).words
    assert client.post(link).status_code == 200
    assert "已确认" in get(client, link).words
    followed.refresh_from_db()
    assert followed.confirmed_at is not None and followed.told_until == followed.confirmed_at
    assert mails(post_office) == []


@pytest.mark.parametrize(
    "path",
    [
        "/alerts/?follow=kind&kind=没有",
        "/alerts/?follow=kind",
        "/alerts/?follow=number&number=不是文号",
        "/alerts/?follow=number&number=云政发〔2024〕",
        "/alerts/?follow=other",
        "/alerts/?follow=kind&kind=通知%00",
    ],
)
def test_what_is_nothing_cannot_be_followed(client: Client, path: str) -> None:
    assert client.get(path).status_code == ask(client, path).status_code == 404
    assert not Subscriber.objects.exists()


def test_a_search_that_no_row_holds_is_refused_with_word_of_it(client: Client) -> None:
    path = f"/alerts/?follow=search&q={'检' * 400}"
    assert "检索词太长" in get(client, path, status=400).words
    assert ask(client, path).status_code == 400
    assert not Subscriber.objects.exists()


def test_a_draft_s_kind_is_no_kind(client: Client) -> None:
    issue = make_issue("draft", label="2")
    issue.documents.update(kind="密令")
    assert client.get("/alerts/?follow=kind&kind=密令").status_code == 404


@pytest.mark.parametrize(
    "email",
    [
        "",
        "not an address",
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example\n",
        "a@b",
        "x" * 250 + "@b.example",
    ],
)
def test_an_address_that_is_none_is_told_and_gets_no_header_of_its_own(
    client: Client, post_office: PostOffice, email: str
) -> None:
    answer = ask(client, email=email)
    if answer.status_code == 302:
        # Blanks around an address are none of it.
        assert email.strip() == "a@b.example" and Subscriber.objects.get().address == "a@b.example"
        got = mail(post_office)
        assert got.to == ["a@b.example"] and "Bcc" not in got.mail
        return
    assert answer.status_code == 400
    assert Page.of(answer).all("div", role="alert")
    assert not Subscriber.objects.exists()


def test_without_a_token_nothing_is_taken(client: Client) -> None:
    careful = Client(enforce_csrf_checks=True)
    assert ask(careful).status_code == 403
    token = get(careful, TREES).form_with("email")["csrfmiddlewaretoken"]
    assert ask(careful, csrfmiddlewaretoken=token).status_code == 302


def test_a_machine_is_told_the_same_and_no_mail_goes(client: Client, post_office: PostOffice) -> None:
    first, second = ask(client, website="http://spam.example"), ask(client)
    assert first["Location"] == second["Location"]
    assert len(mails(post_office)) == 1


# --- the pages that lead there -----------------------------------------------------------------------
def test_pages_lead_to_it_and_set_no_cookie(client: Client) -> None:
    document = make_issue(label="3").documents.get(position=1)
    rebuild()
    for path, wanted in (
        ("/search/?q=古树&year=2024", "/alerts/?q=%E5%8F%A4%E6%A0%91&year=2024&follow=search"),
        ("/search/?kind=通知", "/alerts/?kind=%E9%80%9A%E7%9F%A5&follow="),
        ("/search/?q=没有这样的词", "/alerts/?q="),
        (document.get_absolute_url(), "/alerts/?follow=number&number="),
        ("/number/?q=云政发〔2011〕3号", "/alerts/?follow=number&number="),
        ("/issues/", "/alerts/"),
        ("/", "/alerts/"),
    ):
        answer = client.get(path)
        (link, *_others) = [one for one in Page.of(answer).links() if one.startswith("/alerts/")]
        assert link.startswith(wanted), path
        assert not answer.cookies
        assert client.get(link).status_code == 200


def test_without_a_mail_server_there_is_no_such_thing(client: Client, settings: Settings) -> None:
    document = make_issue(label="3").documents.get(position=1)
    key = Followed.objects.create(
        subscriber=Subscriber.objects.create(address=READER), what="kind", value="通知"
    ).key
    for missing in ("MAIL_HOST", "MAIL_FROM", "SITE_ADDRESS"):
        kept = getattr(settings, missing)
        setattr(settings, missing, "")
        token = signed(Link.CONFIRM, key)
        for path in (TREES, "/alerts/mine/", f"/alerts/confirm/?t={token}", f"/alerts/end/?t={token}"):
            assert client.get(path).status_code == client.post(path).status_code == 404, path
        for path in ("/search/?q=古树", document.get_absolute_url(), "/", "/issues/"):
            assert "/alerts/" not in client.get(path).content.decode(), path
        setattr(settings, missing, kept)


def test_no_cache_keeps_these_pages(client: Client) -> None:
    followed = Followed.objects.create(
        subscriber=Subscriber.objects.create(address=READER), what="kind", value="通知"
    )
    for path in (TREES, "/alerts/mine/", f"/alerts/confirm/?t={signed(Link.CONFIRM, followed.key)}"):
        assert "no-store" in client.get(path)["Cache-Control"]


# --- confirming --------------------------------------------------------------------------------------
def test_opening_what_is_in_a_mail_changes_nothing(client: Client, post_office: PostOffice) -> None:
    """Programs that look at links before the reader does follow all of them."""
    ask(client)
    got = mail(post_office)
    for link in [*got.links(), got.end]:
        assert client.get(link).status_code == client.head(link).status_code == 200
    assert Followed.objects.get().confirmed_at is None


def test_a_mail_to_a_stranger_says_nothing_that_somebody_wrote(
    client: Client, post_office: PostOffice
) -> None:
    ask(client, "/alerts/?follow=search&q=快来买彩票 http://spam.example")
    got = mail(post_office)
    assert "彩票" not in got.text + got.header("Subject") and "spam.example" not in got.text


def test_what_nobody_confirms_is_deleted_after_three_days(client: Client, post_office: PostOffice) -> None:
    ask(client)
    (link,) = mail(post_office).links("/alerts/confirm/")
    forget_stale(timezone.now() + timedelta(days=2, hours=23))
    assert Subscriber.objects.count() == 1
    forget_stale(timezone.now() + timedelta(days=3, hours=1))
    assert not Subscriber.objects.exists()
    assert "链接已失效" in Page.of(client.post(link)).words and "链接已失效" in get(client, link).words


def test_what_is_confirmed_stays_when_something_beside_it_is_not(
    client: Client, post_office: PostOffice
) -> None:
    follow(client, post_office, NOTICES)
    ask(client, TREES)
    forget_stale(timezone.now() + timedelta(days=4))
    assert [one.what for one in Followed.objects.all()] == ["kind"]


def test_confirming_twice_is_confirming_once(client: Client, post_office: PostOffice) -> None:
    followed = follow(client, post_office)
    again = confirm(followed.key)
    assert again is not None and again.told_until == followed.told_until


@pytest.mark.parametrize("change", ["", "x", ".", "a.b", "0" * 40, "0" * 40 + "." + "A" * 43])
@pytest.mark.parametrize("place", ["/alerts/confirm/", "/alerts/end/"])
def test_a_link_that_was_made_up_leads_nowhere(client: Client, place: str, change: str) -> None:
    assert client.get(place, {"t": change}).status_code == 404
    assert client.post(f"{place}?t={change}").status_code == 404


def test_a_link_is_good_for_one_thing_and_for_one_row(client: Client, post_office: PostOffice) -> None:
    followed = follow(client, post_office)
    for link in Link:
        token = signed(link, followed.key)
        assert read(token, link) == (link, followed.key)
        assert [other for other in Link if other != link and read(token, other)] == []
        assert read(token[:-1] + ("A" if token[-1] != "A" else "B"), link) is None
        assert read("1" + token[1:], link) is None or token[0] == "1"
    # What confirms one thing neither ends nor lists anything.
    token = signed(Link.CONFIRM, followed.key)
    assert client.post(f"/alerts/end/?t={token}").status_code == 404
    assert client.get(f"/alerts/mine/?t={token}").status_code == 404
    assert Followed.objects.count() == 1


# --- leaving -----------------------------------------------------------------------------------------
def test_one_click_of_a_mail_program_ends_it(client: Client, post_office: PostOffice) -> None:
    """RFC 8058: a POST from elsewhere, with no cookie and no token of a form."""
    follow(client, post_office)
    ask(client)
    got = mail(post_office)
    assert got.header("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    careful = Client(enforce_csrf_checks=True)
    answer = careful.post(got.end, {"List-Unsubscribe": "One-Click"}, HTTP_ORIGIN="https://mail.example")
    assert answer.status_code == 200 and not answer.cookies
    assert not Subscriber.objects.exists() and not Letter.objects.exists()
    assert careful.post(got.end, {"List-Unsubscribe": "One-Click"}).status_code == 200


def test_whoever_did_not_ask_ends_that_request_alone(client: Client, post_office: PostOffice) -> None:
    follow(client, post_office, NOTICES)
    ask(client, TREES)
    assert client.post(mail(post_office).end).status_code == 200
    assert [one.what for one in Followed.objects.all()] == ["kind"]


def test_the_page_of_a_link_ends_it_by_its_button(client: Client, post_office: PostOffice) -> None:
    followed = follow(client, post_office)
    path = f"/alerts/end/?t={signed(Link.END_ONE, followed.key)}"
    page = get(client, path)
    assert page.text("h1") == "退订" and "检索：古树 · 2024" in page.words
    assert "已退订" in Page.of(Client(enforce_csrf_checks=True).post(path)).words
    assert not Subscriber.objects.exists()
    assert "已退订" in get(client, path).words


def test_a_link_lists_what_is_followed_and_ends_it_one_by_one(
    client: Client, post_office: PostOffice
) -> None:
    for path in (TREES, NOTICES, NUMBER):
        follow(client, post_office, path)
    AlertRequest.objects.all().delete()
    other = follow(client, post_office, NOTICES, "other@example.org")
    assert client.post("/alerts/mine/", {"email": READER}).status_code == 302
    (link,) = mail(post_office).links("/alerts/mine/")
    page = get(client, link)
    assert (
        "检索：古树 · 2024" in page.words and "文种：通知" in page.words and "云政发〔2024〕1号" in page.words
    )
    assert READER not in page.html
    mine = Followed.objects.get(subscriber__address=READER, what="kind")
    assert client.post(link, {"followed": other.key}).status_code == 302
    assert client.post(link, {"followed": mine.key}).status_code == 302
    assert Followed.objects.filter(subscriber__address=READER).count() == 2
    assert Followed.objects.filter(pk=other.pk).exists()
    assert "已退订" in Page.of(client.post(link, {"followed": "all"})).words
    assert [one.address for one in Subscriber.objects.all()] == ["other@example.org"]
    assert "已退订" in get(client, link).words


def test_the_list_of_an_address_that_follows_nothing_is_no_mail(
    client: Client, post_office: PostOffice
) -> None:
    answer = client.post("/alerts/mine/", {"email": "nobody@example.org"})
    assert answer.status_code == 302 and "请查看您的邮箱" in get(client, answer["Location"]).words
    assert mails(post_office) == [] and not Subscriber.objects.exists()


# --- what nobody finds out, and nobody can do to others ------------------------------------------------
def test_the_answer_is_the_same_whoever_follows_what(client: Client, post_office: PostOffice) -> None:
    follow(client, post_office, TREES, "confirmed@example.org")
    ask(client, TREES, "asked@example.org")
    AlertRequest.objects.all().delete()
    shown = set()
    for email in ("confirmed@example.org", "asked@example.org", "new@example.org"):
        for path in (TREES, "/alerts/mine/"):
            answer = ask(client, path, email)
            page = get(client, answer["Location"])
            shown.add((path, answer.status_code, answer["Location"], page.words))
            assert email not in page.html
    assert len(shown) == 2


def test_one_that_follows_it_is_told_so_by_mail(client: Client, post_office: PostOffice) -> None:
    follow(client, post_office)
    ask(client, email="DUZHE@EXAMPLE.ORG")
    got = mail(post_office)
    assert got.to == [READER] and "您已经在关注：检索：古树 · 2024" in got.text
    assert Subscriber.objects.count() == Followed.objects.count() == 1


def test_a_stranger_s_box_is_not_flooded(client: Client, post_office: PostOffice, settings: Settings) -> None:
    settings.ALERTS_PER_HOUR = 100
    for number in range(10):
        place = f"203.0.113.{number}"
        answer = ask(client, f"/alerts/?follow=search&q={number}", REMOTE_ADDR=place)
        assert answer.status_code == 302
    assert len(mails(post_office)) == TO_ONE_AN_HOUR == 3
    for hour in range(1, 8):
        AlertRequest.objects.update(made_at=timezone.now() - timedelta(hours=hour, minutes=1))
        for number in range(5):
            ask(client, f"/alerts/?follow=search&q={hour}-{number}", REMOTE_ADDR="203.0.113.1")
    assert len(mails(post_office)) == TO_ONE_A_DAY - TO_ONE_AN_HOUR
    # Another address gets its mail all the same.
    ask(client, email="other@example.org", REMOTE_ADDR="203.0.113.2")
    assert mail(post_office).to == ["other@example.org"]


def test_one_place_asks_so_often_an_hour_whatever_the_address(
    client: Client, post_office: PostOffice, settings: Settings
) -> None:
    settings.ALERTS_PER_HOUR = 2
    statuses = [ask(client, email=f"{n}@example.org").status_code for n in range(3)]
    assert statuses == [302, 302, 429]
    refused = client.post("/alerts/mine/", {"email": "new@example.org"})
    assert refused.status_code == 429 and 0 < int(refused["Retry-After"]) <= 3600
    page = Page.of(refused)
    assert "分钟" in page.words and page.form_with("email")["email"] == "new@example.org"
    assert ask(client, email="4@example.org", REMOTE_ADDR="203.0.113.9").status_code == 302
    AlertRequest.objects.update(made_at=timezone.now() - timedelta(minutes=61))
    assert ask(client, email="5@example.org").status_code == 302


def test_who_asked_for_what_is_kept_as_hashes_and_not_for_long(client: Client) -> None:
    ask(client, REMOTE_ADDR="203.0.113.9")
    row = AlertRequest.objects.get()
    assert re.fullmatch("[0-9a-f]{64}", row.client) and re.fullmatch("[0-9a-f]{64}", row.address)
    AlertRequest.objects.update(made_at=timezone.now() - timedelta(minutes=61))
    ask(client, email="other@example.org")
    row.refresh_from_db()
    assert row.client == "" and row.address
    AlertRequest.objects.update(made_at=timezone.now() - timedelta(hours=25))
    ask(client, email="other@example.org")
    assert not AlertRequest.objects.filter(pk=row.pk).exists()


def test_one_address_follows_so_much(client: Client, post_office: PostOffice) -> None:
    subscriber = Subscriber.objects.create(address=READER, language="zh-hans")
    for number in range(MOST_FOLLOWED):
        Followed.objects.create(subscriber=subscriber, what="search", value=f"q={number}")
    ask(client)
    got = mail(post_office)
    assert got.links("/alerts/mine/") and not got.links("/alerts/confirm/")
    assert Followed.objects.count() == MOST_FOLLOWED


def test_no_address_and_no_link_gets_into_the_log(
    client: Client, post_office: PostOffice, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.LOG_REQUESTS = True
    caplog.set_level(logging.DEBUG)
    followed = follow(client, post_office)
    client.get("/alerts/confirm/?t=made-up-token")
    post_office.answers["", "rcpt"] = f"550 no such box: {READER}"
    ask(client)
    deliver(timezone.now())
    assert "a mail was not taken" in caplog.text
    shown = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("archive"))
    assert "/alerts/confirm/" in shown
    assert [word for word in (READER, followed.key, "made-up-token") if word in shown] == []


# --- in English ------------------------------------------------------------------------------------------
def test_the_mails_speak_the_language_that_was_chosen(client: Client, post_office: PostOffice) -> None:
    client.post("/i18n/setlang/", {"language": "en", "next": "/"})
    client.cookies["django_language"] = "en"
    page = get(client, NOTICES)
    assert page.form_with("email")["language"] == "en"
    ask(client, NOTICES, language="en")
    got = mail(post_office)
    assert "Please confirm that mails are wanted" in got.header("Subject")
    assert got.header("Content-Language") == "en" and "To delete it now:" in got.text
    assert not re.search("[\u4e00-\u9fff]", got.text.replace("政府公报数字档案", ""))
    assert client.post(got.links("/alerts/confirm/")[0]).status_code == 200
    assert Subscriber.objects.get().language == "en"


def test_links_begin_with_the_site_s_own_name_whatever_a_request_calls_it(
    client: Client, post_office: PostOffice, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    client.post(TREES, {"email": READER, "language": "zh-hans"}, HTTP_HOST="evil.example")
    got = mail(post_office)
    assert "evil" not in got.mail.as_string() and got.links() and got.end and SITE in got.text


def test_signing_up_by_two_at_once_makes_one_row() -> None:
    for _each in range(2):
        sign_up(READER, Wanted("kind", "通知"), "zh-hans", "203.0.113.1")
    assert Subscriber.objects.count() == Followed.objects.count() == Letter.objects.count() == 1
