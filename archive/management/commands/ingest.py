"""Takes issue files into the archive: files, folders and zips, many side by side, stored one at a time."""

import json
import logging
import os
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, close_old_connections
from django.urls import reverse
from tqdm import tqdm

from archive.batches import open_batch, queue_sources
from archive.ingest.errors import IngestError, NoRoom
from archive.ingest.pipeline import ReadFile, read_file, store_file
from archive.ingest.side_by_side import read_ahead
from archive.ingest.sources import SourceFile, find_sources, opened
from archive.management.told import told
from archive.models import Batch, Issue
from archive.room import lacks_room
from archive.worklist import FindingKind, finding_kinds

log = logging.getLogger(__name__)

OUTCOMES = {"added": "入库", "unchanged": "已在库中", "replaced": "已替换", "queued": "已排队"}
SEVERITIES = {"error": "错误", "warning": "警告", "note": "提示"}
STATES = {"draft": "草稿", "published": "已发布", "withdrawn": "已撤回"}


@dataclass(frozen=True, slots=True)
class Taken:
    """One line of the report: the file, and what became of it or went wrong."""

    label: str
    outcome: str
    issue: Issue | None = None
    error: str = ""
    note: str = ""
    seconds: float = 0.0
    steps: dict[str, float] = field(default_factory=dict)
    batch: Batch | None = None


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
        parser.add_argument(
            "--queue",
            action="store_true",
            help="leave the reading to the worker: the files become a batch, which the desk shows",
        )
        parser.add_argument("--json", action="store_true", help="one JSON object a line, the report last")
        parser.add_argument("--password", default="", help="password of locked PDFs")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            Issue.objects.exists()
        except DatabaseError as error:
            raise CommandError(
                f"the database does not answer ({error}); run `manage.py migrate` first", returncode=2
            ) from error
        sources = list(find_sources(options["paths"]))
        taken: list[Taken] = []
        taking = queue(sources, options) if options["queue"] else self.take_in(sources, options)
        on_terminal = sys.stderr.isatty() and not options["json"]
        with tqdm(total=len(sources), unit="期", disable=not on_terminal) as bar:
            for one in taking:
                taken.append(one)
                line = as_json(one) if options["json"] else as_line(one)
                # The bar steps aside for the line.
                with tqdm.external_write_mode(file=sys.stdout):
                    self.stdout.write(line)
                    self.stdout.flush()
                bar.update()
        self.report(taken, options)
        failed = sum(one.outcome == "failed" for one in taken)
        if not taken or failed == len(taken):
            sys.exit(2)
        if failed:
            sys.exit(1)

    def report(self, taken: list[Taken], options: dict[str, Any]) -> None:
        """What became of all files together: in JSON the last line, else a word beside the lines, for more than one."""
        if options["json"]:
            self.stdout.write(json.dumps({"report": report_as_object(taken)}, ensure_ascii=False))
        elif not taken:
            names = "、".join(map(str, options["paths"]))
            self.stderr.write(f"没有可导入的文件：{names}。支持 .pdf、.docx、.html、.md、.txt 和 .zip")
        elif len(taken) > 1:
            self.stderr.write("\n".join(report_as_lines(taken)))
        if (batch := next((one.batch for one in taken if one.batch), None)) and not options["json"]:
            address = reverse("desk-batch", args=[batch.pk])
            self.stderr.write(f"这一批由后台处理程序（manage.py worker）继续，进度见工作台 {address}")

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
            message = one.label + told(error).removeprefix(error.file)
            return Taken(one.label, "failed", error=message, seconds=time.perf_counter() - one.start)
        except Exception as error:
            # A mistake of ours in one file must not keep the others out.
            log.exception("%s could not be taken in", one.label)
            close_old_connections()
            message = (
                f"{one.label}：程序出错（{type(error).__name__}）。其余文件不受影响；请把日志交给维护人员"
            )
            if lacks_room(error):
                message = str(NoRoom(one.label, remedy="请腾出空间后再导入一次，已入库的会略过"))
            return Taken(one.label, "failed", error=message, seconds=time.perf_counter() - one.start)
        return Taken(
            one.label,
            result.outcome,
            result.issue,
            note=result.note,
            seconds=sum(result.seconds.values()),
            steps=result.seconds,
        )


