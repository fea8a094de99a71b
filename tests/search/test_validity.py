"""What is known of whether a document holds, as a facet: it follows what other issues say, and the calendar."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from archive.ingest.parse.records import Reference, Validity
from archive.models import Issue
from archive.publishing import publish_issue, withdraw_issue
from archive.search import update
from archive.search.query import search_documents
from archive.search.validity import STATES, validity_on
from tests.factories import make_document, make_issue

pytestmark = pytest.mark.django_db

NUMBER = "云政发〔2024〕5号"


def counts(**filters: str) -> dict[str, int]:
    facets = search_documents("云岭", filters=filters).facets
    return {value.value: value.count for value in facets["validity"]}


def ruling(relation: str, label: str = "2", **changes: Any) -> Issue:
    """An issue whose one document repeals or amends NUMBER."""
    said = Reference(NUMBER, "", relation, f"{NUMBER}同时废止。")
    return make_issue(label=label, documents=(make_document(1, references=(said,)),), **changes)


@pytest.mark.parametrize(
    ("relation", "state"), [("repeals", "repealed"), ("amends", "amended"), ("cites", "stands")]
)
def test_a_later_issue_changes_the_validity_of_a_document_in_an_earlier_one(
    relation: str, state: str
) -> None:
    update.index_issue(make_issue(documents=(make_document(1, number=NUMBER), make_document(2))))
    assert counts() == {"stands": 2}
    later = ruling(relation, state="draft")
    update.index_issue(later)
    assert counts() == {"stands": 2}, "a draft says nothing in public"
    publish_issue(later)
    update.index_issue(later)
    expected = {"stands": 2, state: 1} if state != "stands" else {"stands": 3}
    assert counts() == expected
    (hit,) = search_documents(NUMBER, filters={"validity": state}).hits[:1]
    assert hit.document.number == NUMBER
    assert not update.differences()
    withdraw_issue(later, "重新排印")
    update.remove_issue(later.pk)
    assert counts() == {"stands": 2}
    assert not update.differences()


def test_an_issue_that_comes_after_the_one_that_repeals_it_is_repealed_at_once() -> None:
    """Offices load their newest issues first."""
    update.index_issue(ruling("repeals"))
    update.index_issue(make_issue(documents=(make_document(1, number=NUMBER),)))
    assert counts() == {"repealed": 1, "stands": 1}


def test_what_no_longer_repeals_a_document_lets_it_stand() -> None:
    """The issue that said so is deleted, or a second document has the number: then nobody knows which was meant."""
    update.index_issue(make_issue(documents=(make_document(1, number=NUMBER),)))
    later = ruling("repeals")
    update.index_issue(later)
    assert counts() == {"repealed": 1, "stands": 1}
    key = later.pk
    later.delete()
    update.remove_issue(key)
    assert counts() == {"stands": 1}
    update.index_issue(ruling("amends", label="3"))
    assert counts() == {"amended": 1, "stands": 1}
    update.index_issue(make_issue(label="4", documents=(make_document(1, number=NUMBER),)))
    assert counts() == {"stands": 3}
    assert not update.differences()


def test_a_document_expires_without_anybody_writing_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    today = timezone.localdate()
    last_days = [today - timedelta(days=1), today, None]
    documents = tuple(
        make_document(n, validity=Validity(expires_on=day)) for n, day in enumerate(last_days, 1)
    )
    update.index_issue(make_issue(documents=documents))
    assert counts() == {"expired": 1, "stands": 2}, "the last day counts"
    assert [search_documents("云岭", filters={"validity": state}).total for state in STATES] == [2, 0, 1, 0]
    assert not update.differences()


def test_what_was_repealed_is_not_called_expired() -> None:
    assert validity_on("repealed", date(2024, 1, 2)) == "repealed"
    assert validity_on("amended until 2024-01-01", date(2024, 1, 1)) == "amended"
    assert validity_on("amended until 2024-01-01", date(2024, 1, 2)) == "expired"
    assert validity_on("", date(2024, 1, 1)) == ""


def test_months_are_those_of_publication() -> None:
    update.index_issue(make_issue(published_on=date(2024, 2, 1)))
    update.index_issue(make_issue(label="2", published_on=date(2024, 11, 30)))
    update.index_issue(make_issue(label="3", published_on=None))
    months = {value.value: value.count for value in search_documents("云岭").facets["month"]}
    assert months == {"2": 4, "11": 4}
    assert search_documents("云岭", filters={"month": "11", "year": "2024"}).total == 4
    assert search_documents("云岭 month:2").total == 4
