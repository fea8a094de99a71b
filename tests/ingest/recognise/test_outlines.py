"""Pages whose characters were converted to curves before print: no text, no picture, and by no means empty."""

from pathlib import Path

import pytest

from archive.ingest.read import read_issue
from tests.typeset.proof import Proof

LINE = "Notice on Strengthening the Drainage of the City"


def read(proof: Proof, tmp_path: Path) -> list[tuple[bool, bool]]:
    """(wants recognition, has text) of each page."""
    path = tmp_path / "issue.pdf"
    path.write_bytes(proof.pdf())
    issue = read_issue(path)
    assert {f.code for f in issue.findings if "scan" in f.code} == (
        {"scan-without-text"} if any(p.wants_ocr and not p.readable for p in issue.pages) else set()
    )
    return [(page.wants_ocr, page.readable) for page in issue.pages]


def with_document() -> Proof:
    proof = Proof()
    proof.title("关于做好城区防汛工作的通知", "霁政发〔2022〕9号")
    proof.paragraph("各县（区）要把防汛工作摆上重要位置，压实责任，完善预案，备足物资，确保城市正常运行。")
    proof.signature("霁川市人民政府", "2022年7月12日")
    return proof


def test_a_page_of_outlines(tmp_path: Path) -> None:
    proof = with_document()
    proof.page()
    for k in range(12):
        proof.outlines(LINE, 72, 120 + 24 * k)
    assert read(proof, tmp_path) == [(False, True), (True, False)]


def test_its_page_number_may_be_text(tmp_path: Path) -> None:
    proof = with_document()
    proof.page()
    for k in range(12):
        proof.outlines(LINE, 72, 120 + 24 * k)
    proof.put("— 2 —", 280, 805)
    assert read(proof, tmp_path) == [(False, True), (True, True)]


def test_a_file_of_outlines_alone(tmp_path: Path) -> None:
    proof = Proof()
    for k in range(12):
        proof.outlines(LINE, 72, 120 + 24 * k)
    assert read(proof, tmp_path) == [(True, False)]


@pytest.mark.parametrize("text", [True, False])
def test_an_ornament_is_no_text(text: bool, tmp_path: Path) -> None:
    """A seal of large curves and a mark of a few letters, on an empty page or beside type."""
    proof = with_document()
    if not text:
        proof.page()
    for radius in range(70, 170):
        proof.canvas.circle(300, 300, radius, stroke=0, fill=1)
    proof.outlines("Gazette", 260, 650, 24)
    assert read(proof, tmp_path)[-1] == (False, text)


def test_outlines_among_text_leave_the_page_as_it_is(tmp_path: Path) -> None:
    proof = with_document()
    for k in range(12):
        proof.outlines(LINE, 72, 420 + 24 * k)
    assert read(proof, tmp_path) == [(False, True)]
