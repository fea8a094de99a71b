"""Whoosh's files mapped into memory, one mapping a file: a position of its own in every process."""

import mmap
from io import BytesIO
from typing import Any

from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile


class MappedStorage(FileStorage):
    """Opens for reading by mapping. Whoosh itself keeps the file open, and its position is shared over a fork."""

    def open_file(self, name: str, **kwargs: Any) -> StructFile:
        with open(self._fpath(name), "rb") as file:
            try:
                mapped: Any = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError:  # an empty file cannot be mapped
                mapped = BytesIO()
        return StructFile(mapped, name=name, **kwargs)
