"""Each file of the index truncated, emptied, changed by one bit, or removed: never a wrong answer, and it is told."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from archive.search.engine import GramIndex
from archive.search.folder import CURRENT, VERSION
from archive.search.matching import match
from archive.search.query_language import parse_query
from archive.search.records import Record

pytestmark = pytest.mark.usefixtures("search_engine")

WORDS = ("煤矿", "安全", "通知", "生产", "河道", "二〇二二")


def truncate(path: Path, choose: random.Random) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def empty(path: Path, choose: random.Random) -> None:
    path.write_bytes(b"")


def flip(path: Path, choose: random.Random) -> None:
    """One bit, in place: size and inode stay."""
    data = path.read_bytes()
    at = choose.randrange(len(data))
    with path.open("r+b") as file:
        file.seek(at)
        file.write(bytes([data[at] ^ 1 << choose.randrange(8)]))


def remove(path: Path, choose: random.Random) -> None:
    path.unlink()


DAMAGES = [truncate, empty, flip, remove]


def write(place: Path) -> GramIndex:
    """Three commits, one of which replaces what another brought."""
    index = GramIndex(place)
    for commit in range(3):
        with index.writing() as writer:
            if commit == 2:
                writer.remove_group("0")
            for n in range(8):
                body = "".join(WORDS[(n + commit + step) % len(WORDS)] for step in range(n % 4 + 1)) * 20
                key = f"archive.document.{commit * 10 + n}"
                writer.add(Record(key=key, group=str(commit), titles=(f"第{n}号",), body=body))
    return index


def answers(index: GramIndex) -> dict[str, list[str]] | None:
    """What each word finds; None where the index says that it cannot be read."""
    found: dict[str, list[str]] = {}
    for word in (*WORDS, "煤矿安全通知", "文"):
        snapshot = index.snapshot()
        if snapshot is None:
            return None
        keys = snapshot.columns.keys
        found[word] = sorted(keys[number] for number in match(snapshot, parse_query(word)))
    return found


def files_of(index: GramIndex) -> list[Path]:
    generation = index.folder.current()
    assert generation
    own = [path for path in generation.iterdir() if path.stat().st_size]
    # .managed.json is tantivy's list of what it may delete, and says nothing of what is found.
    return sorted([*(path for path in own if path.name != ".managed.json"), index.folder.path / CURRENT])


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_never_changes_an_answer(
    tmp_path: Path, damage: Callable[[Path, random.Random], None]
) -> None:
    choose = random.Random(7)
    names = [path.name for path in files_of(write(tmp_path / "0"))]
    told = 0
    for at in range(len(names)):
        opened = write(tmp_path / f"{damage.__name__}-{at}")
        right = answers(opened)
        assert right and any(right.values())
        path = files_of(opened)[at]
        if settings.SEARCH_ENGINE == "tantivy" and path.name == "meta.json" and damage is flip:
            continue  # has no checksum of its own: what it says wrongly is an error of tantivy's, or a missing file
        damage(path, choose)
        # the process that has it open, and one that opens it now
        for index in (opened, GramIndex(opened.folder.path)):
            found = answers(index)
            assert found in (right, None), path.name
            if found is None:
                told += 1
                assert index.damage or index.folder.current() is None or path.name == VERSION, path.name
                assert not index.is_sound()
        with opened.rebuilding() as writer:
            writer.add(Record(key="archive.document.1", group="1", titles=("第1号",), body="安全"))
        assert (answers(opened) or {})["安全"] == ["archive.document.1"]
        assert opened.damage == ""
        assert opened.is_sound()
    assert told >= len(names)


def test_what_a_writer_takes_back_is_no_damage(tmp_path: Path) -> None:
    index = write(tmp_path / "index")
    right, generation = answers(index), index.folder.current()
    assert generation
    before = {path.name: path.stat().st_size for path in generation.iterdir()}

    class Full(OSError):
        """No space left on device."""

    def give_up() -> None:
        with index.writing() as writer:
            for n in range(8):
                writer.add(
                    Record(key=f"archive.document.{100 + n}", group="9", titles=("新",), body="安全" * 900)
                )
            raise Full

    with pytest.raises(Full):
        give_up()
    assert answers(index) == answers(GramIndex(index.folder.path)) == right
    assert index.damage == ""
    # nothing that nobody reads holds the room that is lacking
    after = {path.name: path.stat().st_size for path in generation.iterdir()}
    assert after["texts"] == before["texts"]
    if settings.SEARCH_ENGINE == "whoosh":  # tantivy clears up when it commits the next time
        assert after.keys() - before.keys() <= {"MAIN_WRITELOCK"}


def test_nothing_is_written_into_a_damaged_index(tmp_path: Path) -> None:
    """Merged, what is damaged would get a checksum that says it is sound."""
    index = write(tmp_path / "index")
    generation = index.folder.current()
    assert generation
    with (generation / "texts").open("r+b") as file:
        file.seek(-2, 2)
        file.write(b"x")
    fresh = GramIndex(index.folder.path)
    with pytest.raises(Exception, match="damaged"), fresh.writing() as writer:
        writer.add(Record(key="archive.document.99", group="9"))
    assert not fresh.is_sound()
