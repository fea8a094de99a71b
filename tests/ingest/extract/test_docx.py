"""Word files: what is printed comes out, in order; what is not printed does not; what would do harm is refused."""

import contextlib
import io
import zipfile
from pathlib import Path

import docx
import pytest

from archive.ingest.errors import LimitExceeded, UnreadableFile
from archive.ingest.extract import docx as reader
from archive.ingest.extract.docx import read_docx
from archive.ingest.extract.word_numbers import FORMATS, chinese
from archive.ingest.lines import Line
from tests.ingest.extract.word import cell, level, numbered, paragraph, table, word_file


def texts(content: bytes, tmp_path: Path) -> list[object]:
    """The text of each line, the rows of each table."""
    path = tmp_path / "x.docx"
    path.write_bytes(content)
    return [item.text if isinstance(item, Line) else item.rows for item in read_docx(path, "x.docx")]


SIMPLE: dict[str, tuple[str, list[object]]] = {
    "blanks and line breaks": (
        '<w:p><w:r><w:t xml:space="preserve">  甲 </w:t><w:br/><w:t>乙</w:t><w:tab/><w:t>丙</w:t></w:r></w:p>',
        ["甲", "乙\u3000丙"],
    ),
    "a radical": (paragraph("⼈⺠政府"), ["人民政府"]),
    "revisions": (
        "<w:p><w:ins><w:r><w:t>新</w:t></w:r></w:ins><w:del><w:r><w:delText>旧</w:delText></w:r></w:del>"
        "<w:moveFrom><w:r><w:t>移</w:t></w:r></w:moveFrom><w:r><w:t>文</w:t></w:r></w:p>",
        ["新文"],
    ),
    "hidden text": (paragraph("甲") + paragraph("密", run="<w:vanish/>"), ["甲"]),
    "text that is not hidden after all": (paragraph("甲", run='<w:vanish w:val="0"/>'), ["甲"]),
    "a field": (
        '<w:p><w:r><w:t>第</w:t></w:r><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGEREF x</w:instrText>'
        '</w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>12</w:t></w:r><w:r>'
        '<w:fldChar w:fldCharType="end"/></w:r><w:hyperlink><w:r><w:t>页</w:t></w:r></w:hyperlink></w:p>',
        ["第12页"],
    ),
    "a content control": (
        f"<w:sdt><w:sdtPr><w:alias/></w:sdtPr><w:sdtContent>{paragraph('甲')}</w:sdtContent></w:sdt>",
        ["甲"],
    ),
    "a text box, written twice": (
        "<w:p><w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx><w:txbxContent>"
        f"{paragraph('框')}</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>"
        f"<w:txbxContent>{paragraph('框')}</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
        "<w:r><w:t>段</w:t></w:r></w:p>",
        ["段", "框"],
    ),
    "a sign of a symbol font": (
        '<w:p><w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:t>是</w:t></w:r></w:p>',
        ["☑是"],
    ),
    "a merged table": (
        table(
            cell("序号", '<w:vMerge w:val="restart"/>') + cell("指标", '<w:gridSpan w:val="2"/>'),
            cell("", "<w:vMerge/>") + cell("甲") + cell("乙"),
            cell("1") + cell("2") + cell("3"),
        ),
        [(("序号", "指标", ""), ("", "甲", "乙"), ("1", "2", "3"))],
    ),
    "a frame of one cell": (table(cell("框内")), ["框内"]),
    "a row of two cells": (
        table(cell("云政发〔2022〕4号") + cell("签发人：甲")),
        ["云政发〔2022〕4号", "签发人：甲"],
    ),
}


@pytest.mark.parametrize("case", SIMPLE)
def test_what_is_printed_comes_out(case: str, tmp_path: Path) -> None:
    body, expected = SIMPLE[case]
    assert texts(word_file(body), tmp_path) == expected


