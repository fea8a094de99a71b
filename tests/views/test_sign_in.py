"""Signing in: wrong passwords lock for a while, sessions end, another password ends all others."""

import time
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import Settings

from archive.client_address import client_address
from tests.accounts import PASSWORD, make_account
from tests.views.page import Page, get

pytestmark = pytest.mark.django_db
SIGN_IN, DESK = "/desk/sign-in/", "/desk/"


@pytest.fixture
def editor(db: None) -> User:
    return make_account("bianji")


def sign_in(client: Client, password: str = PASSWORD, name: str = "bianji", **headers: str) -> int:
    return client.post(SIGN_IN, {"username": name, "password": password}, **headers).status_code  # type: ignore[arg-type]


# --- wrong passwords ---------------------------------------------------------------------------------
def lock(client: Client, settings: Settings, **headers: str) -> None:
    settings.AXES_FAILURE_LIMIT = 3
    assert [sign_in(client, "wrong", **headers) for _try in range(3)] == [200, 200, 429]


def test_too_many_wrong_passwords_lock_and_the_page_says_for_how_long(
    client: Client, editor: User, settings: Settings
) -> None:
    lock(client, settings)
    response = client.post(SIGN_IN, {"username": "bianji", "password": PASSWORD})
    assert response.status_code == 429
    page = Page.of(response)
    assert page.text("h1") == "暂时不能登录"
    assert "请过 15 分钟再试" in page.words
    assert 0 < int(response["Retry-After"]) <= 15 * 60
    assert client.get(DESK).status_code == 302


def test_the_time_is_not_prolonged_by_trying(client: Client, editor: User, settings: Settings) -> None:
    lock(client, settings)
    AccessAttempt.objects.update(
        attempt_time=AccessAttempt.objects.get().attempt_time - timedelta(minutes=10)
    )
    assert "请过 5 分钟再试" in Page.of(client.post(SIGN_IN, {"username": "bianji", "password": "x"})).words
    AccessAttempt.objects.update(attempt_time=AccessAttempt.objects.get().attempt_time - timedelta(minutes=6))
    assert sign_in(client) == 302


def test_another_name_and_another_address_are_not_locked(
    client: Client, editor: User, settings: Settings
) -> None:
    make_account("other")
    lock(client, settings)
    assert sign_in(client, name="other") == 302
    assert sign_in(client, REMOTE_ADDR="203.0.113.9") == 302


def test_an_administrator_unlocks(client: Client, editor: User, settings: Settings) -> None:
    lock(client, settings)
    administrator = Client()
    administrator.force_login(make_account("guanli", administrator=True))
    attempt = AccessAttempt.objects.get()
    path = reverse("admin:axes_accessattempt_delete", args=[attempt.pk])
    assert administrator.post(path, {"post": "yes"}).status_code == 302
    assert sign_in(client) == 302


def test_what_was_typed_for_a_password_is_not_kept(client: Client, editor: User) -> None:
    sign_in(client, "nearly-the-right-one")
    attempt = AccessAttempt.objects.get()
    assert "nearly" not in attempt.post_data + attempt.get_data


def test_behind_a_proxy_the_reader_is_locked_and_not_the_proxy(
    client: Client, editor: User, settings: Settings
) -> None:
    settings.PROXIES = 1
    lock(client, settings, HTTP_X_FORWARDED_FOR="198.51.100.1, 203.0.113.7")
    # what stands before the proxy's own entry, the reader has written
    assert sign_in(client, HTTP_X_FORWARDED_FOR="192.0.2.1, 203.0.113.7") == 429
    assert sign_in(client, HTTP_X_FORWARDED_FOR="203.0.113.8") == 302


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.7", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "203.0.113.7:51234", "203.0.113.7"),
        (1, "[2001:db8::7]:51234", "2001:db8::7"),
        (1, "2001:db8::7", "2001:db8::7"),
        (2, "192.0.2.1, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
        (2, "203.0.113.7", "127.0.0.1"),
        (1, "unknown", "127.0.0.1"),
    ],
)
def test_the_address_of_the_reader(settings: Settings, proxies: int, forwarded: str, address: str) -> None:
    settings.PROXIES = proxies
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    assert client_address(RequestFactory().get("/", headers=headers)) == address


