"""Uploaded files, their runs and leases: what one worker does, step by step, in the test's own process."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from archive.ingest.errors import (
    IngestError,
    IssueConflict,
    LimitExceeded,
    NoDocuments,
    PasswordNeeded,
    UnreadableFile,
)
from archive.ingest.originals import checksum, remove_original, stored_originals
from archive.ingest.parse.known import Known
from archive.ingest.parse.records import ParsedIssue
from archive.ingest.pipeline import ingest_file
from archive.ingest.read import Progress, recognised_folder
from archive.leases import MAX_ATTEMPTS, Lease, LeaseLost, lease_length
from archive.models import IngestRun, Issue
from archive.tasks import Reporter, ingest_upload, stopping, sweep
from archive.uploads import (
    accept_upload,
    clean_name,
    failed_original,
    forget_old_uploads,
    password_of,
    read_again,
    retry,
    upload_path,
)
from tests.factories import make_parsed_issue
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
        ("文档.docx", b"PK\x03\x04", UnreadableFile, "Word 文件"),
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


def test_a_bad_file_fails_with_its_reason_and_leaves_nothing_in_the_archive(settings: Settings) -> None:
    content = "今天天气很好。\n".encode()
    run = upload(content, name="日记.txt", password="123456")
    assert ingest_upload.call(run.pk) == "failed"
    run.refresh_from_db()
    assert run.state == "failed"
    assert run.message.startswith("没有找到公文")
    assert run.stage != "waiting"
    assert run.failure == "no-documents"
    assert not Issue.objects.exists()
    assert list(stored_originals()) == []
    # the file stays for whoever is to find out why, the password does not
    assert files_in(settings.UPLOADS_DIR) == [f"failed/run-{run.pk}"]
    kept = failed_original(run)
    assert kept is not None
    assert kept.read_bytes() == content


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


# --- what failed -------------------------------------------------------------------------------------
def failing(error: Exception) -> Callable[..., None]:
    def fail(*args: object, **options: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (PasswordNeeded, "password"),
        (NoDocuments, "no-documents"),
        (LimitExceeded, "limit"),
        (IssueConflict, "conflict"),
        (UnreadableFile, "unreadable"),
    ],
)
def test_each_failure_is_told_apart(
    monkeypatch: pytest.MonkeyPatch, error: type[IngestError], failure: str
) -> None:
    monkeypatch.setattr("archive.ingest.pipeline.ingest_file", failing(error("x.pdf", "不行", "再试")))
    run = upload()
    assert ingest_upload.call(run.pk) == "failed"
    run.refresh_from_db()
    remedy = "请在此填写打开密码，然后用密码再试" if failure == "password" else "再试"
    assert (run.failure, run.message) == (failure, f"不行。{remedy}")


def test_the_desk_offers_what_it_has_and_no_option_of_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = min((PROJECT / "archive" / "samples").glob("*.txt")).read_bytes()
    assert ingest_upload.call(upload(sample, name="一.txt").pk) == "added"
    again = upload(sample + "。".encode(), name="二.txt")
    assert ingest_upload.call(again.pk) == "failed"
    again.refresh_from_db()
    assert again.failure == "conflict"
    assert again.message.endswith("如果这是更正后的文件，请替换已入库的同一期") and "--" not in again.message


@pytest.mark.parametrize(
    ("error", "page"),
    [
        (UnreadableFile("x.pdf", "不行", "再试"), 31),
        (UnreadableFile("x.pdf", "不行", "再试", page=12), 12),
        (RuntimeError("disk full"), 31),
    ],
)
def test_what_failed_says_at_which_stage_and_page(
    monkeypatch: pytest.MonkeyPatch, error: Exception, page: int
) -> None:
    def fail(*args: object, progress: Progress, **options: object) -> None:
        # by far faster than progress is written
        for number in range(1, 32):
            progress("extract", number, 74)
        raise error

    monkeypatch.setattr("archive.ingest.pipeline.ingest_file", fail)
    run = upload()
    IngestRun.objects.update(attempts=MAX_ATTEMPTS - 1)
    assert ingest_upload.call(run.pk) == "failed"
    run.refresh_from_db()
    assert (run.stage, run.page, run.page_count) == ("extract", page, 74)


def test_what_failed_is_tried_again_with_its_file(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = upload()
    with monkeypatch.context() as patch:
        error = PasswordNeeded("x.pdf", "PDF 有打开密码", "请输入密码")
        patch.setattr("archive.ingest.pipeline.ingest_file", failing(error))
        ingest_upload.call(run.pk)
    run.refresh_from_db()
    again = retry(run, password="654321", replace=True)
    assert again == run
    assert again is not None
    assert (again.state, again.failure, again.message, again.attempts) == ("queued", "", "", 0)
    assert (password_of(run), again.replace) == ("654321", True)
    assert DBTaskResult.objects.ready().filter(args_kwargs__args=[run.pk]).exists()
    assert failed_original(again) is None
    assert retry(run) is None  # it waits already
    assert ingest_upload.call(run.pk) == "added"
    assert files_in(settings.UPLOADS_DIR) == []
    run.refresh_from_db()
    assert retry(run) is None


def test_a_locked_pdf_asks_until_the_password_is_right(shared: Path, settings: Settings) -> None:
    run = upload((shared / "issue" / "encrypted-user.pdf").read_bytes(), name="加密.pdf")
    for password, says in (("", "PDF 设有打开密码"), ("wrong", "密码不正确")):
        if password:
            assert retry(run, password=password) is not None
        assert ingest_upload.call(run.pk) == "failed"
        run.refresh_from_db()
        assert run.failure == "password"
        assert says in run.message and "请在此填写打开密码" in run.message and "--" not in run.message
        assert files_in(settings.UPLOADS_DIR) == [f"failed/run-{run.pk}"]
        assert not Issue.objects.exists()
    assert retry(run, password="123456") is not None
    assert ingest_upload.call(run.pk) == "added"
    assert files_in(settings.UPLOADS_DIR) == []
    assert "123456" not in str(list(IngestRun.objects.values())) + str(list(DBTaskResult.objects.values()))


def test_hostile_files_end_with_a_message_and_their_file_and_no_trace(
    shared: Path, settings: Settings
) -> None:
    hostile = [
        shared / "hostile" / name
        for name in ("garbage.pdf", "truncated-60.pdf", "zero-page.pdf", "bitrot.pdf")
    ]
    for path in hostile:
        run = upload(path.read_bytes(), name=path.name)
        ended = ingest_upload.call(run.pk)
        run.refresh_from_db()
        if ended == "added":  # repaired
            assert run.issue is not None
            continue
        assert (ended, run.state) == ("failed", "failed")
        assert run.failure
        assert "。" in run.message
        kept = failed_original(run)
        assert kept is not None
        assert kept.read_bytes() == path.read_bytes()
    assert Issue.objects.count() == IngestRun.objects.filter(state="done").count() < len(hostile)
    assert {sha256 for sha256, _path in stored_originals()} == set(
        Issue.objects.values_list("sha256", flat=True)
    )


def test_files_of_failed_runs_go_after_their_days(settings: Settings) -> None:
    run = upload("今天天气很好。\n".encode(), name="日记.txt")
    ingest_upload.call(run.pk)
    run.refresh_from_db()
    kept = failed_original(run)
    assert kept is not None
    days = settings.FAILED_UPLOADS_DAYS * 24 * 3600
    for age, there in ((days - 3600, True), (days + 3600, False)):
        os.utime(kept, (time.time() - age,) * 2)
        sweep(timezone.now())
        assert kept.exists() == there
    assert retry(run) is None


def test_killed_before_the_file_was_put_aside_the_sweep_does_it() -> None:
    run = upload("今天天气很好。\n".encode(), name="日记.txt")
    IngestRun.objects.filter(pk=run.pk).update(state="failed")
    run.refresh_from_db()
    assert failed_original(run) is None
    sweep(timezone.now())
    assert failed_original(run) is not None


def test_once_it_is_in_no_failed_attempt_is_kept(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    first = upload()
    with monkeypatch.context() as patch:
        patch.setattr("archive.ingest.pipeline.ingest_file", failing(UnreadableFile("x", "坏了", "再试")))
        ingest_upload.call(first.pk)
    second = upload()
    assert second != first
    ingest_upload.call(second.pk)
    assert files_in(settings.UPLOADS_DIR) == []


def test_a_stored_issue_is_read_again_from_its_original(settings: Settings) -> None:
    run = upload()
    ingest_upload.call(run.pk)
    issue = Issue.objects.get()
    ids = list(issue.documents.values_list("public_id", flat=True))
    Issue.objects.update(parser_version="0")
    again = read_again(issue)
    assert read_again(issue) == again
    assert (again.replace, again.file_name, again.sha256) == (True, issue.file_name, issue.sha256)
    assert ingest_upload.call(again.pk) == "replaced"
    issue.refresh_from_db()
    assert issue.parser_version != "0"
    assert list(issue.documents.values_list("public_id", flat=True)) == ids
    assert files_in(settings.UPLOADS_DIR) == []
    remove_original(issue.sha256, issue.source_kind)
    with pytest.raises(UnreadableFile, match="缺少原件"):
        read_again(issue)


# --- recognition -------------------------------------------------------------------------------------
class SlowReader:
    """Recognises a scan of five pages, each once: what is done is kept where recognition keeps it."""

    def __init__(self, after_page: Callable[[int], None] = lambda page: None) -> None:
        self.after_page, self.recognised = after_page, list[int]()

    def __call__(
        self, path: Path, name: str | None, password: str, progress: Progress | None, known: Known
    ) -> ParsedIssue:
        sha256 = checksum(path)[0]
        folder = recognised_folder(sha256)
        folder.mkdir(parents=True, exist_ok=True)
        for page in range(1, 6):
            assert progress is not None
            progress("ocr", page, 5)
            if not (folder / f"{page}.json").exists():
                self.recognised.append(page)
                self.after_page(page)
                (folder / f"{page}.json").write_text("{}")
        return make_parsed_issue(sha256=sha256, name=name)

    def use(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("archive.ingest.pipeline.ingest_file", partial(ingest_file, read=self))


def test_a_worker_that_ends_gives_a_scan_back_within_a_page_and_the_next_goes_on(
    monkeypatch: pytest.MonkeyPatch, data_folder: Path
) -> None:
    reader = SlowReader(lambda page: stopping.set() if page in {2, 3, 4} else None)
    reader.use(monkeypatch)
    run = upload(b"%PDF-1.7 pictures", name="扫描.pdf")
    # more often than a file may end its worker: being stopped is no fault of the file
    for stops in range(1, MAX_ATTEMPTS + 1):
        assert ingest_upload.call(run.pk) == "given back"
        run.refresh_from_db()
        assert (run.state, run.attempts, run.failure) == ("queued", 0, "")
        assert reader.recognised == list(range(1, stops + 2))
        stopping.clear()
    assert ingest_upload.call(run.pk) == "added"
    assert reader.recognised == [1, 2, 3, 4, 5]
    assert list((data_folder / "recognised").iterdir()) == []


def test_killed_at_a_page_the_sweep_queues_it_and_the_next_goes_on(
    monkeypatch: pytest.MonkeyPatch, data_folder: Path
) -> None:
    class Killed(BaseException):
        """Nobody catches a kill."""

    def kill(page: int) -> None:
        if page == 3 and not reader.recognised.count(3) > 1:
            raise Killed

    reader = SlowReader(kill)
    reader.use(monkeypatch)
    run = upload(b"%PDF-1.7 pictures", name="扫描.pdf")
    with pytest.raises(Killed):
        ingest_upload.call(run.pk)
    run.refresh_from_db()
    assert (run.state, run.stage) == ("running", "ocr")
    DBTaskResult.objects.all().delete()
    assert sweep(timezone.now() + lease_length() * 2) == 1
    assert ingest_upload.call(run.pk) == "added"
    assert reader.recognised == [1, 2, 3, 3, 4, 5]


def test_the_lease_lasts_while_one_page_takes_longer_than_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.INGEST_LEASE_SECONDS = 0.3
    prolonged: list[bool] = []

    def wait_past_the_lease(page: int) -> None:
        run = IngestRun.objects.get()
        begun = until = run.lease_until
        for _wait in range(400):
            time.sleep(0.02)
            until = IngestRun.objects.get().lease_until
            if until > begun + timedelta(seconds=0.4):
                break
        prolonged.append(until > begun + timedelta(seconds=0.4))

    reader = SlowReader(lambda page: wait_past_the_lease(page) if page == 2 else None)
    reader.use(monkeypatch)
    run = upload(b"%PDF-1.7 pictures", name="扫描.pdf")
    assert ingest_upload.call(run.pk) == "added"
    assert prolonged == [True]
    run.refresh_from_db()
    assert run.attempts == 1


def test_what_was_recognised_of_a_file_that_nobody_took_up_again_is_cleared(data_folder: Path) -> None:
    old, young = recognised_folder("a" * 64), recognised_folder("b" * 64)
    for folder in (old, young):
        folder.mkdir(parents=True)
        (folder / "1.json").write_text("{}")
    for folder in (old, data_folder / "recognised" / ("a" * 64)):
        os.utime(folder, (time.time() - 8 * 24 * 3600,) * 2)
    sweep(timezone.now())
    assert (old.exists(), young.exists()) == (False, True)


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
    assert run.failure == "fault"
    assert files_in(settings.UPLOADS_DIR) == [f"failed/run-{run.pk}"]


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
