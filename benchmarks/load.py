"""The archive under load: what gunicorn sustains of each kind of page, while issues come in; beside a bare view.

    python benchmarks/load.py [--documents 10000] [--seconds 600] [--clients 8] [--archive FOLDER] [--port 8090]

Serves an archive of N documents (the recipe of `manage.py bench`, and the bundled issues with their pages) by gunicorn
as deploy/systemd does, on the loopback. Needs wrk (apt install wrk) and /proc. Prints two things.

Ratios: wrk asks for one kind of page after the other over connections that stay open, round by round, each beside the
view that does nothing. Requests a second and milliseconds of CPU of the web processes, medians of the rounds; once with
whole pages kept, once without. The view is served without middleware (bare), and with that of a new project (plain).

The mix: clients ask for home, issues, documents, searches, page pictures and PDF, one request after the other, while
`ingest` takes in and publishes issue after issue and the worker runs. Requests a second, latencies and errors of each
kind; the memory of each process, and how many MB an hour it grows by (least squares over the second half).

With --archive the folder is filled once and used again; without, it is a temporary one.
"""

import argparse
import http.client
import json
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from benchmarks.ingest_folder import cpu_seconds, manuscript, memory_mb  # noqa: E402
from tests.typeset import small_issue  # noqa: E402

# How often of a hundred requests each kind is asked for.
MIX = {"home": 10, "issue": 15, "document": 40, "search": 20, "page picture": 10, "PDF": 5}
# The kinds whose ratio is measured, and the views beside them.
BESIDE = {"bare": "/benchmark/bare/", "plain": "/benchmark/plain/", "same": "/benchmark/same/"}
RATIO_OF = ("home", "issue", "document")
# More pages of a kind are not asked for when pages are kept: a process keeps 500.
_KEPT_OF_A_KIND = 100
# Another page at each request; wrk alone asks for the same.
_LUA = """
local paths = {}
for line in io.lines("%s") do paths[#paths + 1] = line end
local at = math.random(#paths)
request = function() at = at %% #paths + 1; return wrk.format("GET", paths[at]) end
"""
FILL = """
import sys, django; django.setup()
from pathlib import Path
from archive.benchmark.corpus import make_corpus
make_corpus(Path("archive/samples"), int(sys.argv[1]), seed=1)
"""
ADDRESSES = """
import json, random, sys, django; django.setup()
from archive.models import Appointment, Document, Issue, Page
from django.urls import reverse
from urllib.parse import quote
choose = random.Random(1)
issues = list(Issue.objects.published().select_related("gazette"))
documents = Document.objects.published()
terms = ["通知", "人民政府", "应急预案", "古树名木保护", "关于 通知", "提高政治站位"]
terms += choose.sample(sorted(set(Appointment.objects.values_list("person", flat=True))), 50)
pdf = [issue for issue in issues if issue.source_kind == "pdf" and issue.pages.exists()]
print(json.dumps({
    "home": ["/"],
    "issue": [issue.get_absolute_url() for issue in issues],
    "document": [f"/documents/{name}/" for name in documents.values_list("public_id", flat=True)],
    "search": [f"/search/?q={quote(term)}" for term in terms],
    "page picture": [
        reverse("page-picture", args=[issue.gazette.slug, issue.year, issue.label, number])
        for issue in pdf for number in issue.pages.values_list("number", flat=True)
    ],
    "PDF": [reverse("original", args=[issue.sha256, issue.file_name]) for issue in pdf],
}))
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5, help="of the ratios; 0 leaves them out")
    parser.add_argument("--archive", type=Path)
    parser.add_argument("--port", type=int, default=8090)
    options = parser.parse_args()
    if options.rounds and not shutil.which("wrk"):
        raise SystemExit("wrk is missing. On Debian: apt install wrk")
    with tempfile.TemporaryDirectory(prefix="gazette-load-") as place:
        site = Site((options.archive or Path(place)).resolve(), options.port)
        site.fill(options.documents)
        addresses = json.loads(site.run("-c", ADDRESSES))
        if options.rounds:
            for keeps in (True, False):
                with site.served(keeps) as web:
                    ratios(site, web, addresses, options.rounds, Path(place), keeps)
        if options.seconds:
            with site.served(True) as web:
                mixed(site, web, addresses, options, Path(place))


class Site:
    """The archive in one folder, and its processes."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.environment = os.environ | {
            "GAZETTE_DATA": str(folder),
            "DATABASE_URL": os.environ.get("DATABASE_URL", f"sqlite:///{folder}/gazette.sqlite3"),
            "DJANGO_SETTINGS_MODULE": "gazette.settings",
            "WEB_BIND": f"127.0.0.1:{port}",
            "LOG_LEVEL": "WARNING",
            "STATIC_COLLECTED": "1",
        }

    def run(self, *arguments: str) -> str:
        """What a Python of the project prints."""
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=PROJECT, env=self.environment, stdout=subprocess.PIPE, check=True)
        return done.stdout.decode()

    def start(self, *arguments: str, **more: str) -> "subprocess.Popen[bytes]":
        environment = self.environment | more
        return subprocess.Popen([sys.executable, *arguments], cwd=PROJECT, env=environment)

    def fill(self, documents: int) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.run("manage.py", "migrate", "--verbosity", "0")
        self.run("manage.py", "collectstatic", "--no-input", "--verbosity", "0")
        filled = self.folder / "filled"
        if not filled.exists():
            say(f"an archive of {documents} documents is made")
            self.run("-c", FILL, str(documents))
            self.run("manage.py", "rebuild_index", "--verbosity", "0")
            samples = sorted(map(str, (PROJECT / "archive" / "samples").glob("*.pdf")))
            self.run("manage.py", "ingest", "--publish", *samples)
            filled.touch()
        began = time.perf_counter()
        # What documents' pages are made of, as after an upgrade.
        self.run("manage.py", "worker", "--batch")
        say(f"the worker has made what is kept of pages in {time.perf_counter() - began:.0f} s")

    @contextmanager
    def served(self, keeps: bool) -> Iterator[int]:
        """gunicorn, by the key of its process."""
        settings = ("--config", "python:gazette.gunicorn_settings", "benchmarks.load_site:application")
        web = self.start("-m", "gunicorn", *settings, KEEP_PAGES="1" if keeps else "0")
        try:
            give_up = time.monotonic() + 60
            while time.monotonic() < give_up:
                try:
                    if self.ask("/benchmark/bare/")[0] == 200:
                        break
                except OSError:
                    time.sleep(0.2)
            yield web.pid
        finally:
            web.send_signal(signal.SIGTERM)
            web.wait()

    def ask(self, path: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


# --- ratios -------------------------------------------------------------------------------------------
def ratios(
    site: Site, web: int, addresses: dict[str, list[str]], rounds: int, place: Path, keeps: bool
) -> None:
    rates: dict[str, list[float]] = {}
    costs: dict[str, list[float]] = {}
    choose = random.Random(2)
    asked = {kind: choose.sample(addresses[kind], min(2000, len(addresses[kind]))) for kind in RATIO_OF}
    if keeps:
        asked = {kind: paths[:_KEPT_OF_A_KIND] for kind, paths in asked.items()}
    asked |= {name: [path] for name, path in BESIDE.items()}
    for n in range(rounds + 1):
        for kind, paths in asked.items():
            script = place / "paths.lua"
            (place / "paths").write_text("\n".join(paths))
            script.write_text(_LUA % (place / "paths"))
            before, began = [cpu_seconds(pid) for pid in children_of(web)], time.perf_counter()
            # The first round fills what is kept, in each process.
            wrk = ["wrk", "--threads", "1", "--connections", "8", "--duration", "3s" if n else "8s"]
            said = subprocess.run(
                [*wrk, "--script", str(script), f"http://127.0.0.1:{site.port}"],
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            ).stdout
            seconds = time.perf_counter() - began
            if "Non-2xx" in said or "Socket errors" in said:
                raise SystemExit(said)
            found = re.search(r"(\d+) requests in ", said)
            assert found is not None, said
            if n:
                spent = sum(cpu_seconds(pid) for pid in children_of(web)) - sum(before)
                rates.setdefault(kind, []).append(int(found[1]) / seconds)
                costs.setdefault(kind, []).append(spent / int(found[1]) * 1000)
    print(f"\nwhole pages {'kept' if keeps else 'not kept'}; medians of {rounds} rounds")
    heads = [f"to {name}" for name in ("bare", "plain")]
    print(f"{'':10}{'a second':>10}{'ms CPU':>9}" + "".join(f"{head:>10}{'by CPU':>8}" for head in heads))
    for kind in asked:
        rate, cost = statistics.median(rates[kind]), statistics.median(costs[kind])
        line = f"{kind:10}{rate:10.0f}{cost:9.2f}"
        for name in ("bare", "plain"):
            # Round by round, since the machine may have other work in some of them.
            by_rate = statistics.median(a / b for a, b in zip(rates[kind], rates[name], strict=True))
            by_cost = statistics.median(b / a for a, b in zip(costs[kind], costs[name], strict=True))
            line += f"{by_rate:10.2f}{by_cost:8.2f}"
        print(line)


# --- the mix ------------------------------------------------------------------------------------------
class Client(threading.Thread):
    """Asks over one connection, a request when the last was answered; (kind, when, seconds, in order) of each."""

    def __init__(self, site: Site, addresses: dict[str, list[str]], seed: int, until: float) -> None:
        super().__init__()
        self.site, self.addresses, self.until = site, addresses, until
        self.choose = random.Random(seed)
        self.answers: list[tuple[str, float, float, bool]] = []
        self.wrong: list[str] = []

    def run(self) -> None:
        kinds, weights = list(MIX), list(MIX.values())
        connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=60)
        while (began := time.perf_counter()) < self.until:
            kind = self.choose.choices(kinds, weights)[0]
            path = self.choose.choice(self.addresses[kind])
            try:
                connection.request("GET", path)
                answer = connection.getresponse()
                body = answer.read()
                right = answer.status == 200 and bool(body)
                if not right:
                    self.wrong.append(f"{path} {answer.status}")
            except (OSError, http.client.HTTPException) as error:
                right = False
                self.wrong.append(f"{path} {error!r}")
                connection.close()
            self.answers.append((kind, began, time.perf_counter() - began, right))


