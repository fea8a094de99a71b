"""Scans read with the real engine, and what is said without one."""

from pathlib import Path

import pytest

from archive.ingest.parse.records import ParsedIssue
from archive.ingest.read import read_issue
from archive.ingest.recognise.process import recognise_pages
from tests.read_once import read_real_issue

pytestmark = pytest.mark.sqlite  # reading knows no database: once is enough


@pytest.fixture(scope="session")
def engine() -> None:
    pytest.importorskip("rapidocr", reason="needs the OCR extra (requirements-ocr.txt)")


def recognised(path: Path, pages: range, folder: Path) -> ParsedIssue:
    recognise_pages(path, pages, folder / "recognised" / path.stem / "engine")
    return read_issue(path, recognised=folder / "recognised" / path.stem / "engine")


@pytest.fixture(scope="module")
def scan(engine: None, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> ParsedIssue:
    return recognised(shared / "issue" / "scanned.pdf", range(1, 9), tmp_path_factory.mktemp("scan"))


@pytest.fixture(scope="module")
def mixed(engine: None, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> ParsedIssue:
    return recognised(shared / "issue" / "mixed.pdf", range(6, 8), tmp_path_factory.mktemp("mixed"))


def test_titles_and_numbers_of_a_scan(scan: ParsedIssue, shared: Path) -> None:
    typeset = read_real_issue(shared / "issue" / "yangquan-2022-02.pdf")
    printed = {(document.number, document.title) for document in typeset.documents}
    assert len(scan.documents) == 7
    assert {(document.number, document.title) for document in scan.documents} <= printed
    assert [entry for entry in scan.contents if entry not in typeset.contents] == []


def test_a_scan_says_that_it_was_recognised_down_to_the_line(scan: ParsedIssue) -> None:
    assert scan.source.text == "ocr"
    assert {page.text for page in scan.pages} == {"ocr"}
    assert not any(page.wants_ocr for page in scan.pages)
    sure = [line[5] for page in scan.pages for line in page.lines]
    assert sure and all(value is not None and 0 < value <= 1 for value in sure)


def test_a_table_of_a_scan_has_its_cells(scan: ParsedIssue) -> None:
    rows = [row for document in scan.documents for table in document.tables for row in table.rows]
    assert any(row[0] == "10" and row[-1] == "矿区" for row in rows)


def test_pages_that_are_pictures_among_pages_of_text(mixed: ParsedIssue, shared: Path) -> None:
    typeset = read_real_issue(shared / "issue" / "yangquan-2022-02.pdf")
    printed = {document.number: document for document in typeset.documents}
    assert mixed.source.text == "mixed"
    assert [page.number for page in mixed.pages if page.text == "ocr"] == [6, 7]
    scanned = [document for document in mixed.documents if document.first_page in (6, 7)]
    assert [document.number for document in scanned][:1] == ["阳政办发〔2022〕15号"]
    for document in scanned:
        assert document.number is not None
        assert document.title == printed[document.number].title


def test_a_scan_without_the_extra_is_read_as_pages_without_text(shared: Path) -> None:
    issue = read_issue(shared / "issue" / "scanned.pdf")
    assert issue.documents == ()
    assert all(page.wants_ocr and not page.readable for page in issue.pages)
    assert [finding.code for finding in issue.findings if finding.severity == "error"] == [
        "scan-without-text"
    ]
