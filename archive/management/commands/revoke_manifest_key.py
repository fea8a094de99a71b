"""Marks a key that signed manifests as leaked."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from archive.authenticity.signing import revoke
from archive.models import ManifestKey


class Command(BaseCommand):
    help = (
        "Take a key back that others may have: it signs no more, and what it signed counts only where a later manifest, "
        "signed with another key, names it. It cannot be undone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", help="the id of the key, as /manifests/ has it")
        parser.add_argument("--reason", required=True, help="why; readers see it")

    def handle(self, *args: Any, **options: Any) -> None:
        key = ManifestKey.objects.filter(key_id=options["key"]).first()
        if key is None:
            raise CommandError(f"没有编号为 {options['key']} 的密钥。/manifests/ 列有全部密钥")
        if key.revoked_at is not None:
            raise CommandError(f"密钥 {key.key_id} 已经作废")
        if not (reason := options["reason"].strip()):
            raise CommandError("请写明作废的理由：读者会看到它")
        revoke(key, reason, timezone.now())
        self.stdout.write(
            f"密钥 {key.key_id} 已作废。请用 make_manifest_key 新做一把，写入 MANIFEST_KEY_FILE；下一份清单由新密钥签署"
        )
