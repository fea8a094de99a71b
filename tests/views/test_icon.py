"""Browsers ask for /favicon.ico beside a PDF or a picture, which name no icon."""

import pytest
from django.templatetags.static import static
from django.test import Client


@pytest.mark.django_db
def test_the_icon_is_where_browsers_look_for_it(client: Client) -> None:
    answer = client.get("/favicon.ico")
    assert (answer.status_code, answer["Location"]) == (301, static("favicon.svg"))
