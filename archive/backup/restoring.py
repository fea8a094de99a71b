"""Puts a backup into an empty archive."""

import os
from pathlib import Path

from django.conf import settings

from archive.backup import rows
from archive.backup.errors import BackupError
from archive.backup.files import copy, put_back
from archive.backup.making import backup_in, problems
from archive.backup.manifest import Manifest
from archive.ingest.files_store import pieces


def restore(folder: Path) -> Manifest:
    """Make the archive what it was when the backup in the folder was made; the index is yet to be built.

    Raises BackupError before anything is changed when the backup is damaged, the archive is not empty or its tables are
    of another version. Files come first and rows in one transaction: a restore that was killed can be begun again.
    """
    manifest = backup_in(folder)
    _refuse_other_tables(manifest)
    if filled := rows.rows_in_the_way():
        raise BackupError(
            f"这个档案库不是空的（{filled}）。只能恢复到空库：请另设 GAZETTE_DATA 与 DATABASE_URL 并运行 manage.py migrate"
        )
    if damaged := list(problems(folder, manifest)):
        raise BackupError("\n".join([*damaged, "没有恢复任何内容。请改用另一份备份，或补上所列文件后重试"]))
    for kept in manifest.files:
        put_back(folder, kept)
    _put_secret_key(folder)
    rows.read_rows(folder / manifest.rows.path, manifest.counts)
    return manifest


def other_secret_key(folder: Path) -> bool:
    """True when the environment names another secret key than the backup: then sessions and links end."""
    given = os.environ.get("SECRET_KEY")
    return bool(given) and given != (folder / "secret-key").read_text()


def _refuse_other_tables(manifest: Manifest) -> None:
    here = rows.migrations()
    apps = sorted({*here, *manifest.migrations})
    differing = [app for app in apps if here.get(app) != manifest.migrations.get(app)]
    if differing:
        told = "；".join(
            f"{app}：备份为 {manifest.migrations.get(app, '无')}，此处为 {here.get(app, '无')}"
            for app in differing
        )
        raise BackupError(
            f"数据表的版本与备份不同（{told}）。请先运行 manage.py migrate；若此处较新，请用备份时的版本恢复，再升级"
        )


def _put_secret_key(folder: Path) -> None:
    """In the place of the one that was made at this archive's first command."""
    path = Path(settings.GAZETTE_DATA) / "secret-key"
    copy(pieces(folder / "secret-key"), path)
    path.chmod(0o600)
