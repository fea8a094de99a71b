"""The files as they came in, each stored once under its checksum: originals/ab/abcdef….pdf; files_store.py says where."""

from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from django.conf import settings

from archive.ingest.files_store import (
    FOLDERS,
    PART,
    checksum_of,
    files_store,
    pieces,
    write_part,
)

_EXTENSIONS = {"pdf": "pdf", "text": "txt", "docx": "docx", "html": "html"}


def original_name(sha256: str, kind: str) -> PurePosixPath:
    """What the original with this checksum is called in the store; `kind` is pdf, text, docx or html."""
    return PurePosixPath("originals", sha256[:2], f"{sha256}.{_EXTENSIONS[kind]}")


def original_path(sha256: str, kind: str) -> Path:
    """Where the original can be read on this machine; nothing lies there when there is none. Raises FilesAway."""
    return files_store().path(original_name(sha256, kind))


def has_original(sha256: str, kind: str) -> bool:
    """Whether the original is stored. Raises FilesAway."""
    return files_store().holds(original_name(sha256, kind))


def checksum(path: Path) -> tuple[str, int]:
    """SHA-256 in hex and size in bytes of a file."""
    return checksum_of(pieces(path))


def store_original(path: Path, kind: str) -> tuple[str, int]:
    """Copy a file into the store; returns its SHA-256 and size. What is there already is never written again."""
    return store_under_checksum(path, lambda sha256: original_name(sha256, kind))


def store_under_checksum(path: Path, name: Callable[[str], PurePosixPath]) -> tuple[str, int]:
    """Copy a file into the store under the name that its checksum gives; its SHA-256 and size.

    The copy has its final name only when all of it is on the disk: killed at any moment, a file under
    a checksum is whole.
    """
    store = files_store()
    part = store.part(name("0" * 64))
    try:
        sha256, size = write_part(pieces(path), part)
        store.add(part, name(sha256))
    finally:
        part.unlink(missing_ok=True)
    return sha256, size


def remove_original(sha256: str, kind: str) -> None:
    """Take a file out of the store; the caller knows that nothing uses it."""
    files_store().remove(original_name(sha256, kind))


def stored_originals() -> Iterator[tuple[str, PurePosixPath]]:
    """Checksum (by its name) and name of every original in the store."""
    for name in files_store().names():
        if name.parts[0] == "originals":
            yield name.stem, name


def remove_abandoned_parts(older_than: float) -> int:
    """Delete copies that a killed process left half-made before the time `older_than` (seconds since 1970)."""
    removed = 0
    data = Path(settings.GAZETTE_DATA)
    for folder in (*FOLDERS, *(f"fetched/{folder}" for folder in FOLDERS)):
        for part in (data / folder).glob(f"*{PART}"):
            if part.stat().st_mtime < older_than:
                part.unlink(missing_ok=True)
                removed += 1
    return removed
