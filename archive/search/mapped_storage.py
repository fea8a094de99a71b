"""Whoosh's files mapped into memory, one mapping a file: a position of its own in every process.

Whoosh names the files of a commit in a table of contents. Behind what Whoosh writes there stand the checksums of those
files, and one of the table: a disk that fails, or a hand that slips, must not make searches find less without a word.
"""

import contextlib
import json
import mmap
import os
import re
import secrets
import shutil
import struct
from io import BytesIO
from pathlib import Path
from typing import Any
from zlib import crc32

from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile

from archive.search.folder import on_disk
from archive.search.stores import StoreUnreadable

_CHUNK = 1 << 20
_TABLE = ".toc"
_A_TABLE = re.compile(r"_MAIN_([0-9]+)\.toc")
# How long the checksums are, the checksum of all before it, and what tells that they are there.
_SEAL = struct.Struct(">II8s")
_MAGIC = b"checked1"

# Size and CRC32 of each file, by its name.
Sums = dict[str, tuple[int, int]]


class MappedStorage(FileStorage):
    """Opens for reading by mapping. Whoosh itself keeps the file open, and its position is shared over a fork.

    Whoosh writes the files of a commit, and makes it the one that counts by renaming its table of contents. All
    files are on the disk before that: after a power cut no table leads to what was never written.
    """

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._written: dict[str, StructFile] = {}
        self._temporary: list[MappedStorage] = []

    def open_file(self, name: str, **kwargs: Any) -> StructFile:
        with open(self._fpath(name), "rb") as file:
            try:
                mapped: Any = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError:  # an empty file cannot be mapped
                mapped = BytesIO()
        if name.endswith(_TABLE):
            sums_in(self._fpath(name), mapped[:])
        return StructFile(mapped, name=name, **kwargs)

    def create_file(self, name: str, **kwargs: Any) -> StructFile:
        self._written[name] = file = super().create_file(name, **kwargs)
        return file

    def temp_storage(self, name: str | None = None) -> "MappedStorage":
        """A folder below, for what one segment is made of."""
        made = MappedStorage(self._fpath(name or f"{secrets.token_hex(8)}.tmp")).create()
        self._temporary.append(made)
        return made

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        there = sorted(name for name in self._written if os.path.exists(self._fpath(name)))
        if newname.endswith(_TABLE):
            self._seal(oldname, [name for name in there if name != oldname])
        for name in there:  # those that are not there were left by a writer that gave up
            on_disk(self._fpath(name))
        super().rename_file(oldname, newname, safe)
        self._written.clear()
        on_disk(self.folder)

    def discard_written(self) -> None:
        """Delete what was written and no table of contents leads to: it would hold the room that a full disk lacks."""
        for name, file in self._written.items():
            with contextlib.suppress(OSError):  # no room for what is still to be written
                file.file.close()
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._fpath(name))
        self._written.clear()
        for temporary in self._temporary:
            temporary.discard_written()
            shutil.rmtree(temporary.folder, ignore_errors=True)
        self._temporary.clear()

    def sums(self, table: int) -> Sums:
        """The checksums that stand in a table of contents. Raises StoreUnreadable where it is damaged."""
        path = self._fpath(f"_MAIN_{table}{_TABLE}")
        return sums_in(path, Path(path).read_bytes())

    def _seal(self, table: str, written: list[str]) -> None:
        """Write the checksums behind a table that is about to count: of what it brings, and of what stays."""
        numbers = [int(found[1]) for name in self.list() if (found := _A_TABLE.fullmatch(name))]
        sums = self.sums(max(numbers)) if numbers else {}
        kept = {name: known for name, known in sums.items() if os.path.exists(self._fpath(name))}
        kept |= {name: sum_of(Path(self._fpath(name))) for name in written}
        data = json.dumps(kept).encode()
        with open(self._fpath(table), "r+b") as file:
            before = crc32(file.read())
            file.write(data + _SEAL.pack(len(data), crc32(data, before), _MAGIC))


def sums_in(path: str, table: bytes) -> Sums:
    """The checksums in the bytes of a table of contents. Raises StoreUnreadable where they do not hold."""
    if len(table) > _SEAL.size:
        length, check, magic = _SEAL.unpack(table[-_SEAL.size :])
        rest = table[: -_SEAL.size]
        if magic == _MAGIC and crc32(rest) == check:
            return {name: (size, crc) for name, (size, crc) in json.loads(rest[-length:]).items()}
    raise StoreUnreadable(f"{path} is damaged")


def sum_of(path: Path) -> tuple[int, int]:
    """Size and CRC32 of a file; read, not mapped, for all pages of a mapping stay in memory."""
    size = check = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            check = crc32(chunk, check)
    return size, check
