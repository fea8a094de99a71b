"""Makes a backup of the archive in a folder, or brings the one that is there up to date."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from archive.backup.errors import BackupError
from archive.backup.making import backup_in, make_backup, problems
from archive.ingest.files_store import FilesAway


class Command(BaseCommand):
    help = (
        "Back up rows, files and the secret key into a folder; a second time copies only what is new. "
        "Everything is read again afterwards. Exit 0: the backup is whole; 1: something is missing or damaged."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="made when it is not there")
        parser.add_argument("--check", action="store_true", help="make nothing, only read the backup again")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"].resolve()
        lost: tuple[str, ...] = ()
        try:
            if options["check"]:
                manifest, copied = backup_in(folder), 0
            else:
                made = make_backup(folder)
                manifest, copied, lost = made.manifest, made.copied, made.lost
        except BackupError as error:
            raise CommandError(str(error)) from error
        except FilesAway as error:
            raise CommandError(
                f"备份中断：S3 服务没有应答（{error}）。请检查 FILES_S3_ 各项设置、访问密钥与网络，然后重新运行"
            ) from error
        except OSError as error:
            raise CommandError(f"无法备份到 {folder}：{error}。上一份完整的备份没有改动") from error
        damaged = list(problems(folder, manifest))
        for problem in (*lost, *damaged):
            self.stdout.write(problem)
        if damaged:
            raise CommandError(
                f"备份中有 {len(damaged)} 个文件缺失或损坏，见上。请删除它们后再备份一次，会重新复制"
            )
        if lost:
            raise CommandError("档案库本身缺少上列原件；其余内容已完整备份")
        self.stdout.write(
            f"备份完好：{manifest.counts['archive.issue']} 期、{sum(manifest.counts.values())} 行，"
            f"{len(manifest.files)} 个文件，新复制 {copied} 个"
        )
