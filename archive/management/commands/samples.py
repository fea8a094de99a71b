"""Fills an empty archive with the bundled issues of an invented gazette, so that there is something to see."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from archive.models import Issue


class Command(BaseCommand):
    help = "Ingest and publish the bundled sample issues when the archive is empty; else do nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        if Issue.objects.exists():
            return
        folder = settings.BASE_DIR / "archive" / "samples"
        samples = sorted(path for path in folder.iterdir() if path.suffix in {".pdf", ".txt"})
        if samples:
            self.stdout.write(f"The archive is empty: it takes in {len(samples)} sample issues.")
            call_command("ingest", *map(str, samples), publish=True)
