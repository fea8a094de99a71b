"""Pages as they are seen: boxes, turns, hidden text; and files that are damaged."""

import io
import sys
import zlib
from pathlib import Path

import pikepdf
import pytest

from archive.ingest import errors
from archive.ingest.errors import LimitExceeded
from archive.ingest.extract import sandbox
from archive.ingest.extract.pdf import Reading, read_pdf
from archive.ingest.extract.repair import Beyond, WrongPassword, rewritten
from archive.ingest.lines import Sheet
from archive.ingest.read import read_issue
from tests.ingest.extract.pdf_file import LATIN, pdf_file, stream
from tests.typeset.small import small_issue

WORD = "BT /F 10 Tf 100 700 Td (A) Tj ET"


def reading_of(tmp_path: Path, data: bytes) -> Reading:
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    return read_pdf(path, "a.pdf")


def sheet_of(tmp_path: Path, data: bytes) -> Sheet:
    return reading_of(tmp_path, data).sheets[0]


# --- boxes and turns ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("page", "size", "place"),
    [
        # (what the page says of itself, its size as read, left edge and baseline of an A drawn at 100, 700)
        ("/MediaBox[0 0 595 842]", (595, 842), (100, 142)),
        ("/MediaBox[595 842 0 0]", (595, 842), (100, 142)),
        ("/MediaBox[-50 -42 545 800]", (595, 842), (150, 100)),
        ("/MediaBox[0 0 595 842]/CropBox[50 100 545 800]", (495, 700), (50, 100)),
        ("/MediaBox[0 0 595 842]/CropBox[545 800 50 100]", (495, 700), (50, 100)),
        # a crop box outside of the page, or of no size, crops nothing
        ("/MediaBox[0 0 595 842]/CropBox[900 900 1000 1000]", (595, 842), (100, 142)),
        ("/MediaBox[0 0 595 842]/CropBox[0 0 0 0]", (595, 842), (100, 142)),
        ("/MediaBox[0 0 595 842]/UserUnit 2", (1190, 1684), (200, 284)),
        ("/MediaBox[0 0 595 842]/UserUnit (x)", (595, 842), (100, 142)),
        ("/MediaBox[0 0 0 0]", (595, 842), (100, 142)),
        ("/MediaBox[0 0 1000000000 842]", (595, 842), (100, 142)),
        ("/MediaBox[0 0 595 842]/Rotate 45", (595, 842), (100, 142)),
        ("/MediaBox[0 0 595 842]/Rotate -360", (595, 842), (100, 142)),
    ],
)
def test_the_frame_of_a_page(
    tmp_path: Path, page: str, size: tuple[float, float], place: tuple[float, float]
) -> None:
    sheet = sheet_of(tmp_path, pdf_file(WORD, page=page))
    (glyph,) = sheet.glyphs
    assert (sheet.width, sheet.height) == size
    baseline = glyph.bottom - 0.12 * glyph.size
    assert (glyph.x0, baseline) == pytest.approx(place)


# 2022 drawn so that it reads from left to right on the page as it is turned
UPRIGHT = {
    0: "BT /F 10 Tf 1 0 0 1 100 700 Tm (2022) Tj ET",
    90: "BT /F 10 Tf 0 1 -1 0 142 100 Tm (2022) Tj ET",
    180: "BT /F 10 Tf -1 0 0 -1 495 142 Tm (2022) Tj ET",
    270: "BT /F 10 Tf 0 -1 1 0 453 742 Tm (2022) Tj ET",
}


@pytest.mark.parametrize("crop", ["", "/CropBox[20 30 585 822]"])
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_turned_pages(tmp_path: Path, turn: int, crop: str) -> None:
    """A page turned by /Rotate, and the same drawn on a page that is not turned, read alike."""
    turned = sheet_of(tmp_path, pdf_file(UPRIGHT[turn], page=f"/MediaBox[0 0 595 842]{crop}/Rotate {turn}"))
    drawn = sheet_of(tmp_path, pdf_file(UPRIGHT[turn], page=f"/MediaBox[0 0 595 842]{crop}"))
    for sheet in (turned, drawn):
        assert "".join(glyph.text for glyph in sheet.glyphs) == "2022"
        assert [g.x0 for g in sheet.glyphs] == sorted(g.x0 for g in sheet.glyphs)
        assert len({round(g.bottom, 3) for g in sheet.glyphs}) == 1
        assert sheet.glyphs[0].x1 - sheet.glyphs[0].x0 == pytest.approx(5.56, abs=0.01)
    assert (turned.width, turned.height) == (drawn.width, drawn.height)
    assert turned.glyphs[0][1:5] == pytest.approx(drawn.glyphs[0][1:5])


