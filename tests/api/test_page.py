"""The page about the API tells all of it, in both languages, and each example on it holds."""

import json
import shlex
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import lxml.html
import pytest
from django.conf import settings as django_settings
from django.test import Client

from archive.api import api
from archive.api.page import shortened
from archive.ingest.pipeline import ingest_file
from archive.search.update import rebuild
from tests.factories import make_issue
from tests.outside import PROJECT

pytestmark = pytest.mark.django_db


def run(client: Client, command: str) -> Any:
    """What a command of the page answers."""
    words = shlex.split(command.replace("\\\n", " "))
    assert words[0] == "curl"
    (address,) = [word for word in words if word.startswith("http://testserver/api/v1/")]
    asked = dict(value.split("=", 1) for name, value in pairwise(words) if name == "--data-urlencode")
    assert set(words) - set(asked) - {f"{name}={value}" for name, value in asked.items()} <= {
        *("curl", "-G", "--data-urlencode"),
        address,
    }
    response = client.get(urlsplit(address).path, asked)
    assert response.status_code == 200, command
    return response.json()


def examples(client: Client) -> list[tuple[str, str]]:
    page = lxml.html.fromstring(client.get("/api/").content.decode())
    asked, answers = page.xpath("//pre[@class='ask']"), page.xpath("//pre[@class='answer']")
    assert len(asked) == len(answers)
    return [(ask.text_content(), told.text_content()) for ask, told in zip(asked, answers, strict=True)]


def test_each_example_answers_as_the_page_says(client: Client) -> None:
    for sample in sorted((PROJECT / "archive" / "samples").glob("*.pdf")):
        ingest_file(sample, publish=True)
    rebuild()
    shown = examples(client)
    assert len(shown) == 7
    for command, answer in shown:
        told = shortened(run(client, command))
        printed = json.loads(answer)
        for one in (told, printed):
            one.pop("seconds", None)
        assert printed == told, command
        assert told.get("total", 1) > 0 and told.get("results", [1]), command
        assert told.get("suggestions", [1]) and told.get("pages", [1]), command


def test_it_names_every_address_parameter_record_and_field(client: Client) -> None:
    page = client.get("/api/").content.decode()
    described = api.get_openapi_schema()
    for path, operations in described["paths"].items():
        assert f"GET {path}<" in page
        for parameter in operations["get"]["parameters"]:
            assert f"<code>{parameter['name']}</code>" in page
    for name, record in described["components"]["schemas"].items():
        assert f'id="record-{name}"' in page
        for field in record["properties"]:
            assert f"<code>{field}</code>" in page
    read = lxml.html.fromstring(page)
    ids = set(read.xpath("//@id"))
    assert not [
        link for link in read.xpath("//main//a/@href") if link.startswith("#") and link[1:] not in ids
    ]
    for status in (400, 404, 405, 410, 422, 429, 500, 503):
        assert f"error-{status}" in ids  # where the type of a problem leads


def test_an_empty_archive_has_the_page_too(client: Client) -> None:
    assert client.get("/api/").status_code == 200
    make_issue()
    # Without an index what asks none is shown.
    assert 0 < len(examples(client)) < 7
    rebuild()
    assert len(examples(client)) == 7


def test_it_is_in_the_language_of_the_reader_and_in_every_foot(client: Client) -> None:
    chinese = client.get("/api/").content.decode()
    assert "整个清单有多少条" in chinese and "How many entries" not in chinese
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
    english = client.get("/api/").content.decode()
    assert "How many entries the whole list has" in english and "整个清单" not in english
    assert 'href="/api/"' in client.get("/about/").content.decode()
    # For programs it is always the same.
    described = client.get("/api/v1/openapi.json").content
    del client.cookies[django_settings.LANGUAGE_COOKIE_NAME]
    assert client.get("/api/v1/openapi.json").content == described
