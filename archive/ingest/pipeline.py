"""From a file to an issue in the archive: read → keep the original → store → index, each step timed and named."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction

from archive.ingest.errors import UnreadableFile
from archive.ingest.files_store import FilesAway, unreachable
from archive.ingest.knowledge import known_from_archive
from archive.ingest.originals import checksum, has_original, remove_original, store_original
from archive.ingest.parse.known import Known
from archive.ingest.parse.records import ParsedIssue
from archive.ingest.read import Progress, forget_recognised_of, read_issue_limited
from archive.ingest.store import Outcome, store_issue
from archive.models import Document, Issue
from archive.publishing import PublishingError, index_on_commit, publish_issue
from archive.search.update import index_issue, indexed_ids

# How a file is read: (path, name, password, progress, known) → ParsedIssue
Reader = Callable[[Path, str | None, str, Progress | None, Known], ParsedIssue]

NOT_SEARCHABLE = "扫描件，尚不可检索"


@dataclass(slots=True)
class ReadFile:
    """A file that was read and is not stored yet; `parsed` is None when the archive has it already."""

    path: Path
    name: str
    sha256: str
    size: int
    parsed: ParsedIssue | None
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What became of one file: its issue, the outcome, the seconds of each step.

    `note` says what was asked for and not done: an issue whose label is unknown stays a draft.
    """

    issue: Issue
    outcome: Outcome
    seconds: dict[str, float]
    note: str = ""


def ingest_file(
    path: Path,
    *,
    name: str | None = None,
    password: str = "",
    replace: bool = False,
    publish: bool = False,
    progress: Progress | None = None,
    read: Reader = read_issue_limited,
) -> IngestResult:
    """Take one file into the archive. `name` is what to call it in messages and downloads.

    Raises an IngestError, and then has left nothing behind. Can run again at any time: a file that is in already
    is not read again unless `replace` is set.
    """
    found = read_file(path, name=name, password=password, replace=replace, progress=progress, read=read)
    return store_file(found, replace=replace, publish=publish, progress=progress)


def read_file(
    path: Path,
    *,
    name: str | None = None,
    password: str = "",
    replace: bool = False,
    progress: Progress | None = None,
    read: Reader = read_issue_limited,
) -> ReadFile:
    """The first half of `ingest_file`, which writes nothing: many files can be read side by side."""
    name = name or path.name
    start = time.perf_counter()
    try:
        sha256, size = checksum(path)
    except OSError as error:
        problem = "没有这个文件" if isinstance(error, FileNotFoundError) else f"无法打开（{error.strerror}）"
        raise UnreadableFile(name, problem, "请核对路径与权限") from error
    if not replace and Issue.objects.filter(sha256=sha256).exists():
        return ReadFile(path, name, sha256, size, None, {"read": time.perf_counter() - start})
    parsed = read(path, name, password, progress, known_from_archive())
    if parsed.source.sha256 != sha256:
        raise UnreadableFile(name, "文件在读取过程中被改动", "请等文件写完后再试")
    return ReadFile(path, name, sha256, size, parsed, {"read": time.perf_counter() - start})


def store_file(
    found: ReadFile, *, replace: bool = False, publish: bool = False, progress: Progress | None = None
) -> IngestResult:
    """The second half: keep the original, store the issue, publish it when asked to, index it."""
    try:
        return _store_file(found, replace, publish, progress)
    except FilesAway as error:
        raise unreachable(error, found.name) from error


def _store_file(found: ReadFile, replace: bool, publish: bool, progress: Progress | None) -> IngestResult:
    if found.parsed is None:
        held = Issue.objects.filter(sha256=found.sha256).first()
        if held is None:
            # Discarded between the two halves.
            raise UnreadableFile(found.name, "这一期刚刚被丢弃", "请再导入一次")
        return _keep(held, found, publish)
    parsed = found.parsed
    kind = parsed.source.kind
    if progress:
        progress("store", None, None)
    start = time.perf_counter()
    was_there = has_original(found.sha256, kind)
    committed: list[float] = []
    try:
        sha256, size = store_original(found.path, kind)
        if sha256 != found.sha256:
            if not Issue.objects.filter(sha256=sha256).exists():
                remove_original(sha256, kind)
            raise UnreadableFile(found.name, "文件在读取过程中被改动", "请等文件写完后再试")
        with transaction.atomic():
            transaction.on_commit(lambda: _begin_index(committed, progress))
            stored = store_issue(parsed, file_size=size, replace=replace)
            issue, note = _publish(stored.issue) if publish else (stored.issue, "")
            if stored.outcome == "replaced" and issue.is_published:
                index_on_commit(issue)
    except BaseException:
        if not was_there and not Issue.objects.filter(sha256=found.sha256).exists():
            remove_original(found.sha256, kind)
        raise
    if not has_original(found.sha256, kind):
        # The same file was discarded by somebody while we stored it.
        store_original(found.path, kind)
    forget_recognised_of(found.sha256)
    note = "；".join(filter(None, [_note_on_scan(issue, parsed), note]))
    end = time.perf_counter()
    seconds = found.seconds | {"store": (committed or [end])[0] - start}
    if committed:
        seconds["index"] = end - committed[0]
    return IngestResult(issue, stored.outcome, seconds, note)


def _note_on_scan(issue: Issue, parsed: ParsedIssue) -> str:
    """What readers cannot search of the issue, "" where all of it has text."""
    if not issue.is_searchable:
        return NOT_SEARCHABLE
    pictures = sum(page.wants_ocr and not page.readable for page in parsed.pages)
    return f"其中 {pictures} 页是扫描图像，尚不可检索" if pictures else ""


def _begin_index(committed: list[float], progress: Progress | None) -> None:
    committed.append(time.perf_counter())
    if progress:
        progress("index", None, None)


def _keep(held: Issue, found: ReadFile, publish: bool) -> IngestResult:
    """What an earlier run may have left undone, for a file that is in already."""
    start = time.perf_counter()
    if not has_original(held.sha256, held.source_kind):
        store_original(found.path, held.source_kind)
    issue, note = _publish(held) if publish else (held, "")
    if not held.is_searchable:
        note = "；".join(filter(None, [NOT_SEARCHABLE, note]))
    if held.is_published:
        # Killed between commit and index, a run leaves an issue that nobody can find.
        wanted = set(Document.objects.published().filter(issue=held).values_list("pk", flat=True))
        if not wanted <= indexed_ids():
            index_issue(held)
    return IngestResult(issue, "unchanged", found.seconds | {"store": time.perf_counter() - start}, note)


def _publish(issue: Issue) -> tuple[Issue, str]:
    """The issue, published if it is a draft; a withdrawn one stays withdrawn until an editor says otherwise."""
    if issue.state != Issue.State.DRAFT:
        return issue, ""
    try:
        return publish_issue(issue), ""
    except PublishingError as error:
        return issue, str(error)
