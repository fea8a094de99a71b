"""Pages whose text lies on its side: tables too broad for the page, under a running head that stays upright."""

from pathlib import Path

import pytest

from archive.ingest.extract.pdf import read_pdf
from archive.ingest.layout.pages import sheets_to_pages
from archive.ingest.lines import Page, RuledTable
from tests.typeset.proof import Proof
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
