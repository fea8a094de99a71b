"""Reads bulk files, and says of the first that is damaged which file and line it is, and what helps."""

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from archive.bulk.folder import MANIFEST, BulkFile, Manifest, read_manifest

Record = dict[str, Any]
_PIECE = 1 << 20
_AGAIN = "请重新下载这个文件，或改用另一份"


class BulkError(Exception):
    """The files cannot be read in; the message names file, line and remedy."""


def manifest_in(folder: Path) -> Manifest:
    """The manifest of the files in a folder. Raises BulkError where there is none."""
    try:
        return read_manifest(folder)
    except FileNotFoundError:
        raise BulkError(
            f"{folder} 中没有 {MANIFEST}。请把 /bulk/ 列出的文件连同它一起下载到一个文件夹"
        ) from None
    except (OSError, ValueError) as error:
        raise BulkError(f"{folder / MANIFEST} 无法读取（{error}）。{_AGAIN}") from error


def check(folder: Path, file: BulkFile) -> None:
    """Raises BulkError unless the file is what the manifest says."""
    path = folder / file.name
    digest, size, lines, last = hashlib.sha256(), 0, 0, b"\n"
    try:
        with path.open("rb") as source:
            while piece := source.read(_PIECE):
                digest.update(piece)
                size += len(piece)
                lines += piece.count(b"\n")
                last = piece[-1:]
    except OSError as error:
        raise BulkError(f"{path} 无法读取（{error.strerror}）。{_AGAIN}") from error
    if size < file.bytes:
        where = f"在第 {lines + 1} 行中断，" if last != b"\n" and not file.name.endswith(".gz") else ""
        raise BulkError(f"{path} 不完整：{where}只有 {size} 字节，应有 {file.bytes} 字节。{_AGAIN}")
    if digest.hexdigest() != file.sha256:
        raise BulkError(f"{path} 的 SHA-256 与 {MANIFEST} 不符。{_AGAIN}")


def records(folder: Path, name: str) -> Iterator[tuple[str, Record]]:
    """(where it stands, the record) of each line of a file. Raises BulkError at a line that is none."""
    path = folder / name
    number = 0
    try:
        with gzip.open(path, "rb") if name.endswith(".gz") else path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                record = json.loads(line) if line.endswith(b"\n") else None
                if not isinstance(record, dict):
                    raise BulkError(f"{path} 第 {number} 行不完整。{_AGAIN}")
                yield f"{path} 第 {number} 行", record
    except (ValueError, EOFError, OSError, zlib.error) as error:
        raise BulkError(f"{path} 第 {number or 1} 行无法读取（{error}）。{_AGAIN}") from error
