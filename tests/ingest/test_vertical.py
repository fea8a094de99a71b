"""Pages set from top to bottom, columns from right to left."""

import random

from archive.ingest.layout.pages import sheets_to_pages
from archive.ingest.layout.paragraphs import join_lines
from archive.ingest.lines import Glyph, Sheet

SIZE = 14.0
PARAGRAPHS = [
    "为加强城区排水防涝设施建设和管理工作保障人民群众生命财产安全根据有关法律法规结合本市实际制定本办法。",
    "本市行政区域内排水防涝设施的规划建设运行维护和监督管理适用本办法。",
]


def vertical(seed: int) -> Sheet:
    glyphs: list[Glyph] = []
    column = 0
    for text in PARAGRAPHS:
        indent = 2
        while text:
            piece, text = text[: 20 - indent], text[20 - indent :]
            x = 480 - column * 1.9 * SIZE
            for i, char in enumerate(piece):
                y = 120 + (indent + i) * SIZE
                glyphs.append(Glyph(char, x, y, x + SIZE, y + SIZE, SIZE))
            column, indent = column + 1, 0
    random.Random(seed).shuffle(glyphs)
    glyphs += [Glyph(c, 280 + 8 * i, 800, 288 + 8 * i, 810, 10) for i, c in enumerate("—12—")]
    return Sheet(1, 595.0, 842.0, tuple(glyphs))


def test_a_vertical_page() -> None:
    page = sheets_to_pages([vertical(3)])[0]
    assert [p.text for p in join_lines(page.lines, lambda _: False)] == PARAGRAPHS
    assert (page.width, page.height, page.printed_number, page.furniture) == (595.0, 842.0, 12, ("—12—",))


def test_its_lines_have_upright_boxes_where_they_stand() -> None:
    lines = sheets_to_pages([vertical(1)])[0].lines
    assert lines[0].box == (480.0, 120 + 2 * SIZE, 480.0 + SIZE, 120 + 20 * SIZE)
    rights = [line.box[2] for line in lines if line.box]
    assert rights == sorted(rights, reverse=True)


def test_a_column_of_figures_beside_text_is_not_vertical() -> None:
    glyphs = []
    for n in range(20):
        for i, char in enumerate("城市排水设施清单"):
            glyphs.append(Glyph(char, 60 + i * 11, 100 + n * 13, 71 + i * 11, 111 + n * 13, 11))
    assert sheets_to_pages([Sheet(1, 595.0, 842.0, tuple(glyphs))])[0].lines[0].text == "城市排水设施清单"
