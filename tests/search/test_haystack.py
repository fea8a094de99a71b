"""Haystack's interface over the engine: filters, narrowing, related documents, its commands."""

from datetime import date
from io import StringIO
from typing import Any

import haystack
import pytest
from django.core.management import call_command
from haystack.inputs import AutoQuery, Raw
from haystack.query import SQ, SearchQuerySet

from archive.models import Document
from tests.factories import make_issue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("search_engine")]


def fill() -> None:
    call_command("update_index", verbosity=0)


def ask() -> SearchQuerySet:
    return SearchQuerySet()


def keys(found: Any) -> set[int]:
    return {int(result.pk) for result in found}


def keys_of(*positions: int) -> set[int]:
    return set(Document.objects.published().filter(position__in=positions).values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("narrow", "positions"),
    [
        (SQ(content="古树") & SQ(content="普查"), {1}),
        (SQ(content="普查") | SQ(content="编织袋"), {1, 2}),
        (SQ(content="古树") & ~SQ(content="普查"), {3}),
        (~SQ(content="古树"), {2, 4}),
        (SQ(content=AutoQuery("古树 -普查")), {3}),
        (SQ(content=Raw("title:古树 OR 编织袋")), {1, 2, 3}),
        (SQ(title="古树"), {1, 3}),
        (SQ(person="程千里"), {3, 4}),
        (SQ(category="人事任免"), {4}),
        (SQ(category__in=["人事任免", "政府文件"]), {1, 4}),
        (SQ(year__gte=2024), {1, 2, 3, 4}),
        (SQ(year__lt=2024), set()),
        (SQ(signed_on__range=(date(2024, 1, 16), date(2024, 2, 1))), {2, 3}),
        (SQ(signed_on__gt=date(2024, 2, 1)), {4}),
        (SQ(signed_on__lte=date(2024, 1, 15)), {1}),
        (SQ(signed_on=date(2024, 1, 15)), {1}),
        (SQ(content=""), {1, 2, 3, 4}),
    ],
)  # fmt: skip
def test_filters(narrow: SQ, positions: set[int]) -> None:
    make_issue()
    fill()
    assert keys(ask().filter(narrow)) == keys_of(*positions)


def test_narrowing_models_and_stored_values() -> None:
    make_issue()
    fill()
    assert keys(ask().narrow('category_exact:"人事任免"')) == keys_of(4)
    found = ask().models(Document).filter(content="古树")
    assert found.count() == 2
    result = found[0]
    assert (result.year, result.kind, result.app_label, result.model_name) == (
        "2024",
        "通知",
        "archive",
        "document",
    )
    assert result.object.position in {1, 3}
    assert {tuple(row) for row in ask().models(Document).values_list("pk", "id")} == {
        (str(pk), f"archive.document.{pk}") for pk in keys_of(1, 2, 3, 4)
    }
    with pytest.raises(ValueError, match="signed_on"):
        list(ask().order_by("nonsense"))


def test_more_like_this() -> None:
    make_issue()
    fill()
    first = Document.objects.get(position=1)
    near = [result.object.position for result in ask().more_like_this(first)]
    assert near
    assert near[0] == 3
    assert 1 not in near


def test_drafts_given_by_hand_stay_out() -> None:
    issue = make_issue(state="draft")
    backend = haystack.connections["default"].get_backend()
    index = haystack.connections["default"].get_unified_index().get_index(Document)
    backend.update(index, issue.documents.all())
    assert ask().all().count() == 0


def test_every_field_is_filled() -> None:
    """A field whose prepare never runs stays empty without a word."""
    make_issue()
    index = haystack.connections["default"].get_unified_index().get_index(Document)
    prepared = index.full_prepare(index.index_queryset().get(position=4))
    assert {name for name, value in prepared.items() if not value} == set()


def test_update_index_removes_what_is_gone() -> None:
    issue = make_issue()
    fill()
    issue.documents.get(position=4).delete()
    call_command("update_index", remove=True, verbosity=0)
    assert ask().all().count() == 3


def test_rebuild_index_says_how_many() -> None:
    make_issue()
    out = StringIO()
    call_command("rebuild_index", "--noinput", stdout=out)
    assert out.getvalue() == "4 documents indexed\n"
    assert ask().all().count() == 4
