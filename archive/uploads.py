"""Files that editors upload: checked, kept in the data folder until a worker has read them, and queued.

A file that could not be taken in is kept for a while beside its run, so that it can be tried again, or handed to those
who can tell what is wrong with it. zipped.py takes zip files apart.
"""

import contextlib
import hashlib
import os
import re
import secrets
import shutil
import time
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from archive.ingest.errors import LimitExceeded, NoRoom, UnreadableFile
from archive.ingest.file_kind import file_kind
from archive.ingest.files_store import FilesAway, unreachable
from archive.ingest.originals import original_path
from archive.models import Batch, IngestRun, Issue
from archive.room import lacks_room

ACTIVE = (IngestRun.State.QUEUED, IngestRun.State.RUNNING)
_PART, _PASSWORD, _FAILED = ".part", ".password", "failed"
_RUN_FILE = re.compile(r"run-[0-9]{1,18}")
_LONGEST_NAME = 255


class Uploaded(Protocol):
    """What is needed of an uploaded file."""

    name: str | None

    def chunks(self) -> Iterable[bytes]: ...


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file that was queued (`run`), or was here before: as an issue (`issue`), or still in the queue (`run`)."""

    name: str
    run: IngestRun | None = None
    issue: Issue | None = None
    is_new: bool = False
    batch: Batch | None = None


def accept_upload(
    upload: Uploaded,
    *,
    user: Any = None,
    password: str = "",
    replace: bool = False,
    batch: Batch | None = None,
) -> Accepted:
    """Keep an uploaded file and queue it for the worker.

    A file that is in the archive or in the queue already is recognised by its checksum and not queued again, unless
    `replace` asks to read it anew. Raises an IngestError when it is empty, too large or of another kind.
    """
    name = clean_name(upload.name or "")
    with received(upload, name) as (part, sha256):
        return accept_file(part, sha256, name, user=user, password=password, replace=replace, batch=batch)


@contextlib.contextmanager
def received(upload: Uploaded, name: str, suffix: str = _PART) -> Iterator[tuple[Path, str]]:
    """The uploaded file on the disk and its checksum, for as long as it is not moved on.

    Raises NoRoom where the disk is full, also for what is done with the file.
    """
    try:
        with a_part(suffix) as part:
            yield part, _write(upload, part, name)
    except Exception as error:
        if lacks_room(error):
            raise no_room(name) from error
        raise


def no_room(name: str) -> NoRoom:
    """What to tell of an upload that finds no room."""
    return NoRoom(name, _("服务器磁盘已满，这个文件没有收下"), _("请联系管理员，腾出空间后再传"))


@contextlib.contextmanager
def a_part(suffix: str = _PART) -> Iterator[Path]:
    """A place among the uploads for a file that is on its way; what is not moved on from there is deleted."""
    folder = Path(settings.UPLOADS_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{secrets.token_hex(8)}{suffix}"
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def accept_file(
    path: Path,
    sha256: str,
    name: str,
    *,
    user: Any = None,
    password: str = "",
    replace: bool = False,
    publish: bool = False,
    batch: Batch | None = None,
) -> Accepted:
    """`accept_upload` of a file on the disk, which is moved away when it is queued."""
    file_kind(path, name)
    issue = Issue.objects.select_related("gazette").filter(sha256=sha256).first()
    if issue is not None and not replace:
        return Accepted(name, issue=issue, batch=batch)
    waiting = IngestRun.objects.filter(sha256=sha256, state__in=ACTIVE).first()
    if waiting is not None:
        return Accepted(name, run=waiting, batch=batch)
    run = IngestRun(
        file_name=name, sha256=sha256, replace=replace, publish=publish, uploaded_by=user, batch=batch
    )
    return Accepted(name, run=_queue(path, run, password), is_new=True, batch=batch)


def copy_to(part: Path, path: Path, label: str) -> None:
    """Copy a file of this machine to the place among the uploads. Raises UnreadableFile when it cannot be read."""
    try:
        shutil.copyfile(path, part)
    except OSError as error:
        if lacks_room(error):
            raise no_room(label) from error
        problem = _("没有这个文件") if isinstance(error, FileNotFoundError) else str(error.strerror)
        raise UnreadableFile(label, problem, _("请核对路径与权限")) from error


def read_again(issue: Issue, *, user: Any = None, password: str = "") -> IngestRun:
    """A run that reads a stored issue's file anew: recognition is installed now, or the parser is a newer one.

    Ids, addresses and state stay. Raises UnreadableFile when the original is missing.
    """
    waiting = IngestRun.objects.filter(sha256=issue.sha256, state__in=ACTIVE).first()
    if waiting is not None:
        return waiting
    try:
        original = original_path(issue.sha256, issue.source_kind)
    except FilesAway as error:
        raise unreachable(error, issue.file_name) from error
    if not original.is_file():
        raise UnreadableFile(issue.file_name, _("缺少原件"), _("请从备份恢复，或重新上传该文件"))
    with a_part() as part:
        shutil.copyfile(original, part)
        run = IngestRun(file_name=issue.file_name, sha256=issue.sha256, replace=True, uploaded_by=user)
        return _queue(part, run, password)


def _write(upload: Uploaded, part: Path, name: str) -> str:
    digest, limit = hashlib.sha256(), settings.UPLOAD_MAX_BYTES
    with part.open("xb") as out:
        for chunk in upload.chunks():
            digest.update(chunk)
            out.write(chunk)
            if out.tell() > limit:
                raise LimitExceeded(
                    name,
                    _("文件超过 %(size)s MB") % {"size": limit // 1024**2},
                    _("请降低扫描分辨率，或联系管理员放宽限制"),
                )
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def _queue(part: Path, run: IngestRun, password: str) -> IngestRun:
    from archive.tasks import enqueue

    try:
        with transaction.atomic():
            run.save()
            _keep_password(run, password)
            part.rename(upload_path(run))
            # The task is a row of the same database: run and task are committed together, or neither is.
            enqueue(run)
            _begin_again(run)
    except BaseException:
        _forget_refused(run)
        raise
    return run


def _forget_refused(run: IngestRun) -> None:
    """Delete the file of a run that did not come to be. A database that is gone cannot tell: then the sweep does it."""
    if run.pk is not None:
        with contextlib.suppress(DatabaseError):
            if not IngestRun.objects.filter(pk=run.pk).exists():
                forget_upload(run)


def _begin_again(run: IngestRun) -> None:
    """A batch that was done is under way again with another file."""
    if run.batch_id:
        Batch.objects.filter(pk=run.batch_id, state=Batch.State.DONE).update(state=Batch.State.RUNNING)


def _keep_password(run: IngestRun, password: str) -> None:
    """Not in the database, where the task's arguments stay for weeks."""
    if password:
        handle = os.open(_password_path(run), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(password)


def upload_path(run: IngestRun) -> Path:
    """Where the run's file lies until it is taken in."""
    return Path(settings.UPLOADS_DIR) / f"run-{run.pk}"


def password_of(run: IngestRun) -> str:
    """The password that was given with the upload, or ""."""
    try:
        return _password_path(run).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def forget_upload(run: IngestRun) -> None:
    """Delete the run's file and password: it is in the archive, or will not be."""
    upload_path(run).unlink(missing_ok=True)
    _password_path(run).unlink(missing_ok=True)


# --- what failed -------------------------------------------------------------------------------------
def failed_original(run: IngestRun) -> Path | None:
    """The file of a run that failed, as it came; None when it is no longer kept."""
    path = _failed_path(run)
    return path if run.state == IngestRun.State.FAILED and path.is_file() else None


def keep_failed(run: IngestRun) -> None:
    """Put the file of a failed run aside, and delete its password."""
    with contextlib.suppress(FileNotFoundError):
        _failed_path(run).parent.mkdir(parents=True, exist_ok=True)
        upload_path(run).rename(_failed_path(run))
        # Its days count from now.
        os.utime(_failed_path(run))
    _password_path(run).unlink(missing_ok=True)


def retry(run: IngestRun, *, password: str = "", replace: bool = False) -> IngestRun | None:
    """The failed run, queued again with its file, now with a password or to replace; None when the file is gone."""
    from archive.tasks import enqueue

    with transaction.atomic():
        failed = IngestRun.objects.select_for_update().filter(pk=run.pk, state=IngestRun.State.FAILED).first()
        if failed is None or (kept := failed_original(failed)) is None:
            return None
        failed.state, failed.stage, failed.attempts = IngestRun.State.QUEUED, IngestRun.Stage.WAITING, 0
        failed.message = failed.failure = ""
        failed.page = failed.page_count = failed.finished_at = None
        failed.replace = failed.replace or replace
        failed.save()
        _keep_password(failed, password)
        kept.rename(upload_path(failed))
        enqueue(failed)
        _begin_again(failed)
    return failed


def forget_failed(sha256: str) -> None:
    """Delete what is kept of failed attempts at a file that is in the archive now."""
    for run in IngestRun.objects.filter(sha256=sha256, state=IngestRun.State.FAILED):
        _failed_path(run).unlink(missing_ok=True)


def forget_old_failed(older_than: float) -> int:
    """Delete the files of runs that failed before the time given (seconds since 1970)."""
    return _delete_older(Path(settings.UPLOADS_DIR, _FAILED).glob("*"), older_than)


def _failed_path(run: IngestRun) -> Path:
    return Path(settings.UPLOADS_DIR) / _FAILED / f"run-{run.pk}"


# --- what is left over -------------------------------------------------------------------------------
def forget_old_uploads(older_than: float) -> int:
    """Delete files that belong to no waiting run and are older than the time given (seconds since 1970).

    What failed and was not yet put aside when its worker was killed, is put aside.
    """
    folder = Path(settings.UPLOADS_DIR)
    waiting = {upload_path(run) for run in IngestRun.objects.filter(state__in=ACTIVE)}
    waiting |= {path.with_suffix(_PASSWORD) for path in waiting}
    left = [path for path in folder.glob("*") if path not in waiting and path.is_file()]
    keys = [int(path.name.removeprefix("run-")) for path in left if _RUN_FILE.fullmatch(path.name)]
    for run in IngestRun.objects.filter(pk__in=keys, state=IngestRun.State.FAILED):
        keep_failed(run)
    return _delete_older(left, older_than)


def _delete_older(paths: Iterable[Path], older_than: float) -> int:
    deleted = 0
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < older_than:
                path.unlink()
                deleted += 1
    return deleted


def clean_name(name: str) -> str:
    """The name alone, without folders and control characters, short enough to be kept; its ending stays."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C").strip()
    if not name:
        raise UnreadableFile(_("上传的文件"), _("没有文件名"), _("请重新选择文件"))
    return name if len(name) <= _LONGEST_NAME else f"…{name[1 - _LONGEST_NAME :]}"


def _password_path(run: IngestRun) -> Path:
    return upload_path(run).with_suffix(_PASSWORD)


def an_hour_ago() -> float:
    return time.time() - 3600
