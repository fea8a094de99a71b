"""Read a stored issue anew from its original: ids, anchors and state stay, and what changed is told."""

from django.db import transaction
from django.db.models import QuerySet

from archive.ingest.changes import IssueChanges, changes_between, snapshot_of
from archive.ingest.errors import UnreadableFile
from archive.ingest.files_store import FilesAway, unreachable
from archive.ingest.knowledge import known_from_archive
from archive.ingest.originals import original_path
from archive.ingest.parse.records import ParsedIssue
from archive.ingest.pipeline import Reader
from archive.ingest.read import forget_recognised_of, read_issue_limited
from archive.ingest.recognise import engine
from archive.ingest.store import store_issue
from archive.ingest.version import is_older
from archive.models import Issue, Page
from archive.publishing import index_on_commit


def to_be_read_again(issues: "QuerySet[Issue]", *, only_older: bool = False) -> list[Issue]:
    """Those that the parser of today would read otherwise: an older one has read them, or, where recognition is
    installed and unless `only_older`, they have pages that it has not seen.
    """
    waiting: set[int] = set()
    if engine.available() and not only_older:
        waiting = set(Page.objects.filter(wants_ocr=True).values_list("issue_id", flat=True).distinct())
    return [issue for issue in issues if is_older(issue.parser_version) or issue.pk in waiting]


def read_original(issue: Issue, password: str = "", read: Reader = read_issue_limited) -> ParsedIssue:
    """What the parser of today makes of the issue's file; writes nothing. Raises an IngestError."""
    try:
        path = original_path(issue.sha256, issue.source_kind)
    except FilesAway as error:
        raise unreachable(error, issue.file_name) from error
    if not path.is_file():
        raise UnreadableFile(issue.file_name, "缺少原件", "请从备份恢复，或重新导入该文件")
    parsed = read(path, issue.file_name, password, None, known_from_archive())
    if parsed.source.sha256 != issue.sha256:
        raise UnreadableFile(issue.file_name, "原件与入库时不同", "请从备份恢复，或重新导入该文件")
    return parsed


def store_again(issue: Issue, parsed: ParsedIssue, *, dry_run: bool = False) -> IssueChanges:
    """Store what was read anew in one transaction, and tell what changed; `dry_run` only tells.

    A published issue stays published, and readers find it as it is now once this is committed. Raises an
    IngestError when the reading cannot take the place of what is held, and then changes nothing.
    """
    with transaction.atomic():
        held = Issue.objects.select_for_update().filter(pk=issue.pk, sha256=parsed.source.sha256).first()
        if held is None:
            raise UnreadableFile(issue.file_name, "这一期刚刚被替换或丢弃", "不必再做什么")
        before = snapshot_of(held)
        store_issue(parsed, file_size=held.file_size, replace=True)
        changes = changes_between(before, snapshot_of(held))
        if dry_run:
            transaction.set_rollback(True)
        elif changes and held.is_published:
            index_on_commit(held)
    if not dry_run:
        forget_recognised_of(parsed.source.sha256)
    return changes
