"""Puts a backup into an empty archive, and checks what came of it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from archive.backup.errors import BackupError
from archive.backup.restoring import other_secret_key, restore
from archive.ingest.files_store import FilesAway
from archive.search.update import rebuild


class Command(BaseCommand):
    help = (
        "Restore a backup into an empty archive (after `migrate`), on whichever database; ends with `verify`."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="the folder that `backup` filled")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"].resolve()
        try:
            manifest = restore(folder)
        except BackupError as error:
            raise CommandError(str(error)) from error
        except FilesAway as error:
            raise CommandError(
                f"恢复中断：S3 服务没有应答（{error}）。请检查 FILES_S3_ 各项设置、访问密钥与网络，然后重新运行"
            ) from error
        except OSError as error:
            raise CommandError(f"恢复中断：{error}。数据库没有改动，排除故障后可以重新运行") from error
        self.stdout.write(
            f"已恢复 {sum(manifest.counts.values())} 行、{len(manifest.files)} 个文件（备份于 {manifest.made_at}）"
        )
        if other_secret_key(folder):
            self.stdout.write("环境变量 SECRET_KEY 与备份中的不同：以环境变量为准，已登录的人需要重新登录")
        rebuild()
        call_command("verify", stdout=self.stdout, stderr=self.stderr)
