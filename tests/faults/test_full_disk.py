"""A full disk: said in words, nothing half-made remains, and it works again once there is room."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from archive.ingest.errors import NoRoom
from archive.ingest.pipeline import ingest_file
from archive.leases import MAX_ATTEMPTS
from archive.models import IngestRun, Issue
from archive.pictures import failure_of, folder_of
from archive.search.query import search_documents
from archive.search.update import damage, differences, ensure
from archive.tasks import ingest_upload
from archive.uploads import accept_upload, failed_original, retry
from tests.accounts import make_account
from tests.conftest import _use_data_folder
from tests.faults.processes import text_of_issue
from tests.outside import PROJECT

pytestmark = pytest.mark.django_db(transaction=True)

PDF = min((PROJECT / "archive" / "samples").glob("*.pdf"))
SIZE = 4 * 1024**2


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """The data folder on a disk of four megabytes; the database is elsewhere."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip("needs to mount a tmpfs (root, or CAP_SYS_ADMIN)")
    try:
        with _use_data_folder(place) as folder:
            yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(disk: Path, left: int = 0) -> Path:
    """Leave so many bytes of room."""
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        room = os.statvfs(disk)
        size = room.f_bavail * room.f_frsize - left
        try:
            os.posix_fallocate(file.fileno(), 0, size)
        except OSError:  # it takes what there is
            assert left == 0
    return ballast


def files_of(disk: Path) -> dict[str, int]:
    """All that is there beside the index's own notes and the locks."""
    return {
        str(path.relative_to(disk)): path.stat().st_size
        for path in disk.rglob("*")
        if path.is_file()
        and path.name not in {"ballast", "lock", "MAIN_WRITELOCK"}
        and path.parent.name != "queue"
    }


def test_an_upload(disk: Path, client: Client) -> None:
    client.force_login(make_account())
    content = PDF.read_bytes()
    ballast, before = fill(disk, left=100_000), files_of(disk)
    address = "/desk/upload/file/?name=第1期.pdf"
    answer = client.post(address, content, content_type="application/octet-stream")
    assert answer.status_code == 200
    assert "磁盘已满" in json.loads(answer.content)["said"][0]
    page = client.post("/desk/upload/", {"uploads": SimpleUploadedFile("第1期.pdf", content)}, follow=True)
    assert "磁盘已满" in page.content.decode()
    with pytest.raises(NoRoom, match="腾出空间"):
        accept_upload(SimpleUploadedFile("第1期.pdf", content))
    assert files_of(disk) == before
    assert not IngestRun.objects.exists()
    ballast.unlink()
    answer = client.post(address, content, content_type="application/octet-stream")
    assert json.loads(answer.content)["new"] == 1


def test_the_worker(disk: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The upload found room, its copy among the originals does not."""
    run = accept_upload(SimpleUploadedFile("第1期.pdf", PDF.read_bytes())).run
    assert run is not None
    ballast = fill(disk, left=50_000)
    before = files_of(disk)
    for _ in range(MAX_ATTEMPTS):
        ingest_upload.call(run.pk)
    run.refresh_from_db()
    assert run.state == "failed"
    assert "磁盘已满" in run.message and "再试" in run.message
    assert "No space left" in caplog.text
    assert not Issue.objects.exists()
    # The upload is put aside for another try; beside it nothing.
    assert failed_original(run) is not None
    moved = {f"uploads/failed/run-{run.pk}" if name == f"uploads/run-{run.pk}" else name for name in before}
    assert files_of(disk).keys() == moved
    ballast.unlink()
    assert retry(run) is not None
    assert ingest_upload.call(run.pk) == "added"


def test_the_command(disk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ballast = fill(disk, left=50_000)
    before = files_of(disk)
    with pytest.raises(SystemExit):
        call_command("ingest", str(PDF), "--publish", "--workers", "1")
    said = capsys.readouterr().out
    assert "磁盘已满" in said and "腾出空间" in said and PDF.name in said
    assert not Issue.objects.exists()
    assert files_of(disk) == before
    ballast.unlink()
    call_command("ingest", str(PDF), "--publish", "--workers", "1")
    assert Issue.objects.published().count() == 1
    assert not differences()


@pytest.mark.parametrize("left", [0, 8192, 20_000])
def test_the_index(disk: Path, tmp_path: Path, left: int, caplog: pytest.LogCaptureFixture) -> None:
    """An issue is stored and published; the index finds no room. It stays as it was, and follows later."""
    first, second = tmp_path / "1.txt", tmp_path / "2.txt"
    first.write_text(text_of_issue(1), encoding="utf-8")
    ingest_file(first, publish=True)
    second.write_text(text_of_issue(2) + "此处文字很长，" * 20_000, encoding="utf-8")
    ballast = fill(disk, left=second.stat().st_size + 4096 + left)
    ingest_file(second, publish=True)
    assert Issue.objects.published().count() == 2
    before = files_of(disk)
    for _ in range(3):
        with pytest.raises(OSError, match="No space left"):
            ensure()
    # What was tried in vain takes no room.
    assert files_of(disk) == before
    assert len(list((disk / "index" / "queue").iterdir())) == 1
    assert damage() == ""
    assert search_documents("第1号防汛预案").total == 1
    assert search_documents("第2号防汛预案").total == 0
    assert differences().missing
    assert "No space left" in caplog.text
    ballast.unlink()
    ensure()
    assert not differences()
    assert search_documents("第2号防汛预案").total == 1


def test_the_pictures_of_pages(disk: Path, client: Client, settings: Settings) -> None:
    issue = ingest_file(PDF, publish=True).issue
    address = f"{issue.get_absolute_url()}pages/1.webp"
    ballast = fill(disk, left=4096)
    before = files_of(disk)
    client.raise_request_exception = False
    answer = client.get(address)
    assert answer.status_code == 503
    assert "磁盘已满" in answer.content.decode()
    assert answer["Retry-After"]
    assert files_of(disk) == before
    assert not list(folder_of(issue.sha256).glob("*.failed"))
    ballast.unlink()
    answer = client.get(address)
    assert answer.status_code == 200
    answer.close()
    picture = folder_of(issue.sha256) / "page-1.webp"
    assert picture.is_file() and not failure_of(picture).exists()
    # the small one is made of it
    ballast = fill(disk)
    small = f"{issue.get_absolute_url()}pages/1.small.webp"
    before = files_of(disk)
    assert client.get(small).status_code == 503
    assert files_of(disk) == before
    ballast.unlink()
    answer = client.get(small)
    assert answer.status_code == 200
    answer.close()
