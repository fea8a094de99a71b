"""The fonts of a PDF: what each character code means, also where the font itself does not say.

Chinese print of the 1990s and 2000s names its characters by Adobe's collections (Adobe-GB1 …) and has no ToUnicode
table. pdfminer knows the collections; what it overlooks is mended here. A code that nothing names is "", and counted.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from pdfminer.cmapdb import CMap, CMapDB, CMapParser, FileCMap, FileUnicodeMap, IdentityCMap, UnicodeMap
from pdfminer.pdffont import PDFCIDFont, PDFFont, PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFResourceManager
from pdfminer.pdftypes import PDFStream, dict_value, list_value, resolve1
from pdfminer.psparser import PSKeyword, literal_name

from archive.characters import plain_characters
from archive.ingest.extract.content import TooMuchContent, stream_bytes

# What a table of character codes may hold: there are 65,536 codes of two bytes.
MAX_CODES = 200_000
MAX_TABLE_BYTES = 8 * 1024 * 1024
# The collection that a named encoding belongs to, by how its name begins.
COLLECTIONS = (
    (("UniGB", "GB"), "Adobe-GB1"),
    (("UniCNS", "B5pc", "ETen", "ETHK", "HKscs", "HKdl", "CNS"), "Adobe-CNS1"),
    (("UniJIS", "90", "83pv", "Add", "EUC-", "Ext"), "Adobe-Japan1"),
    (("UniKS", "KSC"), "Adobe-Korea1"),
)
# Codes that name themselves are numbered from here.
BEHIND_ALL = 0x110000
# Drawn without width and without ink; the text is the same without them.
WITHOUT_INK = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")
_STRANGE = {"Cc", "Cs", "Co", "Cn"}


class BoundedUnicodeMap(FileUnicodeMap):
    """A ToUnicode table that cannot fill the memory: 60 bytes are enough to name sixteen million codes."""

    count = 0

    def add_cid2unichr(self, cid: int, code: Any) -> None:
        self.count += 1
        if self.count > MAX_CODES:
            raise TooMuchContent("codes")
        super().add_cid2unichr(cid, code)


class EncodingTable(FileCMap):
    """An encoding that the PDF carries as a table of its own: code → character id."""

    count = 0

    def add_cid2unichr(self, cid: int, code: Any) -> None:
        self.count += 1
        if self.count > MAX_CODES:
            raise TooMuchContent("codes")
        if isinstance(code, bytes) and code:
            self.add_code2cid(code.decode("latin-1"), cid)


class EncodingParser(CMapParser):
    """pdfminer's, which takes the two values of a single code in the wrong order."""

    def do_keyword(self, pos: int, token: PSKeyword) -> None:
        if token is self.KEYWORD_ENDCIDCHAR:
            values = [value for _, value in self.popall()]
            for code, cid in zip(values[::2], values[1::2], strict=False):
                if isinstance(code, bytes) and isinstance(cid, int):
                    self.cmap.add_cid2unichr(cid, code)
        else:
            super().do_keyword(pos, token)


class EveryCode:
    """Decodes like `table`, but a code that the table lacks is not left out.

    It is character 0; where codes are UTF-16, it is that code behind all character ids, since it names itself
    (UniGB-UCS2-H has no · U+00B7).
    """

    def __init__(self, table: CMap, utf16: bool) -> None:
        self.table = table
        self.utf16 = utf16

    def is_vertical(self) -> bool:
        return bool(self.table.is_vertical())

    def decode(self, text: bytes) -> Iterator[int]:
        start = self.table.code2cid
        at: Any = start
        begun = 0
        for place, byte in enumerate(text):
            at = at.get(byte)
            if at is None:
                if self.utf16 and place == begun:
                    # its first byte leads nowhere: the second belongs to it nonetheless
                    at = {}
                    continue
                yield BEHIND_ALL + int.from_bytes(text[begun : place + 1], "big") if self.utf16 else 0
            elif isinstance(at, int):
                yield at
            else:
                continue
            at, begun = start, place + 1


class UnnamedFont(PDFFont):
    """Stands for a font that cannot be read: its characters are counted, none is named."""

    def __init__(self, bytes_a_code: int) -> None:
        super().__init__({}, {}, default_width=1000 if bytes_a_code == 2 else 500)
        self.bytes_a_code = bytes_a_code

    def is_multibyte(self) -> bool:
        return self.bytes_a_code == 2

    def decode(self, text: bytes) -> list[int]:
        step = self.bytes_a_code
        # 32 in one byte is a blank; in two bytes it may be any character
        return [
            int.from_bytes(text[at : at + step], "big") + (65536 if step == 2 else 0)
            for at in range(0, len(text), step)
        ]

    def to_unichr(self, cid: int) -> str:
        if self.bytes_a_code == 1 and cid == 32:
            return " "
        raise PDFUnicodeNotDefined(None, cid)


