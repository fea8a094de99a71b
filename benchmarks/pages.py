"""What each kind of public page costs: made anew, kept for the next reader, told to hold (304); beside a bare view.

    .venv/bin/python benchmarks/pages.py [--documents 10000] [--rounds 20]

Builds an archive of N documents by the recipe of `manage.py bench` in a folder of its own, and asks for each page through
the whole of Django, without a network. Prints a table: milliseconds of CPU (median and dearest of the rounds), queries,
kilobytes; and how many kept pages a second of CPU gives, as a ratio to a view that does nothing, with the same middleware.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
BARE = "/benchmark/bare/"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gazette-pages-") as folder:
        os.environ |= {
            "GAZETTE_DATA": folder,
            "DATABASE_URL": f"sqlite:///{folder}/pages.sqlite3",
            "DJANGO_SETTINGS_MODULE": "gazette.settings",
        }
        import django

        django.setup()
        measure(options.documents, options.rounds)


def measure(documents: int, rounds: int) -> None:
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.http import HttpResponse
    from django.test import Client
    from django.test.utils import override_settings
    from django.urls import path

    import gazette.urls
    from archive.benchmark.corpus import make_corpus

    call_command("migrate", verbosity=0)
    make_corpus(PROJECT / "archive" / "samples", documents, seed=1)
    call_command("rebuild_index", verbosity=0)
    gazette.urls.urlpatterns.insert(0, path(BARE[1:], lambda request: HttpResponse("0123456789" * 1000)))
    nothing_kept = settings.CACHES | {"pages": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    without_keeping = [name for name in settings.MIDDLEWARE if not name.endswith("PublicPages")]

    def cpu(address: str, times: int = rounds, **more: Any) -> list[float]:
        client = Client(headers={"host": "localhost"})
        client.get(address, **more)
        spent = []
        for _ in range(times):
            start = time.process_time()
            client.get(address, **more)
            spent.append((time.process_time() - start) * 1000)
        return spent

    print(f"{documents} documents; milliseconds of CPU")
    print(f"{'page':20}{'median':>8}{'dearest':>9}{'kept':>7}{'304':>7}{'queries':>9}{'KB':>7}")
    all_kept = []
    for name, address in addresses().items():
        asked: list[str] = []
        with override_settings(CACHES=nothing_kept):
            made = cpu(address)
            with connection.execute_wrapper(partial(_note, asked)):
                answer = Client(headers={"host": "localhost"}).get(address)
        if answer.status_code != 200:
            raise SystemExit(f"{address} answered {answer.status_code}")
        kept = statistics.median(cpu(address, rounds * 5))
        told = statistics.median(cpu(address, rounds * 5, headers={"if-none-match": answer["ETag"]}))
        all_kept.append(kept)
        print(
            f"{name:20}{statistics.median(made):8.1f}{max(made):9.1f}{kept:7.2f}{told:7.2f}"
            f"{len(asked):9}{len(answer.content) / 1024:7.1f}"
        )
    with override_settings(MIDDLEWARE=without_keeping):
        bare = statistics.median(cpu(BARE, rounds * 5))
    print(f"a view that does nothing, behind the same middleware: {bare:.2f}")
    print(f"kept pages a second, as a ratio to it: {bare / max(all_kept):.2f} to {bare / min(all_kept):.2f}")


def _note(asked: list[str], run: Any, sql: str, *more: Any) -> Any:
    asked.append(sql)
    return run(sql, *more)


def addresses() -> dict[str, str]:
    """An address of each kind of page in the archive at hand."""
    from archive.models import Appointment, Document, Issue

    issue = Issue.objects.published().order_by("-year", "-number")[0]
    document = Document.objects.published().filter(appointments__isnull=False)[0]
    person = Appointment.objects.filter(document=document)[0]
    return {
        "home": "/",
        "issues": "/issues/",
        "issue": issue.get_absolute_url(),
        "numbers": "/documents/",
        "code": f"/documents/{document.number_code}/",
        "run": f"/documents/{document.number_code}/{document.number_year}/",
        "not held": "/documents/not-held/",
        "document": document.get_absolute_url(),
        "document with hits": f"{document.get_absolute_url()}?q=通知",
        "people": "/people/",
        "person": f"/people/{person.person}/",
        "post": f"/posts/{person.post}/",
        "help": "/help/",
        "about": "/about/",
        "search, common": "/search/?q=人民政府 通知",
        "search, rare": f"/search/?q={person.person}",
        "search, facet": "/search/?kind=通知",
        "feed": "/search/feed.atom?q=通知",
        "api": "/api/v1/documents",
    }


if __name__ == "__main__":
    main()