def mixed(
    site: Site, web: int, addresses: dict[str, list[str]], options: argparse.Namespace, place: Path
) -> None:
    stop = threading.Event()
    worker = site.start("manage.py", "worker")
    taken_in: list[str] = []
    taking = threading.Thread(target=take_in, args=(site, place, stop, taken_in))
    taking.start()
    began = time.perf_counter()
    clients = [Client(site, addresses, seed, began + options.seconds) for seed in range(options.clients)]
    for client in clients:
        client.start()
    memory: dict[str, list[tuple[float, float]]] = {}
    while any(client.is_alive() for client in clients):
        processes = {"worker": worker.pid, "gunicorn": web}
        processes |= {f"web {n}": pid for n, pid in enumerate(children_of(web), 1)}
        for name, pid in processes.items():
            memory.setdefault(name, []).append((time.perf_counter() - began, memory_mb(pid, "VmRSS")))
        time.sleep(min(5, options.seconds / 20))
    stop.set()
    taking.join()
    worker.send_signal(signal.SIGTERM)
    worker.wait()
    answers = [one for client in clients for one in client.answers]
    print(
        f"\nthe mix, {options.clients} clients, {options.seconds:.0f} s; {len(taken_in)} issues came in meanwhile"
    )
    print(f"{'':14}{'requests':>10}{'a second':>10}{'p50 ms':>9}{'p95':>9}{'p99':>9}{'errors':>8}")
    for kind in (*MIX, "all"):
        of_kind = [one for one in answers if kind in (one[0], "all")]
        if not of_kind:
            continue
        spent = sorted(seconds * 1000 for _, _, seconds, _ in of_kind)
        points = "".join(
            f"{spent[min(len(spent) - 1, int(share * len(spent)))]:9.1f}" for share in (0.5, 0.95, 0.99)
        )
        errors = sum(not right for *_, right in of_kind)
        print(f"{kind:14}{len(spent):10}{len(spent) / options.seconds:10.1f}{points}{errors:8}")
    print(f"\n{'memory':14}{'first MB':>10}{'last MB':>10}{'most MB':>10}{'MB an hour':>12}")
    for name, held in memory.items():
        megabytes = [amount for _, amount in held]
        second_half = held[len(held) // 2 :]
        slope = statistics.linear_regression(*zip(*second_half, strict=True)).slope * 3600
        print(f"{name:14}{megabytes[0]:10.1f}{megabytes[-1]:10.1f}{max(megabytes):10.1f}{slope:12.1f}")
    wrong: list[Any] = [one for client in clients for one in client.wrong]
    if wrong or not taken_in:
        raise SystemExit("\n".join(["these went wrong:", *wrong[:20]]) if wrong else "no issue came in")


def take_in(site: Site, place: Path, stop: threading.Event, taken_in: list[str]) -> None:
    """Take in issue after issue, each of another year, until told to stop."""
    year = 1900
    while not stop.is_set():
        path = place / f"{year}年第4期.pdf"
        path.write_bytes(small_issue(manuscript(year, 20)))
        site.run("manage.py", "ingest", "--publish", "--workers", "1", str(path))
        taken_in.append(path.name)
        year += 1
        stop.wait(5)


if __name__ == "__main__":
    main()