# --- sessions ----------------------------------------------------------------------------------------
def move_back(client: Client, **hours: float) -> None:
    """Let the session have begun, or have been used last, so many hours ago."""
    session = client.session
    for name, ago in hours.items():
        session[name] = time.time() - ago * 3600
    session.save()


def test_a_session_ends_when_nothing_is_done(client: Client, editor: User) -> None:
    sign_in(client)
    move_back(client, seen_at=1.9)
    assert client.get(DESK).status_code == 200
    assert time.time() - client.session["seen_at"] < 60
    move_back(client, seen_at=2.1)
    assert client.get(DESK).status_code == 302
    assert client.session.get("_auth_user_id") is None


def test_a_session_ends_after_its_hours_however_busy(client: Client, editor: User) -> None:
    sign_in(client)
    move_back(client, signed_in_at=11.9)
    assert client.get(DESK).status_code == 200
    move_back(client, signed_in_at=12.1)
    assert client.get(DESK).status_code == 302
    assert sign_in(client) == 302
    assert client.get(DESK).status_code == 200


def test_a_session_that_does_not_say_when_it_began_begins_now(client: Client, editor: User) -> None:
    client.force_login(editor)
    assert "signed_in_at" not in client.session
    assert client.get(DESK).status_code == 200
    assert client.session["signed_in_at"] <= time.time()


def test_public_pages_touch_no_session(client: Client, editor: User) -> None:
    sign_in(client)
    move_back(client, seen_at=1)
    response = client.get(reverse("home"))
    assert not response.cookies
    assert time.time() - client.session["seen_at"] > 3000


# --- the password ------------------------------------------------------------------------------------
def test_another_password_signs_out_everywhere_else(client: Client, editor: User) -> None:
    elsewhere = Client()
    assert sign_in(elsewhere) == sign_in(client) == 302
    answers = {
        "old_password": PASSWORD,
        "new_password1": "sheng-qu-wan-li",
        "new_password2": "sheng-qu-wan-li",
    }
    page = Page.of(client.post(reverse("account-password"), answers, follow=True))
    assert "其他地方的登录都已退出" in page.words
    assert client.get(DESK).status_code == 200
    assert elsewhere.get(DESK).status_code == 302
    assert sign_in(elsewhere) == 200
    assert sign_in(elsewhere, "sheng-qu-wan-li") == 302


@pytest.mark.parametrize("weak", ["short", "1234567890", "password123", "bianji-202"])
def test_a_weak_password_is_refused(client: Client, editor: User, weak: str) -> None:
    client.force_login(editor)
    answers = {"old_password": PASSWORD, "new_password1": weak, "new_password2": weak}
    response = client.post(reverse("account-password"), answers)
    assert response.status_code == 200
    assert 'class="errorlist"' in response.content.decode()
    editor.refresh_from_db()
    assert editor.check_password(PASSWORD)


# --- roles -------------------------------------------------------------------------------------------
def test_the_account_page_says_what_one_may_do(client: Client) -> None:
    administrator = make_account("guanli", administrator=True)
    administrator.first_name = "王总编"
    administrator.save()
    staff = User.objects.create_user("xin", password=PASSWORD, is_staff=True)
    client.force_login(staff)
    page = get(client, reverse("account"))
    assert "没有角色" in page.words
    assert "可以开通的管理员：王总编" in page.words


def test_the_administration_has_no_sign_in_of_its_own(client: Client, editor: User) -> None:
    response = client.get(reverse("admin:login"), {"next": "/admin/auth/user/"})
    assert response["Location"] == "/desk/sign-in/?next=/admin/auth/user/"
    client.force_login(editor)
    response = client.get(reverse("admin:login"))
    assert response.status_code == 403
    assert "不是管理员" in response.content.decode()
