"""The headings of a document: which paragraphs are one, at which level, and which begin with one.

Schemes, each with its own levels (GB/T 9704 7.3.3):
一、 → （一） → 1. → （1） → ①;  1 → 1.1 → 1.1.1;  第一编 → 第一章 → 第一节 → 第一条.
"""

import re
from dataclasses import dataclass

from archive.ingest.parse.records import Section
from archive.ingest.parse.signs import folded

CHINESE = "一二三四五六七八九十百"
LABELS: tuple[tuple[str, int, re.Pattern[str]], ...] = (
    ("chinese", 1, re.compile(rf"^[{CHINESE}]{{1,4}}[、.．]\s*(?=\S)")),
    ("chinese", 2, re.compile(rf"^[（(]\s*[{CHINESE}]{{1,4}}\s*[）)][、.．]?\s*(?=\S)")),
    (
        "decimal",
        0,
        re.compile(r"^\d{1,2}(?:[.．]\d{1,2}){1,4}(?![\d.．万亿元℃倍米吨亩克])\s*(?=[^\d\s.．%％])"),
    ),
    ("chinese", 3, re.compile(r"^\d{1,3}[.．、](?!\d)\s*(?=\S)")),
    ("chinese", 4, re.compile(r"^[（(]\s*\d{1,3}\s*[）)][、.．]?\s*(?=\S)")),
    ("chinese", 5, re.compile(r"^[①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳]\s*(?=\S)")),
    ("decimal", 1, re.compile(r"^\d{1,2}(?:[ \u3000]+(?=[\u4e00-\u9fff])|(?=[\u4e00-\u9fff]))")),
)
BOOK = re.compile(rf"^第[{CHINESE}零]{{1,6}}([编章节])(?:\s*|$)")
ARTICLE = re.compile(rf"^第[{CHINESE}零]{{1,7}}条(?:之[{CHINESE}]{{1,3}})?\s*")
BOOK_ORDER = "编章节"
# A heading is no longer than this; a run-in heading, a phrase that names what follows, is shorter.
LONGEST_HEADING, LONGEST_RUN_IN = 48, 30
# 3月底前…, 61个项目…: a figure that counts, not a label
COUNTED = re.compile(
    r"^\d{1,2}(?:年|月|日|时|分|秒|天|个|项|件|人|名|户|家|次|批|种|类|级|岁|元|万|亿|千|百|公里|米|吨|亩|座|处|条|所|台|套|辆|期|倍|周|号|层|栋|间|片|县|区|市|省|镇|乡|村)"
)
# 三、禁火期内，在禁火区严禁下列行为： is a clause that goes on in a list, 省级亮点： a heading
INTRODUCES_LIST = re.compile(r"下列|以下|如下")
# 五、本公告自2024年1月1日起施行。 states by itself; it names nothing that follows
WHOLE_SENTENCE = re.compile(
    r"自.{2,20}起(?:施行|执行|实施)|^本(?:公告|通告|办法|通知|意见|规定|细则|决定|方案)|\d{4}年\d{1,2}月\d{1,2}日"
)
SENTENCE_ENDS = re.compile(r"[。；;！？!?]")


@dataclass(frozen=True, slots=True)
class Label:
    """A label as printed at the start of a paragraph. `level` counts in its scheme; 0 for 第…条, set later."""

    scheme: str
    level: int
    text: str
    rest: str


def read_label(text: str) -> Label | None:
    """The label that a paragraph begins with; None when it begins with none."""
    if found := BOOK.match(text):
        return Label(
            "book", BOOK_ORDER.index(found.group(1)) + 1, found.group().strip(), text[found.end() :].strip()
        )
    if found := ARTICLE.match(text):
        return Label("article", 0, found.group().strip(), text[found.end() :].strip())
    for scheme, level, pattern in LABELS:
        found = pattern.match(text)
        if not found:
            continue
        label, rest = found.group().strip(), text[found.end() :].strip()
        if scheme == "decimal":
            if level == 1 and (COUNTED.match(text) or SENTENCE_ENDS.search(rest) or len(rest) > 30):
                return None
            level = level or len(re.findall(r"\d+", label))
        return Label(scheme, level, label, rest)
    return None