def test_what_lies_beside_the_page_is_not_printed(tmp_path: Path) -> None:
    marks = "BT /F 10 Tf -90 700 Td (cut) Tj 300 0 Td (in) Tj 600 0 Td (out) Tj 0 -2000 Td (far) Tj ET"
    assert "".join(g.text for g in sheet_of(tmp_path, pdf_file(marks)).glyphs) == "in"


# --- hidden text ----------------------------------------------------------------------------------------
PICTURE = stream(
    b"\xff", "/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8"
)
MASKED = PICTURE.replace(b"/Width", b"/SMask 100 0 R/Width")
FULL = "q 595 0 0 842 0 0 cm /P Do Q "
SEEN = "BT /F 10 Tf 100 700 Td (2022) Tj ET "
UNSEEN = "BT 3 Tr /F 10 Tf 100 700 Td (2022) Tj ET "
STRIPS = "".join(f"q 595 0 0 85 0 {85 * i} cm /P Do Q " for i in range(10))


@pytest.mark.parametrize(
    ("content", "picture", "text", "hidden", "scan"),
    [
        (SEEN, PICTURE, "embedded", 0, False),
        (UNSEEN, PICTURE, "hidden", 4, False),
        (FULL + UNSEEN, PICTURE, "hidden", 4, True),
        (UNSEEN + FULL, PICTURE, "hidden", 4, True),
        # under the picture no one sees it, whatever its mode
        (SEEN + FULL, PICTURE, "hidden", 4, True),
        # print on a tinted page
        (FULL + SEEN, PICTURE, "embedded", 0, True),
        (SEEN + FULL, MASKED, "embedded", 0, True),
        (FULL, PICTURE, "", 0, True),
        (STRIPS + UNSEEN, PICTURE, "hidden", 4, True),
        ("q 100 0 0 100 0 0 cm /P Do Q " + SEEN, PICTURE, "embedded", 0, False),
        (
            UNSEEN + SEEN.replace("(2022)", "(20220228)").replace("BT", "BT 0 Tr"),
            PICTURE,
            "embedded",
            4,
            False,
        ),
        ("", PICTURE, "", 0, False),
    ],
)
def test_hidden_text(
    tmp_path: Path, content: str, picture: bytes, text: str, hidden: int, scan: bool
) -> None:
    resources = f"/Font<</F {LATIN}>>/XObject<</P 100 0 R>>"
    sheet = sheet_of(tmp_path, pdf_file(content, resources=resources, objects={100: picture}))
    assert (sheet.text, sheet.hidden_glyphs, sheet.has_image) == (text, hidden, scan)


# --- damage ---------------------------------------------------------------------------------------------
def test_a_page_that_breaks_leaves_the_others(tmp_path: Path) -> None:
    whole = zlib.compress(" ".join(f"BT /F 10 Tf 50 {i} Td (2022) Tj ET" for i in range(800)).encode())
    data = pdf_file(WORD, WORD, WORD).replace(
        f"13 0 obj<</Length {len(WORD)}>>stream\n{WORD}".encode(),
        b"13 0 obj" + stream(whole[:-200], "/Filter/FlateDecode").removesuffix(b"\nendstream"),
    )
    reading = reading_of(tmp_path, data)
    assert [len(sheet.glyphs) > 0 for sheet in reading.sheets] == [True, True, True]
    (finding,) = (finding for finding in reading.findings if finding.code == "page-damaged")
    assert (finding.page, finding.severity) == (2, "error")
    assert "第2页" in finding.message


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("q " * 10_000, "绘图内容过多"),
        ("0 0 m " * 1_000_001, "绘图内容过多"),
        ("BT /F 10 Tf " + f"({'x' * 1000}) Tj " * 201 + "ET", "文字过多"),
        ("0 0 m 90 0 l S " * 20_002, "线条过多"),
        ("[" * 200 + "1" + "]" * 200 + "TJ", "绘图内容过多"),
    ],
)
def test_a_page_beyond_all_print_is_left_out(tmp_path: Path, content: str, what: str) -> None:
    """It is named; alone in its file it is what is wrong with the file."""
    reading = reading_of(tmp_path, pdf_file(WORD, content))
    assert [len(sheet.glyphs) for sheet in reading.sheets] == [1, 0]
    assert [finding.page for finding in reading.findings if what in finding.message] == [2]
    with pytest.raises(errors.LimitExceeded, match=rf"^a\.pdf，第 1 页：{what}"):
        reading_of(tmp_path, pdf_file(content))


