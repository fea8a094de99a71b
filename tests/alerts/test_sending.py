"""What the mails are on the line, and what becomes of them when the server is away, refuses, or asks for more."""

import logging
import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.mail import BadHeaderError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from archive.alerts import postman, sending
from archive.alerts.checks import check_mail
from archive.alerts.following import PAUSED, Wanted, confirm, forget_stale, sign_up
from archive.alerts.mails import Mail
from archive.alerts.postman import SERVER_AWAY, Postman, deliver
from archive.alerts.sending import Connection, ServerAway, as_message
from archive.models import Followed, Letter, Subscriber
from tests.alerts.post_office import SENDER, PostOffice
from tests.deploy.production import HOST, make_certificate

pytestmark = pytest.mark.django_db

READER, OTHER = "duzhe@example.org", "other@example.org"
EVERYTHING = Wanted("search", "")


def asked(*addresses: str) -> None:
    for address in addresses:
        sign_up(address, EVERYTHING, "zh-hans", "203.0.113.1")


def come(office: PostOffice) -> list[str]:
    """Who has got a mail since the last look."""
    return sorted(one.to[0] for one in office.take())


# --- on the line -----------------------------------------------------------------------------------------
def test_a_mail_is_plain_and_says_what_it_is(post_office: PostOffice, settings: Settings) -> None:
    settings.SITE = settings.SITE | {"name": "云岭市人民政府公报 数字档案"}
    asked(READER)
    key = Letter.objects.get().key
    deliver(timezone.now())
    (got,) = post_office.take()
    assert got.sender == SENDER and got.to == [READER]
    assert got.mail.get_content_type() == "text/plain" and not got.mail.is_multipart()
    assert got.header("From") == f"云岭市人民政府公报 数字档案 <{SENDER}>"
    assert got.header("To") == READER
    assert got.header("Subject").startswith("[云岭市人民政府公报 数字档案] ")
    assert got.header("Message-ID") == f"<{key}@gazette.example>"
    assert got.header("Auto-Submitted") == "auto-generated"
    assert got.header("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    assert got.mail["Date"] and got.header("Content-Language") == "zh-Hans"
    # Nothing that is fetched or counted when somebody reads it.
    assert "<" not in got.text and "utm_" not in got.text
    assert all(link.startswith(("/alerts/", "/documents/", "/search/")) for link in got.links())


@pytest.mark.parametrize("field", ["to", "sender", "subject", "end"])
def test_no_line_end_gets_into_a_header(field: str) -> None:
    told = dict.fromkeys(("to", "sender"), READER) | dict.fromkeys(("subject", "end"), "x")
    told[field] += "\r\nBcc: everybody@example.org"
    with pytest.raises(BadHeaderError):
        as_message(Mail(**told, text="", key="k", language="en")).message()


def test_the_server_may_ask_for_tls_and_a_password(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, post_office: PostOffice
) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    make_certificate(certificate, key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    careful = PostOffice(password="mimi-2024")
    careful.open(context)
    try:
        settings.MAIL_TLS, settings.MAIL_PORT = "starttls", careful.port
        settings.MAIL_USER, settings.MAIL_PASSWORD = "gazette", "mimi-2024"
        asked(READER)
        # By its number it is not the host that its certificate is for, nor does anybody vouch for that.
        with pytest.raises(ServerAway):
            deliver(timezone.now())
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with pytest.raises(ServerAway):
            deliver(timezone.now() + 2 * SERVER_AWAY)
        monkeypatch.setattr("smtplib.SMTP._get_socket", _to_this_machine)
        settings.MAIL_HOST = HOST
        assert deliver(timezone.now() + 4 * SERVER_AWAY) == 1
        (got,) = careful.take()
        assert got.encrypted and got.to == [READER]
        settings.MAIL_PASSWORD = "guessed"
        asked(OTHER)
        with pytest.raises(ServerAway):
            deliver(timezone.now())
        assert careful.take() == []
    finally:
        careful.close()


def _to_this_machine(self: object, host: str, port: int, timeout: float) -> object:
    import socket

    return socket.create_connection(("127.0.0.1", port), timeout)


def test_without_the_encryption_that_was_asked_for_no_mail_goes(
    post_office: PostOffice, settings: Settings
) -> None:
    """And no address is blamed for it."""
    asked(READER)
    settings.MAIL_TLS = "starttls"
    with pytest.raises(ServerAway):
        deliver(timezone.now())
    assert post_office.take() == [] and Letter.objects.get().refused == Subscriber.objects.get().refused == 0


# --- away, and refused -----------------------------------------------------------------------------------
def test_while_the_server_is_away_mails_wait(
    post_office: PostOffice, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    asked(READER, OTHER)
    port, settings.MAIL_PORT = settings.MAIL_PORT, 1
    now = timezone.now()
    with pytest.raises(ServerAway):
        deliver(now)
    # One was tried, and none is lost.
    assert sorted(Letter.objects.filter(due_at__gt=now).values_list("refused", flat=True)) == [0]
    assert Postman().round() == SERVER_AWAY.total_seconds()
    assert "the mail server is not reached" in caplog.text and READER not in caplog.text
    settings.MAIL_PORT = port
    assert deliver(now + 2 * SERVER_AWAY) == 2
    assert come(post_office) == sorted([READER, OTHER])
    assert not Letter.objects.exists()


@pytest.mark.parametrize("step", ["rcpt", "data"])
def test_who_is_refused_for_now_is_tried_again_later_and_holds_up_nobody(
    post_office: PostOffice, step: str
) -> None:
    asked(READER, OTHER)
    post_office.answers[READER, step] = "451 greylisted"
    now = timezone.now()
    assert deliver(now) == 1 and come(post_office) == [OTHER]
    assert deliver(now + timedelta(minutes=14)) == 0
    post_office.answers.clear()
    assert deliver(now + timedelta(minutes=15)) == 1 and come(post_office) == [READER]
    assert Subscriber.objects.get(address=READER).refused == 0


@pytest.mark.parametrize("step", ["rcpt", "data"])
def test_an_address_that_is_refused_for_good_rests_after_three_tries(
    post_office: PostOffice, step: str
) -> None:
    asked(READER, OTHER)
    for followed in Followed.objects.all():
        confirm(followed.key)
    subscriber = Subscriber.objects.get(address=READER)
    now = timezone.now()
    for address in (READER, OTHER):
        Letter.objects.create(subscriber=Subscriber.objects.get(address=address), purpose="list", due_at=now)
    post_office.answers[READER, step] = "550 no such box"
    for tries in range(1, 4):
        deliver(now)
        subscriber.refresh_from_db()
        assert subscriber.refused == tries and (subscriber.paused_at is not None) == (tries == 3)
        now += timedelta(hours=2)
    assert come(post_office) == [OTHER] and not Letter.objects.filter(subscriber=subscriber).exists()
    # Confirmed anew, it goes on; else it is forgotten after a while.
    followed = subscriber.followed.get()
    confirm(followed.key)
    subscriber.refresh_from_db()
    assert (subscriber.refused, subscriber.paused_at) == (0, None)
    Subscriber.objects.filter(pk=subscriber.pk).update(paused_at=now)
    forget_stale(now + PAUSED + timedelta(minutes=1))
    assert [one.address for one in Subscriber.objects.all()] == [OTHER]


def test_an_address_that_never_confirmed_and_is_refused_is_forgotten(post_office: PostOffice) -> None:
    asked(READER)
    post_office.answers["", "rcpt"] = "550 no such box"
    for hours in (0, 2, 4):
        deliver(timezone.now() + timedelta(hours=hours))
    assert not Subscriber.objects.exists() and not Letter.objects.exists()


def test_a_mail_that_went_through_makes_earlier_refusals_forgotten(post_office: PostOffice) -> None:
    asked(READER)
    Subscriber.objects.update(refused=2)
    deliver(timezone.now())
    assert Subscriber.objects.get().refused == 0


def test_a_server_that_closes_is_away(post_office: PostOffice) -> None:
    asked(READER)
    post_office.answers["", "data"] = "421 closing"
    with pytest.raises(ServerAway):
        deliver(timezone.now())
    assert Letter.objects.get().refused == 0


def test_a_mail_that_cannot_be_made_holds_up_no_other(
    post_office: PostOffice, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked(READER, OTHER)
    made = postman.letter_as_mail

    def make(letter: Letter, *more: object) -> Mail:
        if letter.subscriber.address == READER:
            raise ValueError(f"cannot write to {READER}")
        return made(letter)

    monkeypatch.setattr(postman, "letter_as_mail", make)
    assert deliver(timezone.now()) == 1 and come(post_office) == [OTHER]
    assert "a mail cannot be made: ValueError" in caplog.text and READER not in caplog.text


def test_many_mails_go_by_several_connections(
    post_office: PostOffice, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    there = sending.EmailBackend.open
    monkeypatch.setattr(sending.EmailBackend, "open", lambda self: opened.append(1) or there(self))
    settings.ALERTS_PER_HOUR = 100
    asked(*(f"{n}@example.org" for n in range(21)))
    assert deliver(timezone.now()) == 21 and len(come(post_office)) == 21
    # Django asks for it before each mail.
    assert len(opened) == 21 + 2


def test_without_mails_no_server_is_spoken_to(settings: Settings, post_office: PostOffice) -> None:
    settings.MAIL_PORT = 1
    assert deliver(timezone.now()) == 0
    with Connection():
        pass


# --- never twice, never lost -----------------------------------------------------------------------------
def test_a_letter_under_way_is_left_to_whoever_sends_it(post_office: PostOffice) -> None:
    asked(READER)
    now = timezone.now()
    Letter.objects.update(due_at=now + postman.UNDER_WAY)
    assert deliver(now) == 0
    # Whoever had it was killed.
    assert deliver(now + postman.UNDER_WAY) == 1


def test_two_workers_send_a_letter_once(post_office: PostOffice) -> None:
    asked(READER)
    pk, now = Letter.objects.get().pk, timezone.now()
    with Connection() as connection:
        sent = []
        post_office.when_taken = lambda received: None
        original = connection.send

        def send(mail: Mail) -> None:
            # The other one looks while this one sends.
            with Connection() as other:
                sent.append(postman._take_up(pk, now, other))
            original(mail)

        connection.send = send  # type: ignore[method-assign]
        assert postman._take_up(pk, now, connection) and sent == [False]
    assert come(post_office) == [READER]


def test_who_leaves_while_the_mail_goes_is_gone(post_office: PostOffice, client: Client) -> None:
    asked(READER)
    letter = Letter.objects.select_related("subscriber", "followed__subscriber").get()
    Subscriber.objects.all().delete()
    with Connection() as connection:
        assert postman._send(letter, timezone.now(), connection)
    assert not Subscriber.objects.exists() and not Letter.objects.exists()


# --- settings --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"MAIL_HOST": ""}, ["W001"]),
        ({"MAIL_FROM": ""}, ["W001"]),
        ({"MAIL_HOST": "", "MAIL_FROM": ""}, []),
        ({"MAIL_USER": "gazette"}, ["W002"]),
        ({"MAIL_PASSWORD": "x"}, ["W002"]),
        ({"MAIL_FROM": "gazette"}, ["W003"]),
        ({"MAIL_FROM": "a@b.example\nBcc: c@d.example"}, ["W003"]),
        ({"SITE_ADDRESS": ""}, ["W004"]),
        ({"MAIL_HOST": "mail.example", "MAIL_USER": "gazette", "MAIL_PASSWORD": "x"}, ["W005"]),
        ({"MAIL_HOST": "::1", "MAIL_USER": "gazette", "MAIL_PASSWORD": "x"}, []),
        ({"MAIL_TLS": "tls", "MAIL_HOST": "mail.example", "MAIL_USER": "g", "MAIL_PASSWORD": "x"}, []),
        ({"MAIL_HOUR": 24}, ["W006"]),
    ],
)
def test_the_check_tells_of_half_settings(
    post_office: PostOffice, settings: Settings, changes: dict[str, object], codes: list[str]
) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    assert [found.id for found in check_mail(None)] == [f"archive.{code}" for code in codes]


def test_the_postman_goes_on_after_errors_and_ends_when_asked(
    post_office: PostOffice, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.WARNING)

    def fail(now: object, ending: object) -> int:
        raise KeyError(READER)

    monkeypatch.setattr(postman, "deliver", fail)
    assert Postman().round() > 0
    assert "mails cannot be sent: KeyError" in caplog.text and READER not in caplog.text
    Postman().end()
