"""How much memory the making of the bulk files takes: prints the peak of a process that does nothing else.

.venv/bin/python benchmarks/bulk_memory.py --documents 10000
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--step", choices=("fill", "make"), help="one of the two processes that it starts")
    options = parser.parse_args()
    if options.step:
        _step(options)
        return
    with tempfile.TemporaryDirectory() as data:
        environment = os.environ | {"GAZETTE_DATA": data, "DJANGO_SETTINGS_MODULE": "gazette.settings"}
        environment.pop("DATABASE_URL", None)
        numbers = ["--documents", str(options.documents), "--seed", str(options.seed)]
        for step in ("fill", "make"):
            command = [sys.executable, __file__, *numbers, "--step", step]
            subprocess.run(command, cwd=PROJECT, env=environment, check=True)


def _step(options: argparse.Namespace) -> None:
    sys.path.insert(0, str(PROJECT))
    import django

    django.setup()
    from django.core.management import call_command

    if options.step == "fill":
        from archive.benchmark.corpus import make_corpus

        call_command("migrate", verbosity=0)
        make_corpus(PROJECT / "archive" / "samples", options.documents, options.seed)
        return
    from archive.bulk.folder import read_manifest
    from archive.bulk.making import make_all
    from archive.tasks import bring_journal_up_to_date

    start = time.perf_counter()
    while bring_journal_up_to_date():
        pass
    noted = time.perf_counter()
    manifest = read_manifest(make_all())
    seconds = time.perf_counter() - noted
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = sum(file.bytes for file in manifest.files) / 1e6
    print(
        f"{options.documents} documents: journal {noted - start:.0f} s, files {seconds:.0f} s, {size:.0f} MB"
    )
    print(f"peak memory: {peak:.0f} MB")


if __name__ == "__main__":
    main()
