"""The scanner of content streams gives the operators that pdfminer's own gives, and ends on any bytes."""

import contextlib
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pdfminer.pdfinterp import PDFContentParser
from pdfminer.pdftypes import PDFStream
from pdfminer.psexceptions import PSEOF
from pdfminer.psparser import LIT, PSKeyword

from archive.ingest.extract.content import DamagedContent, TooMuchContent, operators, stream_bytes

TABLE: list[tuple[bytes, list[tuple[bytes, list[Any]]]]] = [
    (b"q 1 0 0 -1 72.5 .5 cm", [(b"q", []), (b"cm", [1, 0, 0, -1, 72.5, 0.5])]),
    (b"/F1+0 12 Tf[<0041>-20(x)]TJ", [(b"Tf", [LIT("F1+0"), 12]), (b"TJ", [[b"\x00A", -20, b"x"]])]),
    (b"(a\\(b(c)\\051\\\n\\n\\0531) Tj", [(b"Tj", [b"a(b(c))\n+1"])]),
    (b"(\xd5\xfe\\\\\r\n) '", [(b"'", [b"\xd5\xfe\\\n"])]),
    (b"<4 1 4> Tj % a remark ( \n T*", [(b"Tj", [b"A@"]), (b"T*", [])]),
    (
        b"/A#20B gs /X << /Y [1 (z)] /Z true >> BDC",
        [(b"gs", [LIT("A B")]), (b"BDC", [LIT("X"), {"Y": [1, b"z"], "Z": True}])],
    ),
    # broken numbers keep their places
    (b"12-34 --5 . 7 re", [(b"re", [12, 5, 0, 7])]),
    # the data of a picture is not looked at
    (b"BI /W 2 /H 1 ID \x00(EI\xff[ EI Q", [(b"BI", []), (b"EI", [{"W": 2, "H": 1}]), (b"Q", [])]),
    (b"BI /W 2 ID never ends Q", [(b"BI", []), (b"EI", [{"W": 2}])]),
    # what is never closed
    (b"(a (b Tj", []),
    (b"[1 2 Td", [(b"Td", [])]),
    (b") > ] } 3 w", [(b"w", [3])]),
    (b"", []),
]


@pytest.mark.parametrize(("data", "expected"), TABLE, ids=lambda value: repr(value)[:40])
def test_operators(data: bytes, expected: list[tuple[bytes, list[Any]]]) -> None:
    assert list(operators(data)) == expected


def pdfminers(data: bytes) -> list[tuple[bytes, list[Any]]]:
    """What pdfminer's scanner makes of the same bytes."""
    parser = PDFContentParser([PDFStream({}, data)])
    found: list[tuple[bytes, list[Any]]] = []
    operands: list[Any] = []
    while True:
        try:
            _, each = parser.nextobject()
        except PSEOF:
            return found
        if isinstance(each, PSKeyword):
            found.append((each.name, operands))
            operands = []
        else:
            operands.append(each)


NUMBERS = st.one_of(
    st.integers(-10_000, 10_000).map(str),
    st.floats(-1000, 1000, allow_nan=False).map(lambda value: f"{value:.3f}"),
).map(str.encode)
TEXT = st.binary(max_size=12).map(
    lambda raw: (
        b"("
        + raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)").replace(b"\r", b"\\r")
        + b")"
    )
)
HEX = st.binary(max_size=8).map(lambda raw: b"<" + raw.hex().encode() + b">")
NAMES = st.from_regex(rb"/[A-Za-z][A-Za-z0-9+\-]{0,8}", fullmatch=True)
PLAIN = st.one_of(NUMBERS, TEXT, HEX, NAMES)
ARRAYS = st.lists(PLAIN, max_size=5).map(lambda items: b"[" + b" ".join(items) + b"]")
OPERATORS = st.sampled_from([b"Tj", b"TJ", b"Td", b"T*", b"'", b'"', b"q", b"Q", b"cm", b"re", b"f*"])
LINES = st.tuples(st.lists(st.one_of(PLAIN, ARRAYS), max_size=6), OPERATORS).map(
    lambda pair: b" ".join([*pair[0], pair[1]])
)


@given(st.lists(LINES, max_size=8).map(b"\n".join))
def test_operators_are_those_of_pdfminer(data: bytes) -> None:
    assert list(operators(data)) == pdfminers(data)


@given(st.binary(max_size=200))
def test_any_bytes_come_to_an_end(data: bytes) -> None:
    with contextlib.suppress(TooMuchContent):
        for operator, operands in operators(data):
            assert isinstance(operator, bytes) and isinstance(operands, list)


@pytest.mark.parametrize(
    "piece", [b"(", b"(\\", b"((a", b"ID ", b" EI", b"[ ", b"<", b"%\n", b"1 ", b"   ", b"(\\)"]
)
def test_long_rubbish_takes_no_square_of_its_length(piece: bytes) -> None:
    """Would take hours if each open bracket were followed to the end."""
    with contextlib.suppress(TooMuchContent):
        assert sum(1 for _ in operators(piece * 100_000)) <= 100_000


def test_what_unpacks_to_too_much_is_not_unpacked() -> None:
    packed = PDFStream({"Filter": LIT("FlateDecode")}, zlib.compress(bytes(5_000_000)))
    with pytest.raises(TooMuchContent):
        stream_bytes(packed, 1_000_000)
    assert stream_bytes(packed, 5_000_000) == bytes(5_000_000)


def test_a_checksum_cut_off_is_no_damage() -> None:
    text = b"BT (2022) Tj ET " * 50
    for missing in (1, 4):
        packed = PDFStream({"Filter": LIT("FlateDecode")}, zlib.compress(text)[:-missing])
        assert stream_bytes(packed) == text


def test_what_breaks_off_is_kept_and_told() -> None:
    text = b" ".join(str(i * i).encode() for i in range(5_000))
    packed = zlib.compress(text)
    for damaged in (packed[:-3000], packed[:3000] + bytes(400) + packed[3400:]):
        with pytest.raises(DamagedContent) as raised:
            stream_bytes(PDFStream({"Filter": LIT("FlateDecode")}, damaged))
        assert len(raised.value.data) > 1000
        assert raised.value.data[:1000] == text[:1000]
