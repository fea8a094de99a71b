"""Whatever is typed, or put into an address by a machine, is answered: never a 500, and no database sees a character
that it cannot take."""

import random
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client

from archive.models import Issue
from archive.search import update
from tests.factories import make_issue

pytestmark = pytest.mark.django_db

# What means something to the query language, to folding, to numbers, to SQL, HTML, URLs and regular expressions.
_PIECES = (
    *'"-:：.+*?%_\\/|&=#<>()[]{}〔〕【】《》“”‘’、，。；〇○①²½Ⅱ,;\'`~^$@!',
    *("\x00", "\x01", "\x02", "\x1f", "\x7f", "\t", "\n", "\r", "\x85", "\u2028", "\u2029", "\ufeff", "\ufffe", "\uffff"),
    *("\u200b", "\u200d", "\u202a", "\u202e", "\u2066", "\u061c", "\u00ad", "\ufe0f", "\U000e0100"),
    *("שלום", "مرحبا", "العربية\u202e"),
    *("e\u0301\u0302\u0303", "\u0300" * 40, "ㅎㅏㄴ", "👩‍👩‍👧", "🇨🇳", "𠮷", "⻓", "陽泉", "İ", "ß", "ﬁ"),
    *(" OR ", "OR", " -", "--", '""', '"a', "title:", "number:", "person:", "kind:", "year:", "TITLE：",
    "..", "2022-13..", "0000..9999"),
    *("云政发〔2024〕1号", "云政发2024 1", "第", "号",
    "令", "〔2024〕", "2024", "99999999999999999999", "零一二三", "lIO号", "届"),
    *("古树", "通知", "的", "云岭", "晋 玮", "a", "XML", "1" * 50, "古" * 300, "%00", "%ff", "&amp;", "<mark>", "\\u0000"),
)  # fmt: skip
# The planes, and the parts of them that trouble programs most: controls, surrogates, marks, bidirectional letters.
_RANGES = (
    (0, 0x20), (0x20, 0x7F), (0x7F, 0x2B0), (0x300, 0x370), (0x590, 0x780), (0x2000, 0x2070), (0x2E80, 0x3130),
    (0x3400, 0xA000), (0xD800, 0xE000), (0xF900, 0xFE10), (0xFE20, 0x10000), (0x10000, 0x20000), (0x20000, 0x32000),
    (0xE0000, 0xE0200), (0xF0000, 0x110000), (0, sys.maxunicode + 1),
)  # fmt: skip


def any_string(choose: random.Random) -> str:
    """A string of any characters, of signs that mean something, or of both; now and then of 10,000."""
    kind = choose.random()
    if kind < 0.02:
        piece = choose.choice([*_PIECES, chr(choose.randrange(sys.maxunicode + 1))])
        return (piece * 10_000)[:10_000]
    length = int(choose.expovariate(0.12)) + 1
    if kind < 0.4:
        return "".join(chr(choose.randrange(*choose.choice(_RANGES))) for _ in range(length))
    pieces = choose.choices(_PIECES, k=min(length, 12))
    if kind < 0.7:
        pieces += [chr(choose.randrange(*choose.choice(_RANGES))) for _ in range(min(length, 6))]
        choose.shuffle(pieces)
    return choose.choice(["", " ", " ", "　"]).join(pieces)


def as_parameter(text: str, choose: random.Random | None = None) -> str:
    """As a browser sends it; lone surrogates, and at times one broken byte, as a machine does."""
    quoted = quote(text, safe="", errors="surrogatepass")
    if choose and choose.random() < 0.05:
        quoted += choose.choice(["%ff", "%c0%80", "%e9%98", "%", "%u9633", "%ed%a0%80"])
    return quoted


@pytest.fixture(autouse=True)
def archive() -> Issue:
    issue = make_issue()
    update.index_issue(issue)
    return issue


