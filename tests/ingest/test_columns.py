"""Columns: one to four, of any width, changing within a file; titles over all of them, some of them, one of them."""

from pathlib import Path

import pytest

from archive.ingest.extract.pdf import read_pdf
from archive.ingest.layout.pages import sheets_to_pages
from archive.ingest.layout.paragraphs import join_lines
from archive.ingest.lines import Page
from tests.typeset.columns import Paper, prose


def pages_of(tmp_path: Path, paper: Paper, shuffled: int | None = 1) -> list[Page]:
    path = tmp_path / "paper.pdf"
    path.write_bytes(paper.pdf(shuffled))
    return sheets_to_pages(read_pdf(path, path.name).sheets)


def paragraphs(pages: list[Page]) -> list[str]:
    return [p.text for p in join_lines([line for page in pages for line in page.lines], lambda _: False)]


def fill(
    paper: Paper, seed: int, columns: list[tuple[float, float]], top: float = 90, count: int = 6
) -> list[str]:
    """Columns (left, width) of the newest page filled with paragraphs of their own; returns them in reading order."""
    texts = []
    for number, (left, width) in enumerate(columns):
        # as many as the page holds
        own = prose(seed * 10 + number, min(count, int(width / 45)))
        paper.paragraphs(own, left, top, width)
        texts += own
    return texts


TWO = [(60.0, 225.0), (310.0, 225.0)]
THREE = [(50.0, 155.0), (220.0, 155.0), (390.0, 155.0)]
FOUR = [(60.0, 230.0), (310.0, 230.0), (630.0, 230.0), (880.0, 230.0)]
UNEVEN = [(60.0, 150.0), (230.0, 305.0)]


@pytest.mark.parametrize(
    ("columns", "width"),
    [([(70.0, 455.0)], 595), (TWO, 595), (THREE, 595), (UNEVEN, 595), (FOUR, 1190)],
    ids=["one", "two", "three", "uneven", "four"],
)
@pytest.mark.parametrize("pages", [1, 4])
def test_columns(tmp_path: Path, columns: list[tuple[float, float]], width: float, pages: int) -> None:
    paper = Paper(width=width)
    expected = []
    for number in range(pages):
        if number:
            paper.new_page()
        expected += fill(paper, number + 1, columns)
    assert paragraphs(pages_of(tmp_path, paper)) == expected


def test_parts_of_a_file_in_one_and_in_two_columns(tmp_path: Path) -> None:
    paper = Paper()
    expected = fill(paper, 1, [(70.0, 455.0)], count=8)
    for number, columns in enumerate(([(70.0, 455.0)], TWO, TWO, TWO, [(70.0, 455.0)]), 2):
        paper.new_page()
        expected += fill(paper, number, columns)
    assert paragraphs(pages_of(tmp_path, paper)) == expected


def test_a_thin_issue_whose_contents_are_a_third_of_its_rows(tmp_path: Path) -> None:
    paper = Paper()
    contents = [f"云埠市人民政府关于第{i}件事的通知" for i in range(9)]
    for i, entry in enumerate(contents):
        paper.text(60, 100 + 20 * i, entry)
        paper.text(60 + 10.5 * len(entry), 100 + 20 * i, "…" * (28 - len(entry)))
    expected = []
    for number in range(2, 5):
        paper.new_page()
        # the title ends in the white between the columns
        paper.text(190, 90, f"关于第{number}件事的通知", 15.5)
        expected += [f"关于第{number}件事的通知", *fill(paper, number, TWO, top=120, count=1)]
    read = paragraphs(pages_of(tmp_path, paper))
    assert read[-len(expected) :] == expected


def test_a_contents_page_in_columns_before_text_in_one(tmp_path: Path) -> None:
    paper = Paper()
    expected = fill(paper, 1, TWO)
    for number in range(2, 6):
        paper.new_page()
        expected += fill(paper, number, [(70.0, 455.0)], count=8)
    assert paragraphs(pages_of(tmp_path, paper)) == expected


def test_titles_over_all_over_some_and_in_one_column(tmp_path: Path) -> None:
    paper = Paper()
    first, second, third = (prose(n, 3) for n in (1, 2, 3))
    paper.text(200, 70, "通栏标题通栏标题", 18)
    for (left, width), texts in zip(THREE, (first, second, third), strict=True):
        top = 150 if left < 390 else 100
        bottom = paper.paragraphs(texts, left, top, width)
        paper.text(left + 30, bottom + 10, "栏内标题", 14)
    # over the first two columns
    paper.text(140, 120, "两栏标题两栏标题两栏标题", 16)
    assert paragraphs(pages_of(tmp_path, paper)) == [
        "通栏标题通栏标题",
        "两栏标题两栏标题两栏标题",
        *first,
        "栏内标题",
        *second,
        "栏内标题",
        *third,
        "栏内标题",
    ]


def test_a_roster_in_one_column_is_not_two_columns(tmp_path: Path) -> None:
    paper = Paper()
    expected = []
    for n in range(12):
        left, right = f"成　员：张某{n}", "市某某局党组书记、局长"
        paper.text(90, 100 + 20 * n, left)
        paper.text(320, 100 + 20 * n, right)
        expected.append(f"{left}　　{right}")
    assert [line.text for line in pages_of(tmp_path, paper)[0].lines] == expected


def test_bound_volumes_have_mirrored_margins(tmp_path: Path) -> None:
    paper = Paper()
    expected = []
    for number in range(6):
        if number:
            paper.new_page()
        expected += fill(paper, number + 1, [(60.0 + 25 * (number % 2), 445.0)], count=8)
    assert paragraphs(pages_of(tmp_path, paper)) == expected
