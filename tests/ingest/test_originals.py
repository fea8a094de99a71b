"""Originals are whole under their checksum, or not there."""

import hashlib
from pathlib import Path, PurePosixPath

import pytest

from archive.ingest.originals import (
    checksum,
    original_path,
    remove_abandoned_parts,
    remove_original,
    store_original,
    stored_originals,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "公报.pdf"
    path.write_bytes(b"%PDF-1.7 " + bytes(range(256)) * 10_000)
    return path


def test_stored_under_its_checksum(file: Path, data_folder: Path) -> None:
    content = file.read_bytes()
    sha256, size = store_original(file, "pdf")
    assert (sha256, size) == (hashlib.sha256(content).hexdigest(), len(content)) == checksum(file)
    path = original_path(sha256, "pdf")
    assert path == data_folder / "originals" / sha256[:2] / f"{sha256}.pdf"
    assert path.read_bytes() == content
    assert list(stored_originals()) == [(sha256, PurePosixPath(path.relative_to(data_folder)))]
    assert file.exists()


def test_never_written_again(file: Path) -> None:
    sha256, _size = store_original(file, "pdf")
    path = original_path(sha256, "pdf")
    before = path.stat()
    store_original(file, "pdf")
    after = path.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert len(list(stored_originals())) == 1


def test_a_copy_that_fails_half_way_leaves_nothing(
    file: Path, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("archive.ingest.files_store.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        store_original(file, "pdf")
    assert [path for path in (data_folder / "originals").rglob("*") if path.is_file()] == []


def test_half_made_copies_of_killed_processes_are_cleared(file: Path, data_folder: Path) -> None:
    sha256, _size = store_original(file, "text")
    part = data_folder / "originals" / "0123456789abcdef.part"
    part.write_bytes(b"half")
    assert remove_abandoned_parts(older_than=part.stat().st_mtime - 10) == 0
    assert remove_abandoned_parts(older_than=part.stat().st_mtime + 10) == 1
    assert [path.name for _sha, path in stored_originals()] == [f"{sha256}.txt"]
    remove_original(sha256, "text")
    assert list(stored_originals()) == []
