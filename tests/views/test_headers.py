"""What each answer says to the browser about itself, with no proxy before the site."""

import pytest
from django.conf import settings
from django.test import Client

from tests.accounts import PASSWORD, make_account

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/", "/nothing-there/", "/desk/", "/api/v1/issues", "/static/site.css"])
def test_pages_ask_nothing_of_a_device_and_are_in_no_frame(client: Client, path: str) -> None:
    answer = client.get(path)
    if answer.streaming:
        b"".join(answer)
    assert "camera=(), " in answer["Permissions-Policy"] and "geolocation=()" in answer["Permissions-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff" and answer["Referrer-Policy"] == "same-origin"
    if not path.startswith("/static/"):
        assert answer["X-Frame-Options"] == "DENY"
        policy = dict(part.split(" ", 1) for part in answer["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == "'self'"


def test_no_script_can_read_a_cookie(client: Client) -> None:
    make_account("bianji")
    client.get("/desk/sign-in/")
    client.post("/desk/sign-in/", {"username": "bianji", "password": PASSWORD})
    client.post("/i18n/setlang/", {"language": "en", "next": "/"})
    names = {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME}
    assert names <= set(client.cookies)
    for name in names:
        assert client.cookies[name]["httponly"] and client.cookies[name]["samesite"] == "Lax", name
