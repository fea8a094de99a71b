"""Takes issue files into the archive: files, folders and zips, many side by side, stored one at a time."""

import json
import logging
import os
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from tqdm import tqdm

from archive.ingest.errors import IngestError
from archive.ingest.pipeline import IngestResult, ReadFile, read_file, store_file
from archive.ingest.side_by_side import read_ahead
from archive.ingest.sources import SourceFile, find_sources, opened
from archive.models import Issue

log = logging.getLogger(__name__)

OUTCOMES = {"added": "入库", "unchanged": "已在库中", "replaced": "已替换"}
STATES = {"draft": "草稿", "published": "已发布", "withdrawn": "已撤回"}


@dataclass(frozen=True, slots=True)
class Taken:
    """One line of the report: the file, and what became of it or went wrong."""

    label: str
    seconds: float
    result: IngestResult | None = None
    error: str = ""


@dataclass(slots=True)
class Begun:
    """A source that is being read; what is unpacked of a zip stays until `unpacked` is closed."""

    source: SourceFile | IngestError
    start: float = field(default_factory=time.perf_counter)
    unpacked: ExitStack = field(default_factory=ExitStack)

    @property
    def label(self) -> str:
        return self.source.file if isinstance(self.source, IngestError) else self.source.label

    def read(self, options: dict[str, Any]) -> ReadFile:
        if isinstance(self.source, IngestError):
            raise self.source
        path = self.unpacked.enter_context(opened(self.source))
        return read_file(
            path, name=self.source.name, password=options["password"], replace=options["replace"]
        )


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Command(BaseCommand):
    help = (
        "Take issue files (.pdf, .docx, .html, .md, .txt), folders of them and zip files into the archive. "
        "Running it again is safe: what is in already is left as it is. "
        "Exit 0: all are in; 1: some failed; 2: nothing could be done."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="file, folder or zip")
        parser.add_argument("--publish", action="store_true", help="publish what is a draft")
        parser.add_argument(
            "--replace",
            action="store_true",
            help="read again what is in, and let corrected files take its place",
        )
        parser.add_argument(
            "--workers",
            type=at_least_one,
            default=cores(),
            metavar="N",
            help="files read side by side (all cores)",
        )
        parser.add_argument("--json", action="store_true", help="one JSON object a line")
        parser.add_argument("--password", default="", help="password of locked PDFs")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            Issue.objects.exists()
        except DatabaseError as error:
            raise CommandError(
                f"the database does not answer ({error}); run `manage.py migrate` first", returncode=2
            ) from error
        taken: list[Taken] = []
        sources = list(find_sources(options["paths"]))
        on_terminal = sys.stderr.isatty() and not options["json"]
        with tqdm(total=len(sources), unit="期", disable=not on_terminal) as bar:
            for one in self.take_in(sources, options):
                taken.append(one)
                line = as_json(one) if options["json"] else as_line(one)
                # The bar steps aside for the line.
                with tqdm.external_write_mode(file=sys.stdout):
                    self.stdout.write(line)
                    self.stdout.flush()
                bar.update()
        if not taken:
            self.stderr.write(
                f"没有可导入的文件：{'、'.join(map(str, options['paths']))}。支持 .pdf、.docx、.html、.md、.txt 和 .zip"
            )
        failed = sum(1 for one in taken if one.result is None)
        if failed and len(taken) > 1 and not options["json"]:
            self.stderr.write(f"{len(taken)} 个文件中有 {failed} 个未能导入")
        if not taken or failed == len(taken):
            sys.exit(2)
        if failed:
            sys.exit(1)

    def take_in(self, sources: list[SourceFile | IngestError], options: dict[str, Any]) -> Iterator[Taken]:
        """One Taken a source, in order. Files are read by N threads (each in a process of its own), stored here."""
        begun = (Begun(source) for source in sources)
        for one, future in read_ahead(
            begun, lambda one: one.read(options), options["workers"], drop=lambda one: one.unpacked.close()
        ):
            with one.unpacked:
                yield self.store_one(one, future, options)

    def store_one(self, one: Begun, future: "Future[ReadFile]", options: dict[str, Any]) -> Taken:
        try:
            result = store_file(future.result(), replace=options["replace"], publish=options["publish"])
        except IngestError as error:
            # 第2期.pdf stands in several folders: the line names the whole path.
            message = one.label + str(error).removeprefix(error.file)
            return Taken(one.label, time.perf_counter() - one.start, error=message)
        except Exception as error:
            # A mistake of ours in one file must not keep the others out.
            log.exception("%s could not be taken in", one.label)
            message = (
                f"{one.label}：程序出错（{type(error).__name__}）。其余文件不受影响；请把日志交给维护人员"
            )
            return Taken(one.label, time.perf_counter() - one.start, error=message)
        return Taken(one.label, sum(result.seconds.values()), result)


def at_least_one(text: str) -> int:
    """The figure given, which is 1 or more."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not a number from 1")
    return int(text)


def as_line(taken: Taken) -> str:
    """云岭公报.pdf  入库：2024年第1期（4 件，2 条待核，草稿）  0.8 秒"""
    if taken.result is None:
        return f"失败  {taken.error}"
    issue = taken.result.issue
    documents, findings = issue.documents.count(), issue.findings.count()
    what = f"{documents} 件，{findings} 条待核，{STATES[issue.state]}"
    line = f"{OUTCOMES[taken.result.outcome]}  {taken.label}：{issue.name}（{what}）  {taken.seconds:.1f} 秒"
    return f"{line}  {taken.result.note}" if taken.result.note else line


def as_json(taken: Taken) -> str:
    """One object: file, outcome (added, unchanged, replaced, failed), issue, documents, findings, seconds, error."""
    found: dict[str, Any] = {"file": taken.label, "outcome": "failed", "issue": None}
    found |= {"documents": 0, "findings": 0, "seconds": round(taken.seconds, 3), "error": taken.error or None}
    if taken.result is not None:
        issue = taken.result.issue
        found |= {
            "outcome": taken.result.outcome,
            "issue": {
                "id": issue.pk,
                "gazette": issue.gazette.name if issue.gazette else None,
                "year": issue.year,
                "label": issue.label or None,
                "state": issue.state,
            },
            "documents": issue.documents.count(),
            "findings": issue.findings.count(),
            "steps": {step: round(seconds, 3) for step, seconds in taken.result.seconds.items()},
            "note": taken.result.note or None,
        }
    return json.dumps(found, ensure_ascii=False)
