"""What a power cut leaves: nothing that counts leads to what was not yet on the disk."""

import os
from pathlib import Path
from typing import Any

import pytest

from archive.search.engine import GramIndex
from archive.search.folder import CURRENT, TEXTS, VERSION
from archive.search.records import Record

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/fd").exists(), reason="the names of open files are read from /proc"
)


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Path]]:
    """What is brought to the disk ("sync") and what is renamed ("name", the new name), as it happens."""
    happened: list[tuple[str, Path]] = []
    sync, rename, replace = os.fsync, os.rename, os.replace

    def note_sync(handle: int) -> None:
        happened.append(("sync", Path(os.readlink(f"/proc/self/fd/{handle}"))))
        sync(handle)

    def note(real: Any) -> Any:
        def renamed(old: Any, new: Any, **kwargs: Any) -> None:
            real(old, new, **kwargs)
            happened.append(("name", Path(new)))

        return renamed

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(os, "rename", note(rename))
    monkeypatch.setattr(os, "replace", note(replace))
    return happened


def record(number: int) -> Record:
    return Record(
        key=f"archive.document.{number}", group="1", titles=("关于防汛的通知",), body="各县区要抓好落实"
    )


def assert_synced_before(events: list[tuple[str, Path]], last: int, paths: list[Path]) -> None:
    synced = {path for event, path in events[:last] if event == "sync"}
    assert {path.name for path in paths if path not in synced} == set()


@pytest.mark.parametrize("search_engine", ["whoosh"], indirect=True)
def test_files_are_on_the_disk_before_the_table_of_contents_names_them(
    tmp_path: Path, search_engine: str, events: list[tuple[str, Path]]
) -> None:
    index = GramIndex(tmp_path / "index")
    with index.rebuilding() as writer:
        writer.add(record(1))
    generation = index.folder.current()
    assert generation is not None
    for number in (2, 3):
        before = set(generation.iterdir())
        events.clear()
        with index.writing() as writer:
            writer.add(record(number))
        tables = [at for at, (event, path) in enumerate(events) if event == "name" and path.suffix == ".toc"]
        assert len(tables) == 1
        fresh = [path for path in generation.iterdir() if path not in before and path.suffix != ".toc"]
        fresh = [path for path in fresh if "WRITELOCK" not in path.name]
        assert len(fresh) >= 3  # terms, postings, rows
        assert_synced_before(events, tables[0], [*fresh, generation / TEXTS])
        # The table itself, under the name it had before, and the folder that names it.
        assert any(".toc." in path.name for event, path in events[: tables[0]] if event == "sync")
        assert ("sync", generation) in events[tables[0] :]


@pytest.mark.parametrize("search_engine", ["tantivy"], indirect=True)
def test_tantivy_names_its_files_when_the_texts_are_on_the_disk(
    tmp_path: Path, search_engine: str, events: list[tuple[str, Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own files it brings there itself, from outside Python; what it does not is the folder's change of names."""
    from archive.search.tantivy_store import TantivyWriter

    index = GramIndex(tmp_path / "index")
    with index.rebuilding() as writer:
        writer.add(record(1))
    generation = index.folder.current()
    assert generation is not None
    meta = generation / "meta.json"
    real = TantivyWriter.commit

    def commit(self: TantivyWriter) -> None:
        before = meta.read_bytes()
        assert ("sync", generation / TEXTS) in events
        events.clear()
        real(self)
        assert meta.read_bytes() != before

    monkeypatch.setattr(TantivyWriter, "commit", commit)
    events.clear()
    with index.writing() as writer:
        writer.add(record(2))
    assert events == [("sync", generation)]


def test_a_generation_is_on_the_disk_before_it_is_the_current_one(
    tmp_path: Path, search_engine: str, events: list[tuple[str, Path]]
) -> None:
    index = GramIndex(tmp_path / "index")
    with index.rebuilding() as writer:
        writer.add(record(1))
    generation = index.folder.current()
    assert generation is not None
    at = events.index(("name", tmp_path / "index" / CURRENT))
    files = [path for path in generation.iterdir() if "WRITELOCK" not in path.name and path.suffix != ".toc"]
    if search_engine == "tantivy":  # all others it brings to the disk itself
        files = [generation / TEXTS]
    assert_synced_before(events, at, [*files, generation / VERSION, generation, tmp_path / "index"])
    assert ("sync", tmp_path / "index") in events[at:]
