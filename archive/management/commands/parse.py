"""`manage.py parse FILE --json`: what the parser makes of a file; touches no database."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from archive.ingest.errors import IngestError
from archive.ingest.parse.as_json import issue_to_json
from archive.ingest.read import Timing, read_issue, read_issue_limited
from archive.management.told import told


class Command(BaseCommand):
    help = "读一期公报文件并输出识别结果（不写数据库）"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="输出完整 JSON（默认只列出公文）")
        parser.add_argument("--timing", action="store_true", help="在标准错误输出各步骤的 CPU 秒数")
        parser.add_argument("--password", default="", help="PDF 的打开密码")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            if options["timing"]:
                # in this process, so that its CPU time is what is measured
                timing = Timing()
                issue = read_issue(path, password=options["password"], timing=timing)
                self.stderr.write(json.dumps(timing.seconds))
            else:
                issue = read_issue_limited(path, password=options["password"])
        except IngestError as error:
            self.stderr.write(told(error))
            sys.exit(2)
        if options["json"]:
            self.stdout.write(json.dumps(issue_to_json(issue), ensure_ascii=False))
            return
        self.stdout.write(
            f"{issue.gazette} {issue.year} 年第 {issue.label} 期，{len(issue.documents)} 件公文"
        )
        for document in issue.documents:
            self.stdout.write(f"{document.position:>3}  {document.number or '—'}  {document.title}")
        for finding in issue.findings:
            where = f"第 {finding.document} 件 " if finding.document else ""
            self.stdout.write(f"  [{finding.severity}] {where}{finding.message}")
