"""Lines back to paragraphs, and characters back to rows, whatever the measure, the indent and the type."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.ingest.layout.pages import sheets_to_pages
from archive.ingest.layout.paragraphs import join_lines, join_texts, lines_to_paragraph
from archive.ingest.lines import Glyph, Line, Sheet
from archive.ingest.read import read_issue
from tests.typeset.breaking import break_lines
from tests.typeset.proof import Proof

CHINESE = "城区道路排水防涝设施建设工作方案组织领导统筹推进落实责任监督检查"


@pytest.mark.parametrize(
    ("left", "right", "joined"),
    [
        ("依法行", "政", "依法行政"),
        ("World Health", "Organization", "World Health Organization"),
        ("Beijing,", "China", "Beijing, China"),
        ("新冠病毒COVID-", "19", "新冠病毒COVID-19"),
        ("the national infor-", "mation network", "the national information network"),
        ("地理信息（Geographic Infor-", "mation）系统", "地理信息（Geographic Information）系统"),
        ("Infor\u00ad", "mation", "Information"),
        ("5G-", "A网络", "5G-A网络"),
        ("Beijing-", "Tianjin", "Beijing-Tianjin"),
        ("an AI-", "based service", "an AI-based service"),
        ("通过e-", "mail报送", "通过e-mail报送"),
        ("state-of-", "the-art", "state-of-the-art"),
        ("a self-", "service hall", "a self-service hall"),
        ("http://www.yq-", "city.gov.cn", "http://www.yq-city.gov.cn"),
        ("政务服务—", "网上办理", "政务服务—网上办理"),
        ("共计1200", "万元", "共计1200万元"),
        ("网址：http://www.yq.g", "ov.cn", "网址：http://www.yq.gov.cn"),
        ("邮箱：office@yq", "gov.cn", "邮箱：office@yqgov.cn"),
        ("其中，", "GDP增长", "其中，GDP增长"),
        ("GDP", "增长", "GDP增长"),
        ("3.", "5", "3.5"),
        ("", "政", "政"),
    ],
)
def test_two_pieces_of_a_sentence(left: str, right: str, joined: str) -> None:
    assert join_texts(left, right) == joined


paragraph = st.text(alphabet=CHINESE + "，", min_size=6, max_size=200).map(
    lambda text: "市" + text.replace("，，", "，").strip("，") + "。"
)


def set_in_lines(texts: list[str], measure: int, indent: float, size: float, rows: int) -> list[Line]:
    """The paragraphs as lines of a column of `measure` ems, `rows` to a page."""
    lines: list[Line] = []
    for text in texts:
        for broken in break_lines([(text, "song")], measure, lambda _char, _face: 1.0, first_indent=indent):
            first, last = broken.pieces[0], broken.pieces[-1]
            start = first.x
            end = last.x + len(last.text) * (1 + last.spread) - last.spread
            page, row = divmod(len(lines), rows)
            lines.append(
                Line(
                    text=broken.text,
                    page=page + 1,
                    box=(
                        50 + start * size,
                        90 + row * 1.6 * size,
                        50 + end * size,
                        90 + (row * 1.6 + 1) * size,
                    ),
                    size=size,
                    starts=start,
                    ends=measure - end,
                    column=1,
                )
            )
    return lines


@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(paragraph, min_size=1, max_size=8),
    measure=st.integers(14, 44),
    size=st.sampled_from([9.0, 10.5, 12.0, 16.0]),
    rows=st.integers(5, 40),
)
def test_what_a_typesetter_broke_is_joined_again(
    texts: list[str], measure: int, size: float, rows: int
) -> None:
    lines = set_in_lines(texts, measure, 2.0, size, rows)
    assert [p.text for p in join_lines(lines, lambda _: False)] == texts


@settings(max_examples=30, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(8, 20), st.integers(20, 36))
def test_the_order_of_drawing_tells_nothing(rng: object, ems: int, rows: int) -> None:
    """Two columns of full lines, drawn in any order, read left before right from top to bottom."""
    glyphs, expected = [], []
    for column in (0, 1):
        for row in range(rows):
            text = "".join(CHINESE[(column * 7 + row * 3 + i) % len(CHINESE)] for i in range(ems))
            expected.append(text)
            for i, char in enumerate(text):
                x, y = 60 + column * (ems + 2) * 11.0 + i * 11.0, 100 + row * 18
                glyphs.append(Glyph(char, x, y, x + 11, y + 11, 11.0))
    rng.shuffle(glyphs)  # type: ignore[attr-defined]
    sheet = Sheet(1, 120 + (2 * ems + 2) * 11.0, 842.0, tuple(glyphs))
    assert [line.text for line in sheets_to_pages([sheet])[0].lines] == expected


def row(text: str, x: float, y: float, size: float = 10.5) -> list[Glyph]:
    return [Glyph(c, x + i * size, y - size, x + (i + 1) * size, y, size) for i, c in enumerate(text)]


def read(glyphs: list[Glyph]) -> list[str]:
    return [line.text for line in sheets_to_pages([Sheet(1, 595.0, 842.0, tuple(glyphs))])[0].lines]


def test_raised_and_lowered_figures_stay_in_their_row() -> None:
    glyphs = (
        row("面积十二km", 60, 200) + row("2", 60 + 6 * 10.5, 195, 6.0) + row("以上CO", 70.5 + 6 * 10.5, 200)
    )
    glyphs += row("2", 70.5 + 10 * 10.5, 202.5, 6.0) + row("排放量", 78 + 10 * 10.5, 200)
    assert read(glyphs + row("下一行文字", 60, 220)) == ["面积十二km2以上CO2排放量", "下一行文字"]


def test_recognised_rows_that_sway_are_not_broken() -> None:
    glyphs = []
    for n, text in enumerate(("县级以上地方人民政府应当", "采取措施加强排水设施建设")):
        for i, glyph in enumerate(row(text, 60, 200 + 18 * n)):
            sway = (0.2, -0.2, 0.1, 0.0)[i % 4] * 10.5
            glyphs.append(glyph._replace(top=glyph.top + sway, bottom=glyph.bottom + sway, confidence=0.98))
    assert read(glyphs) == ["县级以上地方人民政府应当", "采取措施加强排水设施建设"]


def test_type_drawn_twice_in_any_order_is_read_once() -> None:
    glyphs = row("加强组织领导", 60, 200)
    again = [g._replace(x0=g.x0 + 0.3, x1=g.x1 + 0.3) for g in glyphs]
    assert read(glyphs + again) == ["加强组织领导"]
    assert read(list(reversed(again)) + glyphs + glyphs) == ["加强组织领导"]


def test_extra_leading_parts_paragraphs_without_indent() -> None:
    full = "一二三四五六七八九十一二三四五六七八九。"
    lines = [
        Line(full, 1, (50, 100, 250, 110), 10.0, starts=0.0, ends=0.0),
        Line(full, 1, (50, 116, 250, 126), 10.0, starts=0.0, ends=0.0),
        Line(full, 1, (50, 150, 250, 160), 10.0, starts=0.0, ends=0.0),
    ]
    assert [p.text for p in join_lines(lines, lambda _: False)] == [full + full, full]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (("建设全市统一的城市运行数据与 Infor-", "mation 服务平台。"), "与Information服务平台。"),
        (("全市新型冠状病毒肺炎疫情防控COVID-", "19 防控方案继续有效。"), "防控COVID-19防控方案继续有效。"),
        (("全市第五代移动通信增强技术网络5G-", "A 建设方案继续有效。"), "网络5G-A建设方案继续有效。"),
    ],
)
def test_words_that_a_line_end_divides(lines: tuple[str, str], text: str, tmp_path: Path) -> None:
    """Set to the full measure in two lines, as the document prints them."""
    proof = Proof(measure=20.0)
    proof.title("关于做好工作的通知", "霁政发〔2022〕9号")
    proof.paragraph("为加强城市运行管理，提高服务水平，现就有关事项通知如下，请认真贯彻执行。")
    width = proof.measure * 10.5
    first, last = lines
    natural = sum(proof.faces.advance(char, "song") for char in first) * 10.5
    proof.put(first, proof.left + 21, proof.y, spread=(width - 21 - natural) / (len(first) - 1))
    proof.put(last, proof.left, proof.y + 18)
    proof.y += 36
    proof.paragraph("各单位要按照职责分工抓好落实，重要情况及时向市人民政府报告，年底前完成全部任务。")
    proof.signature("霁川市人民政府", "2022年7月12日")
    path = tmp_path / "issue.pdf"
    path.write_bytes(proof.pdf())
    (document,) = read_issue(path).documents
    assert any(block.text.endswith(text) for block in document.blocks), [b.text for b in document.blocks]


def test_a_hyphen_in_mid_line_divides_no_word() -> None:
    lines = [
        Line("见Infor-", 1, (50, 100, 250, 110), 10.0, starts=0.0, ends=9.0),
        Line("mation", 1, (50, 116, 250, 126), 10.0, starts=0.0, ends=0.0),
    ]
    assert lines_to_paragraph(lines).text == "见Infor-mation"


def test_a_short_end_of_a_recognised_paragraph_is_not_told_by_its_size() -> None:
    """The box of 年）； is as high as that of a heading; in the file's own text such a size is another text."""
    for confidence, count in ((0.8, 1), (None, 2)):
        lines = [
            Line("张某为市政府副秘书长（试用期一", 1, (50, 100, 250, 110), 10.5, starts=2.0, ends=0.1),
            Line("年）；", 1, (50, 116, 76, 130), 14.0, starts=0.2, ends=13.0, confidence=confidence),
        ]
        assert len(join_lines(lines, lambda text: False)) == count
