"""Uploaded files, their runs and leases: what one worker does, step by step, in the test's own process."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from archive.ingest.errors import IngestError, LimitExceeded, UnreadableFile
from archive.ingest.originals import stored_originals
from archive.leases import MAX_ATTEMPTS, Lease, LeaseLost, lease_length
from archive.models import IngestRun, Issue
from archive.tasks import Reporter, ingest_upload, stopping, sweep
from archive.uploads import accept_upload, clean_name, forget_old_uploads, password_of, upload_path
from tests.outside import PROJECT

pytestmark = pytest.mark.django_db(transaction=True)

SAMPLE = min((PROJECT / "archive" / "samples").glob("*.txt"))


@pytest.fixture(autouse=True)
def not_stopping() -> Iterator[None]:
    stopping.clear()
    yield
    stopping.clear()


def upload(content: bytes | None = None, name: str = "第6期.txt", **options: object) -> IngestRun:
    content = SAMPLE.read_bytes() if content is None else content
    accepted = accept_upload(SimpleUploadedFile(name, content), **options)
    assert accepted.run is not None
    return accepted.run


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


# --- uploads -----------------------------------------------------------------------------------------
def test_an_upload_is_kept_and_queued() -> None:
    run = upload(password="123456")
    assert (run.state, run.file_name, run.attempts) == ("queued", "第6期.txt", 0)
    assert upload_path(run).read_bytes() == SAMPLE.read_bytes()
    assert password_of(run) == "123456"
    assert upload_path(run).with_suffix(".password").stat().st_mode & 0o777 == 0o600
    assert DBTaskResult.objects.get().args_kwargs["args"] == [run.pk]
    assert "123456" not in str(DBTaskResult.objects.values())


def test_what_waits_or_is_in_is_not_queued_again(settings: Settings) -> None:
    run = upload()
    again = accept_upload(SimpleUploadedFile("另一个名字.txt", SAMPLE.read_bytes()))
    assert (again.run, again.is_new) == (run, False)
    ingest_upload.call(run.pk)
    once_more = accept_upload(SimpleUploadedFile("第6期.txt", SAMPLE.read_bytes()))
    assert once_more.run is None
    assert once_more.issue == Issue.objects.get()
    assert IngestRun.objects.count() == 1
    assert files_in(settings.UPLOADS_DIR) == []
    assert upload(replace=True).replace


@pytest.mark.parametrize(
    ("name", "content", "error", "says"),
    [
        ("空.pdf", b"", UnreadableFile, "空的"),
        ("网页.pdf", b"<!DOCTYPE html><html>", UnreadableFile, "网页"),
        ("图片.pdf", b"\x89PNG\r\n", UnreadableFile, "不是 PDF"),
        ("文档.docx", b"PK\x03\x04", UnreadableFile, "另存为 PDF"),
        ("大.pdf", b"%PDF-" + b"0" * 2_000_000, LimitExceeded, "超过 1 MB"),
        ("", b"%PDF-", UnreadableFile, "没有文件名"),
    ],
)
def test_what_is_refused_leaves_nothing(
    settings: Settings, name: str, content: bytes, error: type[IngestError], says: str
) -> None:
    settings.UPLOAD_MAX_BYTES = 1024**2
    file = SimpleUploadedFile("x", content)
    file._name = name
    with pytest.raises(error, match=says):
        accept_upload(file)
    assert not IngestRun.objects.exists()
    assert not DBTaskResult.objects.exists()
    assert not Path(settings.UPLOADS_DIR).exists() or files_in(settings.UPLOADS_DIR) == []


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("第1期.pdf", "第1期.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\公报\\第1期.pdf", "第1期.pdf"),
        ("第\x00\n1\u202e期.pdf", "第1期.pdf"),
        ("长" * 300 + ".pdf", "…" + "长" * 250 + ".pdf"),
    ],
)
def test_clean_name(name: str, clean: str) -> None:
    assert clean_name(name) == clean


def test_old_files_of_no_waiting_run_are_cleared(settings: Settings) -> None:
    run = upload()
    (settings.UPLOADS_DIR / "run-999").write_bytes(b"left over")
    (settings.UPLOADS_DIR / "0123.part").write_bytes(b"half")
    assert forget_old_uploads(older_than=0) == 0
    assert forget_old_uploads(older_than=timezone.now().timestamp() + 10) == 2
    assert files_in(settings.UPLOADS_DIR) == [f"run-{run.pk}"]


# --- the task ----------------------------------------------------------------------------------------
def test_the_task_takes_the_file_in(settings: Settings) -> None:
    run = upload()
    assert ingest_upload.call(run.pk) == "added"
    run.refresh_from_db()
    assert (run.state, run.issue, run.attempts, run.lease_until) == ("done", Issue.objects.get(), 1, None)
    assert run.finished_at is not None
    assert run.issue.file_name == "第6期.txt"
    assert files_in(settings.UPLOADS_DIR) == []


def test_run_twice_it_does_the_work_once() -> None:
    run = upload()
    ingest_upload.call(run.pk)
    assert ingest_upload.call(run.pk) == "nothing to do"
    assert ingest_upload.call(run.pk + 1) == "nothing to do"
    assert Issue.objects.count() == 1


def test_a_bad_file_fails_with_its_reason_and_leaves_nothing(settings: Settings) -> None:
    run = upload("今天天气很好。\n".encode(), name="日记.txt")
    assert ingest_upload.call(run.pk) == "failed"
    run.refresh_from_db()
    assert run.state == "failed"
    assert run.message.startswith("没有找到公文")
    assert not Issue.objects.exists()
    assert files_in(settings.UPLOADS_DIR) == []
    assert list(stored_originals()) == []


def test_a_fault_of_ours_is_tried_again_and_then_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **options: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr("archive.ingest.pipeline.ingest_file", fail)
    run = upload()
    for attempt in range(1, MAX_ATTEMPTS):
        assert ingest_upload.call(run.pk) == "to be tried again"
        run.refresh_from_db()
        assert (run.state, run.attempts) == ("queued", attempt)
    assert ingest_upload.call(run.pk) == "failed"
    run.refresh_from_db()
    assert run.state == "failed"
    assert "RuntimeError" in run.message


# --- leases ------------------------------------------------------------------------------------------
def test_a_run_is_held_by_one_worker() -> None:
    run = upload()
    now = timezone.now()
    first = Lease.take(run.pk, now)
    assert first is not None
    assert Lease.take(run.pk, now) is None
    # its worker dies; another takes over, and the first, if it lives after all, is told so
    later = now + lease_length() * 2
    second = Lease.take(run.pk, later)
    assert second is not None
    assert second.run.attempts == 2
    with pytest.raises(LeaseLost):
        first.update(stage="parse")
    with pytest.raises(LeaseLost):
        first.finish(IngestRun.State.DONE, "")
    second.update(stage="parse")
    run.refresh_from_db()
    assert (run.state, run.stage, run.worker) == ("running", "parse", second.run.worker)


def test_a_lease_is_prolonged_while_its_worker_lives(settings: Settings) -> None:
    settings.INGEST_LEASE_SECONDS = 0.3
    run = upload()
    lease = Lease.take(run.pk, timezone.now())
    assert lease is not None
    first = lease.run.lease_until
    with lease:
        for _wait in range(200):
            lease._done.wait(0.05)
            run.refresh_from_db()
            if run.lease_until > first + timedelta(seconds=0.3):
                break
    assert run.lease_until > first + timedelta(seconds=0.3)
    assert not IngestRun.objects.lost(run.lease_until - timedelta(seconds=0.1)).exists()


def test_lost_runs_are_queued_again_and_then_given_up(settings: Settings) -> None:
    run = upload()
    now = timezone.now()
    for attempt in range(1, MAX_ATTEMPTS + 1):
        DBTaskResult.objects.all().delete()  # the library forgets a task whose worker was killed
        assert Lease.take(run.pk, now) is not None
        assert sweep(now) == 0
        now += lease_length() * 2
        expected = 1 if attempt < MAX_ATTEMPTS else 0
        assert sweep(now) == expected
        assert DBTaskResult.objects.ready().count() == expected
    run.refresh_from_db()
    assert run.state == "failed"
    assert "3 次" in run.message
    assert files_in(settings.UPLOADS_DIR) == []


def test_a_run_whose_task_is_gone_is_queued_again() -> None:
    run = upload()
    assert sweep(timezone.now()) == 0
    DBTaskResult.objects.update(status="RUNNING")  # taken by a worker that was killed before it took the run
    assert sweep(timezone.now()) == 1
    assert sweep(timezone.now()) == 0
    assert ingest_upload.call(run.pk) == "added"


def test_asked_to_end_a_worker_gives_the_file_back() -> None:
    run = upload()
    stopping.set()
    assert ingest_upload.call(run.pk) == "given back"
    run.refresh_from_db()
    assert (run.state, run.attempts, run.lease_until) == ("queued", 0, None)
    assert upload_path(run).exists()
    stopping.clear()
    assert ingest_upload.call(run.pk) == "added"


def test_progress_is_written_at_each_stage_and_not_for_every_page(monkeypatch: pytest.MonkeyPatch) -> None:
    lease = Lease.take(upload().pk, timezone.now())
    assert lease is not None
    written = []
    monkeypatch.setattr(lease, "update", lambda **fields: written.append((fields["stage"], fields["page"])))
    clock = iter([0.0, 0.1, 0.2, 0.9, 1.0])
    reporter = Reporter(lease, clock=lambda: next(clock))
    for stage, page in [("extract", 1), ("extract", 2), ("extract", 3), ("extract", 4), ("layout", 1)]:
        reporter.report(stage, page, 74)
    assert written == [("extract", 1), ("extract", 4), ("layout", 1)]
