"""Pages cut out of a PDF: just these, and nothing of the others in the file."""

from pathlib import Path

import pikepdf
import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from archive.cut_pages import cut_pages
from archive.pictures import folder_of

SHA = "a" * 64
TITLE = "云岭市人民政府关于加强古树名木保护工作的通知（云政发〔2024〕1号）"


@pytest.fixture
def printed(tmp_path: Path, data_folder: Path) -> Path:
    """Four pages, on each the picture of a colour; one list of resources for all, and a link to the last page."""
    drawing = tmp_path / "drawn.pdf"
    canvas = Canvas(str(drawing), pagesize=(300, 400))
    for number, colour in enumerate(("red", "green", "blue", "white"), 1):
        canvas.bookmarkPage(f"p{number}")
        canvas.drawString(72, 300, f"page number {number}")
        canvas.drawImage(ImageReader(Image.new("RGB", (8 + number, 8), colour)), 72, 72)
        canvas.linkRect("", "p4", (10, 10, 90, 90))
        canvas.showPage()
    canvas.save()
    path = tmp_path / "shared.pdf"
    with pikepdf.open(drawing) as pdf:
        shared = pikepdf.Dictionary()
        for page in pdf.pages:
            for name, image in page.Resources.XObject.items():
                shared[name] = image
        for page in pdf.pages:
            page.Resources.XObject = shared
        pdf.save(path)
    return path


def widths(path: Path) -> list[int]:
    """How wide each picture in the file is, shown or not."""
    with pikepdf.open(path) as pdf:
        found = [one for one in pdf.objects if isinstance(one, pikepdf.Stream)]
        return sorted(int(one.Width) for one in found if one.get("/Subtype") == "/Image")


def test_just_the_pages_are_in_the_file(printed: Path) -> None:
    assert widths(printed) == [9, 10, 11, 12]
    cut = cut_pages(lambda: printed, SHA, 2, 3, title=TITLE, key="")
    assert cut is not None and widths(cut) == [10, 11]
    with pikepdf.open(cut) as pdf:
        assert len(pdf.pages) == 2 and all("/Annots" not in page for page in pdf.pages)
        assert str(pdf.docinfo["/Title"]) == TITLE
        assert pdf.open_metadata()["dc:title"] == TITLE


def test_cut_once_for_a_document_until_masks_change(printed: Path) -> None:
    first = cut_pages(lambda: printed, SHA, 1, 1, title=TITLE, key="")
    assert first is not None
    made = first.stat().st_mtime_ns
    assert cut_pages(lambda: printed, SHA, 1, 1, title=TITLE, key="") == first
    assert first.stat().st_mtime_ns == made
    other = cut_pages(lambda: printed, SHA, 1, 2, title=TITLE, key="")
    beside = cut_pages(lambda: printed, SHA, 1, 1, title="another document on this page", key="")
    assert beside is not None and beside != first and first.exists()
    masked = cut_pages(lambda: printed, SHA, 1, 1, title=TITLE, key="masks")
    assert masked is not None and not first.exists() and not beside.exists()
    assert other is not None and other.exists()


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4 nothing more", b"<html>"])
def test_a_file_that_cannot_be_cut_is_tried_once(data_folder: Path, tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(content)
    assert cut_pages(lambda: broken, SHA, 1, 1, title=TITLE, key="") is None
    assert [path.suffix for path in folder_of(SHA).iterdir()] == [".failed"]


def test_pages_that_the_file_has_not_are_none(printed: Path) -> None:
    assert cut_pages(lambda: printed, SHA, 4, 5, title=TITLE, key="") is None
