"""Scans: kept and shown without any text, filled in by hand, and read anew once their pages can be recognised."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archive.holdings import shelves
from archive.ingest.errors import NoDocuments
from archive.ingest.originals import checksum, original_path, stored_originals
from archive.ingest.parse.known import Known
from archive.ingest.parse.records import ParsedIssue, PrintedPage, ReadingScore
from archive.ingest.pipeline import ingest_file
from archive.ingest.read import Progress, recognised_folder
from archive.ingest.store import store_issue
from archive.models import Gazette, Issue, Page
from archive.publishing import PublishingError, fill_in, publish_issue
from archive.search.update import indexed_ids
from tests.factories import GAZETTE, make_parsed_issue

pytestmark = pytest.mark.django_db(transaction=True)

PICTURE = {"readable": False, "text": "", "wants_ocr": True}


def make_scan(**changes: Any) -> ParsedIssue:
    """Three pages of pictures, of which nothing was read."""
    nothing: dict[str, Any] = {"gazette": "", "label": "", "number": None, "total_number": None}
    nothing |= {"published_on": None, "documents": (), "contents": (), "findings": (), "frequency": ""}
    pages = tuple(PrintedPage(n, 595.0, 842.0, **PICTURE) for n in (1, 2, 3))
    scan = make_parsed_issue(**nothing | {"pages": pages, "organiser": "", "name": "扫描.pdf"} | changes)
    return replace(scan, year=changes.get("year"), source=replace(scan.source, sha256="5" * 64, pages=3))


def make_recognised(**changes: Any) -> ParsedIssue:
    """The same file, all of its pages recognised."""
    pages = tuple(
        PrintedPage(n, 595.0, 842.0, lines=(("公报", 72.0, 80.0, 300.0, 96.0, 0.93),), text="ocr")
        for n in (1, 2, 3)
    )
    issue = make_parsed_issue(pages=pages, score=ReadingScore(4, 4, 900, 890, 7), **changes)
    return replace(issue, source=replace(issue.source, sha256="5" * 64, text="ocr"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "扫描.pdf"
    path.write_bytes(b"%PDF-1.7 pictures")
    return path


class Reader:
    """Reads every file as the given issue."""

    def __init__(self, parsed: ParsedIssue) -> None:
        self.parsed = parsed

    def __call__(
        self, path: Path, name: str | None, password: str, progress: Progress | None, known: Known
    ) -> ParsedIssue:
        return replace(self.parsed, source=replace(self.parsed.source, sha256=checksum(path)[0]))


def test_a_scan_is_kept_and_marked(file: Path) -> None:
    result = ingest_file(file, read=Reader(make_scan()), publish=True)
    issue = Issue.objects.get()
    assert (result.outcome, issue.state, issue.text_source) == ("added", "draft", "none")
    assert result.note.startswith("扫描件，尚不可检索")
    assert "期号" in result.note  # and why it is not published
    assert not issue.is_searchable
    assert original_path(issue.sha256, "pdf").exists()
    pages = issue.pages.values_list("readable", "wants_ocr", "text_source")
    assert list(pages) == [(False, True, "")] * 3
    assert indexed_ids() == set()
    assert "扫描件" in ingest_file(file, read=Reader(make_scan())).note


def test_filled_in_it_is_published_and_stands_on_the_shelf(file: Path) -> None:
    issue = ingest_file(file, read=Reader(make_scan())).issue
    with pytest.raises(PublishingError):
        publish_issue(issue)
    gazette = Gazette.objects.create(name=GAZETTE, slug=GAZETTE)
    fill_in(issue, {"gazette": gazette, "year": 2009, "label": "3", "number": 3})
    issue = publish_issue(issue)
    assert (issue.state, issue.filled_in) == ("published", ["gazette", "label", "number", "year"])
    assert indexed_ids() == set()
    (shelf,) = shelves(Issue.objects.published().select_related("gazette"))
    assert [place.label for place in shelf.years[0].places] == ["1", "2", "3"]


def test_read_again_with_recognition_it_has_documents_and_keeps_what_was_filled_in(file: Path) -> None:
    issue = ingest_file(file, read=Reader(make_scan())).issue
    gazette = Gazette.objects.create(name=GAZETTE, slug=GAZETTE)
    publish_issue(fill_in(issue, {"gazette": gazette, "year": 2009, "label": "3"}))
    misread = make_recognised(gazette="云岭币人民政府公报", label="8", number=8)

    result = ingest_file(file, read=Reader(misread), replace=True)

    issue = Issue.objects.get()
    assert (result.outcome, result.note) == ("replaced", "")
    assert (issue.gazette, issue.year, issue.label, issue.state) == (gazette, 2009, "3", "published")
    assert issue.total_number == misread.total_number  # nobody has filled it in
    assert Gazette.objects.count() == 1
    assert (issue.text_source, issue.is_searchable) == ("ocr", True)
    assert issue.reading_score["characters_uncertain"] == 7
    assert indexed_ids() == set(issue.documents.values_list("pk", flat=True))
    assert len(indexed_ids()) == 4


def test_a_part_that_is_a_picture_is_told_of(file: Path) -> None:
    whole = make_parsed_issue()
    pages = (*whole.pages[:5], replace(whole.pages[5], **PICTURE))
    result = ingest_file(file, read=Reader(replace(whole, pages=pages)))
    assert result.issue.text_source == "embedded"
    assert result.note == "其中 1 页是扫描图像，尚不可检索"


def test_what_was_recognised_once_is_not_given_up_for_pictures() -> None:
    issue = store_issue(make_recognised(), file_size=1).issue
    with pytest.raises(NoDocuments, match="保持不变"):
        store_issue(make_scan(), file_size=1, replace=True)
    half = make_recognised()
    half = replace(half, pages=(*half.pages[:2], replace(half.pages[2], lines=(), **PICTURE)))
    with pytest.raises(NoDocuments, match=r"第 3 页.*有 1 页"):
        store_issue(half, file_size=1, replace=True)
    assert issue.documents.count() == 4
    assert Page.objects.filter(text_source="ocr").count() == 3


def test_without_pictures_that_wait_a_file_without_documents_is_refused(file: Path) -> None:
    blank = tuple(replace(page, wants_ocr=False) for page in make_scan().pages)
    with pytest.raises(NoDocuments):
        ingest_file(file, read=Reader(make_scan(pages=blank)))
    assert not Issue.objects.exists()
    assert list(stored_originals()) == []


def test_pages_recognised_on_the_way_are_cleared_once_the_issue_is_stored(file: Path) -> None:
    folder = recognised_folder(checksum(file)[0])
    folder.mkdir(parents=True)
    (folder / "1.json").write_text("{}")
    with pytest.raises(RuntimeError):
        ingest_file(file, read=lambda *_: (_ for _ in ()).throw(RuntimeError("killed")))
    assert folder.exists()  # the next attempt goes on from here
    ingest_file(file, read=Reader(make_recognised()))
    assert not folder.exists()
