"""Headings down the side of a page that is set in rows: one line each, before the text that they stand beside."""

from pathlib import Path

import pytest

from archive.ingest.read import read_issue
from tests.ingest.proofs import BEFORE, begun, read_document, texts
from tests.typeset.proof import BODY, LEADING, Proof

FIRST = "各县（区）要把防汛工作摆上重要位置，压实责任，完善预案，备足物资，确保人民群众生命财产安全和城市正常运行。"
SECOND = "汛期实行领导带班和二十四小时值班制度，遇有重要情况立即报告，不得迟报、漏报和瞒报，对失职的要严肃追究责任。"
AFTER = "以上工作由市住房和城乡建设局负责督促落实，每月向市人民政府报告一次进展情况，年底前进行考核。"


def stack(proof: Proof, text: str, x: float, top: float, size: float, pitch: float) -> None:
    """One character under the other, the first with its baseline a little below `top`."""
    for k, char in enumerate(text):
        proof.put(char, x, top + size * (0.88 + pitch * k), size)


def ended(proof: Proof, tmp_path: Path) -> list[str]:
    proof.paragraph(AFTER)
    proof.signature("霁川市人民政府", "2022年7月12日")
    document = read_document(proof, tmp_path)
    assert str(document.signed_on) == "2022-07-12"
    return texts(document)


@pytest.mark.parametrize(("size", "pitch", "down"), [(14.0, 1.15, 0.0), (12.0, 1.3, 7.0), (10.5, 1.2, 12.0)])
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_heading_beside_narrower_text(
    side: str, size: float, pitch: float, down: float, tmp_path: Path
) -> None:
    proof = begun()
    x = proof.left + (0.5 if side == "left" else 40.0) * BODY
    stack(proof, "重点任务", x, proof.y - BODY + down, size, pitch)
    left = 4.0 if side == "left" else 0.0
    proof.paragraph(FIRST, left=left, measure=38.0)
    proof.paragraph(SECOND, left=left, measure=38.0)
    assert ended(proof, tmp_path) == [BEFORE, "重点任务", FIRST, SECOND, AFTER]


def test_a_heading_in_the_margin(tmp_path: Path) -> None:
    proof = begun()
    stack(proof, "值班要求", 40.0, proof.y + LEADING / 2, 12.0, 1.2)
    proof.paragraph(FIRST)
    proof.paragraph(SECOND)
    assert ended(proof, tmp_path) == [BEFORE, "值班要求", FIRST, SECOND, AFTER]


def test_its_box_is_where_it_stands(tmp_path: Path) -> None:
    proof = begun()
    stack(proof, "值班要求", 40.0, 300.0, 12.0, 1.2)
    proof.y = 300.0
    proof.paragraph(FIRST)
    path = tmp_path / "issue.pdf"
    path.write_bytes(proof.pdf())
    (page,) = read_issue(path).pages
    (box,) = [line[1:5] for line in page.lines if line[0] == "值班要求"]
    assert box == pytest.approx((40.0, 300.0, 52.0, 300.0 + 12 * 4.6), abs=0.5)


@pytest.mark.parametrize(
    "rows",
    [
        [("石　磊", "市财政局"), ("许　澜", "市水务局"), ("沈　棠", "市住建局"), ("林　岚", "市民政局")],
        [("是", "市财政局"), ("否", "市水务局"), ("无", "市住建局"), ("有", "市民政局")],
        [("一", "市财政局"), ("二", "市水务局"), ("三", "市住建局"), ("四", "市民政局")],
    ],
    ids=["names set wide", "answers", "numerals"],
)
def test_columns_of_a_list_are_no_headings(rows: list[tuple[str, str]], tmp_path: Path) -> None:
    proof = begun()
    proof.rows(rows, (2, 12))
    read_ = ended(proof, tmp_path)
    stacked = {"".join(row[0][0] for row in rows), "".join(row[0] for row in rows)}
    assert not stacked & set(read_)
