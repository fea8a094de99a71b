"""The numbers that Word prints before paragraphs by itself: 一、（一） 1. 第一条, which the text of the file does not hold."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

DIGITS = "〇一二三四五六七八九"
LEGAL = "零壹贰叁肆伍陆柒捌玖"
STEMS, BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))
ROMAN_SMALL = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
LEVELS = 9


def chinese(number: int, digits: str = DIGITS, units: str = "十百千", zero: str = "零") -> str:
    """一, 十, 二十一, 一百零五; from 1 to 9999, beyond that in ASCII digits."""
    if not 0 < number < 10_000:
        return str(number)
    text, gap = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            text += (zero if gap and text else "") + digits[digit] + (units[place - 1] if place else "")
            gap = False
        else:
            gap = True
    # 十一, but 壹拾壹
    return text[1:] if text.startswith("一十") else text


def cycle(signs: str) -> Callable[[int], str]:
    return lambda number: signs[(number - 1) % len(signs)] if number > 0 else ""


def letters(first: str) -> Callable[[int], str]:
    """a … z, aa, bb …, as Word counts."""
    return lambda number: (
        chr(ord(first) + (number - 1) % 26) * min((number - 1) // 26 + 1, 9) if number > 0 else ""
    )


def roman(number: int) -> str:
    text = ""
    for value, sign in ROMAN + ROMAN_SMALL:
        text += sign * (number // value)
        number %= value
    return text


def beyond(first: int, most: int) -> Callable[[int], str]:
    """The signs of a run of code points: ① to ⑳; plain digits beyond."""
    return lambda number: chr(first + number - 1) if 0 < number <= most else str(number)


def digit_by_digit(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", DIGITS))


def legal(number: int) -> str:
    return chinese(number, LEGAL, "拾佰仟")


FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda number: f"{number:02}",
    "decimalFullWidth": lambda number: str(number).translate(
        str.maketrans("0123456789", "０１２３４５６７８９")
    ),
    "decimalFullWidth2": lambda number: str(number).translate(
        str.maketrans("0123456789", "０１２３４５６７８９")
    ),
    "decimalEnclosedCircle": beyond(0x2460, 20),
    "decimalEnclosedCircleChinese": beyond(0x2460, 20),
    "decimalEnclosedParen": beyond(0x2474, 20),
    "decimalEnclosedFullstop": beyond(0x2488, 20),
    "ideographEnclosedCircle": beyond(0x3280, 10),
    "chineseCounting": chinese,
    "chineseCountingThousand": chinese,
    "japaneseCounting": chinese,
    "taiwaneseCounting": chinese,
    "taiwaneseCountingThousand": chinese,
    "ideographDigital": digit_by_digit,
    "japaneseDigitalTenThousand": digit_by_digit,
    "taiwaneseDigital": digit_by_digit,
    "chineseLegalSimplified": legal,
    "ideographLegalTraditional": legal,
    "ideographTraditional": cycle(STEMS),
    "ideographZodiac": cycle(BRANCHES),
    "lowerLetter": letters("a"),
    "upperLetter": letters("A"),
    "lowerRoman": roman,
    "upperRoman": lambda number: roman(number).upper(),
    # a bullet is no text, and nothing is printed for none
    "bullet": lambda number: "",
    "none": lambda number: "",
}


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: from where and how it counts, and what is printed around the figure (（%1）, %1.%2)."""

    start: int = 1
    form: str = "decimal"
    text: str = ""
    # counting begins anew behind this level (from 1); 0: never; None: behind any outer level
    restart: int | None = None
    legal: bool = False


