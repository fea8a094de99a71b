"""Makes the bulk files by hand, as the worker does after each publication, and copies them where they are wanted."""

import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from archive.bulk.folder import MANIFEST, read_manifest
from archive.bulk.making import make_all
from archive.tasks import bring_journal_up_to_date


class Command(BaseCommand):
    help = "Make the bulk files of everything that readers see (what /bulk/ gives); with a folder, copy them there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "folder",
            type=Path,
            nargs="?",
            help="made when it is not there; files of these names are replaced",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path | None = options["folder"]
        try:
            while bring_journal_up_to_date():
                pass
            made = make_all()
            manifest = read_manifest(made)
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
                # The manifest goes first and comes last: without it the folder holds nothing that counts.
                (folder / MANIFEST).unlink(missing_ok=True)
                for file in manifest.files:
                    shutil.copyfile(made / file.name, folder / file.name)
                shutil.copyfile(made / MANIFEST, folder / MANIFEST)
        except OSError as error:
            raise CommandError(f"无法写出批量数据：{error}。请检查磁盘空间与权限，或稍后再试") from error
        for file in manifest.files:
            self.stdout.write(f"{file.name}  {file.rows} 行  {file.bytes} 字节  {file.sha256}")
        self.stdout.write(f"已写入 {folder or made}")
