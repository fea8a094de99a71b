"""Running heads and page numbers: taken off in every form, on odd and even pages, in short files too."""

import pytest

from archive.ingest.layout.pages import sheets_to_pages
from archive.ingest.lines import Glyph, Page, Sheet

SIZE = 10.5


def text(value: str, x: float, y: float) -> list[Glyph]:
    return [Glyph(char, x + i * SIZE, y, x + (i + 1) * SIZE, y + SIZE, SIZE) for i, char in enumerate(value)]


def read(heads: list[list[tuple[str, float, float]]]) -> list[Page]:
    """Pages with a body of one line each and what stands in their margins: (text, x, y)."""
    sheets = []
    for number, marks in enumerate(heads, 1):
        glyphs = text(f"正文第{'一二三四五六七八'[number - 1]}句话", 90, 300)
        for value, x, y in marks:
            glyphs += text(value, x, y)
        sheets.append(Sheet(number, 595, 842, tuple(glyphs)))
    return sheets_to_pages(sheets)


@pytest.mark.parametrize(
    "printed",
    [
        "— 7 —",
        "-7-",
        "·7·",
        "7",
        "－７－",
        "第7页",
        "第7页 共74页",
        "第 7 页，共 74 页",
        "7/74",
        "—　　　7　　　—",
    ],
)
def test_forms_of_page_numbers(printed: str) -> None:
    page = read([[(printed, 270, 800)]])[0]
    assert page.printed_number == 7
    assert [line.text for line in page.lines] == ["正文第一句话"]


def test_a_total_that_stands_apart() -> None:
    page = read([[("第7页", 200, 800), ("共74页", 300, 800)]])[0]
    assert page.printed_number == 7
    assert [line.text for line in page.lines] == ["正文第一句话"]


def test_heads_of_odd_and_even_pages() -> None:
    pages = read(
        [
            [("某市人民政府公报", 60, 40) if n % 2 else ("2022年第2期", 400, 40), (str(n), 290, 800)]
            for n in range(1, 9)
        ]
    )
    assert [len(page.lines) for page in pages] == [1] * 8
    assert [page.printed_number for page in pages] == list(range(1, 9))
    assert pages[0].furniture == ("某市人民政府公报", "1")


def test_a_short_file_says_its_head_too_seldom_to_recur() -> None:
    pages = read(
        [[("某市人民政府公报", 60, 40), ("2022年第2期", 400, 40), (f"— {n} —", 270, 800)] for n in (1, 2)]
    )
    assert [len(page.lines) for page in pages] == [1, 1]


def test_a_title_at_the_head_of_a_page_stays() -> None:
    page = read([[("关于做好防汛工作的通知", 200, 60), ("1", 290, 800)]])[0]
    assert [line.text for line in page.lines] == ["关于做好防汛工作的通知", "正文第一句话"]


def test_a_figure_in_the_band_that_is_not_the_page_number_is_text() -> None:
    pages = read(
        [
            [(f"— {n} —", 270, 810), *([("24", 90, 800), ("河道清淤", 200, 800)] if n == 3 else [])]
            for n in range(1, 6)
        ]
    )
    assert [page.printed_number for page in pages] == [1, 2, 3, 4, 5]
    assert "".join(line.text for line in pages[2].lines) == "正文第三句话24　　河道清淤"


def test_a_file_that_was_paged_twice() -> None:
    pages = read([[(f"— {n + 50} —", 270, 810), (str(n), 500, 810)] for n in range(1, 6)])
    assert [len(page.lines) for page in pages] == [1] * 5
