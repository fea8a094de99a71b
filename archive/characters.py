"""Plain characters for the look-alikes that fonts give out: ⼈⺠政府⻔户 → 人民政府门户. Pure; what is printed stays otherwise.

A font that is embedded in part names a glyph by the first code point that leads to it, and for many characters
that is a radical of the same shape. On paper no one can tell them apart, and no search would find them.
"""

import unicodedata
from functools import cache
from pathlib import Path

# CJK radicals (U+2E80 to U+2EF3); Unicode has no decomposition for them.
# Source: EquivalentUnifiedIdeograph of Unicode.
CJK_RADICALS = dict(
    zip(
        "⺁⺄⺅⺆⺈⺉⺊⺌⺍⺎⺏⺐⺒⺓⺔⺖⺗⺘⺙⺛⺜⺝⺞⺟⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺪⺫⺬⺭⺮⺯⺰⺱⺲⺳⺶⺷⺸⺹⺺⺻⺼⺾⺿⻀⻁⻂⻃⻄⻅⻆⻈⻉⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻟⻠⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳",
        "厂乙亻冂刀刂卜小小兀尣尢巳幺彑忄㣺扌攵旡日月歺母民氵氺灬爫爫丬牛犭王疋目示礻竹糹纟罓罒㓁羊羊羋耂肀聿肉艹艹艹虎衤覀西见角讠贝车辶辶辶邑钅長镸长门阜阝雨青韦页风飞食飠饣马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟",
        strict=True,
    )
)
# Kangxi radicals (U+2F00 to U+2FD5) have one.
KANGXI_RADICALS = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
_PLAIN = str.maketrans(CJK_RADICALS | KANGXI_RADICALS)


def plain_characters(text: str) -> str:
    """The text with radicals as the characters they look like; every other character stays as it is printed."""
    return text if text.isascii() else text.translate(_PLAIN)


@cache
def look_alikes() -> dict[str, str]:
    """The characters that each character of a place name is likely to be misread or mistyped as (盂: 孟)."""
    lines = Path(__file__).with_name("look_alikes.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines if line and not line.startswith("#"))
