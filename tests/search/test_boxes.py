"""The boxes of hits on printed pages: of the run, not of the line."""

import pytest

from archive.search.boxes import Box, PrintedLine, hit_boxes, part_of_line, width_of
from archive.search.query_language import parse_query, positive_terms


def boxes(query: str, *lines: PrintedLine) -> list[list[tuple[int, Box]]]:
    """(page, box) of every hit."""
    return [[tuple(box) for box in hit] for hit in hit_boxes(lines, positive_terms(parse_query(query)))]


def line(text: str, page: int = 1, top: float = 100.0) -> PrintedLine:
    """A line of type of 10 points that begins at 50 points."""
    return PrintedLine(page, text, 50.0, top, 50.0 + 10 * width_of(text), top + 10)


def test_the_box_covers_the_run_and_not_the_line() -> None:
    assert boxes("安全", line("做好安全工作")) == [[(1, (70.0, 100.0, 90.0, 110.0))]]
    assert boxes("做好安全工作", line("做好安全工作")) == [[(1, (50.0, 100.0, 110.0, 110.0))]]
    assert boxes("火星", line("做好安全工作")) == []


def test_a_run_over_the_end_of_a_line_has_two_boxes() -> None:
    found = boxes("安全生产", line("做好安全"), line("生产工作", top=119.0))
    assert found == [[(1, (70.0, 100.0, 90.0, 110.0)), (1, (50.0, 119.0, 70.0, 129.0))]]


def test_a_run_over_the_end_of_a_page_is_one_hit_on_both() -> None:
    found = boxes("安全生产", line("做好安全", top=750.0), line("生产工作", page=2, top=80.0))
    assert found == [[(1, (70.0, 750.0, 90.0, 760.0)), (2, (50.0, 80.0, 70.0, 90.0))]]


def test_half_width_characters_take_half_the_room() -> None:
    assert boxes("安全", line("2022年安全")) == [[(1, (80.0, 100.0, 100.0, 110.0))]]
    assert boxes("2022", line("于2022年")) == [[(1, (60.0, 100.0, 80.0, 110.0))]]
    assert boxes("2022", line("于２０２２年")) == [[(1, (60.0, 100.0, 100.0, 110.0))]]


def test_what_is_printed_apart_or_in_other_characters_is_lit_as_printed() -> None:
    assert boxes("晋玮", line("任命晋　玮为")) == [[(1, (70.0, 100.0, 100.0, 110.0))]]
    assert boxes("晋玮", line("任命晋 玮为")) == [[(1, (70.0, 100.0, 95.0, 110.0))]]
    assert boxes("阳泉", line("在陽泉")) == [[(1, (60.0, 100.0, 80.0, 110.0))]]
    assert boxes("陽泉", line("在阳泉")) == [[(1, (60.0, 100.0, 80.0, 110.0))]]


def test_terms_that_overlap_are_one_box() -> None:
    assert boxes("安全生 全生产", line("安全生产")) == [[(1, (50.0, 100.0, 90.0, 110.0))]]
    assert len(boxes("安全 工作", line("安全的工作"))) == 2


def test_latin_terms_are_whole_words() -> None:
    assert boxes("app", line("手机APP，APPS")) == [[(1, (70.0, 100.0, 85.0, 110.0))]]


def test_a_line_of_a_vertical_page_is_cut_downwards() -> None:
    vertical = PrintedLine(1, "做好安全工作", 300.0, 100.0, 310.0, 160.0)
    assert boxes("安全", vertical) == [[(1, (300.0, 120.0, 310.0, 140.0))]]


@pytest.mark.parametrize(
    ("text", "ems"),
    [
        ("安", 1),
        ("安全", 2),
        ("a1 ", 1.5),
        ("，", 1),
        ("“”", 2),
        ("……", 2),
        ("Ⅱ", 1),
        ("e\u0301", 0.5),
        ("\u200b", 0),
    ],
)
def test_widths(text: str, ems: float) -> None:
    assert width_of(text) == ems


def test_a_line_without_any_width_is_its_box() -> None:
    assert part_of_line(PrintedLine(1, "\u200b", 1, 2, 3, 4), 0, 1) == (1, 2, 3, 4)
