"""Batches: what is held back, what goes first, when one is done, and what its report says."""

import io
import zipfile
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from archive.batches import MOST_SINGLE, note, open_batch, pause, report_of, resume, retry_failed
from archive.ingest.errors import PasswordNeeded
from archive.leases import Lease, lease_length
from archive.management.commands.worker import OneTask
from archive.models import Batch, Finding, IngestRun, Issue
from archive.tasks import ingest_upload, stopping, sweep
from archive.uploads import Accepted, accept_upload, failed_original, retry
from archive.zipped import accept_files
from tests.outside import PROJECT

pytestmark = pytest.mark.django_db(transaction=True)

SAMPLE = min((PROJECT / "archive" / "samples").glob("*.txt"))


@pytest.fixture(autouse=True)
def not_stopping() -> Iterator[None]:
    stopping.clear()
    yield
    stopping.clear()


def text(n: int) -> bytes:
    """A file that is an issue and no copy of another; all are the same issue, so that the second conflicts."""
    return SAMPLE.read_bytes() + b"\n" * n


def no_issue(n: int) -> bytes:
    return f"今天天气很好{'。' * n}\n".encode()


def upload(content: bytes, name: str = "第6期.txt", batch: Batch | None = None) -> IngestRun:
    accepted = accept_upload(SimpleUploadedFile(name, content), batch=batch)
    assert accepted.run is not None
    return accepted.run


def state_of(batch: Batch) -> str:
    return Batch.objects.get(pk=batch.pk).state


def states(batch: Batch) -> list[str]:
    return list(batch.runs.order_by("pk").values_list("state", flat=True))


def work() -> bool:
    return OneTask().work()


# --- order, pause, resume ------------------------------------------------------------------------------
def test_what_somebody_has_just_uploaded_goes_before_a_batch() -> None:
    batch = open_batch("往期")
    for n in range(2):
        upload(no_issue(n), batch=batch)
    single = upload(text(0))
    assert work()
    single.refresh_from_db()
    assert single.state == "done"
    assert states(batch) == ["queued", "queued"]
    # also when the sweep queues both anew
    DBTaskResult.objects.all().delete()
    second = upload(no_issue(9))
    DBTaskResult.objects.all().delete()
    assert sweep(timezone.now()) == 3
    assert work()
    second.refresh_from_db()
    assert second.state == "failed"
    assert states(batch) == ["queued", "queued"]


def test_a_paused_batch_waits_and_goes_on_where_it_was() -> None:
    batch = open_batch("往期")
    runs = [upload(no_issue(n), batch=batch) for n in range(3)]
    held = Lease.take(runs[0].pk, timezone.now())
    assert held is not None
    assert pause(batch)
    assert not pause(batch)

    # its turn comes, and it is not taken; the sweep leaves it alone, and singles go on
    assert Lease.take(runs[1].pk, timezone.now()) is None
    single = upload(text(0))
    while work():
        pass
    single.refresh_from_db()
    assert single.state == "done"
    assert states(batch) == ["running", "queued", "queued"]
    assert sweep(timezone.now()) == 0
    assert not DBTaskResult.objects.ready().exists()

    # the one at hand ends as it would
    held.finish(IngestRun.State.FAILED, "没有找到公文")
    assert state_of(batch) == "paused"

    assert resume(batch)
    assert not resume(batch)
    assert DBTaskResult.objects.ready().count() == 2
    while work():
        pass
    assert states(batch) == ["failed"] * 3
    assert state_of(batch) == "done"


def test_a_run_lost_by_its_worker_stays_held_back_with_its_batch() -> None:
    batch = open_batch("往期")
    run = upload(text(0), batch=batch)
    now = timezone.now()
    assert Lease.take(run.pk, now) is not None
    pause(batch)
    sweep(now + lease_length() * 2)
    while work():
        pass
    assert states(batch) == ["queued"]
    resume(batch)
    while work():
        pass
    assert states(batch) == ["done"]


# --- done, and under way again ---------------------------------------------------------------------------
def test_a_batch_is_done_with_its_last_file_and_begins_again_with_another() -> None:
    batch = open_batch("往期")
    first, second = upload(text(0), batch=batch), upload(no_issue(1), batch=batch)
    assert ingest_upload.call(first.pk) == "added"
    assert state_of(batch) == "running"
    assert ingest_upload.call(second.pk) == "failed"
    assert state_of(batch) == "done"
    assert not pause(batch)

    second.refresh_from_db()
    assert retry(second) is not None
    assert state_of(batch) == "running"
    ingest_upload.call(second.pk)
    assert state_of(batch) == "done"
    upload(no_issue(2), batch=batch)
    assert state_of(batch) == "running"


def test_all_that_failed_is_tried_again_but_what_needs_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = open_batch("往期")
    with monkeypatch.context() as patch:

        def locked(*args: object, **options: object) -> None:
            raise PasswordNeeded("x.pdf", "PDF 有打开密码", "请输入密码")

        patch.setattr("archive.ingest.pipeline.ingest_file", locked)
        needs_password = upload(b"%PDF-1.7", name="加密.pdf", batch=batch)
        ingest_upload.call(needs_password.pk)
    runs = [upload(no_issue(n), batch=batch) for n in range(2)]
    for run in runs:
        ingest_upload.call(run.pk)
    (refused,) = accept_files(SimpleUploadedFile("空.pdf", b""), batch=batch)
    assert not isinstance(refused, Accepted)
    assert states(batch) == ["failed"] * 4
    assert retry_failed(batch) == (2, 2)
    assert states(batch) == ["failed", "queued", "queued", "failed"]
    needs_password.refresh_from_db()
    assert failed_original(needs_password) is not None


