"""kill -9 of worker, web and ingest at random moments: nothing is lost, nothing half visible, and it goes on."""

import http.client
import json
import random
import threading
import time
from pathlib import Path

import pytest

from tests.faults.processes import Site, text_of_issue, wait_until

# What became of each run: state, whether it says something, whether it has an issue.
RUNS = "list(IngestRun.objects.values_list('file_name', 'state', 'message', 'issue_id'))"
FORGET = "__import__('archive.uploads', fromlist=['x']).forget_old_uploads(__import__('time').time() + 1)"
STATES = "dict(Issue.objects.values_list('file_name', 'state'))"

KINDS = ["worker", "web", "ingest"]


class Rounds:
    """Kills one after the other, on one archive that grows."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site, self.folder, self.choose = site, folder, random.Random()
        self.numbers = 0
        self.accepted: set[str] = set()
        self.public: set[int] = set()

    def files(self, count: int) -> dict[int, Path]:
        made = {}
        for _ in range(count):
            path = self.folder / f"{self.numbers}.txt"
            path.write_text(text_of_issue(self.numbers), encoding="utf-8")
            made[self.numbers] = path
            self.numbers += 1
        return made

    def pause(self, most: float) -> None:
        time.sleep(self.choose.uniform(0, most))

    def kill_worker(self) -> None:
        files = self.files(2)
        self.site.manage("ingest", "--queue", "--publish", *map(str, files.values()))
        self.accepted |= {path.name for path in files.values()}
        self.public |= files.keys()
        before = time.time()
        worker = self.site.start("worker", "--interval", "0.1")
        heartbeat = self.site.data / "worker-heartbeat"
        wait_until(lambda: heartbeat.exists() and heartbeat.stat().st_mtime > before)
        self.pause(2.5)
        worker.kill()
        worker.wait()

    def kill_web(self) -> None:
        """While an editor uploads and a reader reads."""
        files, over = self.files(6), threading.Event()

        def upload() -> None:
            for path in files.values():
                try:
                    answer = self.site.upload(path.name, path.read_bytes())
                except (OSError, http.client.HTTPException):
                    return
                if answer.status == 200 and json.loads(answer.body)["new"] == 1:
                    self.accepted.add(path.name)

        def read() -> None:
            while not over.is_set():
                try:
                    answer = self.site.read("/")
                except (OSError, http.client.HTTPException):
                    return
                assert answer.status == 200
                assert answer.body.rstrip().endswith(b"</html>")

        wait_until(lambda: self.site.read("/").status == 200)
        threads = [threading.Thread(target=upload), threading.Thread(target=read)]
        for thread in threads:
            thread.start()
        self.pause(0.8)
        self.site.kill_web()
        over.set()
        # Connections that wait in the socket are for the next start, as under systemd.
        self.site.start_web()
        for thread in threads:
            thread.join()

    def kill_ingest(self) -> None:
        files = self.files(3)
        ingest = self.site.start("ingest", "--publish", "--workers", "2", *map(str, files.values()))
        time.sleep(0.7)
        self.pause(2.5)
        ingest.kill()
        ingest.wait()
        self.check_visible(set(files))
        said = self.site.manage("ingest", "--publish", *map(str, files.values()))
        assert "失败" not in said
        self.public |= files.keys()

    def check_visible(self, numbers: set[int]) -> None:
        """Whole or not at all, by every way that a reader has."""
        for number in numbers:
            self.site.seen(number)

    def round(self, what: str) -> None:
        how = dict(zip(KINDS, [self.kill_worker, self.kill_web, self.kill_ingest], strict=True))
        before = len(self.site.said())
        how[what]()
        self.check_visible(set(range(max(0, self.numbers - 6), self.numbers)))
        time.sleep(1.2)  # what the dead worker held lasts a second
        code, said = self.site.run("worker", "--batch")
        assert code == 0, said
        assert "Traceback" not in said, said
        runs = self.site.ask_python(RUNS)
        # Nothing that was accepted is lost, and nothing waits any more.
        assert self.accepted <= {name for name, *_ in runs}
        for name, state, message, issue in runs:
            assert (state == "done" and issue) or (state == "failed" and message), (name, state, message)
        states = self.site.ask_python(STATES)
        assert {name for name in self.accepted if name not in states} == set()
        code, said = self.site.run("verify")
        if code:
            assert "索引" in said, said
            code, said = self.site.run("verify", "--repair")
            assert code == 0 or "索引已修复" in said, said
            assert self.site.run("verify")[0] == 0
        for number in range(self.numbers):
            published = states.get(f"{number}.txt") == "published"
            if number in self.public:
                assert published, number
            # a few each time, all in the end: each question costs a page
            if number >= self.numbers - 6 or self.choose.random() < 0.05:
                assert self.site.seen(number) == ({"page", "api", "search"} if published else set()), number
        # What a process was killed over before anybody was told that it was accepted goes after an hour.
        self.site.ask_python(FORGET)
        left = [path.name for path in (self.site.data / "uploads").glob("*") if path.is_file()]
        assert left == []
        assert "Traceback" not in self.site.said()[before:]


@pytest.fixture(scope="module")
def rounds(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Rounds:
    return Rounds(site, tmp_path_factory.mktemp("files"))


@pytest.mark.parametrize(
    "what", [KINDS[0], *(pytest.param(kind, marks=pytest.mark.in_full) for kind in KINDS[1:])]
)
def test_a_kill(rounds: Rounds, what: str) -> None:
    rounds.choose.seed(11)
    rounds.round(what)


@pytest.mark.long
def test_fifty_kills(rounds: Rounds) -> None:
    seed = time.time_ns()
    rounds.choose.seed(seed)
    for turn in range(50):
        what = rounds.choose.choice(KINDS)
        print(f"seed {seed}, round {turn}: {what}")
        rounds.round(what)
