"""Pages whose text lies on its side: tables too broad for the page, under a running head that stays upright."""

from pathlib import Path

import pytest

from archive.ingest.extract.pdf import read_pdf
from archive.ingest.layout.pages import sheets_to_pages
from archive.ingest.lines import Page, RuledTable
from archive.ingest.parse.findings import left_out_findings
from tests.typeset.proof import BODY, Proof
from tests.typeset.sheet import HEIGHT, WIDTH

ROWS = (
    ("序号", "项目名称", "责任单位"),
    ("1", "城区泵站改造", "市水务局"),
    ("2", "河道清淤", "市城市管理局"),
)


def turned_table(proof: Proof, degrees: int) -> None:
    """A ruled table that is read with the page turned by `degrees`."""
    canvas = proof.canvas
    canvas.saveState()
    canvas.translate(WIDTH if degrees == 90 else 0, 0 if degrees == 90 else HEIGHT)
    canvas.rotate(degrees)
    xs, top = (120, 220, 450, 700), 200
    for k in range(len(ROWS) + 1):
        canvas.line(xs[0], WIDTH - top - 24 * k, xs[-1], WIDTH - top - 24 * k)
    for x in xs:
        canvas.line(x, WIDTH - top, x, WIDTH - top - 24 * len(ROWS))
    for r, row in enumerate(ROWS):
        for x, cell in zip(xs, row, strict=False):
            # put() measures from the head of an upright page
            proof.put(cell, x + 6, HEIGHT - WIDTH + top + 24 * r + 17)
    canvas.restoreState()


def read(proof: Proof, tmp_path: Path) -> list[Page]:
    path = tmp_path / "issue.pdf"
    path.write_bytes(proof.pdf())
    return sheets_to_pages(read_pdf(path, path.name).sheets)


@pytest.mark.parametrize("degrees", [90, -90])
def test_an_upright_head_over_a_turned_table(degrees: int, tmp_path: Path) -> None:
    proof = Proof()
    turned_table(proof, degrees)
    proof.put("霁川市人民政府公报", 72, 50)
    proof.put("2022年第4期", 440, 50)
    proof.put("— 17 —", 280, 800)
    (page,) = read(proof, tmp_path)
    assert [item.rows for item in page.items if isinstance(item, RuledTable)] == [ROWS]
    assert page.lines == []
    assert (page.width, page.height) == (pytest.approx(HEIGHT), pytest.approx(WIDTH))
    assert page.printed_number == 17
    assert page.furniture == ("霁川市人民政府公报", "2022年第4期", "— 17 —")


def test_a_head_that_recurs_on_upright_pages(tmp_path: Path) -> None:
    proof = Proof()
    for number in range(5, 10):
        if number == 7:
            turned_table(proof, 90)
        else:
            proof.paragraph("各有关单位要明确责任，按时完成全部任务，并及时报告进展情况。")
        proof.put("政务信息汇编", 72, 50)
        proof.page()
    pages = read(proof, tmp_path)
    assert [page.furniture for page in pages] == [("政务信息汇编",)] * 5


def put_turned(proof: Proof, text: str, x: float, y: float, degrees: int, size: float = BODY) -> None:
    """A run of characters that begins at (x, y) from the top left corner and is turned by `degrees`."""
    proof.canvas.saveState()
    proof.canvas.translate(x, HEIGHT - y)
    proof.canvas.rotate(degrees)
    # put() measures from the head of the page
    proof.put(text, 0, HEIGHT, size)
    proof.canvas.restoreState()


def table_with_row_heads(proof: Proof, degrees: int, heads: tuple[str, str], top: float = 200) -> None:
    """A ruled table of four rows whose first column names two groups, each on its side over two rows."""
    xs = (100, 130, 300, 450)
    for k in range(6):
        inner = k in (2, 4)
        proof.canvas.line(xs[1 if inner else 0], HEIGHT - top - 30 * k, xs[-1], HEIGHT - top - 30 * k)
    for x in xs:
        proof.canvas.line(x, HEIGHT - top, x, HEIGHT - top - 150)
    for k, head in enumerate(heads):
        length = len(head) * BODY
        middle = top + 60 + 60 * k
        if degrees == 90:
            put_turned(proof, head, 120, middle + length / 2, 90)
        else:
            put_turned(proof, head, 110, middle - length / 2, -90)
    rows = (
        ("项目", "地点"),
        ("泵站改造", "矿区"),
        ("河道清淤", "城区"),
        ("智慧农业", "郊区"),
        ("果园", "盂县"),
    )
    for k, row in enumerate(rows):
        for x, cell in zip(xs[1:], row, strict=False):
            proof.put(cell, x + 6, top + 30 * k + 20)


@pytest.mark.parametrize("degrees", [90, -90])
def test_row_heads_on_their_side_are_read_into_their_cells(degrees: int, tmp_path: Path) -> None:
    proof = Proof()
    table_with_row_heads(proof, degrees, ("城建", "农业"))
    (page,) = read(proof, tmp_path)
    assert [item.rows for item in page.items if isinstance(item, RuledTable)] == [
        (
            ("", "项目", "地点"),
            ("城建", "泵站改造", "矿区"),
            ("", "河道清淤", "城区"),
            ("农业", "智慧农业", "郊区"),
            ("", "果园", "盂县"),
        )
    ]
    assert page.sideways == ()


def test_row_heads_on_both_halves_of_a_spread(tmp_path: Path) -> None:
    proof = Proof(width=2 * WIDTH)
    proof.canvas.saveState()
    table_with_row_heads(proof, 90, ("城建", "农业"))
    proof.canvas.translate(WIDTH, 0)
    table_with_row_heads(proof, -90, ("能源", "交通"))
    proof.canvas.restoreState()
    (page,) = read(proof, tmp_path)
    heads = [row[0] for item in page.items if isinstance(item, RuledTable) for row in item.rows]
    # it goes on over the fold, where its head is printed again
    assert heads == ["", "城建", "", "农业", "", "能源", "", "交通", ""]
    assert page.sideways == ()


def test_what_is_on_its_side_elsewhere_is_told(tmp_path: Path) -> None:
    proof = Proof()
    for number in range(1, 6):
        proof.paragraph("各有关单位要明确责任，按时完成全部任务，并及时报告进展情况。")
        put_turned(proof, "霁川市人民政府公报", 40, 500, 90)
        if number == 2:
            put_turned(proof, "示意图见背面", 500, 400, -90)
            put_turned(proof, "倒排的说明", 400, 600, 180)
            # the printer's own note, beside the sheet
            proof.put("公报二印张", 100, HEIGHT + 40)
        proof.put(f"— {number} —", 280, 800)
        proof.page()
    path = tmp_path / "issue.pdf"
    path.write_bytes(proof.pdf())
    pages = sheets_to_pages(read_pdf(path, path.name).sheets)
    # a title down the margin of every page is a running head
    assert [page.sideways for page in pages] == [(), ("倒排的说明", "示意图见背面"), (), (), ()]
    assert all("霁川市人民政府公报" in page.furniture for page in pages)
    found = left_out_findings(pages)
    assert [(finding.code, finding.page, finding.evidence) for finding in found] == [
        ("text-on-its-side", 2, ("倒排的说明", "示意图见背面")),
        ("text-off-page", 2, ("公报二印张",)),
    ]
