"""Measures the search: on N documents beside other engines, or with questions whose right answer is known."""

import json
import os
import subprocess
import sys
import tempfile
from argparse import SUPPRESS
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = (
        "Builds a corpus of N documents from the bundled issues, asks the archive and other engines the same "
        "questions in one run, and prints one JSON object. The archive's own data is not touched."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--documents", type=int, default=1000, metavar="N", help="default: 1000")
        parser.add_argument("--queries", type=int, default=50, metavar="N", help="of each class; default: 50")
        parser.add_argument(
            "--runs", type=int, default=1000, metavar="N", help="random runs checked against a plain scan"
        )
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--postgres", default="", metavar="URL", help="a PostgreSQL server to compare with"
        )
        parser.add_argument("--alone", action="store_true", help="ask no other search")
        parser.add_argument(
            "--engines",
            action="store_true",
            help="compare every SEARCH_ENGINE that is installed",
        )
        parser.add_argument(
            "--questions", type=Path, metavar="DIR", help="documents.jsonl and questions.json to measure with"
        )
        parser.add_argument("--inside", default="", help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["documents"] < 1 or options["queries"] < 1:
            raise CommandError("--documents and --queries take a number from 1 up")
        if options["inside"]:
            self.stdout.write(
                json.dumps(_measure(Path(options["inside"]), options), ensure_ascii=False, indent=1)
            )
            return
        # In a process of its own: its database and index are others, and its memory is measured alone.
        with tempfile.TemporaryDirectory(prefix="gazette-bench-") as folder:
            environment = {
                **os.environ,
                "GAZETTE_DATA": folder,
                "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
            }
            command = [sys.executable, "manage.py", "bench", f"--inside={folder}"]
            command += [f"--{name}={options[name]}" for name in ("documents", "queries", "runs", "seed")]
            command += [f"--postgres={options['postgres']}"] if options["postgres"] else []
            command += [f"--{name}" for name in ("engines", "alone") if options[name]]
            command += [f"--questions={options['questions'].resolve()}"] if options["questions"] else []
            run = subprocess.run(
                command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True
            )
        if run.returncode:
            raise CommandError("the measurement failed, see above", returncode=run.returncode)
        self.stdout.write(run.stdout, ending="")


def _measure(folder: Path, options: dict[str, Any]) -> dict[str, Any]:
    from archive.benchmark.measuring import measure
    from archive.benchmark.questions import UnreadableQuestions, measure_questions

    call_command("migrate", verbosity=0)
    if options["questions"]:
        try:
            return {"questions": measure_questions(options["questions"])}
        except UnreadableQuestions as error:
            raise CommandError(str(error)) from error
    return measure(
        folder,
        settings.BASE_DIR / "archive" / "samples",
        count=options["documents"],
        queries=options["queries"],
        runs=options["runs"],
        seed=options["seed"],
        postgres=options["postgres"],
        engines=options["engines"],
        peers=not options["alone"],
    )
