"""Makes the bulk files: issue by issue, then all of them put together, piece by piece, in bounded memory."""

import gzip
import hashlib
import logging
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from django.utils import timezone

from archive.backup.rows import one_moment
from archive.bulk import parts, tables
from archive.bulk.folder import (
    FORMAT,
    BulkFile,
    Manifest,
    bulk_folder,
    held,
    last_redaction,
    present_folder,
    put_in_place,
    read_manifest,
    write_manifest,
)
from archive.bulk.whole import WHOLE
from archive.edition import name_issues, present_edition
from archive.journal import last_sequence
from archive.vocabulary import order_of_categories

log = logging.getLogger(__name__)

JSON_LINES, PACKED, TABLE = "application/jsonl", "application/gzip", "text/csv; charset=utf-8"
_PIECE = 1 << 20


def make_some() -> bool:
    """Make the part of one issue, or put all together; False when the files show the present state, or another process
    makes them.
    """
    with held() as ours:
        if not ours:
            return False
        name_issues()
        with one_moment():
            names = parts.wanted()
            state = _state(names)
        if state == _made_of():
            return False
        if (issue := parts.lacking(names)) is not None:
            with one_moment():
                # Under the name of what is there now: it may be another one since.
                now = parts.wanted().get(issue)
                if now:
                    parts.make_part(issue, now)
            return True
        return _put_together()


def make_all() -> Path:
    """Make everything that is wanting; gives the folder of the files. Raises OSError where it cannot be written."""
    while make_some():
        pass
    folder = present_folder()
    if folder is None:
        raise OSError("another process is making the files")
    return folder


def _state(names: dict[int, str]) -> str:
    """Everything that goes into the files, in one checksum."""
    said = f"{sorted(names.items())} {last_sequence()} {last_redaction()} {order_of_categories()}"
    return hashlib.sha256(said.encode()).hexdigest()[:24]


def _made_of() -> str:
    """The state that the present files show; "" where there are none."""
    folder = present_folder()
    try:
        return read_manifest(folder).made_of if folder else ""
    except (OSError, ValueError):
        return ""


def _put_together() -> bool:
    """True when something has changed since the parts were made, and more is to be done."""
    making = bulk_folder() / "made" / f"{timezone.now():%Y%m%d%H%M%S}-{secrets.token_hex(4)}"
    making.mkdir(parents=True)
    try:
        with one_moment():
            names = parts.wanted()
            if parts.lacking(names) is not None:
                shutil.rmtree(making)
                return True
            parts.forget_others(names)
            manifest = Manifest(
                format=FORMAT,
                made_at=timezone.now().isoformat(timespec="seconds"),
                edition=present_edition(),
                sequence=last_sequence(),
                redaction=last_redaction(),
                made_of=_state(names),
                categories=tuple(order_of_categories()),
                files=tuple(_write_files(making, names)),
            )
        write_manifest(making, manifest)
        put_in_place(making)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    log.info("bulk files of %s issues were made", len(names))
    return True


def _write_files(folder: Path, names: dict[int, str]) -> Iterator[BulkFile]:
    rows = dict.fromkeys(parts.KINDS, 0)
    for issue, name in names.items():
        for kind, count in parts.counts_of(issue, name).items():
            rows[kind] += count
    for kind in parts.KINDS:
        packed = [parts.part(issue, name) / f"{kind}.jsonl.gz" for issue, name in names.items()]
        # Of the pages only packed: they are the largest by far, and no reading matter.
        if kind != "pages":
            yield _file(folder, f"{kind}.jsonl", _unpacked(packed), rows[kind], JSON_LINES)
        yield _file(folder, f"{kind}.jsonl.gz", _as_they_are(packed), rows[kind], PACKED)
        if kind in tables.TABLES:
            written = [path.with_name(f"{kind}.csv.gz") for path in packed]
            table = chain([tables.head(kind)], _unpacked(written))
            yield _file(folder, f"{kind}.csv", table, rows[kind], TABLE)
    for kind, records in WHOLE.items():
        yield from _whole(folder, kind, records)


def _whole(folder: Path, kind: str, records: Callable[[], Iterable[parts.Record]]) -> Iterator[BulkFile]:
    """The files of what is read in one go: once for the lines and once for the table."""
    count = 0

    def lines() -> Iterator[bytes]:
        nonlocal count
        for record in records():
            count += 1
            yield parts.as_line(record)

    made = _file(folder, f"{kind}.jsonl", lines(), 0, JSON_LINES)
    yield BulkFile(made.name, made.bytes, made.sha256, count, made.media_type)
    if kind in tables.TABLES:
        table = chain([tables.head(kind)], tables.rows(kind, records()))
        yield _file(folder, f"{kind}.csv", table, count, TABLE)


def _file(folder: Path, name: str, pieces: Iterable[bytes], rows: int, media_type: str) -> BulkFile:
    """Write the pieces, and see that they are on the disk."""
    digest, size = hashlib.sha256(), 0
    with (folder / name).open("wb", buffering=_PIECE) as out:
        for piece in pieces:
            out.write(piece)
            digest.update(piece)
            size += len(piece)
        out.flush()
        os.fsync(out.fileno())
    return BulkFile(name, size, digest.hexdigest(), rows, media_type)


def _as_they_are(paths: Iterable[Path]) -> Iterator[bytes]:
    # A file of nothing at all would be no packed file.
    yield gzip.compress(b"", mtime=0)
    for path in paths:
        with path.open("rb") as file:
            yield from _pieces(file)


def _unpacked(paths: Iterable[Path]) -> Iterator[bytes]:
    for path in paths:
        with gzip.open(path, "rb") as file:
            yield from _pieces(file)


def _pieces(file: "BinaryIO | gzip.GzipFile") -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece
