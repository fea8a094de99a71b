"""Reads stored issues with the parser of today, several side by side, and prints what changed."""

import json
import logging
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.db.models import Q
from tqdm import tqdm

from archive.ingest.change_words import in_words
from archive.ingest.changes import NOTHING_CHANGED, IssueChanges
from archive.ingest.errors import IngestError, PasswordNeeded
from archive.ingest.reparse import read_original, store_again, to_be_read_again
from archive.ingest.side_by_side import read_ahead
from archive.management.commands.ingest import at_least_one, cores
from archive.management.told import told
from archive.models import Issue

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reread:
    """What became of one issue: changed, unchanged, skipped (it has a password) or failed, and why."""

    issue: Issue
    outcome: str
    changes: IssueChanges = NOTHING_CHANGED
    error: str = ""


class Command(BaseCommand):
    help = (
        "Read stored issues anew with the parser of today: those that an older one has read, and scans that can be "
        "recognised now, unless others are named. "
        "Ids, anchors and states stay. Exit 0: all were read; 1: some were not; 2: nothing could be done."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "issues", nargs="*", type=int, metavar="ISSUE-ID", help="only these, of any version"
        )
        parser.add_argument("--gazette", default="", help="only issues of this gazette (name or slug)")
        parser.add_argument("--year", type=int, help="only issues of this year")
        parser.add_argument(
            "--all", action="store_true", help="also what this version of the parser has read"
        )
        parser.add_argument(
            "--older",
            action="store_true",
            help="only what an older parser has read, also of issues named by id",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="print what would change and change nothing"
        )
        parser.add_argument(
            "--json", action="store_true", help="one JSON object a line, also for unchanged issues"
        )
        parser.add_argument("--password", default="", help="password of locked PDFs, which is never kept")
        parser.add_argument(
            "--workers",
            type=at_least_one,
            default=cores(),
            metavar="N",
            help="issues read side by side (all cores)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            issues = chosen_issues(options)
        except DatabaseError as error:
            raise CommandError(
                f"the database does not answer ({error}); run `manage.py migrate` first", returncode=2
            ) from error
        unknown = (
            sorted(set(options["issues"]) - {issue.pk for issue in issues}) if not options["older"] else []
        )
        for key in unknown:
            self.stderr.write(f"没有编号为 {key} 的一期。编号见后台，或 ingest --json 的输出")
        outcomes: Counter[str] = Counter(unknown=len(unknown))
        on_terminal = sys.stderr.isatty() and not options["json"]
        with tqdm(total=len(issues), unit="期", disable=not on_terminal) as bar:
            for one in self.reread(issues, options):
                outcomes[one.outcome] += 1
                with tqdm.external_write_mode(file=sys.stdout):
                    for line in [as_json(one)] if options["json"] else as_lines(one):
                        self.stdout.write(line)
                    self.stdout.flush()
                bar.update()
        done = outcomes["changed"] + outcomes["unchanged"]
        if not options["json"]:
            self.stdout.write(summary(outcomes, options["dry_run"]) if issues else "没有需要重新识别的一期")
        if done == outcomes.total():
            return
        sys.exit(1 if done else 2)

    def reread(self, issues: list[Issue], options: dict[str, Any]) -> Iterator[Reread]:
        """One Reread an issue, in order: read by several threads, stored here."""
        password = options["password"]
        for issue, future in read_ahead(issues, lambda one: read_original(one, password), options["workers"]):
            yield store_one(issue, future, options["dry_run"])


def store_one(issue: Issue, future: "Future[Any]", dry_run: bool) -> Reread:
    try:
        changes = store_again(issue, future.result(), dry_run=dry_run)
    except PasswordNeeded as error:
        return Reread(issue, "skipped", error=f"{told(error)}。密码不会保存")
    except IngestError as error:
        return Reread(issue, "failed", error=told(error))
    except Exception as error:
        # A mistake of ours in one issue must not keep the others from being read.
        log.exception("%s could not be read anew", issue)
        return Reread(issue, "failed", error=f"程序出错（{type(error).__name__}）。请把日志交给维护人员")
    return Reread(issue, "changed" if changes else "unchanged", changes)


def chosen_issues(options: Mapping[str, Any]) -> list[Issue]:
    """The issues that the options name, oldest first."""
    found = Issue.objects.select_related("gazette").order_by("year", "number", "pk")
    if options["issues"]:
        found = found.filter(pk__in=options["issues"])
    if name := options["gazette"]:
        found = found.filter(Q(gazette__name=name) | Q(gazette__slug=name))
    if options["year"] is not None:
        found = found.filter(year=options["year"])
    if (options["all"] or options["issues"]) and not options["older"]:
        return list(found)
    return to_be_read_again(found, only_older=options["older"])


# --- what is printed ---------------------------------------------------------------------------------
def as_lines(one: Reread) -> list[str]:
    """What changed in an issue, a line for each document; nothing for an issue that stayed as it is."""
    issue = f"{one.issue}（编号 {one.issue.pk}，{one.issue.file_name}）"
    if one.error:
        return [f"{'跳过' if one.outcome == 'skipped' else '失败'}  {issue}：{one.error}"]
    if not one.changes:
        return []
    return [f"变动  {issue}", *(f"  {line}" for line in in_words(one.changes))]


def as_json(one: Reread) -> str:
    """One object: issue, file, outcome, error, and the changes."""
    found = {
        "issue": one.issue.pk,
        "name": str(one.issue),
        "file": one.issue.file_name,
        "outcome": one.outcome,
    }
    found |= {"error": one.error or None, **asdict(one.changes)}
    return json.dumps(found, ensure_ascii=False)


def summary(outcomes: Counter[str], dry_run: bool) -> str:
    said = f"{outcomes['changed']} 期有变动，{outcomes['unchanged']} 期不变"
    if outcomes["skipped"]:
        said += f"，{outcomes['skipped']} 期因有密码而跳过"
    if outcomes["failed"]:
        said += f"，{outcomes['failed']} 期失败"
    return f"{said}（试运行，什么都没有改）" if dry_run else said
