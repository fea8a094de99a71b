"""The commands of an operator whose files lie in a bucket: each in a process of its own, as on a server."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.backup.archives import FILL, Site, files, raw_rows
from tests.bucket import KEYS, SECRET, Bucket, Server

ANNEX = b"%PDF-annex"
ANNEX_NAME = "annexes/{0:.2}/{0}.pdf".format(hashlib.sha256(ANNEX).hexdigest())


@pytest.fixture(scope="module")
def there(s3_server: Server) -> Bucket:
    """The bucket of the archive below."""
    return Bucket(s3_server.address)


@pytest.fixture(scope="module")
def site(there: Bucket, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """An archive whose files lie in a bucket: two issues, an annex, and an upload that waits."""
    site = Site(tmp_path_factory.mktemp("site"), **there.environment)
    site.manage("shell", "--command", FILL)
    there.put(ANNEX_NAME, ANNEX)
    (site.data / "uploads").mkdir(exist_ok=True)
    (site.data / "uploads" / "run-1").write_bytes(b"%PDF-waiting")
    return site


@pytest.fixture(scope="module")
def backup(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "backup"
    assert "新复制 4 个" in site.manage("backup", str(folder))
    return folder


@pytest.fixture
def another(s3_server: Server) -> Bucket:
    return Bucket(s3_server.address)


def stored(bucket: Bucket) -> dict[str, bytes]:
    return bucket.files()


def kept_on_the_disk(site: Site) -> dict[str, bytes]:
    return {
        name: content
        for name, content in files(site.data).items()
        if name.startswith(("originals", "annexes"))
    }


def test_from_the_bucket_to_the_disk_and_back_into_another(
    site: Site, there: Bucket, backup: Path, another: Bucket, tmp_path: Path
) -> None:
    assert len(stored(there)) == 3 and kept_on_the_disk(site) == {}
    on_disk = Site(tmp_path / "disk")
    assert "没有问题：2 期" in on_disk.manage("restore", str(backup))
    assert kept_on_the_disk(on_disk) == stored(there)
    assert raw_rows(on_disk) == raw_rows(site)
    assert (on_disk.data / "uploads" / "run-1").read_bytes() == b"%PDF-waiting"
    second = tmp_path / "second"
    on_disk.manage("backup", str(second))
    back = Site(tmp_path / "back", **another.environment)
    assert "没有问题：2 期" in back.manage("restore", str(second))
    assert stored(another) == stored(there) and kept_on_the_disk(back) == {}
    assert raw_rows(back) == raw_rows(site)


def test_a_second_backup_fetches_nothing(site: Site, there: Bucket, backup: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in backup.glob("files/*/*")}
    assert "新复制 0 个" in site.manage("backup", str(backup))
    assert {path: path.stat().st_mtime_ns for path in backup.glob("files/*/*")} == before


def test_restoring_puts_a_whole_file_in_the_place_of_a_damaged_one(
    there: Bucket, backup: Path, another: Bucket, tmp_path: Path
) -> None:
    name = max(stored(there))
    another.put(name, b"damaged")
    restored = Site(tmp_path / "restored", **another.environment)
    restored.manage("restore", str(backup))
    assert stored(another) == stored(there)


def test_an_archive_moves_from_the_disk_into_a_bucket_and_back(
    there: Bucket, backup: Path, another: Bucket, tmp_path: Path
) -> None:
    on_disk = Site(tmp_path / "site")
    on_disk.manage("restore", str(backup))
    refused = on_disk.run("copy_files")
    assert refused.returncode == 1 and "FILES_S3_BUCKET" in refused.stderr
    on_disk.environment |= another.environment
    assert "缺少原件" in on_disk.run("verify").stdout
    assert "新复制 3 个文件，0 个已在" in on_disk.manage("copy_files")
    assert stored(another) == stored(there) == kept_on_the_disk(on_disk)
    on_disk.manage("verify")
    assert "新复制 0 个文件，3 个已在" in on_disk.manage("copy_files")
    # The disk is not needed any more, and is filled again.
    for path in (*on_disk.data.glob("originals/*/*"), *on_disk.data.glob("annexes/*/*")):
        path.unlink()
    on_disk.manage("verify")
    on_disk.manage("copy_files", "--back")
    assert kept_on_the_disk(on_disk) == stored(there)


def test_what_is_damaged_is_not_moved(backup: Path, another: Bucket, tmp_path: Path) -> None:
    on_disk = Site(tmp_path / "site")
    on_disk.manage("restore", str(backup))
    damaged, other = sorted(on_disk.data.glob("originals/*/*"))
    damaged.write_bytes(b"damaged")
    there = str(other.relative_to(on_disk.data))
    another.put(there, b"damaged there")
    on_disk.environment |= another.environment
    done = on_disk.run("copy_files")
    assert done.returncode == 1 and "2 个文件" in done.stderr
    assert str(damaged) in done.stdout and f"s3://{another.name}/{there}" in done.stdout
    assert another.get(there) == b"damaged there"
    assert len(stored(another)) == 2 and str(damaged.relative_to(on_disk.data)) not in stored(another)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda bucket, name: bucket.remove(name), "缺少原件"),
        (lambda bucket, name: bucket.put(name, b"damaged"), "原件已变"),
    ],
    ids=["missing", "damaged"],
)
def test_verify_and_backup_name_what_is_wrong_in_the_bucket(
    backup: Path, another: Bucket, tmp_path: Path, damage: Callable[[Bucket, str], None], said: str
) -> None:
    site = Site(tmp_path / "site", **another.environment)
    site.manage("restore", str(backup))
    name = max(name for name in stored(another) if name.startswith("originals"))
    # That there are copies on this machine hides nothing.
    assert (site.data / "fetched" / name).is_file()
    damage(another, name)
    done = site.run("verify")
    assert done.returncode == 1 and said in done.stdout and Path(name).stem in done.stdout
    fresh = site.run("backup", str(tmp_path / "fresh"))
    assert fresh.returncode == 1 and "缺少原件" in fresh.stdout


def test_verify_names_an_annex_that_is_missing_or_damaged(
    backup: Path, another: Bucket, tmp_path: Path
) -> None:
    site = Site(tmp_path / "site", **another.environment)
    site.manage("restore", str(backup))
    sha256 = Path(ANNEX_NAME).stem
    site.manage("shell", "--command", ADD_ANNEX.format(sha256=sha256))
    site.manage("verify")
    another.put(ANNEX_NAME, b"damaged")
    assert "附件全文已变：" in site.run("verify").stdout
    another.remove(ANNEX_NAME)
    assert "缺少附件全文" in site.run("verify").stdout


ADD_ANNEX = """
from archive.models import Annex, Document
Annex.objects.create(document=Document.objects.first(), label="1", title="表", file_name="表.pdf", sha256="{sha256}",
    size=10, kind="pdf")
