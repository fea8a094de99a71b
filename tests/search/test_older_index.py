"""An index that an older version made: it answers while the worker makes a new one beside it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from haystack import connections

from archive.models import Document
from archive.search import update
from archive.search.engine import GramIndex, IndexOutdated, index_at
from archive.search.folder import VERSION, IndexFolder
from archive.search.matching import match
from archive.search.query import search_documents
from archive.search.query_language import parse_query
from archive.search.records import Record
from archive.search.whoosh_backend import GramSearchBackend
from tests.factories import make_issue
from tests.outside import Outside

pytestmark = pytest.mark.usefixtures("search_engine")


def write_version(folder: IndexFolder, version: str) -> None:
    """Let the index be one of another version."""
    generation = folder.current()
    assert generation
    (generation / VERSION).write_text(version)
    index_at(str(folder.path))._snapshot = None


def older_tables(version: str) -> str:
    """The version of a program that folded by other tables of characters."""
    return version.replace(" zhconv-", " zhconv-0.")


@pytest.fixture
def folder() -> IndexFolder:
    folder: IndexFolder = connections["default"].get_backend().index.folder
    return folder


def current(folder: IndexFolder) -> str:
    return index_at(str(folder.path)).version


@pytest.mark.parametrize(
    ("older", "serves"),
    [
        (older_tables, True),
        (lambda version: version.replace("unicode-", "unicode-0."), True),
        # rows or files in a form that this program does not know
        (lambda version: version.replace("lists-", "lists-0").replace("tantivy-", "solr-"), False),
        (lambda version: "1" + version[version.index(" ") :], False),
        (lambda version: version.replace("whoosh-", "solr-").replace("tantivy-", "solr-"), False),
        (lambda version: "0", False),
        (lambda version: "", False),
    ],
)
def test_it_serves_where_its_files_can_be_read(
    tmp_path: Path, older: Callable[[str], str], serves: bool
) -> None:
    index = GramIndex(tmp_path / "index")
    with index.writing() as writer:
        writer.add(Record(key="archive.document.1", group="1", titles=("第1号",), body="古树名木"))
    write_version(index.folder, older(index.version))
    fresh = GramIndex(index.folder.path)
    snapshot = fresh.snapshot()
    assert (snapshot is not None) == serves
    assert snapshot is None or len(match(snapshot, parse_query("树名木"))) == 1
    assert fresh.is_outdated()
    with pytest.raises(IndexOutdated), fresh.writing():
        pass


@pytest.mark.django_db
def test_search_goes_on_while_a_new_one_is_made(
    folder: IndexFolder, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = make_issue().documents.all()[0].get_absolute_url()
    update.rebuild()
    make_issue(label="2")  # what the old one never had
    write_version(folder, older_tables(current(folder)))
    before = folder.current()
    found: list[int] = []
    records = GramSearchBackend.records

    def asked_meanwhile(self: GramSearchBackend, index: Any, **lookup: Any) -> Iterator[Record]:
        for record in records(self, index, **lookup):
            found.append(search_documents("古树").total)
            assert address in client.get("/search/?q=古树").content.decode()
            yield record

    monkeypatch.setattr(GramSearchBackend, "records", asked_meanwhile)
    assert update.ensure()
    assert found == [2] * Document.objects.count()
    assert search_documents("古树").total == 4
    assert folder.version() == current(folder) and folder.current() != before
    assert not update.ensure()


# Other processes have the engine from their environment.
@pytest.mark.in_full
@pytest.mark.parametrize("search_engine", ["whoosh"], indirect=True)
@pytest.mark.django_db(transaction=True)
def test_the_worker_makes_the_new_one_by_itself(tmp_path: Path) -> None:
    with Outside(tmp_path) as outside:
        outside.manage("samples")
        path = tmp_path / "index"
        version = GramIndex(path).version
        wanted = len(match(_snapshot(path), parse_query("通知")))
        assert wanted
        write_version(IndexFolder(path), older_tables(version))
        old, counts = IndexFolder(path).current(), set[int]()
        with outside.start("worker", "--interval", "0.1") as worker:
            while IndexFolder(path).version() != version:
                assert worker.poll() is None
                counts.add(len(match(_snapshot(path), parse_query("通知"))))
            counts.add(len(match(_snapshot(path), parse_query("通知"))))
            worker.terminate()
        assert counts == {wanted}
        assert IndexFolder(path).current() != old


def _snapshot(path: Path) -> Any:
    snapshot = GramIndex(path).snapshot()
    assert snapshot is not None
    return snapshot
