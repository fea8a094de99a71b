"""Where the bulk files lie in the data folder, and the manifest that says what they are.

    GAZETTE_DATA/bulk/parts/41/4f1c…/         what an issue puts into the files, packed; its name says what it was made of
    GAZETTE_DATA/bulk/made/1795828886837-9a/  the files that readers are given, and manifest.json
    GAZETTE_DATA/bulk/current                 the name of that folder; replaced by another all at once

The folder can be thrown away at any time: the worker makes it anew.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.db.models import Max

from archive.ingest.files_store import sync_folder
from archive.journal import last_sequence
from archive.models import Correction, JournalEntry

FORMAT = "gazette-bulk/1"
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class BulkFile:
    """One file; `rows` are its records."""

    name: str
    bytes: int
    sha256: str
    rows: int
    media_type: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the files are, and the state of the archive that they show.

    `sequence` is that of the journal, `redaction` the number of the last correction that blotted something out.
    `categories` are in the order that editors gave them. `made_of` names everything that went into the files.
    """

    format: str
    made_at: str
    edition: str
    sequence: int
    redaction: int
    made_of: str
    categories: tuple[str, ...]
    files: tuple[BulkFile, ...]

    def file(self, name: str) -> BulkFile | None:
        """The file of that name; None where there is none."""
        return next((one for one in self.files if one.name == name), None)


def bulk_folder() -> Path:
    """Where all of it lies."""
    return Path(settings.GAZETTE_DATA) / "bulk"


def present_folder() -> Path | None:
    """The folder of the files that were made last; None before the first."""
    try:
        name = (bulk_folder() / "current").read_text().strip()
    except FileNotFoundError:
        return None
    return bulk_folder() / "made" / name


def read_manifest(folder: Path) -> Manifest:
    """The manifest in the folder. Raises OSError where it cannot be read, ValueError where it is none."""
    with (folder / MANIFEST).open(encoding="utf-8") as file:
        record = json.load(file)
    try:
        if record["format"] != FORMAT:
            raise ValueError(f"format {record['format']}")
        files = tuple(BulkFile(**one) for one in record["files"])
        return Manifest(**{**record, "files": files, "categories": tuple(record["categories"])})
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no manifest of bulk files: {error}") from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write it last: it alone says that the files beside it are whole."""
    part = folder / f"{MANIFEST}.part"
    part.write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    os.replace(part, folder / MANIFEST)


def present() -> tuple[Path, Manifest] | None:
    """The folder and manifest of the files that readers may have now.

    None while there are none, or they are older than the last withdrawal, or know of changes that the archive has
    forgotten (a backup was put back).
    """
    folder = present_folder()
    try:
        manifest = read_manifest(folder) if folder else None
    except (OSError, ValueError):
        return None
    if folder is None or manifest is None:
        return None
    later = JournalEntry.objects.filter(gone=True, sequence__gt=manifest.sequence)
    if later.exists() or last_redaction() > manifest.redaction or last_sequence() < manifest.sequence:
        return None
    return folder, manifest


def last_redaction() -> int:
    """The number of the last correction that blots something out; 0 where there is none."""
    return Correction.objects.filter(redacts=True).aggregate(last=Max("pk"))["last"] or 0


def put_in_place(folder: Path) -> None:
    """Give readers these files from now on, and throw away all others."""
    sync_folder(folder)
    part = bulk_folder() / "current.part"
    part.write_text(folder.name)
    os.replace(part, bulk_folder() / "current")
    sync_folder(bulk_folder())
    for other in folder.parent.iterdir():
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)


@contextmanager
def held() -> Iterator[bool]:
    """True while nobody else makes the files; False where another process does, and then nothing is held."""
    bulk_folder().mkdir(parents=True, exist_ok=True)
    with (bulk_folder() / "lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True