def test_pages_that_are_promised_and_not_there_are_told(tmp_path: Path) -> None:
    data = pdf_file(WORD, WORD).replace(b"/Kids[10 0 R 12 0 R]/Count 2", b"/Kids[10 0 R 98 0 R]/Count 2")
    reading = reading_of(tmp_path, data)
    assert len(reading.sheets) == 1
    (finding,) = reading.findings
    assert (finding.code, finding.severity, finding.page) == ("file-damaged", "error", 1)
    assert "第1页之后没有读出" in finding.message


def test_more_pages_than_any_issue_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.ingest.extract.pdf.MAX_PAGES", 3)
    assert len(reading_of(tmp_path, pdf_file(*[WORD] * 3)).sheets) == 3
    with pytest.raises(errors.LimitExceeded, match="超过 3 页"):
        reading_of(tmp_path, pdf_file(*[WORD] * 4))


def test_what_has_been_lost_is_told(tmp_path: Path) -> None:
    """A content stream that is nowhere, and a font that is nowhere: neither passes for an empty page."""
    data = pdf_file(WORD, WORD).replace(b"/Contents 13 0 R", b"/Contents 99 0 R")
    reading = reading_of(tmp_path, data)
    assert [(finding.code, finding.page) for finding in reading.findings] == [("page-damaged", 2)]
    sheet = sheet_of(tmp_path, pdf_file("BT /Gone 10 Tf 50 700 Td <4e004e01> Tj ET"))
    assert (sheet.glyphs, sheet.undefined_glyphs) == ((), 2)


def test_a_form_that_draws_itself(tmp_path: Path) -> None:
    form = stream(
        b"/X Do BT /F 10 Tf 9 9 Td (A) Tj ET", "/Type/XObject/Subtype/Form/BBox[0 0 99 99]/Resources 101 0 R"
    )
    resources = f"<</Font<</F {LATIN}>>/XObject<</X 100 0 R>>>>"
    data = pdf_file("/X Do", resources=resources[2:-2], objects={100: form, 101: resources})
    assert len(sheet_of(tmp_path, data).glyphs) == 1


def test_a_damaged_file_is_rewritten_and_says_so(tmp_path: Path) -> None:
    """Cut off before its table of objects, pdfminer opens nothing of it; qpdf finds all pages."""
    data = small_issue()
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    sound = read_issue(path)
    path.write_bytes(data[: data.rindex(b"trailer") + 60])
    mended = read_issue(path)
    assert [d.title for d in mended.documents] == [d.title for d in sound.documents]
    (finding,) = (finding for finding in mended.findings if finding.code == "file-repaired")
    assert finding.severity == "note"
    assert not [finding for finding in sound.findings if finding.code == "file-repaired"]


def test_what_cannot_be_rewritten(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.4\n" + bytes(range(256)) * 30)
    with pytest.raises(Beyond):
        rewritten(path, "")
    with pytest.raises(errors.UnreadableFile, match=r"^a\.pdf：PDF 已损坏"):
        read_pdf(path, "a.pdf")


def encrypted(owner: str, user: str) -> bytes:
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(small_issue())) as document:
        document.save(target, encryption=pikepdf.Encryption(owner=owner, user=user))
    return target.getvalue()


def test_passwords(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(small_issue())
    sound = [sheet.glyphs for sheet in read_pdf(path, "a.pdf").sheets]
    path.write_bytes(encrypted("owner", ""))
    assert [sheet.glyphs for sheet in read_pdf(path, "a.pdf").sheets] == sound
    path.write_bytes(encrypted("owner", "user"))
    for password in ("user", "owner"):
        assert [sheet.glyphs for sheet in read_pdf(path, "a.pdf", password).sheets] == sound
        # and rewritten, when a first reading choked on it
        assert [sheet.glyphs for sheet in read_pdf(path, "a.pdf", password, rewrite=True).sheets] == sound
    for password, remedy in (("", "请给出打开密码"), ("other", "不正确")):
        with pytest.raises(errors.PasswordNeeded, match=remedy):
            read_pdf(path, "a.pdf", password)
        with pytest.raises(errors.PasswordNeeded, match=remedy):
            read_pdf(path, "a.pdf", password, rewrite=True)
        with pytest.raises(WrongPassword):
            rewritten(path, password)


def test_a_fault_of_the_program_is_not_blamed_on_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "notice.txt"
    path.write_text("通知", encoding="utf-8")
    monkeypatch.setattr(sandbox, "CHILD", [sys.executable, "-c", "import no_such_module_at_all"])
    with pytest.raises(LimitExceeded) as error:
        sandbox.run_limited(path, "notice.txt", "", None)
    assert "程序出错" in str(error.value) and "维护人员" in str(error.value)
