"""The files as they came in, each stored once under its checksum: originals/ab/abcdef….pdf"""

import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings

_EXTENSIONS = {"pdf": "pdf", "text": "txt", "docx": "docx", "html": "html"}
_PART = ".part"
_CHUNK = 1024 * 1024


def original_path(sha256: str, kind: str) -> Path:
    """Where the original with this checksum lies, or would lie; `kind` is pdf, text, docx or html."""
    return Path(settings.ORIGINALS_DIR) / sha256[:2] / f"{sha256}.{_EXTENSIONS[kind]}"


def checksum(path: Path) -> tuple[str, int]:
    """SHA-256 in hex and size in bytes of a file."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def store_original(path: Path, kind: str) -> tuple[str, int]:
    """Copy a file into the store; returns its SHA-256 and size. What is there already is never written again."""
    return store_under_checksum(path, lambda sha256: original_path(sha256, kind))


def store_under_checksum(path: Path, place: Callable[[str], Path]) -> tuple[str, int]:
    """Copy a file to the place of its checksum, in a store of two-letter folders; its SHA-256 and size.

    The copy has its final name only when all of it is on the disk: killed at any moment, a file under
    a checksum is whole.
    """
    folder = place("0" * 64).parent.parent
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{secrets.token_hex(8)}{_PART}"
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as source, part.open("xb") as copy:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
        target = place(digest.hexdigest())
        if not target.exists():
            target.parent.mkdir(exist_ok=True)
            part.rename(target)
            _sync_folder(target.parent)
    finally:
        part.unlink(missing_ok=True)
    return digest.hexdigest(), size


def remove_original(sha256: str, kind: str) -> None:
    """Take a file out of the store; the caller knows that nothing uses it."""
    original_path(sha256, kind).unlink(missing_ok=True)


def stored_originals() -> Iterator[tuple[str, Path]]:
    """Checksum (by its name) and path of every file in the store."""
    for path in sorted(Path(settings.ORIGINALS_DIR).glob("??/*")):
        if path.suffix != _PART:
            yield path.stem, path


def remove_abandoned_parts(older_than: float) -> int:
    """Delete copies that a killed process left half-made before the time `older_than` (seconds since 1970)."""
    removed = 0
    for folder in (settings.ORIGINALS_DIR, settings.ANNEXES_DIR):
        for part in Path(folder).glob(f"*{_PART}"):
            if part.stat().st_mtime < older_than:
                part.unlink(missing_ok=True)
                removed += 1
    return removed


def _sync_folder(folder: Path) -> None:
    """Make the new name last a power cut, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
