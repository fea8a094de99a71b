"""Makes a backup: files, rows, the manifest, and then a look at all of it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from archive.backup import rows
from archive.backup.errors import BackupError
from archive.backup.files import archived_files, damage, keep, kept_path
from archive.backup.manifest import Kept, Manifest, read_manifest, write_manifest
from archive.ingest.files_store import sync_folder
from archive.ingest.originals import checksum
from archive.models import Issue

_ROWS = "rows-{}.jsonl.gz"
SECRET_KEY = "secret-key"


@dataclass(frozen=True, slots=True)
class Made:
    """`copied` of the manifest's files were not in the backup before; `lost` names what the archive itself has lost."""

    manifest: Manifest
    copied: int
    lost: tuple[str, ...]


def make_backup(folder: Path) -> Made:
    """Bring the backup in the folder to what the archive holds now. Raises BackupError; then the last one still counts.

    Files are gathered before and after the rows: so each issue among the rows has its file, whatever comes in meanwhile.
    """
    if Path(settings.GAZETTE_DATA) in (folder, *folder.parents):
        raise BackupError(
            f"{folder} 在数据目录 {settings.GAZETTE_DATA} 之内。请备份到另一处，最好是另一台机器"
        )
    # It holds the secret key and the checksums of passwords.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    files, copied, _changed = _keep_files(folder)
    kept_rows, counts = _keep_rows(folder)
    later, copied_later, changed = _keep_files(folder)
    files |= later
    secret_key = _keep_secret_key(folder)

    manifest = Manifest(
        made_at=timezone.now().isoformat(),
        migrations=rows.migrations(),
        counts=counts,
        rows=kept_rows,
        secret_key=secret_key,
        files=tuple(files[path] for path in sorted(files)),
    )
    write_manifest(folder, manifest)
    _remove_left_over(folder, manifest)
    return Made(manifest, copied + copied_later, (*changed, *_missing_originals(manifest)))


def problems(folder: Path, manifest: Manifest) -> Iterator[str]:
    """One line for each file of the backup that is gone or damaged."""
    for kept, path in (
        (manifest.rows, folder / manifest.rows.path),
        (manifest.secret_key, folder / manifest.secret_key.path),
        *((kept, kept_path(folder, kept.sha256)) for kept in manifest.files),
    ):
        if found := damage(path, kept):
            yield found


def _missing_originals(manifest: Manifest) -> Iterator[str]:
    """One line for each issue whose file the archive itself has lost; the rest is backed up all the same."""
    kept = {one.sha256 for one in manifest.files}
    for issue in Issue.objects.select_related("gazette").order_by("pk"):
        if issue.sha256 not in kept:
            yield f"缺少原件：{issue}（{issue.file_name}，{issue.sha256}）。请从旧备份恢复，或重新导入该文件"


def backup_in(folder: Path) -> Manifest:
    """The manifest of the backup in the folder. Raises BackupError where there is none."""
    manifest = read_manifest(folder)
    if manifest is None:
        raise BackupError(f"{folder} 中没有完整的备份（没有 manifest.json）。请检查路径")
    return manifest


def _keep_files(folder: Path) -> tuple[dict[str, Kept], int, list[str]]:
    """The files by path, how many of them were copied, and a line for each that has changed under its checksum."""
    files: dict[str, Kept] = {}
    copied, changed = 0, []
    for file in archived_files():
        try:
            kept = keep(folder, file)
        except BackupError as error:
            changed.append(str(error))
            continue
        if kept is not None:
            files[kept[0].path] = kept[0]
            copied += kept[1]
    return files, copied, changed


def _keep_rows(folder: Path) -> tuple[Kept, dict[str, int]]:
    part = folder / "rows.part"
    counts = rows.write_rows(part)
    with part.open("rb") as written:
        os.fsync(written.fileno())
    sha256, size = checksum(part)
    name = _ROWS.format(sha256[:16])
    part.replace(folder / name)
    sync_folder(folder)
    return Kept(name, sha256, size), counts


def _keep_secret_key(folder: Path) -> Kept:
    path, part = folder / SECRET_KEY, folder / f"{SECRET_KEY}.part"
    if not path.is_file() or path.read_text() != settings.SECRET_KEY:
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(settings.SECRET_KEY)
        part.replace(path)
    return Kept(SECRET_KEY, *checksum(path))


def _remove_left_over(folder: Path, manifest: Manifest) -> None:
    """Delete the rows of earlier backups and what a killed one left half-made; files stay, whoever named them."""
    for path in folder.glob(_ROWS.format("*")):
        if path.name != manifest.rows.path:
            path.unlink()
    for part in (*folder.glob("*.part"), *folder.glob("files/*/*.part")):
        part.unlink(missing_ok=True)
