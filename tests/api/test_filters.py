"""Documents and searches are narrowed by one rule, that of the results page."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from archive.api.filters import Narrowing, among
from archive.models import Document
from archive.search.query import FACETS
from archive.search.update import rebuild
from tests.factories import make_document, make_issue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def archive() -> None:
    make_issue()
    make_issue(
        year=2023,
        label="7",
        published_on=date(2023, 12, 5),
        documents=(
            make_document(
                1,
                kind="意见",
                issuer="云岭市林業局",
                signed_on=date(2023, 11, 30),
                number="云林发〔2023〕4号",
            ),
            make_document(2, category="ＡＢＣ 栏目", kind="公告", signed_on=None),
        ),
    )
    rebuild()


def found(client: Client, path: str, **asked: str) -> set[str]:
    response = client.get(f"/api/v1/{path}", {**asked, "page_size": "100"})
    assert response.status_code == 200, response.content
    told = response.json()
    assert told["total"] == len(told["results"])
    return {one["id"] for one in told["results"]}


def on_the_page(client: Client, **asked: str) -> set[str]:
    """The documents of the results page."""
    page = client.get("/search/", asked).content.decode()
    return {
        one for one in Document.objects.values_list("public_id", flat=True) if f"/documents/{one}/" in page
    }


def test_they_have_the_parameters_of_the_page() -> None:
    assert set(Narrowing.model_fields) == {*FACETS, "signed_from", "signed_to"}


def test_each_value_of_each_facet_narrows_alike(client: Client) -> None:
    facets = client.get("/api/v1/search").json()["facets"]
    assert set(facets) == set(FACETS)
    tried = 0
    for name, values in facets.items():
        for value in values:
            asked = {name: value["value"]}
            documents = found(client, "documents", **asked)
            assert documents == found(client, "search", **asked) == on_the_page(client, **asked), asked
            assert len(documents) == value["count"]
            tried += 1
    assert tried > 12


VALUES: list[tuple[dict[str, str], int]] = [
    ({"kind": "通知", "year": "2024"}, 4),
    ({"issuer": "云岭市林业局"}, 1),  # as printed or in simplified characters
    ({"category": "abc 栏目"}, 1),
    ({"year": "２０２３"}, 2),
    ({"kind": " 公告 "}, 1),
    ({"kind": "  "}, 6),
    ({"month": "12"}, 2),
    ({"month": "12", "year": "2024"}, 0),
    ({"validity": "stands", "kind": "意见"}, 1),
    ({"kind": "没有"}, 0),
    ({"year": "abc"}, 0),
]


def test_values_are_compared_as_the_search_folds_them(client: Client) -> None:
    for asked, count in VALUES:
        documents = found(client, "documents", **asked)
        assert len(documents) == count, asked
        assert found(client, "search", **asked) == documents
        if any(value.strip() for value in asked.values()):
            assert on_the_page(client, **asked) == documents


DAYS = [
    ("2023-01-01", "2023-12-31", 2),
    ("2023-11-01", "2023-11-30", 1),
    ("2023-12-05", "2023-12-05", 1),  # without a day of its own: that of its issue
    ("2024-01-01", "", 4),
    ("", "2023-11-29", 0),
    ("2024-01-15", "2024-01-15", 1),
    ("2024-01-16", "2024-01-15", 0),
]


def test_days_narrow_as_in_a_query(client: Client) -> None:
    for first, last, count in DAYS:
        asked = {name: day for name, day in (("signed_from", first), ("signed_to", last)) if day}
        documents = found(client, "documents", **asked)
        assert len(documents) == count, asked
        searched = found(client, "search", **asked)
        assert documents == searched == found(client, "search", q=f"{first}..{last}")


def test_a_number_and_other_filters_hold_together(client: Client) -> None:
    assert len(found(client, "documents", number="云林发2023-4", kind="意见")) == 1
    assert found(client, "documents", number="云林发2023-4", kind="公告") == set()


def test_any_number_of_documents_can_be_asked_for() -> None:
    """More than a database takes parameters."""
    keys = list(Document.objects.values_list("pk", flat=True))
    many: list[Any] = [*range(10**6, 10**6 + 300_000), *keys]
    assert set(Document.objects.filter(pk__in=among(many)).values_list("pk", flat=True)) == set(keys)
    assert not Document.objects.filter(pk__in=among([])).exists()