"""


def test_commands_say_that_the_server_is_away(site: Site, tmp_path: Path) -> None:
    before = dict(site.environment)
    site.environment["FILES_S3_ENDPOINT"] = "http://127.0.0.1:9"
    try:
        verify, backup, copying = (
            site.run("verify"),
            site.run("backup", str(tmp_path / "backup")),
            site.run("copy_files"),
        )
        ingest = site.run("ingest", "archive/samples/jichuan-2024-03.pdf")
    finally:
        site.environment = before
    assert verify.returncode == 1 and "S3 服务没有应答" in verify.stdout and "FILES_S3_" in verify.stdout
    for done in (backup, copying):
        assert done.returncode == 1 and "S3 服务没有应答" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "backup" / "manifest.json").exists()
    assert ingest.returncode == 2 and "FILES_S3_" in ingest.stdout


def test_no_key_stands_in_the_log(site: Site) -> None:
    """Even where everything is logged, and the server refuses."""
    before = dict(site.environment)
    site.environment |= {"LOG_LEVEL": "DEBUG", "AWS_SESSION_TOKEN": "session-token-of-the-archive"}
    try:
        well = site.run("verify")
        site.environment["FILES_S3_BUCKET"] = "not-there"
        refused = site.run("verify")
    finally:
        site.environment = before
    assert (well.returncode, refused.returncode) == (0, 1)
    for done in (well, refused):
        said = done.stdout + done.stderr
        for secret in (SECRET, KEYS["AWS_ACCESS_KEY_ID"], "session-token", "Authorization", "Signature"):
            assert secret not in said


def test_an_address_with_a_password_is_refused(site: Site) -> None:
    before = dict(site.environment)
    site.environment["FILES_S3_ENDPOINT"] = "https://key:password@s3.example"
    done = site.run("check")
    site.environment = before
    assert done.returncode == 1 and "FILES_S3_ENDPOINT" in done.stderr and "password@" not in done.stderr