NUMBERING = (
    '<w:abstractNum w:abstractNumId="0">'
    + level(0, "chineseCountingThousand", "%1、")
    + level(1, "chineseCounting", "（%2）")
    + level(2, "decimal", "%3.")
    + level(3, "decimalEnclosedCircle", "%4")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="1">'
    + level(0, "decimal", "%1")
    + level(1, "decimal", "%1.%2")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="2">'
    + level(0, "chineseCounting", "第%1章")
    + level(1, "chineseCounting", "第%2条", '<w:lvlRestart w:val="0"/>')
    + level(2, "bullet", "\uf06c")
    + level(3, "decimal", "%1.%4", "<w:isLgl/>")
    + '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="3"><w:abstractNumId w:val="2"/></w:num>'
    '<w:num w:numId="4"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    "</w:num>"
)
NUMBERED: dict[str, tuple[list[tuple[int, int]], list[str]]] = {
    "each heading begins its items anew": (
        [(1, 0), (1, 1), (1, 1), (1, 2), (1, 3), (1, 0), (1, 1), (1, 2)],
        ["一、", "（一）", "（二）", "1.", "①", "二、", "（一）", "1."],
    ),
    "decimal levels": ([(2, 0), (2, 1), (2, 1), (2, 0), (2, 1)], ["1 ", "1.1 ", "1.2 ", "2 ", "2.1 "]),
    "articles count on over chapters": (
        [(3, 0), (3, 1), (3, 1), (3, 0), (3, 1), (3, 2), (3, 3)],
        ["第一章", "第一条", "第二条", "第二章", "第三条", "", "2.1 "],
    ),
    "a list that begins anew": ([(1, 0), (1, 0), (4, 0), (4, 0)], ["一、", "二、", "一、", "二、"]),
    "a list that the file does not define": ([(9, 0)], [""]),
    "an item before its heading": ([(1, 1)], ["（一）"]),
}


@pytest.mark.parametrize("case", NUMBERED)
def test_numbers_that_word_prints_by_itself(case: str, tmp_path: Path) -> None:
    items, labels = NUMBERED[case]
    body = "".join(numbered("文", at, list_id) for list_id, at in items)
    assert texts(word_file(body, numbering=NUMBERING), tmp_path) == [f"{label}文" for label in labels]


def test_twelve_headings_are_counted_in_chinese(tmp_path: Path) -> None:
    found = texts(word_file(numbered("文") * 21, numbering=NUMBERING), tmp_path)
    assert [found[9], found[10], found[19], found[20]] == ["十、文", "十一、文", "二十、文", "二十一、文"]


def test_numbers_of_styles_and_styles_without(tmp_path: Path) -> None:
    styles = (
        '<w:style w:styleId="H1"><w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
        '<w:rPr><w:b/></w:rPr></w:style><w:style w:styleId="X"><w:basedOn w:val="H1"/></w:style>'
        '<w:style w:styleId="Y"><w:basedOn w:val="Y"/></w:style>'
    )
    body = "".join(
        paragraph(text, f'<w:pStyle w:val="{style}"/>{extra}')
        for text, style, extra in (
            ("甲", "H1", ""),
            ("乙", "X", ""),
            ("丙", "X", '<w:numPr><w:numId w:val="0"/></w:numPr>'),
            ("丁", "Y", ""),
        )
    )
    content = word_file(body, numbering=NUMBERING, styles=styles)
    assert texts(content, tmp_path) == ["一、甲", "二、乙", "丙", "丁"]
    assert [item.bold for item in read_docx(tmp_path / "x.docx", "x") if isinstance(item, Line)] == [
        *(True, True, True, False)
    ]


@pytest.mark.parametrize(
    ("form", "number", "printed"),
    [
        ("chineseCounting", 10, "十"),
        ("chineseCounting", 110, "一百一十"),
        ("chineseCounting", 105, "一百零五"),
        ("chineseCounting", 2022, "二千零二十二"),
        ("ideographDigital", 20, "二〇"),
        ("chineseLegalSimplified", 11, "壹拾壹"),
        ("ideographTraditional", 3, "丙"),
        ("decimalZero", 7, "07"),
        ("decimalEnclosedCircle", 20, "⑳"),
        ("decimalEnclosedCircle", 21, "21"),
        ("lowerLetter", 27, "aa"),
        ("upperRoman", 49, "XLIX"),
    ],
)
def test_number_formats(form: str, number: int, printed: str) -> None:
    assert FORMATS[form](number) == printed


def test_chinese_numerals_differ_and_end(tmp_path: Path) -> None:
    assert len({chinese(number) for number in range(1, 10_000)}) == 9999
    assert chinese(10_000) == "10000"


