"""The real issue, read from its two typeset files and from its OCR text, against the parse made by hand.

The measures are those of the shared scorer. The OCR text has columns shuffled beyond what print order can tell,
so that some of its measures are held at 0.97.
"""

import importlib.util
import json
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from archive.ingest.parse.as_json import issue_to_json
from archive.ingest.parse.records import Finding
from tests.read_once import read_real_issue

WHOLE = (
    *("document_count", "contents", "title", "title_in_contents", "category", "number", "number_in_contents"),
    *("signed_on", "signed_by", "recipients", "page_in_contents", "pages", "table_rows", "appointments"),
    *("roster_people", "attachments", "nothing_twice", "issue_fields", "extra_documents_none"),
)
NEARLY = ("headings", "run_in_headings", "paragraphs", "references", "enclosures")
WHOLE_IN_TEXT = (
    "document_count",
    "title",
    "category",
    "number",
    "number_in_contents",
    "signed_on",
    "signed_by",
)
FILES = {
    "pdf": ("yangquan-2022-02.pdf", "yangquan-2022-02.truth.json"),
    "onecolumn": ("yangquan-2022-02-onecolumn.pdf", "yangquan-2022-02-onecolumn.truth.json"),
    "text": ("yangquan-2022-02.txt", "yangquan-2022-02.truth.json"),
}


def load_scorer(folder: Path) -> ModuleType:
    """The scorer as it lies in the shared folder, without leaving a cache file there."""
    source = (folder / "accept" / "score.py").read_text(encoding="utf-8")
    spec = importlib.util.spec_from_loader("score", loader=None)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    exec(compile(source, "score.py", "exec"), module.__dict__)
    return module


@cache
def parsed(folder: Path, file: str) -> dict[str, Any]:
    return issue_to_json(read_real_issue(folder / "issue" / file))


@cache
def measures(folder: Path, which: str) -> dict[str, tuple[float, list[str]]]:
    file, truth = FILES[which]
    scorer = load_scorer(folder)
    sheet = scorer.score(
        json.loads((folder / "issue" / truth).read_text(encoding="utf-8")), parsed(folder, file)
    )
    return {
        name: (right / all_ if all_ else 1.0, misses) for name, (right, all_, misses) in sheet.rows.items()
    }


@pytest.mark.parametrize("measure", WHOLE)
@pytest.mark.parametrize("which", ["pdf", "onecolumn"])
def test_typeset_issue_is_read_whole(shared: Path, which: str, measure: str) -> None:
    value, misses = measures(shared, which)[measure]
    assert value == 1.0, misses


@pytest.mark.parametrize("measure", NEARLY)
@pytest.mark.parametrize("which", ["pdf", "onecolumn"])
def test_text_of_the_typeset_issue(shared: Path, which: str, measure: str) -> None:
    value, misses = measures(shared, which)[measure]
    assert value >= 0.998, misses


@pytest.mark.parametrize("measure", sorted({*WHOLE, *NEARLY} - {"pages"}))
def test_ocr_text_of_the_issue(shared: Path, measure: str) -> None:
    value, misses = measures(shared, "text")[measure]
    assert value >= (1.0 if measure in WHOLE_IN_TEXT else 0.97), misses


def findings(shared: Path, which: str) -> list[Finding]:
    return list(read_real_issue(shared / "issue" / FILES[which][0]).findings)


def test_findings_of_the_issue(shared: Path) -> None:
    found = {(finding.code, finding.document): finding for finding in findings(shared, "pdf")}
    assert found["number-differs", 24].evidence == ("阳政办函〔2022〕62号", "阳政办函〔2022〕46号")
    assert "龙华口" in found["number-differs", 24].message
    assert "第22件、第24件" in found["number-twice", 24].message
    assert {document for code, document in found if code == "title-differs"} == {8, 23}
    assert "5.3.5" in found["section-repeated", 14].message
    assert "后期处置" in found["heading-repeated", 14].message
    assert found["removal-without-heading", 31].page == 74
    assert found["name-misread", 18].evidence[:2] == ("孟县", "盂县")
    # the list of members is named as an annex, without （略）, and no annex follows
    assert found["attachment-missing", 24].evidence == ("阳泉市龙华口调水工程建设工作专班成员名单",)
    # nothing else is found fault with: an editor who is warned of nothing stops reading warnings
    assert len(found) == len(findings(shared, "pdf")) == 9


def test_nobody_who_is_dismissed_is_listed_as_appointed(shared: Path) -> None:
    for which in FILES:
        for document in parsed(shared, FILES[which][0])["documents"]:
            text = "".join(block["text"] for block in document["blocks"])
            for person in document["appointments"]:
                removed = f"{person['person_as_printed']}的{person['post']}" in text
                assert removed == person["action"].endswith(("remove", "removal")), (which, person)


def test_no_document_takes_a_number_that_it_cites(shared: Path) -> None:
    for which in FILES:
        for document in parsed(shared, FILES[which][0])["documents"]:
            assert document["number"] not in {reference["number"] for reference in document["references"]}
