"""The index follows the database: after each call, after a kill, after a lost folder."""

import shutil
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from archive.models import Document, Issue
from archive.search import update
from archive.search.engine import index_at
from archive.search.folder import VERSION, IndexFolder
from archive.search.query import search_documents
from tests.factories import make_issue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("search_engine")]


@pytest.fixture
def folder(data_folder: Path) -> IndexFolder:
    return index_at(str(data_folder / "index")).folder


def ids_published() -> set[int]:
    return set(Document.objects.published().values_list("pk", flat=True))


def test_an_issue_goes_in_and_comes_out() -> None:
    issue, other = make_issue(), make_issue(label="2")
    assert update.indexed_ids() == set()
    assert update.index_issue(issue)
    # the first call makes the index, and an index without the other issue would be a wrong one
    assert update.indexed_ids() == ids_published()
    Issue.objects.filter(pk=issue.pk).update(state="withdrawn", withdrawn_at=timezone.now())
    assert update.remove_issue(issue.pk)
    assert update.indexed_ids() == set(other.documents.values_list("pk", flat=True))
    assert not update.differences()


def test_the_database_decides_not_the_order_of_calls() -> None:
    """Withdrawn and published again by two processes: the later call may be about the earlier change."""
    issue = make_issue()
    update.index_issue(issue)
    update.remove_issue(issue.pk)
    assert update.indexed_ids() == ids_published()
    draft = make_issue(label="2", state="draft")
    update.index_issue(draft)
    assert update.indexed_ids() == ids_published()


def test_a_deleted_issue_comes_out() -> None:
    issue = make_issue()
    update.index_issue(issue)
    key = issue.pk
    issue.delete()
    update.remove_issue(key)
    assert update.indexed_ids() == set()


def test_a_changed_document_is_found_by_its_new_text_only() -> None:
    issue = make_issue()
    update.index_issue(issue)
    block = issue.documents.get(position=1).blocks.get(text__contains="逐株登记")
    block.text = block.text.replace("逐株登记", "挂牌编号")
    block.save()
    assert update.differences().changed == {issue.documents.get(position=1).pk}
    update.index_issue(issue)
    assert search_documents("挂牌编号").total == 1
    assert search_documents("逐株登记").total == 0
    assert not update.differences()


# --- several processes -------------------------------------------------------------------------------
def test_an_issue_waits_in_the_queue_while_another_process_writes(folder: IndexFolder) -> None:
    first, second = make_issue(), make_issue(label="2")
    update.index_issue(first)
    Issue.objects.filter(pk=second.pk).update(state="draft")
    update.index_issue(second)
    Issue.objects.filter(pk=second.pk).update(state="published")
    with folder.locked():
        assert not update.index_issue(second, wait=0)
        assert list(folder.queued().values()) == [second.pk]
        assert len(update.indexed_ids()) == 4
    # whoever writes next takes it along
    update.index_issue(first)
    assert update.indexed_ids() == ids_published()
    assert folder.queued() == {}


def test_what_a_killed_process_left_in_the_queue_is_worked_off_at_the_next_start(folder: IndexFolder) -> None:
    first, second = make_issue(), make_issue(label="2", state="draft")
    update.index_issue(first)
    Issue.objects.filter(pk=second.pk).update(state="published")
    folder.enqueue(second.pk)
    assert not update.ensure()
    assert update.indexed_ids() == ids_published()


def test_what_a_killed_process_never_asked_for_is_brought_in() -> None:
    first = make_issue()
    update.index_issue(first)
    make_issue(label="2")
    Issue.objects.filter(pk=first.pk).update(state="draft")
    assert update.differences()
    assert not update.ensure()
    assert not update.differences()


# --- making anew -------------------------------------------------------------------------------------
def test_nothing_is_rebuilt_without_need() -> None:
    assert not update.ensure()
    make_issue()
    assert update.ensure()
    assert not update.ensure()
    assert update.indexed_ids() == ids_published()


def test_an_index_of_another_version_is_rebuilt_at_the_start(folder: IndexFolder) -> None:
    update.index_issue(make_issue())
    generation = folder.current()
    assert generation
    (generation / VERSION).write_text("0")
    index_at(str(folder.path))._snapshot = None
    assert not search_documents("古树").ready
    assert update.ensure()
    assert search_documents("古树").total == 2


def test_the_first_issue_after_an_update_brings_all_others(folder: IndexFolder) -> None:
    issue, _ = make_issue(), make_issue(label="2")
    update.rebuild()
    generation = folder.current()
    assert generation
    (generation / VERSION).write_text("0")
    update.index_issue(issue)
    assert update.indexed_ids() == ids_published()
    assert len(ids_published()) == 8


def test_a_deleted_folder_is_restored_by_rebuild_index(folder: IndexFolder) -> None:
    update.index_issue(make_issue())
    shutil.rmtree(folder.path)
    assert not search_documents("古树").ready
    call_command("rebuild_index", interactive=False, verbosity=0)
    assert search_documents("古树").total == 2
    assert not update.differences()


def test_rebuild_counts() -> None:
    make_issue()
    make_issue(label="2", state="draft")
    assert update.rebuild() == 4


def test_differences_are_named_and_mended() -> None:
    first, second = make_issue(), make_issue(label="2")
    update.rebuild()
    Issue.objects.filter(pk=first.pk).update(state="draft")
    third = make_issue(label="3")
    second.documents.filter(position=1).update(title="改了的标题")
    found = update.differences()
    assert found.left_over == set(first.documents.values_list("pk", flat=True))
    assert found.missing == set(third.documents.values_list("pk", flat=True))
    assert found.changed == {second.documents.get(position=1).pk}
    update.mend(found)
    assert not update.differences()
    assert search_documents("改了的标题").total == 1


def test_an_index_that_is_gone_is_mended_whole(folder: IndexFolder) -> None:
    update.index_issue(make_issue())
    shutil.rmtree(folder.path)
    found = update.differences()
    assert found.missing == ids_published()
    update.mend(found)
    assert not update.differences()