@dataclass
class Numbering:
    """The lists of a Word file. `label` is to be asked once for each numbered paragraph, in order."""

    # list → (what it is made of, its levels)
    lists: dict[str, tuple[str, dict[int, Level]]] = field(default_factory=dict)
    overridden: dict[tuple[str, int], int] = field(default_factory=dict)
    _counts: dict[str, list[int | None]] = field(default_factory=dict)
    _used: set[str] = field(default_factory=set)

    def label(self, list_id: str, level: int) -> str:
        """What is printed before the next paragraph of this list and level; "" for a bullet or an unknown list."""
        if list_id not in self.lists or not 0 <= level < LEVELS:
            return ""
        base, levels = self.lists[list_id]
        counts = self._counts.setdefault(base, [None] * LEVELS)
        if list_id not in self._used:
            self._used.add(list_id)
            for (other, at), start in self.overridden.items():
                if other == list_id:
                    counts[at] = start - 1
        for at in range(level):
            if counts[at] is None:
                counts[at] = levels.get(at, Level()).start
        own = levels.get(level, Level())
        count = counts[level]
        counts[level] = own.start if count is None else count + 1
        for at in range(level + 1, LEVELS):
            restart = levels.get(at, Level()).restart
            if restart is None or level < restart:
                counts[at] = None
        if own.form in ("bullet", "none"):
            return "" if own.form == "bullet" else re.sub(r"%\d", "", own.text)
        return self._printed(own, levels, counts)

    def _printed(self, own: Level, levels: dict[int, Level], counts: list[int | None]) -> str:
        def figure(found: re.Match[str]) -> str:
            at = int(found.group(1)) - 1
            form = "decimal" if own.legal else levels.get(at, Level()).form
            return FORMATS.get(form, str)(counts[at] or levels.get(at, Level()).start)

        text = re.sub(r"%([1-9])", figure, own.text).strip()
        # 1.1 and the heading behind it are set apart by a blank
        return f"{text} " if text and text[-1] in "0123456789" else text


def read_numbering(root: etree._Element | None, style_lists: dict[str, str]) -> Numbering:
    """The lists that numbering.xml defines. `style_lists` leads from a list style to its list."""
    numbering = Numbering()
    if root is None:
        return numbering
    bases: dict[str, dict[int, Level]] = {}
    links: dict[str, str] = {}
    for node in children(root, "abstractNum"):
        key = attribute(node, "abstractNumId")
        bases[key] = dict(read_levels(node))
        if link := value_of(node, "numStyleLink"):
            links[key] = style_lists.get(link, "")
    base_of = {
        attribute(node, "numId"): value_of(node, "abstractNumId") or "" for node in children(root, "num")
    }
    for node in children(root, "num"):
        list_id = attribute(node, "numId")
        base = base_of[list_id]
        if not bases.get(base) and links.get(base) in base_of:
            base = base_of[links[base]]
        levels = dict(bases.get(base, {}))
        for override in children(node, "lvlOverride"):
            at = as_number(attribute(override, "ilvl"), 0)
            levels |= dict(read_levels(override))
            if start := value_of(override, "startOverride"):
                numbering.overridden[list_id, min(at, LEVELS - 1)] = as_number(start, 1)
                levels[at] = replace(levels.get(at, Level()), start=as_number(start, 1))
        numbering.lists[list_id] = (base, levels)
    return numbering


def read_levels(node: etree._Element) -> Iterator[tuple[int, Level]]:
    for level in children(node, "lvl"):
        form = value_of(level, "numFmt", deep=True) or "decimal"
        restart = value_of(level, "lvlRestart")
        is_legal = next(children(level, "isLgl"), None)
        yield (
            as_number(attribute(level, "ilvl"), 0),
            Level(
                as_number(value_of(level, "start") or "1", 1),
                form,
                value_of(level, "lvlText") or "",
                as_number(restart, 0) if restart is not None else None,
                is_legal is not None and attribute(is_legal, "val") not in ("0", "false"),
            ),
        )


def local(node: etree._Element) -> str:
    """The name of an element without its namespace: Word has two of them for the same words."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def children(node: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in node if local(child) == name)


def attribute(node: etree._Element, name: str) -> str:
    """The value of an attribute whatever its namespace; "" when it is not there."""
    return next((str(v) for key, v in node.attrib.items() if str(key).rpartition("}")[2] == name), "")


def value_of(node: etree._Element, name: str, deep: bool = False) -> str | None:
    """w:val of the child of this name; None when there is none. `deep` looks into mc:AlternateContent too."""
    found = (child for child in (node.iter() if deep else node) if local(child) == name)
    child = next(found, None)
    return attribute(child, "val") if child is not None else None


def as_number(text: str, otherwise: int) -> int:
    return int(text) if re.fullmatch(r"-?\d{1,6}", text) else otherwise
