"""Where the archive's files lie: on the disk of this machine, or in a bucket that speaks S3. `files_store` decides.

A file is known by its name below the data folder, which ends in its checksum: originals/ab/abcdef….pdf. So it never
changes, is never written again, and a copy of it is either right or worthless.
"""

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from archive.ingest.errors import FilesUnreachable

# What is kept in the store; uploads that wait and all that can be made again stay on the disk of the machine.
FOLDERS = ("originals", "annexes")
PART = ".part"
CHUNK = 1024 * 1024


class FilesAway(Exception):
    """The place where files lie does not answer, or refuses: nothing is known of the file."""


class FileDamaged(FilesAway):
    """What came is not what was stored."""


def unreachable(error: FilesAway, file: str) -> FilesUnreachable:
    """What to tell of a file that could not be read or kept because of that."""
    if isinstance(error, FileDamaged):
        problem = "S3 中以它的校验和保存的内容已损坏"
        return FilesUnreachable(
            file, problem, "请运行 manage.py verify 查明，删除损坏的对象后从备份恢复或重新导入"
        )
    return FilesUnreachable(file)


class FilesStore(Protocol):
    """Files under their checksums. What cannot be reached raises FilesAway."""

    def holds(self, name: PurePosixPath) -> bool: ...

    def path(self, name: PurePosixPath) -> Path:
        """Where the file can be read on this machine; nothing lies there when the store has none."""

    def read(self, name: PurePosixPath) -> Iterator[bytes]:
        """The file piece by piece as it is kept, never a copy. Raises FileNotFoundError."""

    def part(self, name: PurePosixPath) -> Path:
        """A place on this machine to write what is to be added under that name, or one beside it."""

    def add(self, part: Path, name: PurePosixPath) -> None:
        """Take in a part that is whole and on the disk; it is moved away, unless the store has the file already."""

    def remove(self, name: PurePosixPath) -> None: ...

    def names(self) -> Iterator[PurePosixPath]:
        """Of every file, in order."""

    def where(self, name: PurePosixPath) -> str:
        """What to call the place of a file in a message."""

    def ask(self) -> None:
        """Raises FilesAway unless the store answers."""


@dataclass(frozen=True, slots=True)
class DiskFiles:
    """Files below a folder of this machine."""

    root: Path

    def holds(self, name: PurePosixPath) -> bool:
        return self.path(name).is_file()

    def path(self, name: PurePosixPath) -> Path:
        return self.root / name

    def read(self, name: PurePosixPath) -> Iterator[bytes]:
        return pieces(self.path(name))

    def part(self, name: PurePosixPath) -> Path:
        folder = self.root / name.parts[0]
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{secrets.token_hex(8)}{PART}"

    def add(self, part: Path, name: PurePosixPath) -> None:
        target = self.path(name)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            part.rename(target)
            sync_folder(target.parent)

    def remove(self, name: PurePosixPath) -> None:
        self.path(name).unlink(missing_ok=True)

    def names(self) -> Iterator[PurePosixPath]:
        for folder in FOLDERS:
            for path in sorted((self.root / folder).glob("??/*")):
                if path.suffix != PART:
                    yield PurePosixPath(path.relative_to(self.root))

    def where(self, name: PurePosixPath) -> str:
        return str(self.path(name))

    def ask(self) -> None:
        pass


def files_store() -> FilesStore:
    """Where files lie as the settings have it. Raises ImproperlyConfigured where the packages for it are missing."""
    if not settings.FILES_S3_BUCKET:
        return disk_files()
    try:
        from archive.ingest.s3_files import S3Files
    except ModuleNotFoundError as error:
        raise ImproperlyConfigured(
            f"FILES_S3_BUCKET is set, and {error.name} is not installed: "
            "pip install -r requirements-s3.txt (make run S3=1 does it), or unset FILES_S3_BUCKET"
        ) from error
    return S3Files()


def disk_files() -> DiskFiles:
    """The files in the data folder of this machine, whatever the settings say."""
    return DiskFiles(Path(settings.GAZETTE_DATA))


def pieces(path: Path) -> Iterator[bytes]:
    """What a file of this machine holds."""
    with path.open("rb") as source:
        while chunk := source.read(CHUNK):
            yield chunk


def checksum_of(chunks: Iterable[bytes]) -> tuple[str, int]:
    """SHA-256 in hex, and size in bytes."""
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def write_part(chunks: Iterable[bytes], part: Path) -> tuple[str, int]:
    """Write a new file and bring it to the disk; checksum and size of what was written."""
    with part.open("xb") as out:

        def written() -> Iterator[bytes]:
            for chunk in chunks:
                out.write(chunk)
                yield chunk

        found = checksum_of(written())
        out.flush()
        os.fsync(out.fileno())
    return found


def copy_files(source: FilesStore, target: FilesStore) -> Iterator[tuple[PurePosixPath, str]]:
    """Bring every file of one store into another; yields each name and what became of it.

    "copied", "there" (its checksum is right) or "damaged", in the one or in the other: then the target is left as it was.
    """
    for name in source.names():
        if target.holds(name):
            right = checksum_of(target.read(name))[0] == name.stem
            yield name, "there" if right else "damaged"
            continue
        part = target.part(name)
        try:
            right = write_part(source.read(name), part)[0] == name.stem
            if right:
                target.add(part, name)
        finally:
            part.unlink(missing_ok=True)
        yield name, "copied" if right else "damaged"


def sync_folder(folder: Path) -> None:
    """Make new names in a folder last a power cut, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
