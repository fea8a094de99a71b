"""Checks the archive against itself: every file against its checksum, the index against the database."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from archive.ingest.annex_files import annex_name
from archive.ingest.files_store import FilesAway, checksum_of, files_store
from archive.ingest.originals import original_name, stored_originals
from archive.models import Annex, Document, Issue
from archive.search.update import Differences, damage, differences, mend


class Command(BaseCommand):
    help = (
        "Check that every stored file still has its checksum and that the index holds exactly what is published. "
        "Exit 0: all is well; 1: something is not."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--repair", action="store_true", help="mend the index")

    def handle(self, *args: Any, **options: Any) -> None:
        problems = 0
        for problem in all_file_problems():
            problems += 1
            self.stdout.write(problem)

        found, broken = differences(), damage()
        if broken:
            self.stdout.write(f"索引文件已损坏（{broken}）。请运行 manage.py verify --repair 重建")
        for line in describe(found):
            self.stdout.write(line)
        if (found or broken) and options["repair"]:
            mend(found)
            found, broken = differences(), damage()
            self.stdout.write("索引已修复" if not (found or broken) else "索引未能完全修复，请再运行一次")

        if problems or found or broken:
            sys.exit(1)
        issues, documents = Issue.objects.count(), Document.objects.published().count()
        self.stdout.write(f"没有问题：{issues} 期的原件校验和相符，索引与已发布的 {documents} 件公文一致")


def all_file_problems() -> Iterator[str]:
    """One line for each file that is gone or changed, and one when the place where they lie does not answer."""
    try:
        yield from file_problems()
        yield from annex_problems()
    except FilesAway as error:
        yield f"无法检查文件：S3 服务没有应答（{error}）。请检查 FILES_S3_ 各项设置、访问密钥与网络"


def file_problems() -> Iterator[str]:
    """One line for each original that is gone or changed."""
    store = files_store()
    issues = {issue.sha256: issue for issue in Issue.objects.select_related("gazette")}
    stored = list(stored_originals())
    names = {name for _sha256, name in stored}
    for sha256, issue in issues.items():
        if original_name(sha256, issue.source_kind) not in names:
            yield f"缺少原件：{issue}（{issue.file_name}，{sha256}）。请从备份恢复，或重新导入该文件"
    # Files of no issue are what corrected issues were before; they are kept, and kept whole.
    for sha256, name in tqdm(stored, unit="件", disable=not sys.stderr.isatty()):
        try:
            now, _size = checksum_of(store.read(name))
        except OSError as error:
            yield f"无法读取：{store.where(name)}（{error.strerror}）。请检查磁盘与权限"
            continue
        if now != sha256:
            yield f"原件已变：{issues.get(sha256) or '不属于任何一期'}（{store.where(name)}）。请从备份恢复"


def annex_problems() -> Iterator[str]:
    """One line for each annex whose file is gone or changed."""
    store = files_store()
    for annex in Annex.objects.select_related("document"):
        name = annex_name(annex.sha256, annex.kind)
        try:
            now, _size = checksum_of(store.read(name))
        except OSError:
            yield f"缺少附件全文：{annex.document}（{annex.file_name}，{annex.sha256}）。请从备份恢复，或重新补录"
            continue
        if now != annex.sha256:
            yield f"附件全文已变：{annex.document}（{store.where(name)}）。请从备份恢复"


def describe(found: Differences) -> Iterator[str]:
    """What of the index differs, the first few documents of each kind by name."""
    for what, keys in (
        ("索引中缺少", found.missing),
        ("索引中多出", found.left_over),
        ("索引中已过时", found.changed),
    ):
        if keys:
            titles = Document.objects.filter(pk__in=sorted(keys)[:5]).values_list("title", flat=True)
            names = "；".join(titles) or "已删除的公文"
            yield f"{what} {len(keys)} 件：{names}{'……' if len(keys) > 5 else ''}"
