"""Takes issue files into the archive: files, folders and zips, many side by side, stored one at a time."""

import json
import logging
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from tqdm import tqdm

from archive.ingest.errors import IngestError
from archive.ingest.pipeline import IngestResult, ReadFile, read_file, store_file
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


class Command(BaseCommand):
    help = (
        "Take issue files (.pdf, .txt), folders of them and zip files into the archive. Running it again is safe: "
        "what is in already is left as it is. Exit 0: all are in; 1: some failed; 2: nothing could be done."
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
            "--workers", type=at_least_one, default=1, metavar="N", help="files read side by side (1)"
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
                f"没有可导入的文件：{'、'.join(map(str, options['paths']))}。支持 .pdf、.txt、.zip"
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
        workers = options["workers"]
        waiting: deque[tuple[SourceFile, float, Future[ReadFile], ExitStack]] = deque()
        remaining = deque(sources)
        with ThreadPoolExecutor(workers) if workers > 1 else InThisThread() as pool:
            try:
                while remaining or waiting:
                    # Never far ahead of the storing: what was read waits in memory.
                    while remaining and len(waiting) < 2 * workers - 1:
                        source = remaining.popleft()
                        if isinstance(source, IngestError):
                            yield Taken(source.file, 0.0, error=str(source))
                            continue
                        stack = ExitStack()
                        future = pool.submit(read_one, source, stack, options, workers > 1)
                        waiting.append((source, time.perf_counter(), future, stack))
                    if waiting:
                        source, start, future, stack = waiting.popleft()
                        with stack:
                            yield self.store_one(source, start, future, options)
            finally:
                for _source, _start, future, stack in waiting:
                    future.cancel()
                    stack.close()

    def store_one(
        self, source: SourceFile, start: float, future: Future[ReadFile], options: dict[str, Any]
    ) -> Taken:
        try:
            found = future.result()
            result = store_file(found, replace=options["replace"], publish=options["publish"])
        except IngestError as error:
            # 第2期.pdf stands in several folders: the line names the whole path.
            message = source.label + str(error).removeprefix(error.file)
            return Taken(source.label, time.perf_counter() - start, error=message)
        except Exception as error:
            # A mistake of ours in one file must not keep the others out.
            log.exception("%s could not be taken in", source.label)
            message = (
                f"{source.label}：程序出错（{type(error).__name__}）。其余文件不受影响；请把日志交给维护人员"
            )
            return Taken(source.label, time.perf_counter() - start, error=message)
        return Taken(source.label, sum(result.seconds.values()), result)


class InThisThread(Executor):
    """Does at once what it is given: one file after the other needs no thread."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def read_one(source: SourceFile, stack: ExitStack, options: dict[str, Any], in_thread: bool) -> ReadFile:
    """What is unpacked stays until the caller closes the stack."""
    try:
        path = stack.enter_context(opened(source))
        return read_file(path, name=source.name, password=options["password"], replace=options["replace"])
    finally:
        if in_thread:
            connection.close()


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
