"""The picture of a page that is recognised: how large it is, and the long strokes in it."""

from pathlib import Path

import pytest

from tests.ingest.extract.pdf_file import pdf_file

pytest.importorskip("cv2", reason="needs the OCR extra (requirements-ocr.txt)")

from archive.ingest.recognise import picture
from archive.ingest.recognise.picture import PagePictures, long_strokes

# a rule across, one down, a short stroke and a thick bar
STROKES = "1 w 50 700 m 300 700 l S 100 400 m 100 600 l S 400 400 m 410 400 l S 200 100 80 30 re f"


def pages(tmp_path: Path, *contents: str) -> PagePictures:
    path = tmp_path / "page.pdf"
    path.write_bytes(pdf_file(*contents))
    return PagePictures(path)


def test_the_long_strokes_of_a_page_and_nothing_else(tmp_path: Path) -> None:
    drawn, scale, _width, height = pages(tmp_path, STROKES).draw(1)
    found = sorted(long_strokes(drawn, scale), key=lambda box: box[0])
    assert len(found) == 2
    across, down = found
    assert across == pytest.approx((50, height - 701, 300, height - 699), abs=1.5)
    assert down == pytest.approx((99, height - 600, 101, height - 400), abs=1.5)


def test_a_page_is_drawn_no_larger_than_can_be_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, scale, width, height = pages(tmp_path, STROKES, "").draw(2)
    assert scale == pytest.approx(200 / 72)
    assert whole.shape[:2] == pytest.approx((height * scale, width * scale), abs=1)
    monkeypatch.setattr(picture, "MAX_PIXELS", 10_000)
    small, scale, *size = pages(tmp_path, STROKES).draw(1)
    assert small.shape[0] * small.shape[1] == pytest.approx(10_000, rel=0.03)
    assert size == [width, height]
