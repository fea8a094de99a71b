"""The recognising process is killed, hangs and dies, and the pages that can be read are read all the same."""

from pathlib import Path

import pytest

from archive.ingest.recognise import process
from archive.ingest.recognise.pages import RecognisedPage, read_recognised

FAKE = "tests.ingest.recognise.fake_child"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "recognised" / "checksum" / "engine-1"


def starts(folder: Path) -> list[list[int]]:
    return [[int(n) for n in row.split()] for row in (folder / "starts").read_text().splitlines()]


def test_each_page_is_kept_and_told(folder: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    process.recognise_pages(
        tmp_path, [1, 4, 5], folder, progress=lambda page, of: told.append((page, of)), child=FAKE
    )
    assert told == [(1, 3), (4, 3), (5, 3)]
    page = read_recognised(folder, 4)
    assert page is not None and page.lines[0].text == "第4页"


def test_a_page_that_hangs_or_dies_costs_only_itself(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "PAGE_SECONDS", 2)
    process.recognise_pages(tmp_path, [1, 2, 3, 4], folder, child=FAKE)
    failed = {n: page.failed for n in (1, 2, 3, 4) if (page := read_recognised(folder, n))}
    assert failed == {1: "", 2: "识别超过 2 秒仍未完成", 3: "识别时内存不足或意外中止", 4: ""}
    assert starts(folder) == [[1, 2, 3, 4], [3, 4], [4]]


def test_what_a_killed_run_has_done_is_not_done_again(folder: Path, tmp_path: Path) -> None:
    folder.mkdir(parents=True)
    RecognisedPage(1, 595, 842).write(folder)
    process.recognise_pages(tmp_path, [1, 4], folder, child=FAKE)
    assert starts(folder) == [[4]]


def test_nothing_starts_when_all_is_done(folder: Path, tmp_path: Path) -> None:
    folder.mkdir(parents=True)
    RecognisedPage(1, 595, 842).write(folder)
    process.recognise_pages(tmp_path, [1], folder, child=FAKE)
    assert not (folder / "starts").exists()


def test_old_recognitions_are_forgotten(folder: Path) -> None:
    folder.mkdir(parents=True)
    root = folder.parent.parent
    process.forget_recognised(root, older_than=0)
    assert folder.is_dir()
    process.forget_recognised(root, older_than=folder.parent.stat().st_mtime + 1)
    assert not folder.parent.exists()
