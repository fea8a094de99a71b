"""Stored issues and a parser newer than the one that read them: the worker looks what it would change, issue by issue.

A draft is read anew at once. Of what was ever public nothing changes by itself: where the newer parser reads it
otherwise, the desk is told in a finding (`newer-reading`), and an editor has it read again or leaves it as it is.
"""

import logging
from pathlib import Path

from django.db import transaction
from django.db.models import Max

from archive.audit import recorded
from archive.ingest.change_words import in_words
from archive.ingest.errors import IngestError
from archive.ingest.parse.known import Known
from archive.ingest.parse.records import ParsedIssue
from archive.ingest.pipeline import Reader
from archive.ingest.read import Progress, read_issue_limited
from archive.ingest.reparse import read_original, store_again
from archive.ingest.version import PARSER_VERSION, is_older
from archive.models import Finding, IngestRun, Issue

log = logging.getLogger(__name__)

CODE = "newer-reading"
# So many lines of what would change; `reparse --dry-run` prints all.
_MOST_LINES = 20
_ACTIVE = (IngestRun.State.QUEUED, IngestRun.State.RUNNING)


def next_to_look_at(left_out: set[int]) -> Issue | None:
    """The oldest issue that an older parser has read and of which the desk knows nothing yet, but those `left_out`."""
    told = {
        issue_id
        for issue_id, evidence in Finding.objects.filter(code=CODE).values_list("issue_id", "evidence")
        if evidence[:1] == [_version()]
    }
    being_read = set(IngestRun.objects.filter(state__in=_ACTIVE).values_list("sha256", flat=True))
    for issue in Issue.objects.select_related("gazette").order_by("pk").iterator():
        waits = is_older(issue.parser_version) and issue.sha256 not in being_read
        if waits and issue.pk not in told and issue.pk not in left_out:
            return issue
    return None


def look_at(issue: Issue, progress: Progress, read: Reader = read_issue_limited) -> str:
    """Read the issue with the parser of today: "unchanged", "read again" (a draft) or "told".

    Raises an IngestError where it cannot be read, and what `progress` raises.
    """

    def watched(path: Path, name: str | None, password: str, _: Progress | None, known: Known) -> ParsedIssue:
        return read(path, name, password, progress, known)

    parsed = read_original(issue, read=watched)
    with transaction.atomic():
        held = Issue.objects.select_for_update(of=("self",)).get(pk=issue.pk)
        # What an older parser but this one would have changed is of no interest any more.
        held.findings.open().filter(code=CODE).delete()
        if held.state == Issue.State.DRAFT and held.released_at is None:
            with recorded(held, "read-again", None):
                store_again(held, parsed)
            return "read again"
        changes = store_again(held, parsed, dry_run=True)
        if changes:
            _tell(held, in_words(changes))
            return "told"
        Issue.objects.filter(pk=held.pk).update(parser_version=PARSER_VERSION)
        return "unchanged"


def _tell(issue: Issue, lines: list[str]) -> None:
    last = issue.findings.aggregate(last=Max("position"))["last"] or 0
    left = len(lines) - _MOST_LINES
    Finding.objects.create(
        issue=issue,
        position=last + 1,
        code=CODE,
        severity=Finding.Severity.NOTE,
        message=f"新版识别程序读出的内容与现在不同：{lines[0]}。采用请“重新读取”，不采用请选“维持原样”",
        evidence=[_version(), *lines[:_MOST_LINES], *([f"另有 {left} 行"] if left > 0 else [])],
    )


def _version() -> str:
    return f"识别程序第 {PARSER_VERSION} 版"


class Readings:
    """What a worker does when nothing else waits; an issue that cannot be read is tried again by the next worker."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.left_out: set[int] = set()
        self.done = False

    def look_at_one(self) -> bool:
        """True when an issue was looked at."""
        if self.done:
            return False
        issue = next_to_look_at(self.left_out)
        if issue is None:
            # A newer parser comes with a newer worker.
            self.done = True
            return False
        try:
            log.info("%s looked at with parser %s: %s", issue, PARSER_VERSION, look_at(issue, self.progress))
        except IngestError as error:
            self.left_out.add(issue.pk)
            log.warning("%s cannot be looked at with parser %s: %s", issue, PARSER_VERSION, error)
        return True
