"""Characters are named by the font, by Adobe's collection, or not at all: then they are counted."""

from pathlib import Path

import pytest

from archive.ingest.errors import LimitExceeded
from archive.ingest.extract.pdf import read_pdf
from archive.ingest.lines import Sheet
from tests.ingest.extract.pdf_file import composite_font, pdf_file, stream


def drawn(tmp_path: Path, codes: bytes, font: str, objects: dict[int, bytes] | None = None) -> Sheet:
    """The sheet of a page with one string in the font."""
    path = tmp_path / "font.pdf"
    content = f"BT /F 12 Tf 50 700 Td <{codes.hex()}> Tj ET"
    path.write_bytes(pdf_file(content, resources=f"/Font<</F {font}>>", objects=objects))
    return read_pdf(path, "font.pdf").sheets[0]


def text_of(sheet: Sheet) -> str:
    return "".join(glyph.text for glyph in sheet.glyphs)


TITLE = "晋政办发〔2022〕15号，“关于”（一）《办法》①％"


@pytest.mark.parametrize(
    ("encoding", "codec"),
    [
        ("GB-EUC-H", "gb2312"),
        ("GBK-EUC-H", "gbk"),
        ("GBKp-EUC-H", "gbk"),
        ("GBpc-EUC-H", "gb2312"),
        ("GBK2K-H", "gb18030"),
        ("UniGB-UCS2-H", "utf-16-be"),
        ("UniGB-UTF16-H", "utf-16-be"),
    ],
)
@pytest.mark.parametrize("ordering", ["GB1", "Identity"])
def test_encodings_of_adobe_gb1(tmp_path: Path, encoding: str, codec: str, ordering: str) -> None:
    """Some producers call the collection Identity; the encoding says nonetheless which it is."""
    sheet = drawn(tmp_path, TITLE.encode(codec), composite_font(f"/{encoding}", ordering))
    assert (text_of(sheet), sheet.undefined_glyphs) == (TITLE, 0)


def test_identity_in_a_known_collection(tmp_path: Path) -> None:
    """Code 34 of Adobe-GB1 is A, 97 the enumeration comma; no table of the file says so."""
    sheet = drawn(tmp_path, b"\x00\x22\x00\x61", composite_font("/Identity-H", "GB1"))
    assert (text_of(sheet), sheet.undefined_glyphs) == ("A、", 0)


def test_identity_alone_says_nothing(tmp_path: Path) -> None:
    sheet = drawn(tmp_path, b"\x01\x02\x03\x04", composite_font("/Identity-H", "Identity"))
    assert (text_of(sheet), sheet.undefined_glyphs) == ("", 2)


def test_an_unknown_encoding_is_counted(tmp_path: Path) -> None:
    sheet = drawn(tmp_path, b"\xb0\xa1\xb0\xa2", composite_font("/Nobody-Knows-H", "Identity"))
    assert (text_of(sheet), sheet.undefined_glyphs) == ("", 2)


def test_codes_that_an_encoding_lacks(tmp_path: Path) -> None:
    """A UTF-16 code names itself; a code of GBK that is not in the table is counted, not left out."""
    unicode_codes = drawn(tmp_path, "习·近".encode("utf-16-be"), composite_font("/UniGB-UCS2-H"))
    assert (text_of(unicode_codes), unicode_codes.undefined_glyphs) == ("习·近", 0)
    gbk = drawn(tmp_path, "晋".encode("gbk") + b"\xfe\xfe" + "政".encode("gbk"), composite_font("/GBK-EUC-H"))
    assert text_of(gbk) == "晋政"
    assert gbk.undefined_glyphs > 0


TO_UNICODE = (
    "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
    "1 begincodespacerange <0000> <ffff> endcodespacerange\n{}\nendcmap end end"
)


def with_table(tmp_path: Path, lines: str, codes: bytes, ordering: str = "Identity") -> Sheet:
    font = composite_font("/Identity-H", ordering, outer="/ToUnicode 100 0 R")
    return drawn(tmp_path, codes, font, {100: stream(TO_UNICODE.format(lines).encode())})


@pytest.mark.parametrize(
    ("named", "text", "undefined"),
    [
        ("4EBA", "人", 0),
        # radicals that look like characters
        ("2F08", "人", 0),
        ("2EE0", "饣", 0),
        ("2EA0", "民", 0),
        # nothing that a reader could be sure of
        ("E000", "", 1),
        ("FFFD", "", 1),
        ("DBC0DC00", "", 1),
        ("0003", "", 1),
        # blanks of other kinds
        ("00A0", " ", 0),
        ("2460", "①", 0),
        ("FF08", "（", 0),
    ],
)
def test_what_a_table_names(tmp_path: Path, named: str, text: str, undefined: int) -> None:
    sheet = with_table(tmp_path, f"1 beginbfchar <0005> <{named}> endbfchar", b"\x00\x05")
    assert (text_of(sheet), sheet.undefined_glyphs) == (text, undefined)


def test_a_table_with_holes_is_filled_from_the_collection(tmp_path: Path) -> None:
    whole = drawn(tmp_path, b"\x10\x42\x10\x43", composite_font("/Identity-H"))
    holes = with_table(tmp_path, "1 beginbfchar <1042> <4EBA> endbfchar", b"\x10\x42\x10\x43", "GB1")
    assert text_of(holes) == "人" + text_of(whole)[1]


def test_a_table_that_names_millions_of_codes_ends_the_page(tmp_path: Path) -> None:
    with pytest.raises(LimitExceeded, match="第 1 页"):
        with_table(tmp_path, "1 beginbfrange <00000000> <00ffffff> <0000> endbfrange", b"\x00\x05")


def test_an_encoding_that_the_file_carries(tmp_path: Path) -> None:
    table = TO_UNICODE.format(
        "1 begincidrange <8140> <8141> 4162 endcidrange 1 begincidchar <8200> 4164 endcidchar"
    )
    font = composite_font("100 0 R")
    sheet = drawn(
        tmp_path, b"\x81\x40\x81\x41\x82\x00", font, {100: stream(table.encode(), "/CMapName/Our-H")}
    )
    plain = drawn(tmp_path, b"\x10\x42\x10\x43\x10\x44", composite_font("/Identity-H"))
    assert text_of(sheet) == text_of(plain) != ""


def test_a_broken_font_leaves_the_rest_of_the_page(tmp_path: Path) -> None:
    path = tmp_path / "font.pdf"
    content = "BT /F 12 Tf 50 700 Td (2022) Tj /B 12 Tf 0 -20 Td <00010002> Tj ET"
    fonts = (
        "/F <</Type/Font/Subtype/Type1/BaseFont/Helvetica>>/B <</Type/Font/Subtype/Type0/DescendantFonts 7>>"
    )
    path.write_bytes(pdf_file(content, resources=f"/Font<<{fonts}>>"))
    sheet = read_pdf(path, "font.pdf").sheets[0]
    assert (text_of(sheet), sheet.undefined_glyphs) == ("2022", 2)


def test_vertical_glyphs_stand_under_each_other(tmp_path: Path) -> None:
    """The pen of a vertical font is at the middle of the glyph's head: the box hangs below it."""
    sheet = drawn(tmp_path, "政府".encode("gbk"), composite_font("/GBK-EUC-V"))
    first, second = sheet.glyphs
    assert (first.text, second.text) == ("政", "府")
    assert (first.x0, first.x1) == pytest.approx((44, 56))
    assert (first.top, first.bottom) == pytest.approx((142, 154))
    assert (second.x0, second.x1) == (first.x0, first.x1)
    assert second.top == pytest.approx(first.bottom)
