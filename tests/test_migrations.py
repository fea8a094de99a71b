"""What migrations do to rows that are there already."""

from importlib import import_module

import pytest
from django.apps import apps

from archive.models import Block
from tests.factories import make_issue

numbered = import_module("archive.migrations.0007_printed_pages_and_recognised_lines")


@pytest.mark.django_db
def test_stored_blocks_get_the_number_printed_on_their_page() -> None:
    issue, other = make_issue(), make_issue(label="2")
    other.pages.update(printed_number=70)
    blocks = Block.objects.filter(document__issue=issue)
    first = blocks.order_by("document__position", "position")[0]
    blocks.filter(pk=first.pk).update(page=None)
    numbered.number_blocks(apps, None)
    printed = dict(issue.pages.values_list("number", "printed_number"))
    assert {(page, number) for page, number in blocks.values_list("page", "printed_page")} == {
        (None, None),
        *((page, printed[page]) for page in blocks.exclude(page=None).values_list("page", flat=True)),
    }
    assert set(
        Block.objects.filter(document__issue=other, page__isnull=False).values_list("printed_page", flat=True)
    ) == {70}
