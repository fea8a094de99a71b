"""The files of the archive in a backup: each once, under its checksum, copied and compared."""

import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from django.conf import settings

from archive.backup.errors import BackupError
from archive.backup.manifest import Kept
from archive.ingest.files_store import FOLDERS, PART, checksum_of, files_store, pieces, write_part
from archive.ingest.originals import checksum

# Below the data folder: what waits to be read stays on the disk of the machine, wherever the other files lie.
_UPLOADS = "uploads"
# A file that is named by its checksum never changes.
_BY_CHECKSUM = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Archived:
    """A file of the archive: its name below the data folder, what to call its place, and its content, piece by piece."""

    name: str
    where: str
    read: Callable[[], Iterator[bytes]]


def archived_files() -> Iterator[Archived]:
    """Every file of the archive that cannot be made again. Pictures, index and half-made copies can."""
    store = files_store()
    for name in store.names():
        yield Archived(str(name), store.where(name), partial(store.read, name))
    data = Path(settings.GAZETTE_DATA)
    for path in sorted((data / _UPLOADS).rglob("*")):
        if path.is_file() and path.suffix != PART:
            yield Archived(str(path.relative_to(data)), str(path), partial(pieces, path))


def kept_path(folder: Path, sha256: str) -> Path:
    """Where the backup keeps the file with this checksum, or would."""
    return folder / "files" / sha256[:2] / sha256


def keep(folder: Path, file: Archived) -> tuple[Kept, bool] | None:
    """Have the file in the backup; with it whether it had to be copied. None when it has gone away meanwhile.

    Raises BackupError for a file that is not what its name says: a backup must not pass on what is damaged.
    """
    stem = PurePosixPath(file.name).stem
    named = stem if _BY_CHECKSUM.fullmatch(stem) else ""
    try:
        sha256, size = (named, None) if named else checksum_of(file.read())
        target = kept_path(folder, sha256)
        if target.is_file() and size in (None, target.stat().st_size):
            return Kept(file.name, sha256, target.stat().st_size), False
        copied, size = copy(file.read(), target)
    except FileNotFoundError:
        return None
    if copied != sha256:
        target.unlink()
        if named:
            raise BackupError(f"原件已变：{file.where} 与其校验和不符，没有备份。请从旧备份恢复它")
        # An upload that is still being written.
        return keep(folder, file)
    return Kept(file.name, sha256, size), True


def copy(source: Iterable[bytes], target: Path) -> tuple[str, int]:
    """Copy a file; returns checksum and size of what was copied. The name is there only when all of it is on the disk."""
    part = _made(target).with_name(f"{secrets.token_hex(8)}{PART}")
    try:
        found = write_part(source, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return found


def put_back(folder: Path, kept: Kept) -> None:
    """Put a file of the backup where the settings have it now: into the store of files, or among the uploads.

    Raises BackupError for one that leads out of the data folder, or that is not there as it was afterwards.
    """
    data, name = Path(settings.GAZETTE_DATA), PurePosixPath(kept.path)
    if data not in (data / name).resolve().parents:
        raise BackupError(f"清单中的 {kept.path} 指向数据目录之外，没有恢复")
    if name.parts[0] in FOLDERS:
        _put_into_store(folder, kept, name)
        return
    target = data / name
    if target.is_file() and checksum(target) == (kept.sha256, kept.size):
        return
    if copy(pieces(kept_path(folder, kept.sha256)), target) != (kept.sha256, kept.size):
        raise _differs(str(target))


def _put_into_store(folder: Path, kept: Kept, name: PurePosixPath) -> None:
    store = files_store()
    if store.holds(name):
        if checksum_of(store.read(name)) == (kept.sha256, kept.size):
            return
        # It has changed under its checksum: nobody can want that.
        store.remove(name)
    part = store.part(name)
    try:
        if write_part(pieces(kept_path(folder, kept.sha256)), part) != (kept.sha256, kept.size):
            raise _differs(store.where(name))
        store.add(part, name)
    finally:
        part.unlink(missing_ok=True)


def _differs(where: str) -> BackupError:
    return BackupError(f"{where} 写入后与备份不符。请检查磁盘后重试")


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
