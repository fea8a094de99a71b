"""What a backup is made of: the list that is written last and read first."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from archive.backup.errors import BackupError
from archive.ingest.files_store import sync_folder

FORMAT = 1
NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file: `path` below the data folder (of the rows: below the backup), checksum in hex, size in bytes."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """`counts` are rows by model (archive.issue), `migrations` the last one by application."""

    made_at: str
    migrations: dict[str, str]
    counts: dict[str, int]
    rows: Kept
    secret_key: Kept
    files: tuple[Kept, ...]


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Put the manifest in the place of the last one: from here on this backup is the one that counts."""
    told = {"format": FORMAT, **asdict(manifest)}
    part = folder / f"{NAME}.part"
    with part.open("w", encoding="utf-8") as out:
        json.dump({**told, "sha256": _checksum(told)}, out, ensure_ascii=False, indent=1)
        out.flush()
        os.fsync(out.fileno())
    part.replace(folder / NAME)
    sync_folder(folder)


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of the backup in the folder, None where there is none. Raises BackupError when it is damaged."""
    path = folder / NAME
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if told.pop("sha256") != _checksum(told):
            raise BackupError(f"{path} 已损坏：内容与其校验和不符。请改用另一份备份")
        if told.pop("format") != FORMAT:
            raise BackupError(f"{path} 的格式不是本程序所能读的 {FORMAT}。请用制作它的版本恢复")
        files = tuple(Kept(**kept) for kept in told.pop("files"))
        return Manifest(
            rows=Kept(**told.pop("rows")), secret_key=Kept(**told.pop("secret_key")), files=files, **told
        )
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupError(f"{path} 已损坏（{error}）。请改用另一份备份") from error


def _checksum(told: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
