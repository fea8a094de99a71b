"""Issues printed as spreads: two pages side by side on a sheet, one or two columns each."""

import io
from pathlib import Path

import pikepdf
import pytest

from archive.ingest.layout.spreads import cut_spreads, placed
from archive.ingest.lines import Glyph, Line, Rule, RuledTable, Sheet
from archive.ingest.read import read_issue
from tests.typeset.proof import Proof
from tests.typeset.sheet import WIDTH
from tests.typeset.small import SMALL_SOURCE, small_issue


def side_by_side(data: bytes) -> bytes:
    """The pages of a PDF two on a sheet; the first page stands alone on the right, as covers do."""
    source = pikepdf.open(io.BytesIO(data))
    result = pikepdf.new()
    box = source.pages[0].mediabox
    width, height = float(box[2]), float(box[3])
    pages = [None, *source.pages]
    for i in range(0, len(pages), 2):
        sheet = result.add_blank_page(page_size=(2 * width, height))
        for side, page in enumerate(pages[i : i + 2]):
            if page is not None:
                sheet.add_overlay(page, pikepdf.Rectangle(side * width, 0, (side + 1) * width, height))
    out = io.BytesIO()
    result.save(out)
    return out.getvalue()


def test_a_table_of_the_right_half_stands_there_with_its_lines() -> None:
    here, there = (Line("甲", page=page, box=(10.0, 20.0, 20.0, 30.0)) for page in (2, 3))
    table = RuledTable((("甲",),), 2, (5.0, 15.0, 95.0, 60.0), last_page=3, lines=(here, there))
    moved = placed(table, 100.0)
    assert isinstance(moved, RuledTable) and moved.box == (105.0, 15.0, 195.0, 60.0)
    # what goes on on the left half of the next sheet stays
    assert [line.box for line in moved.lines] == [(110.0, 20.0, 120.0, 30.0), (10.0, 20.0, 20.0, 30.0)]


def glyph(text: str, x0: float) -> Glyph:
    return Glyph(text, x0, 100, x0 + 10, 110, 10)


@pytest.mark.parametrize("columns", [1, 2])
def test_a_spread_reads_like_its_pages(tmp_path: Path, columns: int) -> None:
    single, spread = tmp_path / "single.pdf", tmp_path / "spread.pdf"
    data = small_issue(columns=columns)
    single.write_bytes(data)
    spread.write_bytes(side_by_side(data))
    one, two = read_issue(single), read_issue(spread)
    assert [document.title for document in two.documents] == [document.title for document in one.documents]
    assert [[block.text for block in document.blocks] for document in two.documents] == [
        [block.text for block in document.blocks] for document in one.documents
    ]
    pages = [(document.printed_first_page, document.printed_last_page) for document in one.documents]
    assert [(document.printed_first_page, document.printed_last_page) for document in two.documents] == pages
    printed = [number for page in two.pages for number in (page.printed_number, page.printed_right)]
    # the cover stands alone on the right, and inside it nothing is numbered
    assert (two.pages[1].printed_number, two.pages[1].printed_right) == (None, 1)
    assert [[block.printed_page for block in document.blocks] for document in two.documents] == [
        [block.printed_page for block in document.blocks] for document in one.documents
    ]
    assert [n for n in printed[3:] if n] == [page.printed_number for page in one.pages if page.printed_number]
    assert {page.width for page in two.pages} == {2 * page.width for page in one.pages}
    for page in two.pages:
        for _, x0, _, x1, _, _ in page.lines:
            assert 0 <= x0 < x1 <= page.width


def test_a_document_has_the_pages_of_its_halves(tmp_path: Path) -> None:
    """Three documents on two sheets: on the left half, on the right one, and over both halves of the next."""
    proof = Proof(width=2 * WIDTH)
    text = "各县（区）要把防汛工作摆上重要位置，压实责任，完善预案，备足物资，确保城市正常运行和群众安全。"
    number = 8
    for half, name, begins, ends in (
        (0, "防汛", True, True),
        (1, "防火", True, True),
        (0, "防疫", True, False),
        (1, "防疫", False, True),
    ):
        proof.left, proof.y = 72.0 + half * WIDTH, 110.0
        if begins:
            proof.title(f"关于做好{name}工作的通知", f"霁政发〔2022〕{number}号")
        for _ in range(9):
            proof.paragraph(text)
        if ends:
            proof.signature("霁川市人民政府", "2022年7月12日")
        proof.put(f"— {number} —", proof.left + 200, 805)
        number += 1
        if half:
            proof.page()
    path = tmp_path / "issue.pdf"
    path.write_bytes(proof.pdf())
    issue = read_issue(path)
    assert [(page.printed_number, page.printed_right) for page in issue.pages] == [(8, 9), (10, 11)]
    assert [
        (document.first_page, document.printed_first_page, document.printed_last_page)
        for document in issue.documents
    ] == [(1, 8, 8), (1, 9, 9), (2, 10, 11)]
    assert [sorted({block.printed_page for block in document.blocks}) for document in issue.documents] == [
        [8],
        [9],
        [10, 11],
    ]


def test_a_table_goes_on_from_the_left_half_to_the_right_one_and_to_the_next_sheet(tmp_path: Path) -> None:
    rows = [f"{i} | 第{i}片区管网改造 | 街道办事处{i}" for i in range(1, 90)]
    table = "\n".join(["@table 1 4 3", "序号 | 项目名称 | 责任单位", *rows])
    source = SMALL_SOURCE.replace("@attachments\n", f"{table}\n\n@attachments\n", 1)
    single, spread = tmp_path / "single.pdf", tmp_path / "spread.pdf"
    single.write_bytes(small_issue(source))
    spread.write_bytes(side_by_side(single.read_bytes()))
    one, two = read_issue(single), read_issue(spread)
    (found,) = two.documents[0].tables
    assert found.columns == ("序号", "项目名称", "责任单位")
    assert [row[0] for row in found.rows] == [str(i) for i in range(1, 90)]
    assert (found.page, found.last_page) == (2, 4)
    pages = [(document.printed_first_page, document.printed_last_page) for document in one.documents]
    assert [(document.printed_first_page, document.printed_last_page) for document in two.documents] == pages


@pytest.mark.parametrize(
    ("sheets", "pages"),
    [
        ([Sheet(1, 1190, 842, (glyph("左", 100), glyph("右", 900)))], 2),
        ([Sheet(1, 595, 842, (glyph("左", 100), glyph("右", 400)))], 1),
        ([Sheet(1, 1190, 842, (glyph("左", 100), glyph("中", 590), glyph("右", 900)))], 1),
        (
            [Sheet(1, 1190, 842, (glyph("左", 100), glyph("右", 900)), (Rule(80, 90, 1100, 90),))],
            1,
        ),
        (
            [
                *(Sheet(n, 595, 842, (glyph("文", 100),)) for n in (1, 2, 3)),
                Sheet(4, 842, 595, (glyph("左", 100), glyph("右", 700))),
            ],
            4,
        ),
    ],
    ids=["spread", "upright", "text in the strip", "a rule over the strip", "one broad table among pages"],
)
def test_what_is_cut(sheets: list[Sheet], pages: int) -> None:
    assert len(cut_spreads(sheets)) == pages