def queue(sources: list[SourceFile | IngestError], options: dict[str, Any]) -> Iterator[Taken]:
    """One Taken a source, in order: copied into a batch that the worker reads, or what keeps it from that."""
    if not sources:
        return
    batch = open_batch("、".join(path.resolve().stem for path in options["paths"]))
    wanted = {name: options[name] for name in ("password", "replace", "publish")}
    for source, found in zip(sources, queue_sources(sources, batch, **wanted), strict=True):
        label = source.file if isinstance(source, IngestError) else source.label
        if isinstance(found, IngestError):
            message = label + str(found).removeprefix(found.file)
            yield Taken(label, "failed", error=message, batch=batch)
        elif found.is_new:
            yield Taken(label, "queued", batch=batch)
        else:
            note = "" if found.issue else "同一文件正在排队"
            yield Taken(label, "unchanged", found.issue, note=note, batch=batch)


def at_least_one(text: str) -> int:
    """The figure given, which is 1 or more."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not a number from 1")
    return int(text)


def as_line(taken: Taken) -> str:
    """云岭公报.pdf  入库：2024年第1期（4 件，2 条待核，草稿）  0.8 秒"""
    if taken.outcome == "failed":
        return f"失败  {taken.error}"
    line = f"{OUTCOMES[taken.outcome]}  {taken.label}"
    if taken.issue is not None:
        documents, findings = taken.issue.documents.count(), taken.issue.findings.count()
        line += f"：{taken.issue.name}（{documents} 件，{findings} 条待核，{STATES[taken.issue.state]}）"
    if taken.batch is None:
        line += f"  {taken.seconds:.1f} 秒"
    return f"{line}  {taken.note}" if taken.note else line


def as_json(taken: Taken) -> str:
    """One object: file, outcome (added, unchanged, replaced, queued, failed), issue, documents, findings, seconds,
    error.
    """
    found: dict[str, Any] = {"file": taken.label, "outcome": taken.outcome, "issue": None}
    found |= {"documents": 0, "findings": 0, "seconds": round(taken.seconds, 3), "error": taken.error or None}
    if (issue := taken.issue) is not None:
        found |= {
            "issue": {
                "id": issue.pk,
                "gazette": issue.gazette.name if issue.gazette else None,
                "year": issue.year,
                "label": issue.label or None,
                "state": issue.state,
            },
            "documents": issue.documents.count(),
            "findings": issue.findings.count(),
            "steps": {step: round(seconds, 3) for step, seconds in taken.steps.items()},
            "note": taken.note or None,
        }
    return json.dumps(found, ensure_ascii=False)


def report_as_object(taken: list[Taken]) -> dict[str, Any]:
    """How many files, how many of each outcome, what failed and why, and what is open in the issues, by kind."""
    counts = Counter(one.outcome for one in taken)
    found: dict[str, Any] = {"files": len(taken)} | {outcome: counts[outcome] for outcome in OUTCOMES}
    if batch := next((one.batch for one in taken if one.batch), None):
        found["batch"] = batch.pk
    found["failed"] = [{"file": one.label, "error": one.error} for one in taken if one.outcome == "failed"]
    found["findings"] = [asdict(kind) for kind in kinds_in(taken)]
    return found


def report_as_lines(taken: list[Taken]) -> list[str]:
    """The same, to be read."""
    counts = Counter(one.outcome for one in taken)
    names = OUTCOMES | {"failed": "失败"}
    listed = "，".join(f"{name} {counts[outcome]}" for outcome, name in names.items() if counts[outcome])
    lines = [f"{len(taken)} 个文件：{listed}"]
    if failed := [one for one in taken if one.outcome == "failed"]:
        lines += [
            f"{len(taken)} 个文件中有 {len(failed)} 个未能导入：",
            *(f"  {one.error}" for one in failed),
        ]
    if kinds := kinds_in(taken):
        lines += ["待核："]
        lines += [
            f"  {SEVERITIES[kind.severity]} {kind.count} 条（{kind.issues} 期）  {kind.code}，如：{kind.message}"
            for kind in kinds
        ]
    return lines


def kinds_in(taken: list[Taken]) -> tuple[FindingKind, ...]:
    return finding_kinds({one.issue.pk for one in taken if one.issue is not None})