# --- the report ------------------------------------------------------------------------------------------
def test_the_report_counts_every_file_and_what_is_open() -> None:
    user = User.objects.create_user("bianji")
    batch = open_batch("往期", user)
    (new,) = accept_files(SimpleUploadedFile("第6期.txt", text(0)), batch=batch, user=user)
    assert isinstance(new, Accepted)
    assert new.is_new
    # the same file while it waits, and once it is in
    (again,) = accept_files(SimpleUploadedFile("同.txt", text(0)), batch=batch, user=user)
    assert again == Accepted("同.txt", run=new.run, batch=batch)
    assert new.run is not None
    ingest_upload.call(new.run.pk)
    (known,) = accept_files(SimpleUploadedFile("又.txt", text(0)), batch=batch, user=user)
    assert isinstance(known, Accepted)
    assert known.issue == Issue.objects.get()
    accept_files(SimpleUploadedFile("图.pdf", b"\x89PNG\r\n\0"), batch=batch, user=user)
    accept_files(SimpleUploadedFile("日记.txt", no_issue(0)), batch=batch, user=user)

    report = report_of(batch)
    assert (report.added, report.unchanged, report.replaced, report.failed) == (1, 2, 0, 1)
    assert (report.waiting, report.running, report.ended, report.files) == (1, 0, 4, 5)
    failed = batch.runs.get(state="failed")
    assert failed.file_name == "图.pdf"
    assert failed.message.startswith("暂不支持图片。请把各页图片")
    assert failed.failure == "unreadable"
    assert failed_original(failed) is None
    assert {run.uploaded_by for run in batch.runs.all()} == {user}
    assert "第6期.txt" in batch.runs.get(file_name="同.txt").message

    issue = Issue.objects.get()
    issue.findings.all().delete()
    Finding.objects.bulk_create(
        Finding(issue=issue, position=n, code=code, severity=severity, message=message)
        for n, (code, severity, message) in enumerate(
            [
                ("date-missing", "note", "没有日期"),
                ("number-differs", "warning", "文号不一致"),
                ("page-without-text", "note", "第3页没有文字"),
                ("page-without-text", "note", "第2页没有文字"),
            ]
        )
    )
    found = [(kind.code, kind.count, kind.issues, kind.message) for kind in report_of(batch).findings]
    assert found == [
        ("number-differs", 1, 1, "文号不一致"),
        ("page-without-text", 2, 1, "第2页没有文字"),
        ("date-missing", 1, 1, "没有日期"),
    ]


def test_what_a_replacing_run_became_is_counted_apart() -> None:
    ingest_upload.call(upload(text(0)).pk)
    batch = open_batch("更正")
    accept_files(SimpleUploadedFile("第6期.txt", text(0)), batch=batch, replace=True)
    run = batch.runs.get()
    assert ingest_upload.call(run.pk) == "replaced"
    assert (report_of(batch).replaced, report_of(batch).added) == (1, 0)


def test_a_batch_without_a_name_is_called_by_its_time() -> None:
    assert open_batch("  ").name.startswith(str(timezone.localdate().year))
    assert len(open_batch("长" * 300).name) == 255


def test_noting_nothing_changes_nothing() -> None:
    batch = open_batch("往期")
    run = upload(text(0), batch=batch)
    note(batch, [Accepted("第6期.txt", run=run, is_new=True)])
    assert batch.runs.count() == 1


# --- zips --------------------------------------------------------------------------------------------------
def zipped(count: int) -> SimpleUploadedFile:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for n in range(count):
            archive.writestr(f"2023/{n:02}.txt", no_issue(n))
        archive.writestr("封面.jpg", b"\xff\xd8\xff")
    return SimpleUploadedFile("往期 2023.zip", content.getvalue())


def test_a_zip_of_many_files_is_a_batch_of_its_own() -> None:
    accept_files(zipped(MOST_SINGLE))
    assert not Batch.objects.exists()
    assert IngestRun.objects.count() == MOST_SINGLE

    found = accept_files(zipped(MOST_SINGLE + 1))
    batch = Batch.objects.get()
    assert batch.name == "往期 2023"
    assert {one.batch for one in found if isinstance(one, Accepted)} == {batch}
    report = report_of(batch)
    # all but the last wait from before; the picture is told of
    assert (report.waiting, report.unchanged, report.failed) == (1, MOST_SINGLE, 1)
    assert "封面.jpg" in batch.runs.get(state="failed").message


def test_a_zip_that_came_in_with_a_batch_belongs_to_it() -> None:
    batch = open_batch("文件夹")
    accept_files(zipped(MOST_SINGLE + 1), batch=batch)
    assert Batch.objects.get() == batch
    assert report_of(batch).waiting == MOST_SINGLE + 1
