"""Reading order does not depend on how a page was drawn: shuffled, turned, printed twice, one column or two."""

from pathlib import Path

import pytest

from archive.ingest.extract.pdf import read_pdf
from archive.ingest.layout.pages import sheets_to_pages
from archive.ingest.parse.findings import undefined_glyph_findings
from archive.ingest.parse.records import ParsedIssue
from archive.ingest.read import read_issue
from tests.typeset.small import small_issue


def read(tmp_path: Path, data: bytes) -> ParsedIssue:
    path = tmp_path / "issue.pdf"
    path.write_bytes(data)
    return read_issue(path)


def texts(issue: ParsedIssue) -> list[list[str]]:
    return [[block.text for block in document.blocks] for document in issue.documents]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> ParsedIssue:
    return read(tmp_path_factory.mktemp("plain"), small_issue())


def test_small_issue(plain: ParsedIssue) -> None:
    assert [document.number for document in plain.documents] == [
        "霁政发〔2022〕9号",
        "霁政办函〔2022〕31号",
        "霁政任〔2022〕6号",
    ]
    first = plain.documents[0]
    assert first.recipients == "各县（区）人民政府，市直各单位"
    assert [(section.label, section.run_in) for section in first.sections] == [
        ("一、", False),
        ("二、", False),
        ("（一）", False),
        ("1.", True),
        ("2.", True),
        ("（二）", False),
        ("三、", False),
    ]
    assert [section.parent for section in first.sections] == [None, None, 1, 2, 2, 1, None]
    assert [(a.action, a.person) for a in plain.documents[2].appointments] == [
        ("appoint", "沈棠"),
        ("appoint", "江晚舟"),
        ("remove", "许澜"),
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_drawing_order_is_not_reading_order(plain: ParsedIssue, tmp_path: Path, seed: int) -> None:
    assert texts(read(tmp_path, small_issue(shuffled=seed))) == texts(plain)


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_turned_sheets(plain: ParsedIssue, tmp_path: Path, rotation: int) -> None:
    turned = read(tmp_path, small_issue(rotation=rotation))
    assert texts(turned) == texts(plain)
    assert {(page.width > page.height) for page in turned.pages} == {False}


def test_fake_bold_is_read_once(plain: ParsedIssue, tmp_path: Path) -> None:
    assert texts(read(tmp_path, small_issue(fake_bold=True))) == texts(plain)


def test_one_column_says_the_same(plain: ParsedIssue, tmp_path: Path) -> None:
    assert texts(read(tmp_path, small_issue(columns=1))) == texts(plain)


def test_without_front_matter(plain: ParsedIssue, tmp_path: Path) -> None:
    bare = read(tmp_path, small_issue(front=False))
    assert [document.title for document in bare.documents] == [document.title for document in plain.documents]
    assert "contents-missing" in {finding.code for finding in bare.findings}


def test_running_heads_and_page_numbers_are_no_text(plain: ParsedIssue) -> None:
    for block in (block for document in plain.documents for block in document.blocks):
        assert "公报" not in block.text
        assert "—" not in block.text
    assert plain.documents[0].printed_first_page == 1


def test_every_line_keeps_its_box(plain: ParsedIssue) -> None:
    for page in plain.pages:
        assert page.lines
        for _, x0, top, x1, bottom, _ in page.lines:
            assert 0 <= x0 < x1 <= page.width
            assert 0 <= top < bottom <= page.height


def test_characters_without_an_encoding_are_reported(shared: Path) -> None:
    """A font without ToUnicode names nothing: such a page must not look as if it said less."""
    pages = sheets_to_pages(read_pdf(shared / "issue" / "no-tounicode-identity.pdf", "a.pdf").sheets)
    lost = [page for page in pages if page.undefined_glyphs]
    assert lost
    found = undefined_glyph_findings(pages)
    assert [finding.page for finding in found] == [page.number for page in lost]
    assert str(lost[0].undefined_glyphs) in found[0].message


def test_a_whole_issue_loses_no_character(plain: ParsedIssue) -> None:
    assert "glyphs-undefined" not in {finding.code for finding in plain.findings}
