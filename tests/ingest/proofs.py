"""A notice set by hand and read back, for what tests of layout set between its first and its last paragraph."""

from pathlib import Path

from archive.ingest.parse.records import ParsedDocument
from archive.ingest.read import read_issue
from tests.typeset.proof import Proof

BEFORE = (
    "为做好城区排水防涝工作，根据有关规定，结合本市实际，现将有关事项通知如下，请各有关单位认真贯彻执行。"
)


def begun() -> Proof:
    """The title, the number and the first paragraph."""
    proof = Proof()
    proof.title("关于做好城区防汛工作的通知", "霁政发〔2022〕9号")
    proof.paragraph(BEFORE)
    return proof


def read_document(proof: Proof, tmp_path: Path) -> ParsedDocument:
    """The one document that the pages hold."""
    path = tmp_path / "issue.pdf"
    path.write_bytes(proof.pdf())
    (document,) = read_issue(path).documents
    return document


def texts(document: ParsedDocument) -> list[str]:
    """Its paragraphs and headings in order."""
    return [block.text for block in document.blocks if block.kind in ("paragraph", "heading")]
