"""Issues of invented offices, each set in a style of its own, read through the whole chain and held against their truth."""

from functools import cache
from pathlib import Path

import pytest

from archive.ingest.parse.as_json import issue_to_json
from archive.ingest.read import read_issue
from tests.typeset import Drawing, issue_text, issue_truth, read_source, typeset
from tests.typeset.comparing import MEASURES, Record, close
from tests.typeset.faces import reader_faces
from tests.typeset.house import House
from tests.typeset.issue import SetIssue

MANUSCRIPTS = Path(__file__).parent / "manuscripts"
HOUSES = {
    # titles in bold body size inside a column, the number in brackets under them; 8 behind middle dots
    "yunbu": House(title_size=10.5, number="（{}）", entry_page="{}", leader="·"),
    # one column; （2023年5月6日） under the number and no signature; contents without numbers, bare categories
    "lingyang": House(columns=1, dated_under_title=True, category="{}", entry_page="{}", entry_number=False),
    # no contents; bodies that sign on one line; a decree, and what a congress adopted without a number
    "xizhou": House(contents=False, signers_beside=True),
    # contents without page numbers; tables whose head is printed once; a roster as a ruled table
    "lanling": House(entry_page=None, head_again=False),
    # titles in the column, the date alone under the number; page numbers in square brackets
    "hengdu": House(title_size=12.0, dated_under_title=True, date="{}", entry_page="[{}]"),
}

# what any office may do otherwise: each manuscript is set in each of these as well
STYLES = {
    "samples": House(),
    "one column": House(columns=1),
    "dated under title": House(dated_under_title=True),
    "date alone, one column": House(columns=1, dated_under_title=True, date="{}"),
    "title of body size": House(title_size=10.5),
    "title in column, bracketed number": House(title_size=14.0, number="（{}）"),
    "signed on one line": House(columns=1, signers_beside=True, date_beside=True),
    "no contents": House(contents=False),
    "no contents, title of body size": House(contents=False, title_size=10.5),
    "contents without numbers": House(entry_number=False),
    "contents without pages": House(entry_page=None),
    "contents of titles": House(entry_number=False, entry_page=None),
    "bare pages": House(entry_page="{}", leader=""),
    "bare categories": House(entry_page="{}", leader=".", category="{}", entry_number=False),
    "pages in dashes": House(entry_page="— {} —", leader="·"),
    "pages behind strokes": House(entry_page="/{}", leader="", entry_number=False),
}


@cache
def setting(name: str) -> SetIssue:
    return typeset(read_source(MANUSCRIPTS / f"{name}.md"), faces=reader_faces(), house=HOUSES[name])


@cache
def truth(name: str) -> Record:
    return issue_truth(setting(name))


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Record]:
    found = {}
    for name in HOUSES:
        path = tmp_path_factory.mktemp(name) / f"{name}.pdf"
        path.write_bytes(setting(name).pdf())
        found[name] = issue_to_json(read_issue(path))
    return found


@pytest.mark.parametrize("name", HOUSES)
def test_the_issue(parsed: dict[str, Record], name: str) -> None:
    fields = ("gazette", "year", "number", "total_number", "published_on", "frequency", "organiser")
    want, got = truth(name), parsed[name]
    assert {field: got[field] for field in fields} == {field: want[field] for field in fields}
    assert [close(document["title"]) for document in got["documents"]] == [
        close(document["title"]) for document in want["documents"]
    ]


@pytest.mark.parametrize("name", HOUSES)
def test_contents(parsed: dict[str, Record], name: str) -> None:
    def entries(issue: Record) -> list[tuple[str, str, str | None, int | None]]:
        return [(e["category"], close(e["title"]), e["number"], e["page"]) for e in issue["contents"]]

    assert entries(parsed[name]) == entries(truth(name))


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("name", HOUSES)
def test_documents(parsed: dict[str, Record], name: str, measure: str) -> None:
    want = {d["position"]: MEASURES[measure](d) for d in truth(name)["documents"]}
    got = {d["position"]: MEASURES[measure](d) for d in parsed[name]["documents"]}
    assert got == want


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", HOUSES)
def test_the_same_manuscript_in_another_style(tmp_path: Path, name: str, style: str) -> None:
    other = typeset(setting(name).issue, faces=reader_faces(), house=STYLES[style])
    path = tmp_path / "issue.pdf"
    path.write_bytes(other.pdf(Drawing(shuffled=1)))
    want, got = issue_truth(other), issue_to_json(read_issue(path))
    assert [close(d["title"]) for d in got["documents"]] == [close(d["title"]) for d in want["documents"]]
    assert [(close(e["title"]), e["number"], e["page"]) for e in got["contents"]] == [
        (close(e["title"]), e["number"], e["page"]) for e in want["contents"]
    ]
    for measure in MEASURES.values():
        assert [measure(d) for d in got["documents"]] == [measure(d) for d in want["documents"]]


@pytest.mark.parametrize("name", HOUSES)
def test_as_a_text_file(tmp_path: Path, name: str) -> None:
    plain = typeset(setting(name).issue, faces=reader_faces())
    path = tmp_path / "issue.txt"
    path.write_text(
        issue_text(plain.issue, [place.first + 1 for place in plain.placements]), encoding="utf-8"
    )
    want, got = issue_truth(plain, "text"), issue_to_json(read_issue(path))
    for measure in MEASURES.values():
        assert [measure(d) for d in got["documents"]] == [measure(d) for d in want["documents"]]


@pytest.mark.parametrize("name", HOUSES)
def test_findings_are_those_that_were_printed_in(parsed: dict[str, Record], name: str) -> None:
    def codes(issue: Record) -> set[tuple[str, int | None]]:
        return {(finding["code"], finding["document"]) for finding in issue["findings"]}

    assert codes(parsed[name]) == codes(truth(name))
