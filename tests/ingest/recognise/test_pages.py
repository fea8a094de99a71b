"""From recognised lines to glyphs: marks, sizes, crooked scans, page numbers."""

from pathlib import Path

import pytest

from archive.ingest.lines import Sheet
from archive.ingest.recognise.pages import (
    RecognisedLine,
    RecognisedPage,
    chinese_marks,
    page_number,
    read_recognised,
    recognised_sheet,
)


@pytest.mark.parametrize(
    ("read", "printed"),
    [
        ("各县(区)人民政府,市直各单位:", "各县（区）人民政府，市直各单位："),
        ("(此件公开发布)", "（此件公开发布）"),
        ("副院长(试用期一年);", "副院长（试用期一年）；"),
        ("（见附件3)。", "（见附件3）。"),
        ("(7)", "(7)"),
        ("（1)加强领导", "（1）加强领导"),
        ("投资1,200万元", "投资1,200万元"),
        ("时间为9:30", "时间为9:30"),
        ("COVID-19 (2019)", "COVID-19 (2019)"),
        ("新型现代服务业:4个", "新型现代服务业：4个"),
        ("职责见附件2)。", "职责见附件2）。"),
        ("2)加强领导", "2)加强领导"),
        ("(安委〔2022]1号)和", "（安委〔2022〕1号）和"),
    ],
)
def test_marks_beside_chinese_are_wide(read: str, printed: str) -> None:
    assert chinese_marks(read) == printed


@pytest.mark.parametrize(
    ("read", "printed"),
    [
        ("—54一", "—54—"),
        ("一11-", "—11—"),
        ("- 7 -", "—7—"),
        ("—.67一", "—67—"),
        ("54", ""),
        ("一、总则", ""),
        ("2022-1", ""),
    ],
)
def test_the_dashes_of_a_page_number(read: str, printed: str) -> None:
    assert page_number(read) == printed


def line(
    text: str, left: float, top: float, size: float, fall: float = 0.0, height: float | None = None
) -> RecognisedLine:
    """A line as the engine gives it; `fall` is by how much its right end hangs lower."""
    right, high = left + size * len(text), height or 1.3 * size
    corners = ((left, top), (right, top + fall), (right, top + fall + high), (left, top + high))
    chars = tuple((char, left + i * size, left + (i + 1) * size, 0.99) for i, char in enumerate(text))
    return RecognisedLine(text, corners, 0.99, chars)


def sheet(*lines: RecognisedLine) -> Sheet:
    return recognised_sheet(RecognisedPage(1, 595, 842, lines))


def test_every_character_has_its_place_and_confidence() -> None:
    glyphs = sheet(line("关于做好安全生产工作的通知", 100, 50, 10)).glyphs
    assert "".join(glyph.text for glyph in glyphs) == "关于做好安全生产工作的通知"
    assert [glyph.x0 for glyph in glyphs] == [100 + 10 * i for i in range(13)]
    assert {glyph.confidence for glyph in glyphs} == {0.99}
    assert {glyph.size for glyph in glyphs} == {10}


def test_sizes_that_jitter_are_one_size_and_a_title_keeps_its_own() -> None:
    glyphs = sheet(
        line("以习近平同志为核心的党中央坚强领导下", 70, 200, 10.4),
        line("各级各部门要高度重视认真组织实施", 70, 220, 10.9),
        line("郊区", 70, 240, 10.5, height=19),
        line("关于做好安全生产工作的通知", 100, 50, 18.2),
    ).glyphs
    assert {glyph.size for glyph in glyphs if glyph.bottom > 150} == {10.5}
    assert {glyph.size for glyph in glyphs if glyph.bottom < 150} == {18}


def test_a_short_end_of_a_line_with_narrow_marks_has_the_size_of_its_paragraph() -> None:
    end = RecognisedLine("年);", ((70, 240), (94, 240), (94, 257), (70, 257)), 0.99)
    glyphs = sheet(*(line("各级各部门要高度重视认真组织实施", 70, y, 10.5) for y in (200, 220)), end).glyphs
    assert {glyph.size for glyph in glyphs} == {10.5}


def test_a_text_set_wide_is_no_larger_for_it() -> None:
    chars = tuple((char, 70 + i * 18, 80 + i * 18, 0.99) for i, char in enumerate("组长石峥副市长"))
    wide = RecognisedLine("组长石峥副市长", ((70, 240), (190, 240), (190, 254), (70, 254)), 0.99, chars)
    glyphs = sheet(*(line("各级各部门要高度重视认真组织实施", 70, y, 10.5) for y in (200, 220)), wide).glyphs
    assert {glyph.size for glyph in glyphs} == {10.5}


def test_a_crooked_scan_is_straightened() -> None:
    rows = [line("全面贯彻落实安全生产责任制的各项要求", 70, 100 + 20 * i, 10.5, fall=3) for i in range(4)]
    far = line("第七条", 470, 100 + 3 * 400 / 189, 10.5)
    glyphs = sheet(*rows, far).glyphs
    first = {round(glyph.bottom) for glyph in glyphs if glyph.text in "全第"}
    assert min(first) in {round(glyph.bottom) for glyph in glyphs if glyph.text == "七"}


def test_the_left_edge_of_a_crooked_scan_is_upright() -> None:
    """Lines of a page turned by half a degree begin further left the lower they stand."""
    fall = 0.01
    rows = [
        line("全面贯彻落实安全生产责任制的各项要求", 70 - fall * y, y, 10.5, fall=189 * fall)
        for y in range(100, 740, 20)
    ]
    starts = [glyph.x0 for glyph in sheet(*rows).glyphs if glyph.text == "全"]
    starts = starts[::2]  # 全 stands twice in each line
    assert max(starts) - min(starts) < 1


def test_a_page_survives_being_kept(tmp_path: Path) -> None:
    page = RecognisedPage(3, 595, 842, (line("阳光", 10, 10, 12),), ((1.0, 2.0, 100.0, 3.0),))
    assert read_recognised(tmp_path, 3) is None
    page.write(tmp_path)
    assert read_recognised(tmp_path, 3) == page
    assert [path.name for path in tmp_path.iterdir()] == ["3.json"]
