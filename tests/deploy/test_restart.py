"""New processes, and a new start, while readers keep asking: no request fails."""

import http.client
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.deploy.production import PATIENCE, Production, needs_nginx
from tests.outside import copy_migrated_database

READERS = 4
# Loopback is anybody here: the setting names another address.
ELSEWHERE = {"METRICS_FROM": "203.0.113.7"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    with Production(tmp_path_factory.mktemp("site"), **ELSEWHERE) as site:
        copy_migrated_database(site.folder / "data")
        site.manage("collectstatic", "--noinput", "--verbosity", "0")
        site.start_web()
        yield site


def status_by_socket(site: Production, path: str) -> int:
    return site.ask_by_socket(path).status


def status_by_nginx(site: Production, path: str) -> int:
    if site.nginx is None:
        site.start_nginx()
    return site.ask(path).status


@dataclass
class Readers:
    """Ask one page after the other until they are stopped, and note when, and what they got."""

    ask: Callable[[str], int]
    asked: list[tuple[float, float, object]] = field(default_factory=list)

    def __enter__(self) -> "Readers":
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self._read) for _ in range(READERS)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()

    def _read(self) -> None:
        while not self.over.is_set():
            for path in ("/", "/issues/", "/search/?q=%E5%85%AC%E6%8A%A5", "/api/v1/issues"):
                began = time.monotonic()
                try:
                    got: object = self.ask(path)
                except (OSError, http.client.HTTPException) as error:
                    got = repr(error)
                self.asked.append((began, time.monotonic(), got))

    def wait_for_more(self, count: int) -> None:
        wanted = len(self.asked) + count
        deadline = time.monotonic() + PATIENCE
        while len(self.asked) < wanted:
            assert time.monotonic() < deadline, "the site answers no more"
            time.sleep(0.02)


def children_of(process: "subprocess.Popen[bytes]") -> set[int]:
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return {int(one) for one in listed.split()}


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


WAYS = [pytest.param(status_by_socket, id="socket"), pytest.param(status_by_nginx, id="nginx")]


@pytest.mark.parametrize("way", WAYS)
def test_a_reload_fails_no_request(site: Production, way: Callable[[Production, str], int]) -> None:
    web = site.web
    assert web is not None
    if way is status_by_nginx:
        needs_nginx()
    wait_until(lambda: way(site, "/") == 200)
    with Readers(lambda path: way(site, path)) as readers:
        readers.wait_for_more(20)
        before, began = children_of(web), time.monotonic()
        web.send_signal(signal.SIGHUP)
        wait_until(lambda: len(now := children_of(web)) == 2 and not now & before)
        ended = time.monotonic()
        readers.wait_for_more(20)
        assert [one for one in readers.asked if one[0] < ended and one[1] > began]
    assert web.poll() is None
    assert {got for _began, _ended, got in readers.asked} == {200}


@pytest.mark.in_full
@pytest.mark.parametrize("way", WAYS)
def test_a_new_start_fails_no_request(site: Production, way: Callable[[Production, str], int]) -> None:
    """As after an upgrade: another process, with the settings and the code of now, at the same socket."""
    if way is status_by_nginx:
        needs_nginx()
    wait_until(lambda: way(site, "/") == 200)
    with Readers(lambda path: way(site, path)) as readers:
        readers.wait_for_more(20)
        first, began = site.web, time.monotonic()
        site.stop_web()
        site.start_web()
        readers.wait_for_more(20)
        ended = time.monotonic()
    assert site.web is not first
    assert [one for one in readers.asked if began < one[0] < ended]
    assert {got for _began, _ended, got in readers.asked} == {200}


def test_figures_are_for_the_addresses_of_the_setting_alone(site: Production) -> None:
    assert status_by_socket(site, "/metrics") == 200
    needs_nginx()
    assert status_by_nginx(site, "/metrics") == 404
    assert site.ask("/metrics", headers={"X-Forwarded-For": "203.0.113.7"}).status == 404
    assert site.ask_plain(site.monitor, "/metrics").status == 404


def test_nothing_is_left_and_nothing_was_amiss(site: Production) -> None:
    """The last in this module: it stops the site."""
    wait_until(lambda: status_by_socket(site, "/") == 200)
    assert [path.name[:16] for path in (site.folder / "tmp").iterdir()] == ["gazette-metrics-"]
    site.stop_web()
    assert list((site.folder / "tmp").iterdir()) == []
    told = site.log.read_text(encoding="utf-8")
    assert "Handling signal: hup" in told
    assert not re.search("Traceback|ERROR|CRITICAL", told), told
