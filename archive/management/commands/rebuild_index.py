"""Rebuild the search index beside the present one; readers search the old one until the new one is whole."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from archive.search import update


class Command(BaseCommand):
    help = "Rebuilds the search index from the database and puts it in the place of the present one."

    def add_arguments(self, parser: CommandParser) -> None:
        # Haystack's command of this name empties the index first, and so asks; scripts pass --noinput.
        parser.add_argument(
            "--noinput", action="store_false", dest="interactive", help="accepted, and without effect"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        count = update.rebuild()
        if options["verbosity"]:
            self.stdout.write(f"{count} documents indexed")