@pytest.fixture(autouse=True)
def what_databases_take() -> Iterator[None]:
    """No parameter holds what PostgreSQL refuses, whichever database the tests run on."""

    def look(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        for value in params or ():
            if isinstance(value, str):
                assert "\x00" not in value, sql
                value.encode()  # no lone surrogate either
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield


def test_the_strings_are_of_all_kinds() -> None:
    choose = random.Random(1)
    strings = [any_string(choose) for _ in range(2000)]
    held = set("".join(strings))
    for first, after in _RANGES:
        assert any(first <= ord(character) < after for character in held)
    assert held >= {*'-:"', "\x00", "\u202e"}
    assert {len(one) for one in strings} >= {1, 2, 10_000}
    assert any(one.count('"') % 2 for one in strings)


@pytest.mark.parametrize("part", range(10))
def test_ten_thousand_strings_are_answered(client: Client, everything: bool, part: int) -> None:
    """A tenth of them where not everything is required."""
    choose = random.Random(20220430 + part)
    for number in range(1000 if everything else 100):
        text = any_string(choose)
        response = client.get(f"/search/?q={as_parameter(text, choose)}")
        assert response.status_code == 200, (number, text[:200])


@pytest.mark.parametrize(
    ("path", "answers"),
    [
        ("/search/suggest", {200}),
        ("/api/v1/search", {200}),
        ("/api/v1/suggest", {200}),
        ("/search/feed.atom", {200}),
        ("/search/documents.csv", {200}),
        ("/number/", {200, 302, 404}),
    ],
)
def test_so_are_they_at_every_address_of_search(
    client: Client, few: Callable[[int], int], path: str, answers: set[int]
) -> None:
    choose = random.Random(path)
    for number in range(few(400)):
        text = any_string(choose)
        response = client.get(f"{path}?q={as_parameter(text, choose)}")
        assert response.status_code in answers, (number, text[:200])
        assert response.getvalue()


@pytest.mark.parametrize(
    ("path", "answers"),
    [
        ("/search/", {200, 302}),
        ("/search/feed.atom", {200}),
        ("/search/documents.csv", {200}),
        ("/api/v1/search", {200, 422}),
        ("/api/v1/documents", {200, 422}),
        ("/api/v1/issues", {200, 422}),
    ],
)
def test_so_is_every_filter_order_and_page(
    client: Client, few: Callable[[int], int], path: str, answers: set[int]
) -> None:
    choose = random.Random(path)
    names = [
        "q",
        "year",
        "month",
        "category",
        "kind",
        "issuer",
        "gazette",
        "validity",
        "sort",
        "page",
        "page_size",
    ]
    names += ["number", "unknown"]
    for number in range(few(300)):
        asked = choose.sample(names, choose.randrange(1, 5))
        values = {
            name: choose.choice([any_string(choose), str(choose.randrange(-9, 3000)), "通知"])
            for name in asked
        }
        address = "&".join(f"{name}={as_parameter(value, choose)}" for name, value in values.items())
        response = client.get(f"{path}?{address}")
        assert response.status_code in answers, (number, values)
        assert response.getvalue() or response.status_code == 302


def test_so_is_every_place_in_an_address(client: Client, few: Callable[[int], int], archive: Issue) -> None:
    choose = random.Random(3)
    own = archive.documents.get(position=1).get_absolute_url()
    templates = ("/documents/{}/", "/documents/{}/2024/", "/documents/{}/2024/1/", "/issues/2024/{}/", "/issues/{}/2024/1/",
                 "/issues/{}/2024/1/pages/", "/api/v1/documents/{}", "/api/v1/issues/{}", own + "?q={}", "/{}")  # fmt: skip
    for number in range(few(600)):
        text = any_string(choose)[:300]
        template = choose.choice(templates)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            response = client.get(template.format(as_parameter(text)))
        assert response.status_code in {200, 301, 302, 404, 410, 422}, (number, template, text)
