"""The benchmark runs, and what it prints is what it claims."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent


def test_a_folder_is_taken_in_and_measured() -> None:
    command = [
        sys.executable,
        "benchmarks/ingest_folder.py",
        "--files",
        "4",
        "--documents",
        "3",
        "--workers",
        "2",
    ]
    run = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    measured = json.loads(run.stdout)
    assert (measured["files"], measured["in"], measured["documents"]) == (4, 4, 12)
    assert measured["cpu"] > 0
    assert measured["cores"] == pytest.approx(measured["cpu"] / measured["wall"], rel=0.05)
    assert measured["peak_mb"]["3"] >= measured["rss_mb"]["3"] > 10


# Figures are printed to the thousandth: so far may each be from what was measured.
ROUNDED = 0.0005


def assert_ratio(printed: float, above: float, below: float) -> None:
    """The printed ratio lies between the least and the greatest that the two printed figures allow."""
    least = (above - ROUNDED) / (below + ROUNDED)
    greatest = (above + ROUNDED) / (below - ROUNDED)
    assert least - ROUNDED <= printed <= greatest + ROUNDED


def test_reading_is_measured_beside_pdf2txt() -> None:
    sample = PROJECT / "archive" / "samples" / "jichuan-2024-01.pdf"
    command = [sys.executable, "benchmarks/reading.py", str(sample), "--rounds", "1"]
    run = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    measured = json.loads(run.stdout)
    parts = [measured["extract"], measured["layout"], measured["parse"]]
    assert abs(measured["steps"] - sum(parts)) <= (len(parts) + 1) * ROUNDED + 1e-9
    assert_ratio(measured["ratio_steps"], measured["steps"], measured["pdf2txt"])
    assert_ratio(measured["ratio_whole"], measured["whole_command"], measured["pdf2txt"])
    assert not Path("/proc/self/statm").exists() or measured["megabytes"] > 10
