"""The files of the archive in a backup: each once, under its checksum, copied and compared."""

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from archive.backup.errors import BackupError
from archive.backup.manifest import Kept
from archive.ingest.originals import checksum

# Below the data folder.
_FOLDERS = ("originals", "annexes", "uploads")
# A file that is named by its checksum never changes.
_BY_CHECKSUM = re.compile(r"[0-9a-f]{64}")
_PART = ".part"
_CHUNK = 1024 * 1024


def archived_files() -> Iterator[Path]:
    """Every file of the archive that cannot be made again. Pictures, index and half-made copies can."""
    for folder in _FOLDERS:
        for path in sorted(Path(settings.GAZETTE_DATA, folder).rglob("*")):
            if path.is_file() and path.suffix != _PART:
                yield path


def kept_path(folder: Path, sha256: str) -> Path:
    """Where the backup keeps the file with this checksum, or would."""
    return folder / "files" / sha256[:2] / sha256


def keep(folder: Path, path: Path) -> tuple[Kept, bool] | None:
    """Have the file in the backup; with it whether it had to be copied. None when it has gone away meanwhile.

    Raises BackupError for a file that is not what its name says: a backup must not pass on what is damaged.
    """
    place = str(path.relative_to(settings.GAZETTE_DATA))
    named = path.stem if _BY_CHECKSUM.fullmatch(path.stem) else ""
    try:
        sha256 = named or checksum(path)[0]
        target = kept_path(folder, sha256)
        if target.is_file() and (named or target.stat().st_size == path.stat().st_size):
            return Kept(place, sha256, target.stat().st_size), False
        copied, size = copy(path, target)
    except FileNotFoundError:
        return None
    if copied != sha256:
        target.unlink()
        if named:
            raise BackupError(f"原件已变：{path} 与其校验和不符，没有备份。请从旧备份恢复它")
        # An upload that is still being written.
        return keep(folder, path)
    return Kept(place, sha256, size), True


def copy(source: Path, target: Path) -> tuple[str, int]:
    """Copy a file; returns checksum and size of what was copied. The name is there only when all of it is on the disk."""
    part = _made(target).with_name(f"{secrets.token_hex(8)}{_PART}")
    digest, size = hashlib.sha256(), 0
    try:
        with source.open("rb") as there, part.open("xb") as here:
            while chunk := there.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                here.write(chunk)
            here.flush()
            os.fsync(here.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return digest.hexdigest(), size


def damage(path: Path, kept: Kept) -> str:
    """What is wrong with a file of the backup, in a sentence; "" for nothing."""
    try:
        found, size = checksum(path)
    except FileNotFoundError:
        return f"备份中缺少 {path}（{kept.path}）"
    except OSError as error:
        return f"无法读取 {path}（{kept.path}，{error.strerror}）"
    return (
        ""
        if (found, size) == (kept.sha256, kept.size)
        else f"备份已损坏：{path}（{kept.path}）与清单的校验和不符"
    )


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
