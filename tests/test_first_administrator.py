"""The one-time link: single use, hashed on disk, worthless once an administrator exists."""

import stat
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from archive.first_administrator import issue_token, spend_token, token_is_good

pytestmark = pytest.mark.django_db
ANSWERS = {"username": "bianji", "password1": "sheng-qu-wan-li", "password2": "sheng-qu-wan-li"}


def link(token: str) -> str:
    return reverse("first-administrator", args=[token])


def new_token() -> str:
    token = issue_token()
    assert token is not None
    return token


def test_the_token_itself_is_nowhere_on_disk(data_folder: Path) -> None:
    token = new_token()
    kept = data_folder / "first-administrator"
    assert token not in kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_new_token_voids_the_one_before() -> None:
    first, second = new_token(), new_token()
    assert not token_is_good(first)
    assert token_is_good(second)


def test_a_token_is_spent_once() -> None:
    token = new_token()
    assert spend_token(token)
    assert not spend_token(token)
    assert not token_is_good(token)


@pytest.mark.parametrize("wrong", ["", "x", "../../secret-key"])
def test_a_wrong_token_is_not_good(wrong: str) -> None:
    new_token()
    assert not token_is_good(wrong)
    assert not spend_token(wrong)


def test_no_token_was_issued() -> None:
    assert not token_is_good("")


def test_none_is_issued_once_an_administrator_exists(data_folder: Path) -> None:
    token = new_token()
    get_user_model().objects.create_superuser("bianji", password="x")
    assert not token_is_good(token)
    assert issue_token() is None
    assert not (data_folder / "first-administrator").exists()


def test_an_inactive_administrator_is_none() -> None:
    get_user_model().objects.create_superuser("bianji", password="x", is_active=False)
    assert token_is_good(new_token())


def test_the_link_makes_an_administrator_and_signs_in(client: Client) -> None:
    token = new_token()
    assert client.get(link(token)).status_code == 200
    answer = client.post(link(token), ANSWERS)
    assert answer.status_code == 302
    user = get_user_model().objects.get()
    assert (user.username, user.is_staff, user.is_superuser) == ("bianji", True, True)
    assert client.session["_auth_user_id"] == str(user.pk)
    again = client.post(link(token), {**ANSWERS, "username": "other"})
    assert again.status_code == 410
    assert get_user_model().objects.count() == 1


def test_a_weak_password_leaves_the_link_good(client: Client) -> None:
    token = new_token()
    answer = client.post(link(token), {"username": "bianji", "password1": "123", "password2": "123"})
    assert answer.status_code == 200
    assert not get_user_model().objects.exists()
    assert token_is_good(token)


def test_a_spent_and_a_wrong_link_look_alike(client: Client) -> None:
    spent = new_token()
    spend_token(spent)
    first, second = client.get(link(spent)), client.get(link("wrong"))
    assert first.status_code == second.status_code == 410
    assert first.content.replace(spent.encode(), b"") == second.content.replace(b"wrong", b"")


def test_the_page_is_kept_nowhere(client: Client) -> None:
    answer = client.get(link(new_token()))
    assert "no-store" in answer["Cache-Control"]
