"""Backup and restore as an operator runs them: in processes and data folders of their own."""

import gzip
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.apps import apps
from django.utils import timezone

from archive.backup.rows import KEPT, LEFT_OUT, Encoder, kept_models
from tests.backup.archives import FILL, Site, files, raw_rows

MORE = """
from django.contrib.auth.models import Group, User
User.objects.create_user("another").groups.add(Group.objects.create(name="另一组"))
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = Site(tmp_path_factory.mktemp("filled"))
    site.manage("shell", "--command", FILL)
    waiting = site.data / "uploads" / "run-1"
    waiting.parent.mkdir()
    waiting.write_bytes(b"%PDF-waiting")
    sha256 = hashlib.sha256(b"%PDF-annex").hexdigest()
    annex = site.data / "annexes" / sha256[:2] / f"{sha256}.pdf"
    annex.parent.mkdir(parents=True)
    annex.write_bytes(b"%PDF-annex")
    return site


@pytest.fixture(scope="module")
def made(filled: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "backup"
    filled.manage("backup", str(folder))
    return folder


@pytest.fixture
def backup(made: Path, tmp_path: Path) -> Path:
    """A backup of the filled archive, for this test to do with as it likes."""
    return shutil.copytree(made, tmp_path / "backup")


@pytest.fixture(scope="module")
def filled_rows(filled: Site) -> str:
    return raw_rows(filled)


def lines(folder: Path) -> list[dict[str, object]]:
    """The rows of a backup."""
    (path,) = folder.glob("rows-*.jsonl.gz")
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as source:
        return [json.loads(line) for line in source]


def test_an_archive_comes_back_row_by_row_and_file_by_file(
    filled: Site, filled_rows: str, backup: Path, tmp_path: Path
) -> None:
    restored = Site(tmp_path / "restored")
    said = restored.manage("restore", str(backup))
    assert "没有问题：2 期" in said
    assert filled_rows.count("archive.Block") > 100 and "\u2028" in filled_rows and "bianji" in filled_rows
    assert raw_rows(restored) == filled_rows
    assert files(restored.data) == files(filled.data)
    assert len(files(restored.data)) == 5
    assert (restored.data / "secret-key").stat().st_mode & 0o777 == 0o600


@pytest.fixture
def postgresql() -> Iterator[str]:
    """The address of an empty database that is thrown away."""
    import psycopg
    from psycopg import sql

    server = os.environ.get("POSTGRES_URL", "")
    if not server:
        pytest.skip("needs PostgreSQL (set POSTGRES_URL)")
    name = f"gazette_restore_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_from_sqlite_to_postgresql_and_back(
    filled_rows: str, backup: Path, tmp_path: Path, postgresql: str
) -> None:
    there = Site(tmp_path / "there", postgresql)
    there.manage("restore", str(backup))
    second = tmp_path / "second"
    there.manage("backup", str(second))
    assert lines(second) == lines(backup)
    # New rows take numbers that are free.
    there.manage("ingest", "archive/samples/jichuan-2024-03.pdf")
    there.manage("shell", "--command", MORE)
    back = Site(tmp_path / "back")
    back.manage("restore", str(second))
    assert raw_rows(back) == filled_rows


def test_a_second_backup_copies_nothing(filled: Site, backup: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in backup.glob("files/*/*")}
    assert "新复制 0 个" in filled.manage("backup", str(backup))
    assert {path: path.stat().st_mtime_ns for path in backup.glob("files/*/*")} == before
    assert len(before) == 4


@pytest.mark.in_full
def test_a_damaged_file_is_named_and_nothing_is_restored(filled: Site, backup: Path, tmp_path: Path) -> None:
    damaged = max(backup.glob("files/*/*"), key=lambda path: path.stat().st_size)
    content = damaged.read_bytes()
    damaged.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    restored = Site(tmp_path / "restored")
    done = restored.run("restore", str(backup))
    assert done.returncode == 1
    assert str(damaged) in done.stderr and "没有恢复任何内容" in done.stderr
    assert not list(restored.data.glob("originals/*/*"))
    checked = filled.run("backup", str(backup), "--check")
    assert checked.returncode == 1 and str(damaged) in checked.stdout
    # The remedy that the message names.
    damaged.unlink()
    assert "新复制 1 个" in filled.manage("backup", str(backup))
    restored.manage("restore", str(backup))


def test_a_damaged_manifest_is_named(backup: Path, tmp_path: Path) -> None:
    manifest = backup / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"archive.issue": 2', '"archive.issue": 3'))
    done = Site(tmp_path / "restored").run("restore", str(backup))
    assert done.returncode == 1 and str(manifest) in done.stderr


def test_only_an_empty_archive_is_restored_into(filled: Site, filled_rows: str, backup: Path) -> None:
    done = filled.run("restore", str(backup))
    assert done.returncode == 1 and "不是空的" in done.stderr
    assert raw_rows(filled) == filled_rows


@pytest.mark.in_full
def test_other_tables_are_refused(backup: Path, tmp_path: Path) -> None:
    restored = Site(tmp_path / "restored")
    restored.manage("migrate", "otp_totp", "0001", "--verbosity", "0")
    done = restored.run("restore", str(backup))
    assert done.returncode == 1 and "otp_totp" in done.stderr and "manage.py migrate" in done.stderr


# Ends the process at the moment when the manifest would be renamed into its place.
KILLED = """
import os
from pathlib import Path
from archive.backup import making
making.write_manifest = lambda folder, manifest: os._exit(9)
making.make_backup(Path({folder!r}))
"""


@pytest.mark.in_full
def test_a_killed_backup_leaves_the_last_one(filled: Site, backup: Path, tmp_path: Path) -> None:
    before = lines(backup)
    grown = Site(tmp_path / "grown")
    grown.manage("restore", str(backup))
    grown.manage("ingest", "archive/samples/jichuan-2024-03.pdf")
    assert grown.run("shell", "--command", KILLED.format(folder=str(backup))).returncode == 9
    restored = Site(tmp_path / "restored")
    assert "没有问题：2 期" in restored.manage("restore", str(backup))
    # The next one takes up what was copied, and clears away the rows that no manifest names.
    assert "3 期" in grown.manage("backup", str(backup))
    assert len(list(backup.glob("rows-*"))) == 1 and len(lines(backup)) > len(before)


@pytest.mark.in_full
def test_a_changed_original_is_named_and_the_rest_is_kept(backup: Path, tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    site.manage("restore", str(backup))
    changed = min(site.data.glob("originals/*/*"))
    changed.write_bytes(b"changed")
    fresh = tmp_path / "fresh"
    done = site.run("backup", str(fresh))
    assert done.returncode == 1
    assert f"原件已变：{changed}" in done.stdout and "缺少原件" in done.stdout
    assert len(list(fresh.glob("files/*/*"))) == 3 and lines(fresh) == lines(backup)
    # A backup that holds it whole goes on holding it.
    site.manage("backup", str(backup))
    assert (backup / "files" / changed.stem[:2] / changed.stem).read_bytes() != b"changed"


def test_a_backup_inside_the_data_folder_is_refused(filled: Site) -> None:
    done = filled.run("backup", str(filled.data / "backup"))
    assert done.returncode == 1 and "之内" in done.stderr


def test_of_every_model_it_is_decided_whether_its_rows_are_kept() -> None:
    kept = set(kept_models())
    for model in apps.get_models():
        left_out = {model._meta.app_label, model._meta.label_lower} & set(LEFT_OUT)
        assert (model in kept) != bool(left_out), f"{model._meta.label}: name it in archive/backup/rows.py"
    assert set(KEPT) == {model._meta.app_label for model in kept}


def test_times_are_kept_to_the_microsecond() -> None:
    now = timezone.now().replace(microsecond=123456)
    assert json.loads(json.dumps(now, cls=Encoder)) == now.isoformat()
