"""Which pages want recognition, and which reading of a page with a hidden text layer is taken."""

import pytest

from archive.ingest.lines import Glyph, Sheet
from archive.ingest.recognise.merge import choose, wants_ocr
from archive.ingest.recognise.pages import RecognisedLine, RecognisedPage

TEXT = "关于做好二〇二二年安全生产工作的通知各县区人民政府市直各单位"


def glyphs(text: str) -> tuple[Glyph, ...]:
    return tuple(Glyph(char, 50 + 10 * i, 100, 60 + 10 * i, 110, 10) for i, char in enumerate(text))


def recognised(text: str, confidence: float) -> RecognisedPage:
    corners = ((50.0, 98.0), (50.0 + 10 * len(text), 98.0), (50.0 + 10 * len(text), 112.0), (50.0, 112.0))
    return RecognisedPage(1, 595, 842, (RecognisedLine(text, corners, confidence),))


def layer(text: str) -> Sheet:
    return Sheet(1, 595, 842, glyphs(text), has_image=True, hidden_glyphs=len(text), text="hidden")


@pytest.mark.parametrize(
    ("sheet", "wants"),
    [
        (Sheet(1, 595, 842, glyphs(TEXT)), False),
        (Sheet(1, 595, 842), False),
        (Sheet(1, 595, 842, has_image=True), True),
        (layer(TEXT), True),
        (Sheet(1, 595, 842, glyphs(TEXT * 10), has_image=True, hidden_glyphs=300, text="hidden"), True),
        (Sheet(1, 595, 842, glyphs(TEXT * 10), has_image=True), False),
        (Sheet(1, 595, 842, glyphs("第7页"), has_image=True), True),
        (Sheet(1, 595, 842, undefined_glyphs=500), True),
        (Sheet(1, 595, 842, glyphs(TEXT * 10), undefined_glyphs=3), False),
    ],
    ids=[
        "text",
        "blank",
        "scan",
        "hidden layer",
        "long hidden layer",
        "print over a tint",
        "stamped scan",
        "no names",
        "few without names",
    ],
)
def test_pages_that_want_recognition(sheet: Sheet, wants: bool) -> None:
    assert wants_ocr(sheet) is wants


def test_a_layer_that_says_the_same_is_kept() -> None:
    sheet, finding = choose(layer(TEXT), recognised(TEXT, 0.98))
    assert sheet.text == "hidden"
    assert finding is not None and finding.code == "hidden-text-kept"


def test_a_bad_layer_is_replaced_and_the_share_is_said() -> None:
    bad = TEXT.replace("安全生产", "安仝牛产").replace("政府", "攻府")
    sheet, finding = choose(layer(bad), recognised(TEXT, 0.98))
    assert sheet.text == "ocr"
    assert "".join(glyph.text for glyph in sheet.glyphs) == TEXT
    assert finding is not None and finding.code == "hidden-text-replaced" and "90%" in finding.message


def test_a_layer_is_kept_when_recognition_is_unsure() -> None:
    sheet, finding = choose(layer(TEXT), recognised("关干做好", 0.5))
    assert sheet.text == "hidden"
    assert finding is not None and finding.code == "hidden-text-kept"


def test_type_over_a_background_picture_is_type() -> None:
    sheet, finding = choose(Sheet(1, 595, 842, glyphs(TEXT), has_image=True), recognised(TEXT, 0.98))
    assert (sheet.text, finding) == ("embedded", None)