def test_a_footnote_stands_behind_its_paragraph(tmp_path: Path) -> None:
    body = (
        '<w:p><w:r><w:t>甲</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:t>乙。</w:t></w:r></w:p>'
        + paragraph("丙")
    )
    notes = (
        f'<w:footnote w:type="separator" w:id="0">{paragraph("线")}</w:footnote>'
        f'<w:footnote w:id="2">{paragraph("注文。")}</w:footnote>'
    )
    assert texts(word_file(body, footnotes=notes), tmp_path) == ["甲［1］乙。", "［1］注文。", "丙"]


def test_contents_lead_to_their_pages(tmp_path: Path) -> None:
    styles = '<w:style w:styleId="T"><w:name w:val="toc 1"/></w:style>'
    body = '<w:p><w:pPr><w:pStyle w:val="T"/></w:pPr><w:r><w:t>关于甲的通知</w:t><w:tab/><w:t>12</w:t></w:r></w:p>'
    assert texts(word_file(body, styles=styles), tmp_path) == ["关于甲的通知……12"]


def test_a_body_at_another_place(tmp_path: Path) -> None:
    assert texts(word_file(paragraph("甲"), target="word/document2.xml"), tmp_path) == ["甲"]


def test_what_another_program_writes(tmp_path: Path) -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "眉"
    document.add_heading("标题", 1)
    document.add_paragraph("段落")
    rows = document.add_table(2, 2)
    for place, row in enumerate(rows.rows):
        for cell_ in row.cells:
            cell_.text = f"{place}"
    out = io.BytesIO()
    document.save(out)
    assert texts(out.getvalue(), tmp_path) == ["标题", "段落", (("0", "0"), ("1", "1"))]


# --- files made to do harm, and broken ones ----------------------------------------------------------
def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    return out.getvalue()


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha" * 10}">' for n in range(10))
HARMFUL: dict[str, bytes] = {
    "entities that grow": zipped(
        word__document=f"<!DOCTYPE d [{LAUGHS}]><d><body><p><r><t>&a9;</t></r></p></body></d>".encode()
    ),
    "an entity that opens a file": zipped(
        word__document=b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d><body><p><r><t>&x;</t></r></p></body></d>'
    ),
    "no body": zipped(word__styles=b"<styles/>"),
    "no XML": zipped(word__document=b"\x00\x01"),
    "no text": word_file("<w:p/>"),
    "cut off": word_file(paragraph("甲") * 500)[:-40],
    "nothing": b"PK\x03\x04",
}


@pytest.mark.parametrize("case", HARMFUL)
def test_harm_ends_in_one_line(case: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"^x\.docx：.*。请.+") as raised:
        texts(HARMFUL[case], tmp_path)
    assert "root:" not in str(raised.value)


def test_a_byte_that_flipped(tmp_path: Path) -> None:
    """Wherever a byte flips, the text comes out or a message says that the file is damaged."""
    whole = word_file("".join(paragraph(f"第{number}项") for number in range(200)))
    damaged = 0
    for place in range(0, len(whole), 7):
        content = bytearray(whole)
        content[place] ^= 0x55
        try:
            texts(bytes(content), tmp_path)
        except UnreadableFile:
            damaged += 1
    assert damaged > 20


def test_a_part_that_unpacks_too_far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_PART", 1_000_000)
    with pytest.raises(LimitExceeded, match="超过 1 MB"):
        texts(word_file(paragraph("零" * 1_000_000)), tmp_path)


@pytest.mark.parametrize(
    "body",
    [
        f"{'<w:sdt><w:sdtContent>' * 5000}{paragraph('甲')}{'</w:sdtContent></w:sdt>' * 5000}",
        f"{'<w:tbl><w:tr><w:tc>' * 80}{paragraph('甲')}{'</w:tc></w:tr></w:tbl>' * 80}",
        f"<w:p>{'<w:smartTag>' * 100}<w:r><w:t>甲</w:t></w:r>{'</w:smartTag>' * 100}</w:p>",
        table(cell("甲", '<w:gridSpan w:val="999999"/>') + cell("乙", '<w:gridSpan w:val="-5"/>')) * 3,
    ],
    ids=["nested controls", "nested tables", "nested tags", "wide cells"],
)
def test_deep_and_wide_files_end(body: str, tmp_path: Path) -> None:
    with contextlib.suppress(UnreadableFile):
        assert len(str(texts(word_file(body), tmp_path))) < 10_000
