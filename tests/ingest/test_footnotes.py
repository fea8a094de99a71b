"""Footnotes do not stand inside the sentence that runs over the page; nothing is lost."""

from archive.ingest.layout.pages import sheets_to_pages
from archive.ingest.layout.paragraphs import join_lines
from archive.ingest.lines import Glyph, Rule, Sheet
from archive.ingest.parse.issue import parse_pages
from archive.ingest.parse.records import Source

SIZE = 10.0
FULL = "县级以上地方人民政府应当采取措施加强城镇排水设施建设和管理工作保障安全"
NOTES = [("①见本刊上期。", 8.0), ("②指县级市。", 8.0)]
PLAIN_NOTES = [("注：见本刊上期。", 8.0)]


def row(value: str, y: float, x: float = 60, size: float = SIZE) -> list[Glyph]:
    return [Glyph(c, x + i * size, y, x + (i + 1) * size, y + size, size) for i, c in enumerate(value)]


def sheet(number: int, lines: list[tuple[str, float]], notes: list[tuple[str, float]], ruled: bool) -> Sheet:
    """Lines (text, indent in ems) from the top; notes (text, size) at the foot, at will under a short rule."""
    glyphs: list[Glyph] = []
    for i, (value, indent) in enumerate(lines):
        glyphs += row(value, 100 + 18 * i, 60 + indent * SIZE)
    for i, (value, size) in enumerate(notes):
        glyphs += row(value, 700 + 14 * i, 60, size)
    return Sheet(number, 595, 842, tuple(glyphs), (Rule(60, 692, 160, 692),) if ruled and notes else ())


def texts(*sheets: Sheet) -> list[str]:
    lines = [line for page in sheets_to_pages(sheets) for line in page.lines]
    return [p.text for p in join_lines(lines, lambda _: False)]


def opening(count: int) -> list[tuple[str, float]]:
    return [(FULL[: len(FULL) - 2], 2.0), *[(FULL, 0.0)] * count]


def test_notes_stand_behind_the_paragraph_that_runs_over() -> None:
    one = sheet(1, opening(3), NOTES, ruled=False)
    two = sheet(2, [(FULL, 0.0), ("到此为止。", 0.0), ("另起一段。", 2.0)], [], ruled=False)
    whole = FULL[: len(FULL) - 2] + FULL * 4 + "到此为止。"
    read = texts(one, two)
    assert read[0] == whole
    assert "".join(read[1:-1]) == "①见本刊上期。②指县级市。"
    assert read[-1] == "另起一段。"


def test_notes_of_the_last_page_end_it() -> None:
    one = sheet(1, [*opening(3), ("到此为止。", 0.0)], PLAIN_NOTES, ruled=True)
    assert texts(one)[1:] == ["注：见本刊上期。"]


def test_a_remark_that_no_rule_parts_from_the_text_stays() -> None:
    one = sheet(1, opening(3), PLAIN_NOTES, ruled=False)
    two = sheet(2, [(FULL, 0.0), ("到此为止。", 0.0)], [], ruled=False)
    assert texts(one, two)[1] == "注：见本刊上期。"


def test_a_note_is_printed_on_its_own_page() -> None:
    one = sheet(1, opening(3), NOTES, ruled=False)
    two = sheet(2, [(FULL, 0.0), ("到此为止。", 0.0)], [], ruled=False)
    pages = parse_pages(sheets_to_pages([one, two]), Source("a.pdf", "0" * 64, "pdf", 2, "embedded")).pages
    assert [sum(line[0][0] in "①②" for line in page.lines) for page in pages] == [2, 0]
