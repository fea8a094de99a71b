"""Signing in tells nobody which names are accounts: not by words, nor by status, nor by how much work it is."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from pytest_django import Settings

from tests.accounts import PASSWORD, make_account

pytestmark = pytest.mark.django_db

SIGN_IN = "/desk/sign-in/"
# Who tries, and with which password.
TRIES = {
    "a name that nobody has": ("nobody-at-all", "wrong-word-1"),
    "a wrong password": ("bianji", "wrong-word-1"),
    "an account that is closed, with its password": ("closed", PASSWORD),
    "an account that is closed, with another": ("closed", "wrong-word-1"),
    "an account without a password": ("passwordless", "wrong-word-1"),
    "a reader": ("reader", "wrong-word-1"),
}


class CountingHasher(MD5PasswordHasher):
    """Counts how often it is put to work, which is nearly all that signing in costs."""

    algorithm = "counted"
    worked = 0

    def encode(self, password: str, salt: str) -> str:
        type(self).worked += 1
        return super().encode(password, salt)


@pytest.fixture
def accounts(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    make_account("bianji")
    closed, passwordless = make_account("closed"), make_account("passwordless")
    closed.is_active = False
    closed.save()
    passwordless.set_unusable_password()
    passwordless.save()
    make_account("reader", staff=False)


def answer_to(name: str, password: str) -> tuple[int, str, list[str]]:
    """Status, words and headers, without what differs from one answer to the next anyway."""
    answer = Client().post(SIGN_IN, {"username": name, "password": password})
    words = answer.content.decode().replace(name, "")
    words = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", words)
    return answer.status_code, words, sorted({*answer.headers} | {*answer.cookies})


def test_every_refusal_is_the_same(accounts: None) -> None:
    answers = {said: answer_to(*tried) for said, tried in TRIES.items()}
    expected = answers["a wrong password"]
    assert expected[0] == 200 and "alert" in expected[1]
    assert {said: answer for said, answer in answers.items() if answer != expected} == {}


def test_every_refusal_is_as_much_work(accounts: None) -> None:
    def work(name: str, password: str) -> int:
        CountingHasher.worked = 0
        answer_to(name, password)
        return CountingHasher.worked

    assert {said: work(*tried) for said, tried in TRIES.items()} == dict.fromkeys(TRIES, 1)


def test_names_that_nobody_has_are_locked_like_others(accounts: None, settings: Settings) -> None:
    settings.AXES_FAILURE_LIMIT = 3
    locked = {
        name: [answer_to(name, "wrong-word-1")[:2] for _try in range(4)]
        for name in ("bianji", "closed", "nobody-at-all")
    }
    assert [status for status, _words in locked["bianji"]] == [200, 200, 429, 429]
    assert locked["closed"] == locked["bianji"] == locked["nobody-at-all"]


def test_the_second_step_is_for_those_who_gave_the_password() -> None:
    """Whoever did not is told of no account, and of none that has a second factor."""
    answers = [Client().get("/desk/account/code/"), Client().post("/desk/account/code/", {"code": "123456"})]
    assert {(answer.status_code, answer["Location"].partition("?")[0]) for answer in answers} == {
        (302, SIGN_IN)
    }


@pytest.mark.parametrize(
    "ask", [lambda client, path: client.get(path), lambda client, path: client.post(path)]
)
def test_no_address_tells_of_accounts_to_others(accounts: None, ask: Callable[[Client, str], Any]) -> None:
    for path in (SIGN_IN, "/desk/", "/desk/account/", "/admin/", "/desk/first-administrator/x/", "/about/"):
        answer = ask(Client(), path)
        assert "bianji" not in answer.content.decode(), path
