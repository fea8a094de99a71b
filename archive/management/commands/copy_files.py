"""Brings the archive's files from the disk into the bucket of the settings, or back."""

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from archive.ingest.files_store import FilesAway, copy_files, disk_files, files_store


class Command(BaseCommand):
    help = (
        "Copy originals and annexes from the data folder into the bucket that FILES_S3_BUCKET names, each compared with its "
        "checksum; what is there already is left as it is. Nothing is deleted. Exit 0: all are there; 1: some are damaged."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--back", action="store_true", help="from the bucket into the data folder instead"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.FILES_S3_BUCKET:
            raise CommandError(
                "没有设置 FILES_S3_BUCKET。请先设置它与访问密钥，复制完成后再决定是否保留此设置"
            )
        source, target = (files_store(), disk_files()) if options["back"] else (disk_files(), files_store())
        became: Counter[str] = Counter()
        try:
            files_store().ask()
            for name, what in copy_files(source, target):
                became[what] += 1
                if what == "damaged":
                    self.stdout.write(
                        f"与校验和不符：{source.where(name)} 或 {target.where(name)}。请查明哪一份已损坏，从备份恢复"
                    )
        except FilesAway as error:
            raise CommandError(
                f"复制中断：S3 服务没有应答（{error}）。请检查 FILES_S3_ 各项设置、访问密钥与网络，再运行一次即可继续"
            ) from error
        self.stdout.write(f"新复制 {became['copied']} 个文件，{became['there']} 个已在")
        if became["damaged"]:
            raise CommandError(f"有 {became['damaged']} 个文件没有复制，见上")
