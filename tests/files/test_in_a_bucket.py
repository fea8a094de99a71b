"""Original files in a bucket that speaks S3: kept once, fetched when they are read, and what happens when it is away."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from archive.annexes import attach, remove
from archive.ingest.annex_files import annex_name, annex_path
from archive.ingest.errors import FilesUnreachable
from archive.ingest.files_store import FileDamaged, FilesAway, files_store
from archive.ingest.originals import (
    checksum,
    original_name,
    original_path,
    remove_abandoned_parts,
    store_original,
    stored_originals,
)
from archive.ingest.pipeline import ingest_file
from archive.ingest.reparse import read_original
from archive.models import Attachment, IngestRun, Issue
from archive.publishing import discard_issue
from archive.search.update import indexed_ids
from archive.tasks import ingest_upload
from archive.uploads import accept_upload, read_again, upload_path
from archive.worker_heartbeat import beat
from tests.accounts import make_account
from tests.bucket import Bucket, Server, a_server, use
from tests.closing import ClosingClient, body
from tests.outside import PROJECT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client() -> Iterator[ClosingClient]:
    with ClosingClient(raise_request_exception=False) as client:
        yield client


SAMPLES = PROJECT / "archive" / "samples"
TEXT, PDF = SAMPLES / "jichuan-2023-06.txt", SAMPLES / "jichuan-2024-01.pdf"


def key_of(issue: Issue) -> str:
    return str(original_name(issue.sha256, issue.source_kind))


def throw_copies_away(data_folder: Path) -> None:
    shutil.rmtree(data_folder / "fetched")


def address(issue: Issue) -> str:
    return f"/files/{issue.sha256}/a.pdf"


def picture(issue: Issue, number: int) -> str:
    return f"{issue.get_absolute_url()}pages/{number}.webp"


# --- kept once ---------------------------------------------------------------------------------------
def test_an_issue_goes_in_is_read_and_goes_out(
    client: ClosingClient, bucket: Bucket, data_folder: Path
) -> None:
    issue = ingest_file(PDF, publish=True).issue
    assert bucket.files() == {key_of(issue): PDF.read_bytes()}
    assert not (data_folder / "originals").exists()
    for thrown_away in (False, True):
        if thrown_away:
            throw_copies_away(data_folder)
        assert client.get(issue.get_absolute_url()).status_code == 200
        assert body(client.get(address(issue))) == PDF.read_bytes()
        assert body(client.get(address(issue), headers={"Range": "bytes=-9"})) == PDF.read_bytes()[-9:]
    assert ingest_file(PDF).outcome == "unchanged"
    assert len(bucket.files()) == 1


def test_it_is_never_overwritten(bucket: Bucket, data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = original_name(checksum(TEXT)[0], "text")
    other = bytes(TEXT.stat().st_size)
    bucket.put(str(name), other)
    store_original(TEXT, "text")
    # Another process may have been faster than the look whether something is there: the server itself refuses.
    store = files_store()
    monkeypatch.setattr(store.bucket, "exists", lambda name: False)  # type: ignore[attr-defined]
    store_original(TEXT, "text")
    assert bucket.get(str(name)) == other


def test_the_bucket_itself_serves_no_page(bucket: Bucket, tmp_path: Path) -> None:
    """Whoever makes it public by mistake has files to save, and no site of scripts."""
    page = tmp_path / "page.html"
    page.write_text("<script>alert(1)</script>")
    sha256, _size = store_original(page, "html")
    head = bucket.client.head_object(Bucket=bucket.name, Key=str(original_name(sha256, "html")))
    assert head["ContentType"] == "application/octet-stream"


def test_half_a_file_under_the_checksum_is_told(bucket: Bucket) -> None:
    name = original_name(checksum(TEXT)[0], "text")
    bucket.put(str(name), b"half")
    with pytest.raises(FilesUnreachable, match=r"已损坏.*verify"):
        ingest_file(TEXT, publish=True)
    assert not Issue.objects.exists() and bucket.get(str(name)) == b"half"


def test_what_is_discarded_goes_with_its_copy(bucket: Bucket, data_folder: Path) -> None:
    issue = ingest_file(TEXT).issue
    assert original_path(issue.sha256, "text").is_file()
    discard_issue(issue)
    assert bucket.files() == {}
    assert not original_path(issue.sha256, "text").exists()


def test_an_annex_lies_there_too(client: ClosingClient, bucket: Bucket, data_folder: Path) -> None:
    issue = ingest_file(TEXT, publish=True).issue
    document = issue.documents.all()[0]
    document.attachments.all().delete()
    Attachment.objects.create(document=document, position=1, label="1", title="名录", omitted=True)
    content = b"%PDF-1.4 an annex"
    annex = attach(SimpleUploadedFile("名录.pdf", content), document, "1", "名录")
    name = str(annex_name(annex.sha256, "pdf"))
    assert bucket.get(name) == content and not (data_folder / "annexes").exists()
    for thrown_away in (False, True):
        if thrown_away:
            throw_copies_away(data_folder)
        response = client.get(annex.address(document.public_id))
        assert body(response) == content
        assert response.headers["Content-Disposition"].startswith("attachment")
    remove(annex)
    assert name not in bucket.files()
    assert not annex_path(annex.sha256, "pdf").exists()


def test_files_of_several_archives_lie_in_folders_of_one_bucket(bucket: Bucket, settings: Settings) -> None:
    archive = settings.STORAGES["archive"]
    for folder in ("", "first", "second/one"):
        options = {**archive["OPTIONS"], "location": folder}
        settings.STORAGES = {**settings.STORAGES, "archive": {**archive, "OPTIONS": options}}
        sha256, _size = store_original(TEXT, "text")
        name = original_name(sha256, "text")
        assert [stored for _sha256, stored in stored_originals()] == [name]
        assert (
            files_store().where(name) == f"s3://{bucket.name}/{'/'.join(filter(None, [folder, str(name)]))}"
        )
        assert b"".join(files_store().read(name)) == TEXT.read_bytes()
    assert set(bucket.files()) == {f"{folder}{name}" for folder in ("", "first/", "second/one/")}


# --- copies ------------------------------------------------------------------------------------------
def test_many_who_ask_at_once_have_it_fetched_once(
    bucket: Bucket, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from archive.ingest.s3_files import S3Files

    sha256, _size = store_original(PDF, "pdf")
    throw_copies_away(data_folder)
    fetched = []
    read = S3Files.read

    def reading(self: S3Files, name: PurePosixPath) -> Iterator[bytes]:
        fetched.append(name)
        time.sleep(0.1)
        return read(self, name)

    monkeypatch.setattr(S3Files, "read", reading)
    found: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: found.append(original_path(sha256, "pdf").read_bytes()))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [PDF.read_bytes()] * 6
    assert len(fetched) == 1


def test_copies_keep_to_their_limit(
    bucket: Bucket, data_folder: Path, settings: Settings, tmp_path: Path
) -> None:
    settings.FILES_CACHE_BYTES = 2500
    stored = []
    for number in range(4):
        file = tmp_path / str(number)
        file.write_bytes(bytes([number]) * 1000)
        stored.append(original_path(store_original(file, "pdf")[0], "pdf"))
    # All of them were asked for just now.
    assert [copy.is_file() for copy in stored] == [True] * 4
    for ago, copy in zip((400, 100, 300, 200), stored, strict=True):
        os.utime(copy, (time.time() - ago,) * 2)
    file.write_bytes(b"one more")
    store_original(file, "pdf")
    assert [copy.is_file() for copy in stored] == [False, True, False, True]
    assert len(bucket.files()) == 5
    assert original_path(stored[0].stem, "pdf").read_bytes() == bytes(1000)


def test_copies_that_a_killed_process_left_half_made_are_cleared(bucket: Bucket, data_folder: Path) -> None:
    sha256, _size = store_original(TEXT, "text")
    part = data_folder / "fetched" / "originals" / "0123456789abcdef.part"
    part.write_bytes(b"half")
    assert remove_abandoned_parts(older_than=part.stat().st_mtime + 10) == 1
    assert list(stored_originals()) == [(sha256, original_name(sha256, "text"))]


def test_a_picture_that_is_drawn_needs_the_file_no_more(
    client: ClosingClient, bucket: Bucket, data_folder: Path
) -> None:
    issue = ingest_file(PDF, publish=True).issue
    throw_copies_away(data_folder)
    drawn = body(client.get(picture(issue, 1)))
    throw_copies_away(data_folder)
    bucket.remove(key_of(issue))
    assert body(client.get(picture(issue, 1))) == drawn
    assert not (data_folder / "fetched").exists()


def test_a_copy_that_goes_away_while_a_page_is_drawn_leaves_no_mark(
    client: ClosingClient, bucket: Bucket, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from archive import pictures

    issue = ingest_file(PDF, publish=True).issue
    draw = pictures._DRAW
    monkeypatch.setattr(pictures, "_DRAW", f"import os, sys; os.unlink(sys.argv[1]){draw}")
    assert client.get(picture(issue, 1)).status_code == 503
    monkeypatch.setattr(pictures, "_DRAW", draw)
    assert client.get(picture(issue, 1)).status_code == 200


def test_a_copy_that_goes_away_between_two_looks_is_not_called_missing(
    client: ClosingClient, bucket: Bucket, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from archive.ingest.s3_files import S3Files

    issue = ingest_file(PDF, publish=True).issue
    path, asked = S3Files.path, []

    def gone_at_first(self: S3Files, name: PurePosixPath) -> Path:
        found = path(self, name)
        if not asked:
            throw_copies_away(data_folder)
        asked.append(name)
        return found

    monkeypatch.setattr(S3Files, "path", gone_at_first)
    assert body(client.get(address(issue))) == PDF.read_bytes()
    assert len(asked) == 2


# --- read again --------------------------------------------------------------------------------------
def test_an_issue_is_read_again_from_the_bucket(bucket: Bucket, data_folder: Path) -> None:
    issue = ingest_file(TEXT, publish=True).issue
    throw_copies_away(data_folder)
    assert read_original(issue).source.sha256 == issue.sha256
    throw_copies_away(data_folder)
    run = read_again(issue)
    assert upload_path(run).read_bytes() == TEXT.read_bytes()


# --- gone, damaged, away -----------------------------------------------------------------------------
def test_a_file_that_is_gone_is_404(client: ClosingClient, bucket: Bucket, data_folder: Path) -> None:
    issue = ingest_file(PDF, publish=True).issue
    throw_copies_away(data_folder)
    bucket.remove(key_of(issue))
    assert client.get(address(issue)).status_code == 404
    assert client.get(picture(issue, 1)).status_code == 404
    # Brought in again, it is there again.
    assert ingest_file(PDF).outcome == "unchanged"
    assert body(client.get(address(issue))) == PDF.read_bytes()


@pytest.mark.parametrize("length", [10, PDF.stat().st_size])
def test_a_damaged_file_is_told_and_never_served(
    client: ClosingClient, bucket: Bucket, data_folder: Path, length: int
) -> None:
    issue = ingest_file(PDF, publish=True).issue
    throw_copies_away(data_folder)
    bucket.put(key_of(issue), b"%PDF-other".ljust(length))
    for path in (address(issue), picture(issue, 1), f"/pictures/{issue.sha256}/cover.webp"):
        response = client.get(path)
        content = response.content.decode()
        assert response.status_code == 503 and "这个文件已损坏" in content and "%PDF-other" not in content
        assert "no-store" in response.headers["Cache-Control"]
    assert [
        path for path in (data_folder / "fetched").rglob("*") if path.suffix != ".lock" and path.is_file()
    ] == []
    with pytest.raises(FilesUnreachable, match="已损坏"):
        read_original(issue)
    # Mended, it is served, and no page is marked as one that cannot be drawn.
    bucket.put(key_of(issue), PDF.read_bytes())
    assert client.get(picture(issue, 1)).status_code == 200


@pytest.fixture
def server() -> Iterator[Server]:
    """One that the test may stop."""
    with a_server() as found:
        yield found


@pytest.fixture
def own_bucket(server: Server, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    found = Bucket(server.address)
    use(found, settings, monkeypatch)
    return found


def test_while_the_server_is_away_the_rest_of_the_site_is_there(
    client: ClosingClient, server: Server, own_bucket: Bucket, data_folder: Path
) -> None:
    issue = ingest_file(PDF, publish=True).issue
    body(client.get(picture(issue, 1)))
    throw_copies_away(data_folder)
    beat()
    server.stop()
    for path in (address(issue), picture(issue, 2)):
        response = client.get(path)
        assert response.status_code == 503 and "暂时取不到文件" in response.content.decode()
        assert response.headers["Retry-After"] and response.headers["Cache-Control"] == "no-store"
    for path in (
        "/",
        issue.get_absolute_url(),
        issue.documents.all()[0].get_absolute_url(),
        picture(issue, 1),
    ):
        response = client.get(path)
        assert response.status_code == 200, path
    health = client.get("/healthz")
    assert health.status_code == 503
    assert health.json() == {"database": "ok", "index": "ok", "worker": "ok", "files": "do not answer"}
    server.start()
    assert body(client.get(address(issue))) == PDF.read_bytes()
    assert client.get(picture(issue, 2)).status_code == 200
    assert client.get("/healthz").json()["files"] == "ok"


def test_a_copy_that_is_there_is_served_while_the_server_is_away(
    client: ClosingClient, server: Server, own_bucket: Bucket
) -> None:
    issue = ingest_file(PDF, publish=True).issue
    server.stop()
    assert body(client.get(address(issue))) == PDF.read_bytes()
    server.start()


def test_nothing_is_taken_in_while_the_server_is_away(
    server: Server, own_bucket: Bucket, data_folder: Path
) -> None:
    server.stop()
    with pytest.raises(FilesUnreachable, match="FILES_S3_"):
        ingest_file(TEXT, publish=True)
    assert not Issue.objects.exists() and not indexed_ids()
    assert not list((data_folder / "fetched").rglob("*.part"))
    server.start()
    assert own_bucket.files() == {}
    ingest_file(TEXT, publish=True)


def test_a_worker_tries_an_upload_again(server: Server, own_bucket: Bucket) -> None:
    run = accept_upload(SimpleUploadedFile(TEXT.name, TEXT.read_bytes())).run
    assert run is not None
    server.stop()
    assert ingest_upload.call(run.pk) == "to be tried again"
    run.refresh_from_db()
    assert run.state == IngestRun.State.QUEUED and upload_path(run).exists()
    server.start()
    assert ingest_upload.call(run.pk) == "added"


def test_an_upload_that_was_tried_too_often_says_why(server: Server, own_bucket: Bucket) -> None:
    run = accept_upload(SimpleUploadedFile(TEXT.name, TEXT.read_bytes())).run
    assert run is not None
    server.stop()
    became = [ingest_upload.call(run.pk) for _ in range(3)]
    assert became == ["to be tried again", "to be tried again", "failed"]
    run.refresh_from_db()
    assert "S3 服务没有应答" in run.message and "FILES_S3_" in run.message
    server.start()


def test_what_an_editor_does_to_a_file_while_the_server_is_away(
    client: ClosingClient, server: Server, own_bucket: Bucket, data_folder: Path
) -> None:
    client.force_login(make_account())
    issue = ingest_file(PDF).issue
    throw_copies_away(data_folder)
    server.stop()
    response = client.post(f"/desk/issues/{issue.pk}/again/", follow=True)
    assert "S3 服务没有应答" in response.content.decode()
    assert client.get(f"/desk/issues/{issue.pk}/original").status_code == 503
    assert not IngestRun.objects.exists()
    server.start()


def test_a_bucket_that_is_not_there_or_not_ours_is_away(bucket: Bucket, settings: Settings) -> None:
    archive = settings.STORAGES["archive"]
    options = {**archive["OPTIONS"], "bucket_name": "not-there"}
    settings.STORAGES = {**settings.STORAGES, "archive": {**archive, "OPTIONS": options}}
    store = files_store()
    name = original_name("0" * 64, "pdf")
    with pytest.raises(FilesAway):
        store.ask()
    with pytest.raises(FilesAway):
        store.path(name)
    with pytest.raises(FilesAway):
        list(store.names())
    with pytest.raises(FilesUnreachable):
        ingest_file(TEXT)


def test_a_server_that_is_silent_holds_up_few(
    bucket: Bucket, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from archive.ingest import s3_files

    monkeypatch.setattr(s3_files, "READ_SECONDS", 0.2)
    monkeypatch.setattr(s3_files, "_silent_until", 0.0)
    archive = settings.STORAGES["archive"]
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.setblocking(False)
        options = {**archive["OPTIONS"], "endpoint_url": f"http://127.0.0.1:{silent.getsockname()[1]}"}
        settings.STORAGES = {**settings.STORAGES, "archive": {**archive, "OPTIONS": options}}
        for came in (s3_files.ATTEMPTS, 0):
            with pytest.raises(FilesAway):
                files_store().ask()
            for _attempt in range(came):
                silent.accept()[0].close()
            with pytest.raises(BlockingIOError):
                silent.accept()
    # It is asked again later.
    settings.STORAGES = {**settings.STORAGES, "archive": archive}
    with pytest.raises(FilesAway):
        files_store().ask()
    monkeypatch.setattr(s3_files, "_silent_until", time.monotonic())
    files_store().ask()


def test_damage_is_a_kind_of_being_away() -> None:
    """So nobody who thinks of the one forgets the other."""
    assert issubclass(FileDamaged, FilesAway)
