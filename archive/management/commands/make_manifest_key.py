"""Makes the private key that signs manifests, and says what its public one is called."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from archive.authenticity.manifest_text import key_id, new_private_pem, public_pem


class Command(BaseCommand):
    help = (
        "Write a new private key (Ed25519, PEM, for its owner alone) into FILE, which must not be there yet, and print the "
        "public key and its id. MANIFEST_KEY_FILE names the file to the archive."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        private, public = new_private_pem()
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise CommandError(f"{path} 已经存在，没有改动。新的密钥请写到另一个文件") from error
        except OSError as error:
            raise CommandError(f"{path} 无法写入（{error.strerror}）。请核对路径与权限") from error
        with os.fdopen(handle, "wb") as out:
            out.write(private)
            out.flush()
            os.fsync(out.fileno())
        self.stdout.write(f"密钥编号 {key_id(public)}\n{public_pem(public)}", ending="")
