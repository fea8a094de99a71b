"""Content streams of a PDF: their bytes, bounded, and the operators in them.

pdfminer's own scanner takes two thirds of the time of reading a page, since it builds an object for each token in
several calls. Here one regular expression cuts the tokens, and operators that draw nothing are passed over.
"""

import re
import zlib
from collections.abc import Iterator
from typing import Any

from pdfminer.pdftypes import LITERALS_FLATE_DECODE, PDFStream
from pdfminer.psparser import LIT

# What one page may unpack to; the densest map sheet of a gazette has a tenth of it.
MAX_BYTES_A_PAGE = 32 * 1024 * 1024
# What may stand before one operator.
MAX_OPERANDS = 10_000

# Brackets stand inside strings, up to eight deep; each level is possessive, so that no text makes the search slow.
_IN_STRING = rb"(?:[^()\\]++|\\.)*+"
for _ in range(8):
    _IN_STRING = rb"(?:[^()\\]++|\\.|\(" + _IN_STRING + rb"\))*+"
# white space, and what else ends a word
_WHITE = rb"\x00\t\n\x0c\r\x20"
_ENDS = _WHITE + rb"()<>\[\]{}/%"
TOKEN = re.compile(
    rb"(?:[%(white)s]++|%%[^\r\n]*+)*+(?:"
    rb"([+-]?+(?:\d++\.?+\d*+|\.\d++))(?=[%(ends)s]|\Z)"  # 1 number
    rb"|([A-Za-z'\"][^%(ends)s]*+)"  # 2 operator
    rb"|\(([^()\\\r]*+)\)"  # 3 string without brackets and escapes
    rb"|<([0-9A-Fa-f%(white)s]*+)>"  # 4 string in hexadecimal digits
    rb"|/([^%(ends)s]*+)"  # 5 name
    rb"|(\[)|(\])|(<<)|(>>)"  # 6 7 8 9
    rb"|\((%(string)s)\)?+"  # 10 any string; one that is never closed must not be looked through again and again
    rb"|([^%(ends)s]++)"  # 11 a broken number
    rb"|\Z|.)" % {b"white": _WHITE, b"ends": _ENDS, b"string": _IN_STRING},
    re.DOTALL,
)
NUMBER, OPERATOR, PLAIN, HEX, NAME, OPEN, CLOSE, OPEN_DICT, CLOSE_DICT, STRING, BROKEN = range(1, 12)
# The data of a picture inside the stream ends at EI between white space, and what follows is text again.
IMAGE_END = re.compile(
    rb"[%(white)s]EI(?=\Z|[%(white)s][\t\n\r\x20-\x7e]{10}|[%(white)s][\t\n\r\x20-\x7e]{0,9}\Z)"
    % {b"white": _WHITE}
)
ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|.)|\r\n?", re.DOTALL)
ESCAPED = {
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"b": b"\b",
    b"f": b"\f",
    b"\n": b"",
    b"\r": b"",
    b"\r\n": b"",
}
NAME_CODE = re.compile(rb"#([0-9A-Fa-f]{2})")
LEADING_NUMBER = re.compile(rb"[+-]*(\d*\.?\d*)")


class TooMuchContent(Exception):
    """A page draws more than any page of print."""


class DamagedContent(Exception):
    """A content stream cannot be unpacked to its end; `data` is what could be."""

    def __init__(self, data: bytes) -> None:
        super().__init__("content stream cannot be unpacked")
        self.data = data


def stream_bytes(stream: PDFStream, most: int = MAX_BYTES_A_PAGE) -> bytes:
    """The unpacked data of a stream. Raises TooMuchContent past `most` bytes, DamagedContent where it breaks off."""
    if stream.data is None and stream.rawdata is not None:
        filters = stream.get_filters()
        if len(filters) == 1 and filters[0][0] in LITERALS_FLATE_DECODE and not filters[0][1]:
            raw = stream.rawdata
            if stream.decipher:
                assert stream.objid is not None and stream.genno is not None
                raw = stream.decipher(stream.objid, stream.genno, raw, stream.attrs)
            return _inflated(raw, most)
    data: bytes = stream.get_data()
    if len(data) > most:
        raise TooMuchContent(f"{len(data)} bytes")
    return data


