"""The index damaged or deleted while the site runs: no 500, no wrong result, and it takes up the mended one."""

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.faults.processes import Site, text_of_issue

ISSUES = 3
QUERIES = {
    "河道管理": ISSUES,
    "防汛预案": ISSUES,
    "云岭市": 2 * ISSUES,
    "第1号防汛预案": 1,
    "没有这样的话": 0,
}


@pytest.fixture(scope="module")
def filled(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("issues")
    for number in range(ISSUES):
        (folder / f"{number}.txt").write_text(text_of_issue(number), encoding="utf-8")
    site.manage("ingest", "--publish", "--workers", "1", str(folder))
    site.session = ""
    return site


def generation(site: Site) -> Path:
    index = site.data / "index"
    return index / (index / "current").read_text()


def delete_all(site: Site, choose: random.Random) -> None:
    shutil.rmtree(site.data / "index")


def truncate(site: Site, choose: random.Random) -> None:
    for path in chosen(site, choose):
        with path.open("r+b") as file:
            file.truncate(path.stat().st_size * choose.randrange(100) // 100)


def flip(site: Site, choose: random.Random) -> None:
    for path in chosen(site, choose):
        data = bytearray(path.read_bytes())
        for _ in range(8):
            data[choose.randrange(len(data))] ^= 1 << choose.randrange(8)
        with path.open("r+b") as file:
            file.write(data)


def remove(site: Site, choose: random.Random) -> None:
    for path in chosen(site, choose):
        path.unlink()


def chosen(site: Site, choose: random.Random) -> list[Path]:
    """Two files or three at random, of the index and above it."""
    files = [path for path in generation(site).iterdir() if path.stat().st_size]
    return choose.sample(sorted([*files, site.data / "index" / "current"]), choose.randint(2, 3))


def check_answers(site: Site) -> bool:
    """Right answers, or a word that search is not ready; True where all were answered."""
    ready = True
    for query, right in QUERIES.items():
        # Public pages are kept for as long as the edition holds: each question is another one.
        nonce = random.randrange(1 << 40)
        answer = site.read(f"/api/v1/search?{_q(query)}&nonce={nonce}")
        assert answer.status in (200, 503), answer.body
        page = site.read(f"/search/?{_q(query)}&nonce={nonce}")
        assert page.status in (200, 503)
        if answer.status == 200:
            assert json.loads(answer.body)["total"] == right, query
        else:
            assert "not ready" in answer.body.decode()
            ready = False
        if answer.status == 503:
            assert "索引" in page.body.decode()
    return ready


def _q(query: str) -> str:
    return f"q={quote(query)}"


def damage_and_mend(site: Site, damage: Callable[[Site, random.Random], None], choose: random.Random) -> None:
    assert check_answers(site)
    damage(site, choose)
    answered = check_answers(site)
    for path in ("/", "/healthz", "/issues/", "/%E5%85%AC%E6%8A%A5/", "/search/suggest?q=%E6%B2%B3%E9%81%93"):
        assert site.read(path).status in (200, 404, 503), path
    code, said = site.run("verify")
    assert code == 1 or answered, said
    if code:
        assert "索引" in said
    code, said = site.run("verify", "--repair")
    assert code == 0, said
    assert check_answers(site)


LONG = pytest.mark.long


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(delete_all, marks=pytest.mark.in_full),
        flip,
        pytest.param(truncate, marks=LONG),
        pytest.param(remove, marks=LONG),
    ],
)
def test_a_damaged_index(filled: Site, damage: Callable[[Site, random.Random], None]) -> None:
    damage_and_mend(filled, damage, random.Random(5))


@pytest.mark.long
def test_the_worker_mends_it_by_itself(filled: Site) -> None:
    with (generation(filled) / "texts").open("r+b") as file:
        file.write(b"?")
    assert not check_answers(filled)
    code, said = filled.run("worker", "--batch")
    assert code == 0
    assert "the index cannot be read" in said and "the index is built anew" in said
    assert check_answers(filled)


@pytest.mark.long
def test_damaged_over_and_over(filled: Site) -> None:
    choose = random.Random()
    for _ in range(30):
        damage_and_mend(filled, choose.choice([delete_all, truncate, flip, remove]), choose)
