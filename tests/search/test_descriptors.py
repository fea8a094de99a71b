"""What a process keeps open of the index: the files of the last snapshot, each once, however much it searches.

A file that is mapped into memory counts as an open one, and a process may have no more than about a thousand.
"""

import os
import threading
from collections import Counter
from pathlib import Path

import pytest
from django.test import Client

from archive.search import update
from archive.search.engine import GramIndex, index_at
from archive.search.query import search_documents
from archive.search.suggestions import suggest
from tests.factories import make_issue
from tests.search.test_engine import make_record

OPEN = Path("/proc/self/fd")
pytestmark = pytest.mark.skipif(not OPEN.is_dir(), reason="needs Linux, which says what a process has open")


def open_files() -> Counter[str]:
    """What this process has open, by name; a file that was deleted says so."""
    found: Counter[str] = Counter()
    for link in OPEN.iterdir():
        try:
            found[os.readlink(link)] += 1
        except FileNotFoundError:
            continue  # the one that lists the others
    return found


def open_below(folder: Path) -> Counter[str]:
    return Counter({name: count for name, count in open_files().items() if name.startswith(f"{folder}/")})


@pytest.mark.in_full
@pytest.mark.django_db
def test_thousands_of_searches_while_the_index_changes_leave_nothing_open(
    client: Client, data_folder: Path
) -> None:
    issues = [make_issue(label=str(n), number=n) for n in range(1, 4)]
    update.rebuild()
    for path in ("/search/", "/search/suggest", "/search/feed.atom", "/api/v1/search"):
        client.get(path, {"q": "古树"})  # what a first request opens once for all
    before = sum((open_files() - open_below(data_folder / "index")).values())
    for n in range(2000):
        query = ("古树", "云政发2024 1", "谁来登记古树名木？", "孟县", "星际航行")[n % 5]
        if n % 20:
            assert search_documents(query).ready
            suggest(query)
        else:
            client.get("/search/", {"q": query})
            client.get("/number/", {"q": query})
        if n % 40 == 0:
            update.index_issue(issues[n // 40 % 3])
        if n % 400 == 0:
            update.rebuild()
    held = open_below(data_folder / "index")
    assert set(held.values()) == {1}
    assert not [name for name in held if name.endswith("(deleted)")]
    after = open_files() - held
    assert sum(after.values()) <= before, after


def test_threads_that_come_and_go_leave_nothing_open(tmp_path: Path) -> None:
    index = GramIndex(tmp_path)
    with index.writing() as writer:
        writer.add(make_record(0, "安全生产"))

    def read() -> None:
        for _ in range(5):
            assert index.snapshot() is not None

    for n in range(1, 30):
        threads = [threading.Thread(target=read) for _ in range(8)]
        for thread in threads:
            thread.start()
        with index.writing() as writer:
            writer.add(make_record(n, "安全生产"))
        for thread in threads:
            thread.join()
    assert index.snapshot() is not None
    assert set(open_below(tmp_path).values()) == {1}


def test_a_process_that_goes_from_folder_to_folder_lets_go_of_the_first(tmp_path: Path) -> None:
    for n in range(30):
        index = index_at(str(tmp_path / str(n)))
        with index.writing() as writer:
            writer.add(make_record(n, "安全生产"))
        assert index.snapshot() is not None
    del index
    folders = {Path(name).relative_to(tmp_path).parts[0] for name in open_below(tmp_path)}
    assert "29" in folders
    assert "0" not in folders
    assert len(folders) < 10
