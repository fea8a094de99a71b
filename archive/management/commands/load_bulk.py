"""Reads bulk files into an empty archive, which then gives the same pages at the same addresses."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from archive.bulk.loading import load
from archive.bulk.reading import BulkError
from archive.ingest.files_store import FilesAway
from archive.search.update import rebuild
from archive.tasks import bring_journal_up_to_date


class Command(BaseCommand):
    help = (
        "Read the files that /bulk/ gives into an empty archive (after `migrate`). Exit 0: everything was read; "
        "1: a file is damaged or the archive is not empty, and nothing was changed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="where manifest.json and the files lie")
        parser.add_argument(
            "--files", type=Path, help="a folder with the original files and annexes, in any order"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load(options["folder"], options["files"])
        except BulkError as error:
            raise CommandError(f"{error}。没有读入任何内容") from error
        except FilesAway as error:
            raise CommandError(
                f"存放文件的地方没有应答（{error}）。请检查 FILES_S3_ 各项设置后重试"
            ) from error
        except OSError as error:
            raise CommandError(f"读入中断：{error}。数据库没有改动，排除故障后可以重新运行") from error
        rebuild()
        while bring_journal_up_to_date():
            pass
        self.stdout.write(f"已读入 {loaded.issues} 期、{loaded.documents} 件，{loaded.files} 个文件")
        for name in loaded.masked:
            self.stdout.write(f"不收原件（刊面有遮盖）：{name}")
        if loaded.lacking and options["files"]:
            for name in loaded.lacking:
                self.stdout.write(f"未找到文件：{name}")
        elif loaded.lacking:
            self.stdout.write(
                f"有 {len(loaded.lacking)} 个原件或附件没有给出（--files）：文字齐全，版面图片与下载缺少"
            )
