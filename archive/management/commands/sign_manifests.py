"""Signs the manifests that are wanting, as the worker does every minute."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from archive.authenticity.signing import KeyUnusable, sign_ended_months


class Command(BaseCommand):
    help = "Sign the list of published files of each month that has ended and has none yet. The worker does it by itself."
    # What is wrong with the key is told by the command itself.
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.MANIFEST_KEY_FILE:
            raise CommandError(
                "没有设置 MANIFEST_KEY_FILE。请先用 make_manifest_key 做一把密钥，见 docs/operation.md"
            )
        try:
            made = sign_ended_months(timezone.now())
        except KeyUnusable as error:
            raise CommandError(str(error)) from error
        for one in made:
            self.stdout.write(f"{one.month}：{one.file_count} 个文件，SHA-256 {one.sha256}")
        if not made:
            self.stdout.write("没有需要签署的月份")