def _inflated(raw: bytes, most: int) -> bytes:
    inflate = zlib.decompressobj()
    try:
        data = inflate.decompress(raw, most)
    except zlib.error as error:
        raise DamagedContent(_inflated_part(raw, most)) from error
    if inflate.unconsumed_tail and inflate.decompress(inflate.unconsumed_tail, 1):
        raise TooMuchContent(f"more than {most} bytes")
    if not inflate.eof and raw.strip() and not _complete_without_checksum(raw, most):
        raise DamagedContent(data)
    return data


def _complete_without_checksum(raw: bytes, most: int) -> bool:
    """True where only the last bytes, a checksum, are cut off: some producers count a few bytes too few."""
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        inflate.decompress(raw[2:], most + 1)
    except zlib.error:
        return False
    return inflate.eof


def _inflated_part(raw: bytes, most: int) -> bytes:
    """What comes out before the data breaks; byte by byte, since a larger bite would give nothing at all."""
    inflate = zlib.decompressobj()
    parts: list[bytes] = []
    size = 0
    try:
        for at in range(len(raw)):
            part = inflate.decompress(raw[at : at + 1])
            size += len(part)
            if size > most:
                break
            parts.append(part)
    except zlib.error:
        pass
    return b"".join(parts)


def unescaped(text: bytes) -> bytes:
    """A string in brackets as it is meant: escapes resolved, ends of lines as one line feed."""

    def meant(match: re.Match[bytes]) -> bytes:
        code = match[1]
        if code is None:
            return b"\n"
        if code[0] in b"01234567":
            return bytes((int(code, 8) & 0xFF,))
        return ESCAPED.get(code, code)

    return ESCAPE.sub(meant, text)


def from_hex(digits: bytes) -> bytes:
    digits = b"".join(digits.replace(b"\x00", b"").split())
    return bytes.fromhex((digits + b"0" if len(digits) % 2 else digits).decode("ascii"))


def name(raw: bytes) -> Any:
    """A name as pdfminer makes it, so that it finds its font or form."""
    if b"#" in raw:
        raw = NAME_CODE.sub(lambda match: bytes((int(match[1], 16),)), raw)
    try:
        return LIT(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return LIT(raw)


def operators(data: bytes) -> Iterator[tuple[bytes, list[Any]]]:
    """Each operator with what stands before it. A picture inside the stream is (b"EI", [its dictionary]).

    Raises TooMuchContent where what stands before an operator has no end.
    """
    at = 0
    while at is not None:
        at = yield from _operators_from(data, at)


def _operators_from(data: bytes, start: int) -> Any:
    """Goes on to the end, or to the data of a picture: then where that ends."""
    operands: list[Any] = []
    outer: list[list[Any]] = []
    for token in TOKEN.finditer(data, start):
        kind = token.lastindex
        if kind == NUMBER:
            operands.append(float(token[1]))
        elif kind == OPERATOR:
            operator = token[2]
            if operator in (b"true", b"false", b"null"):
                operands.append(operator == b"true")
                continue
            if outer:
                operands, outer = outer[0], []
            if operator == b"ID":
                yield b"EI", [_dictionary(operands)]
                end = IMAGE_END.search(data, token.end())
                return end.end() if end else None
            if len(operands) > MAX_OPERANDS:
                raise TooMuchContent(f"{len(operands)} operands")
            yield operator, operands
            operands = []
        elif kind == PLAIN:
            operands.append(token[3])
        elif kind == HEX:
            operands.append(from_hex(token[4]))
        elif kind == NAME:
            operands.append(name(token[5]))
        elif kind in (OPEN, OPEN_DICT):
            if len(outer) > 100:
                raise TooMuchContent("nested arrays")
            outer.append(operands)
            operands = []
        elif kind in (CLOSE, CLOSE_DICT):
            if outer:
                inner, operands = operands, outer.pop()
                operands.append(inner if kind == CLOSE else _dictionary(inner))
        elif kind == STRING:
            operands.append(unescaped(token[10]))
        elif kind == BROKEN:
            # 12-34 and --5 are met in print; what says no number at all is 0, so that the others keep their places
            digits = LEADING_NUMBER.match(token[11])[1]  # type: ignore[index]
            value = float(digits) if digits.strip(b".") else 0.0
            operands.append(
                -value if token[11].startswith(b"-") and not token[11].startswith(b"--") else value
            )
        elif kind is None and token.end() == len(data) and token.end() == token.start():
            break
    return None


def _dictionary(items: list[Any]) -> dict[Any, Any]:
    """Names and values in turn; what does not pair is left out."""
    return {getattr(key, "name", ""): value for key, value in zip(items[::2], items[1::2], strict=False)}
