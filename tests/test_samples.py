"""The bundled samples read as their manuscripts say: every field, heading, row, person and reference."""

import json
from functools import cache
from pathlib import Path

import pytest

from archive.ingest.parse.as_json import issue_to_json
from archive.ingest.read import read_issue
from tests.typeset.comparing import MEASURES, Record, close

PROJECT = Path(__file__).resolve().parent.parent
SAMPLES = PROJECT / "archive" / "samples"
TRUTH = PROJECT / "tests" / "samples_truth"
FILES = sorted(path for path in SAMPLES.iterdir() if path.suffix in {".pdf", ".txt"})


@cache
def parsed(path: Path) -> Record:
    return issue_to_json(read_issue(path))


@cache
def truth(path: Path) -> Record:
    return json.loads((TRUTH / f"{path.stem}.json").read_text(encoding="utf-8"))


def test_there_are_two_pdfs_and_a_text() -> None:
    assert sorted(path.suffix for path in FILES) == [".pdf", ".pdf", ".txt"]
    assert {path.stem for path in FILES} == {path.stem for path in TRUTH.glob("*.json")}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_issue(path: Path) -> None:
    names = ("gazette", "year", "number", "total_number", "published_on", "frequency", "organiser")
    want, got = truth(path), parsed(path)
    assert {name: got[name] for name in names} == {name: want[name] for name in names}
    assert got["source"]["kind"] == want["source"]["kind"]
    assert got["source"]["pages"] == want["source"]["pages"]
    assert len(got["documents"]) == len(want["documents"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_contents(path: Path) -> None:
    def entries(issue: Record) -> list[tuple[str, str, str, int]]:
        return [(e["category"], close(e["title"]), e["number"], e["page"]) for e in issue["contents"]]

    assert entries(parsed(path)) == entries(truth(path))


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_documents(path: Path, measure: str) -> None:
    want = {d["position"]: MEASURES[measure](d) for d in truth(path)["documents"]}
    got = {d["position"]: MEASURES[measure](d) for d in parsed(path)["documents"]}
    assert got == want


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_findings_are_those_that_were_printed_in(path: Path) -> None:
    def codes(issue: Record) -> set[tuple[str, int | None]]:
        return {(finding["code"], finding["document"]) for finding in issue["findings"]}

    assert codes(parsed(path)) == codes(truth(path))