class Fonts(PDFResourceManager):
    """Makes the fonts of one file, each once."""

    def get_font(self, objid: object, spec: Mapping[str, Any]) -> PDFFont:
        if objid and objid in self._cached_fonts:
            return self._cached_fonts[objid]
        try:
            font = self._made(spec)
        except (MemoryError, RecursionError, TooMuchContent):
            raise
        except Exception:
            # pdfminer raises almost anything at a damaged font; the page can be read around it
            font = UnnamedFont(2 if "DescendantFonts" in spec else 1)
        if objid:
            self._cached_fonts[objid] = font
        return font

    def _made(self, spec: Mapping[str, Any]) -> Any:
        if "DescendantFonts" in spec:
            # what the font of two-byte codes says, and how its text is encoded
            outer, spec = spec, dict_value(list_value(spec["DescendantFonts"])[0]).copy()
            spec.update((key, resolve1(outer[key])) for key in ("Encoding", "ToUnicode") if key in outer)
        to_unicode = resolve1(spec.get("ToUnicode"))
        if not isinstance(to_unicode, PDFStream):
            font: Any = super().get_font(None, spec)
        else:
            # read here within bounds, so pdfminer gets an empty one
            font = super().get_font(None, {**spec, "ToUnicode": PDFStream({}, b"")})
            table = BoundedUnicodeMap()
            CMapParser(table, BytesIO(stream_bytes(to_unicode, MAX_TABLE_BYTES))).run()
            font.unicode_map = table
        if isinstance(font, PDFCIDFont):
            self._mend(font, spec)
        return font

    def _mend(self, font: Any, spec: Mapping[str, Any]) -> None:
        """The encoding and the collection of a font of two-byte codes, where pdfminer found none."""
        encoding = resolve1(spec.get("Encoding"))
        named = literal_name(encoding) if not isinstance(encoding, PDFStream | None) else ""
        table: Any = font.cmap
        if isinstance(table, CMap) and not table.code2cid:
            table = self._own_table(encoding) if isinstance(encoding, PDFStream) else None
        if isinstance(table, CMap):
            font.cmap = EveryCode(table, "UCS2" in named or "UTF16" in named)
        elif table is None:
            # nothing says how to cut the text into codes: two bytes each, so that they are counted
            font.cmap = IdentityCMap(WMode=int(named.endswith("-V")))
            font.cidcoding = "unknown"
        for beginnings, collection in COLLECTIONS:
            if named.startswith(beginnings):
                font.cidcoding = collection
        font.collection = None
        if font.cidcoding in {collection for _, collection in COLLECTIONS}:
            font.collection = font.cidcoding
        elif isinstance(font.unicode_map, UnicodeMap) and "ToUnicode" not in spec:
            self._follow_glyph_numbers(font, spec)

    def _own_table(self, encoding: PDFStream) -> CMap | None:
        table = EncodingTable()
        base = resolve1(encoding.get("UseCMap"))
        if base is not None and not isinstance(base, PDFStream):
            table.use_cmap(CMapDB.get_cmap(literal_name(base)))
        EncodingParser(table, BytesIO(stream_bytes(encoding, MAX_TABLE_BYTES))).run()
        return table if table.code2cid else None

    def _follow_glyph_numbers(self, font: Any, spec: Mapping[str, Any]) -> None:
        """pdfminer took the font file's own table, which goes by glyphs; codes may be turned into glyphs by another."""
        order = resolve1(spec.get("CIDToGIDMap"))
        if not isinstance(order, PDFStream):
            return
        data = stream_bytes(order, 2 * 65536)
        by_glyph = font.unicode_map.cid2unichr
        table = UnicodeMap()
        for cid in range(len(data) // 2):
            text = by_glyph.get(int.from_bytes(data[2 * cid : 2 * cid + 2], "big"))
            if text:
                table.cid2unichr[cid] = text
        font.unicode_map = table


def character(font: Any, cid: int) -> str:
    """What a character code of a font says, with plain characters for radicals; "" where nothing says it.

    Private code points and U+FFFD say nothing: another reader's font shows something else for them, or a box.
    """
    if cid >= BEHIND_ALL:
        return plain_characters(_said(_unit(cid - BEHIND_ALL)))
    try:
        text = font.to_unichr(cid)
    except PDFUnicodeNotDefined:
        text = ""
    if (not isinstance(text, str) or not _said(text)) and getattr(font, "collection", None):
        text = _in_collection(font, cid)
    if not isinstance(text, str) or text.startswith("(cid:"):
        return ""
    return plain_characters(_said(text))


def _in_collection(font: Any, cid: int) -> str:
    try:
        return str(CMapDB.get_unicode_map(font.collection, font.is_vertical()).get_unichr(cid))
    except (KeyError, CMapDB.CMapNotFound):
        return ""


def _unit(code: int) -> str:
    """A code of UTF-16 in two or four bytes."""
    return code.to_bytes(4 if code > 0xFFFF else 2, "big").decode("utf-16-be", "replace")


def _said(text: str) -> str:
    """The text without what says nothing; blanks of every kind as one blank."""
    if text.isalnum():
        return text if not any("\ue000" <= c <= "\uf8ff" for c in text) else ""
    kept = []
    for char in text:
        if char in "\t\n\r\u00a0":
            kept.append(" ")
        elif char not in WITHOUT_INK and char != "\ufffd" and unicodedata.category(char) not in _STRANGE:
            kept.append(char)
    return "".join(kept)
