"""Files that editors upload: checked, kept in the data folder until a worker has read them, and queued."""

import contextlib
import hashlib
import os
import secrets
import time
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from archive.ingest.errors import LimitExceeded, UnreadableFile
from archive.ingest.file_kind import file_kind
from archive.models import IngestRun, Issue

ACTIVE = (IngestRun.State.QUEUED, IngestRun.State.RUNNING)
_PART, _PASSWORD = ".part", ".password"
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


def accept_upload(
    upload: Uploaded, *, user: Any = None, password: str = "", replace: bool = False
) -> Accepted:
    """Keep an uploaded file and queue it for the worker.

    A file that is in the archive or in the queue already is recognised by its checksum and not queued again, unless
    `replace` asks to read it anew. Raises an IngestError when it is empty, too large or of another kind.
    """
    name = clean_name(upload.name or "")
    folder = Path(settings.UPLOADS_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{secrets.token_hex(8)}{_PART}"
    try:
        sha256 = _write(upload, part, name)
        file_kind(part, name)
        issue = Issue.objects.select_related("gazette").filter(sha256=sha256).first()
        if issue is not None and not replace:
            return Accepted(name, issue=issue)
        waiting = IngestRun.objects.filter(sha256=sha256, state__in=ACTIVE).first()
        if waiting is not None:
            return Accepted(name, run=waiting)
        return Accepted(name, run=_queue(part, name, sha256, user, password, replace), is_new=True)
    finally:
        part.unlink(missing_ok=True)


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


def _queue(part: Path, name: str, sha256: str, user: Any, password: str, replace: bool) -> IngestRun:
    from archive.tasks import ingest_upload

    with transaction.atomic():
        run = IngestRun.objects.create(file_name=name, sha256=sha256, replace=replace, uploaded_by=user)
        if password:
            # Not in the database, where the task's arguments stay for weeks.
            handle = os.open(_password_path(run), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                out.write(password)
        part.rename(upload_path(run))
        # The task is a row of the same database: run and task are committed together, or neither is.
        ingest_upload.enqueue(run.pk)
    return run


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


def forget_old_uploads(older_than: float) -> int:
    """Delete files that belong to no waiting run and are older than the time given (seconds since 1970)."""
    folder = Path(settings.UPLOADS_DIR)
    waiting = {upload_path(run) for run in IngestRun.objects.filter(state__in=ACTIVE)}
    waiting |= {path.with_suffix(_PASSWORD) for path in waiting}
    forgotten = 0
    for path in folder.glob("*") if folder.is_dir() else ():
        with contextlib.suppress(FileNotFoundError):
            if path not in waiting and path.stat().st_mtime < older_than:
                path.unlink()
                forgotten += 1
    return forgotten


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
