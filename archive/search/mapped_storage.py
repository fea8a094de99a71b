"""Whoosh's files mapped into memory, one mapping a file: a position of its own in every process."""

import mmap
import os
from io import BytesIO
from typing import Any

from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile

from archive.search.folder import on_disk


class MappedStorage(FileStorage):
    """Opens for reading by mapping. Whoosh itself keeps the file open, and its position is shared over a fork.

    Whoosh writes the files of a commit, and makes it the one that counts by renaming its table of contents. All
    files are on the disk before that: after a power cut no table leads to what was never written.
    """

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._written: set[str] = set()

    def open_file(self, name: str, **kwargs: Any) -> StructFile:
        with open(self._fpath(name), "rb") as file:
            try:
                mapped: Any = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError:  # an empty file cannot be mapped
                mapped = BytesIO()
        return StructFile(mapped, name=name, **kwargs)

    def create_file(self, name: str, **kwargs: Any) -> StructFile:
        self._written.add(name)
        return super().create_file(name, **kwargs)

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        for name in sorted(self._written):
            if os.path.exists(self._fpath(name)):  # else it was left by a writer that gave up
                on_disk(self._fpath(name))
        self._written.clear()
        super().rename_file(oldname, newname, safe)
        on_disk(self.folder)