def starts_with_label(text: str) -> bool:
    """True when a text begins as a section does, so that it cannot go on with the sentence before it."""
    label = read_label(text.strip())
    return label is not None and (label.scheme != "decimal" or label.level > 1 or len(label.rest) < 25)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a paragraph stands to the headings: a heading by itself, begun by one, or neither (section None)."""

    section: Section | None
    is_heading: bool


class SectionReader:
    """Reads the headings of one document in order and keeps the tree.

    `books` are the units of 第…编/章/节 that occur in the document, so that levels count from those that do.
    """

    def __init__(self, paragraphs: list[str]) -> None:
        units = {BOOK_ORDER.index(found.group(1)) + 1 for text in paragraphs if (found := BOOK.match(text))}
        self.book_levels = {unit: level for level, unit in enumerate(sorted(units), 1)}
        self.sections: list[Section] = []
        # (scheme rank, level) of the open headings, outermost first, with their index
        self.open: list[tuple[int, int, int]] = []
        self.decimal: tuple[int, ...] = ()

    def start_enclosure(self) -> None:
        """A new plan begins: its numbering starts afresh under no heading of the notice."""
        self.open = []
        self.decimal = ()

    def read(self, text: str, page: int | None, bold: bool = False) -> Reading:
        """The section that the paragraph opens, added to the tree; Reading(None, False) for plain text."""
        label = read_label(text)
        if label is None:
            return Reading(None, False)
        if label.scheme == "book":
            return Reading(self._add(label, self.book_levels[label.level], label.rest, False, page), True)
        if label.scheme == "article":
            return Reading(self._add(label, len(self.book_levels) + 1, "", True, page), False)
        if is_heading(label, bold):
            if label.scheme == "decimal" and not self._fits(label):
                return Reading(None, False)
            return Reading(self._add(label, label.level, label.rest, False, page), True)
        phrase = run_in_phrase(label)
        if phrase is None:
            return Reading(None, False)
        return Reading(self._add(label, label.level, phrase, True, page), False)

    def _fits(self, label: Label) -> bool:
        """True unless a lone figure would start a decimal scheme in the middle: it begins with 1."""
        numbers = tuple(int(n) for n in re.findall(r"\d+", label.text))
        if len(numbers) == 1 and not self.decimal and numbers[0] > 1:
            return False
        self.decimal = numbers
        return True

    def _add(self, label: Label, level: int, heading: str, run_in: bool, page: int | None) -> Section:
        rank = {"book": 0, "article": 0, "chinese": 1, "decimal": 1}[label.scheme]
        while self.open and (self.open[-1][0], self.open[-1][1]) >= (rank, level):
            self.open.pop()
        parent = self.open[-1][2] if self.open else None
        section = Section(level, label.text, heading, run_in, page, parent)
        self.sections.append(section)
        self.open.append((rank, level, len(self.sections) - 1))
        return section


def is_heading(label: Label, bold: bool) -> bool:
    """True when the paragraph is a heading and nothing else: short, and no sentence."""
    rest = label.rest
    if not rest or SENTENCE_ENDS.search(rest) or rest[-1] in "，,、":
        return False
    if rest[-1] in "：:" and INTRODUCES_LIST.search(rest):
        return False
    return len(folded(rest)) <= (LONGEST_HEADING if not bold else 2 * LONGEST_HEADING)


def run_in_phrase(label: Label) -> str | None:
    """提高政治站位 for 1.提高政治站位。全面贯彻…; None when the first sentence is no phrase that names the rest.

    Labels 1.1.1 in front of a whole sentence number clauses, and a phrase must have something behind it.
    """
    if label.scheme == "decimal":
        return None
    phrase, stop, behind = label.rest.partition("。")
    if not stop or not behind.strip() or len(phrase) > LONGEST_RUN_IN:
        return None
    if re.search(r"[；;：:！？]", phrase) or phrase.count("，") + phrase.count(",") > 2:
        return None
    if WHOLE_SENTENCE.search(phrase):
        return None
    return phrase
