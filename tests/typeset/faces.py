"""The typefaces of an issue: open fonts embedded as subsets, or the reader's own Song face for small test files.

reportlab embeds TrueType outlines only; Noto CJK has CFF outlines, so the characters that an issue needs are cut
out of it and their curves turned into quadratic ones. The file then holds what it prints and nothing else.
"""

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont, newTable
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont as EmbeddedFont

FONTS = Path("/usr/share/fonts")
# face: (file, family inside a collection). Debian: fonts-noto-cjk, fonts-lxgw-wenkai; all under the SIL OFL 1.1.
OPEN_FONTS = {
    "song": ("opentype/noto/NotoSerifCJK-Regular.ttc", "Noto Serif CJK SC"),
    "bold": ("opentype/noto/NotoSerifCJK-Bold.ttc", "Noto Serif CJK SC"),
    "hei": ("opentype/noto/NotoSansCJK-Bold.ttc", "Noto Sans CJK SC"),
    "kai": ("truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf", ""),
}
FACES = tuple(OPEN_FONTS)
QUADRATIC_ERROR = 1.0  # thousandths of an em


@dataclass(frozen=True, slots=True)
class Faces:
    """The registered fonts of one issue, by face, and the width of their characters in ems."""

    names: dict[str, str]
    embedded: bool

    def advance(self, char: str, face: str) -> float:
        return float(pdfmetrics.stringWidth(char, self.names[face], 1))


def missing_fonts(folder: Path = FONTS) -> list[Path]:
    """The font files that the embedded faces need and this machine does not have."""
    return [folder / file for file, _ in OPEN_FONTS.values() if not (folder / file).is_file()]


def reader_faces() -> Faces:
    """STSong-Light for every face: nothing is embedded, the reader brings the font. Needs no font file here."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    return Faces(dict.fromkeys(FACES, "STSong-Light"), embedded=False)


def open_faces(texts: dict[str, Iterable[str]], tag: str, folder: Path = FONTS) -> Faces:
    """The open fonts, cut to the characters of `texts` (by face); `tag` keeps the fonts of two issues apart.

    Raises FileNotFoundError naming the missing files and the packages that bring them.
    """
    if missing := missing_fonts(folder):
        raise FileNotFoundError(
            f"{', '.join(map(str, missing))} not found: apt install fonts-noto-cjk fonts-lxgw-wenkai"
        )
    names = {}
    for face, (file, family) in OPEN_FONTS.items():
        names[face] = f"{face}-{tag}"
        chars = {char for text in texts.get(face, ()) for char in text} | set(" 0123456789")
        font = cut_font(folder / file, family, chars, tag)
        pdfmetrics.registerFont(EmbeddedFont(names[face], io.BytesIO(font)))
    return Faces(names, embedded=True)


def cut_font(path: Path, family: str, chars: set[str], tag: str) -> bytes:
    """A TrueType font with the characters `chars` of the font at `path`; raises ValueError when it lacks one.

    `tag` ends its PostScript name: reportlab takes two fonts of one name for the same font.
    """
    font = _open_font(path, family)
    if lacking := {char for char in chars if ord(char) not in font.getBestCmap()}:
        raise ValueError(f"{path.name} lacks {''.join(sorted(lacking))}")
    options = Options(layout_features=[], hinting=False, notdef_outline=True, recalc_timestamp=False)
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "GPOS", "GSUB", "DSIG"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[ord(char) for char in chars])
    subsetter.subset(font)
    if "CFF " in font:
        _curves_to_quadratic(font)
    names = font["name"]
    names.setName(f"{names.getDebugName(6)}-{tag}", 6, 3, 1, 0x409)
    names.names = [record for record in names.names if record.platformID == 3 and record.langID == 0x409]
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()


def _open_font(path: Path, family: str) -> TTFont:
    if path.suffix != ".ttc":
        return TTFont(path, recalcTimestamp=False)
    fonts = TTCollection(path, lazy=True).fonts
    number = next(i for i, font in enumerate(fonts) if font["name"].getBestFamilyName() == family)
    return TTFont(path, fontNumber=number, recalcTimestamp=False)


def _curves_to_quadratic(font: TTFont) -> None:
    """Replace the CFF outlines of a (small) font by TrueType ones."""
    order = font.getGlyphOrder()
    outlines = font.getGlyphSet()
    draw: Callable[..., None]
    glyphs = {}
    for name in order:
        pen = TTGlyphPen(outlines)
        draw = outlines[name].draw
        draw(Cu2QuPen(pen, QUADRATIC_ERROR, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font["loca"] = newTable("loca")
    font["glyf"] = glyf = newTable("glyf")
    glyf.glyphOrder, glyf.glyphs = order, glyphs
    for name, glyph in glyphs.items():
        glyph.recalcBounds(glyf)
        font["hmtx"][name] = (font["hmtx"][name][0], getattr(glyph, "xMin", 0))
    maxp = font["maxp"] = newTable("maxp")
    maxp.tableVersion, maxp.numGlyphs = 0x00010000, len(order)
    for limit in ("Zones", "TwilightPoints", "Storage", "FunctionDefs", "InstructionDefs", "StackElements"):
        setattr(maxp, f"max{limit}", 1 if limit == "Zones" else 0)
    maxp.maxSizeOfInstructions = maxp.maxComponentElements = maxp.maxComponentDepth = 0
    maxp.recalc(font)
    post = font["post"]
    post.formatType, post.extraNames, post.mapping = 3.0, [], {}
    for table in ("CFF ", "VORG"):
        if table in font:
            del font[table]
    font.sfntVersion = "\000\001\000\000"
