"""A short run over the samples: the same every time."""

from pathlib import Path

import pytest

from tests.fuzz.__main__ import SAMPLES
from tests.fuzz.reading import key, outcome

FILES = sorted(path for path in SAMPLES.iterdir() if path.suffix in (".pdf", ".txt"))


@pytest.mark.parametrize("source", FILES, ids=lambda path: path.name)
def test_spoilt_files_end_in_an_issue_or_a_message(source: Path) -> None:
    assert [(each.seed, key(each.trace)) for seed in range(12) if (each := outcome(source, seed)).trace] == []


def test_a_fault_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run above would find nothing if it looked away."""

    def broken(path: Path) -> None:
        raise KeyError("x")

    monkeypatch.setattr("tests.fuzz.reading.read_issue", broken)
    assert outcome(FILES[0], 0).result == "KeyError"
    monkeypatch.setattr("tests.fuzz.reading.read_issue", lambda path: [None for _ in iter(int, 1)])
    assert outcome(FILES[0], 0, seconds=1).result == "too long"
