"""The headings of a document: which paragraphs are one, at which level, and which begin with one.

Schemes, each with its own levels (GB/T 9704 7.3.3):
一、 → （一） → 1. → （1） → ①;  1 → 1.1 → 1.1.1;  第一编 → 第一章 → 第一节 → 第一条.
"""

import re
import unicodedata
from dataclasses import dataclass

from archive.ingest.parse.records import Section
from archive.ingest.parse.signs import chinese_to_number, folded

CHINESE = "一二三四五六七八九十百零〇"
# 1.5万元, 3.2公里: an amount
AMOUNT = r"万|亿|元|℃|倍|米|吨|亩|克|个百分点|百分点|公里|公斤|公顷|平方|立方|千瓦|千米"
LABELS: tuple[tuple[str, int, re.Pattern[str]], ...] = (
    ("chinese", 1, re.compile(rf"^[{CHINESE}]{{1,6}}\s*[、.．]\s*(?=\S)")),
    ("chinese", 2, re.compile(rf"^(?:[（(]\s*[{CHINESE}]{{1,6}}\s*[）)][、.．]?|[㈠-㈩])\s*(?=\S)")),
    (
        "decimal",
        0,
        re.compile(rf"^\d{{1,2}}(?:[.．]\d{{1,2}}){{1,4}}(?![\d.．]|{AMOUNT})\s*(?=[^\d\s.．%％])"),
    ),
    ("chinese", 3, re.compile(r"^(?:\d{1,3}[.．、](?!\d(?!\d{3}年))|[⒈-⒛])\s*(?=\S)")),
    ("chinese", 4, re.compile(r"^(?:[（(]\s*\d{1,3}\s*[）)][、.．]?|[⑴-⒇])\s*(?=\S)")),
    ("chinese", 5, re.compile(r"^(?:[①-⑳㉑-㉟]|\d{1,2}[）)])\s*(?=\S)")),
    ("decimal", 1, re.compile(r"^\d{1,2}(?:[ \u3000]+(?=[\u4e00-\u9fff])|(?=[\u4e00-\u9fff]))")),
)
BOOK = re.compile(rf"^第[{CHINESE}]{{1,6}}([编章节])(?=[^。；;：:]{{0,40}}$)\s*")
# not 第三条第二款修改为, 第五条规定的
ARTICLE = re.compile(
    rf"^第[{CHINESE}]{{1,7}}条(?:之[{CHINESE}]{{1,3}})?(?!第|中|规定|所称|所列|修改|改为|删|的|、|和|至|至第)\s*"
)
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
        self.paragraphs = paragraphs
        listed = inner_contents(paragraphs)
        self.labels = as_decimal(
            [None if index in listed else read_label(text) for index, text in enumerate(paragraphs)]
        )
        self.among_sentences = labels_among_sentences(self.labels)
        self.items = items_after_colon(paragraphs, self.labels)
        self.at = -1
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
        label = self._next_label(text)
        if label is None:
            return Reading(None, False)
        if label.scheme == "book":
            return Reading(self._add(label, self.book_levels[label.level], label.rest, False, page), True)
        if label.scheme == "article":
            return Reading(self._add(label, len(self.book_levels) + 1, "", True, page), False)
        # （四）组织评价 without its stop, among items that end in ；
        if self.at in self.items or (self.at in self.among_sentences and label.level > 1):
            return Reading(None, False)
        if is_heading(label, bold):
            if label.scheme == "decimal" and not self._fits(label):
                return Reading(None, False)
            return Reading(self._add(label, label.level, label.rest, False, page), True)
        if (phrase := phrase_alone(label)) and self._stands_above_text(label):
            return Reading(self._add(label, label.level, phrase, False, page), True)
        phrase = run_in_phrase(label)
        if phrase is None or self.at in self.among_sentences:
            return Reading(None, False)
        return Reading(self._add(label, label.level, phrase, True, page), False)

    def _next_label(self, text: str) -> Label | None:
        """The label of the next paragraph, read once; paragraphs come in the order given at the start."""
        self.at += 1
        if self.at < len(self.paragraphs) and self.paragraphs[self.at] == text:
            return self.labels[self.at]
        return read_label(text)

    def _stands_above_text(self, label: Label) -> bool:
        """True when text or a deeper label follows, and the label before this one was a heading as well.

        So （一）指导思想。 above its paragraphs is a heading, and （一）近亲属关系。 above （二） an item of a list.
        """
        if self.at + 1 >= len(self.paragraphs):
            return False
        following = self.labels[self.at + 1]
        if following is not None and (following.scheme != label.scheme or following.level <= label.level):
            return False
        place = ordinal(label.text)
        if place is None or place == 1:
            return place == 1
        before = [s for s in self.sections if s.level == label.level and ordinal(s.label) == place - 1]
        return bool(before)

    def _fits(self, label: Label) -> bool:
        """True unless a lone figure would start a decimal scheme in the middle: it begins with 1."""
        numbers = decimal_numbers(label.text)
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


def phrase_alone(label: Label) -> str | None:
    """基本原则 for （三）基本原则。 with nothing behind it; None for a whole sentence."""
    if label.scheme != "chinese" or not label.rest.endswith("。"):
        return None
    phrase = label.rest[:-1].strip()
    if (
        not phrase
        or len(phrase) > LONGEST_RUN_IN
        or SENTENCE_ENDS.search(phrase)
        or re.search(r"[：:]", phrase)
    ):
        return None
    if phrase.count("，") + phrase.count(",") > 2 or WHOLE_SENTENCE.search(phrase):
        return None
    return phrase


def inner_contents(paragraphs: list[str]) -> frozenset[int]:
    """Indexes of the lines of a plan's own 目录: labelled headings in one run that are all printed again below.

    1 总则 / 1.1 编制目的 … 9 附则, and then 1 总则 above its text.
    """
    names = [contents_name(text) for text in paragraphs]
    found: set[int] = set()
    first = 0
    while first < len(names):
        name = names[first]
        last = first
        while name and last < len(names) and names[last] and (last == first or names[last] != name):
            last += 1
        # the run ends where its first line is printed again
        if name and last - first >= 3 and last < len(names) and names[last] == name:
            below = set(names[last:])
            if sum(names[i] in below for i in range(first, last)) * 2 > last - first:
                found.update(range(first, last))
                first = last
                continue
        first += 1
    return frozenset(found)


def contents_name(text: str) -> str:
    """The heading of a labelled line without its label and page number; "" for any other paragraph."""
    if (
        len(text) > 2 * LONGEST_HEADING
        or (label := read_label(text)) is None
        or SENTENCE_ENDS.search(label.rest)
    ):
        return ""
    return re.sub(r"[.…·．\s]*[（(]?\d*[）)]?$", "", folded(label.rest))


def as_decimal(labels: list[Label | None]) -> list[Label | None]:
    """The labels with 1． read as the first level of 1.1 and 1.2, where these stand under it."""
    places = [(i, label) for i, label in enumerate(labels) if label is not None]
    changed: list[Label | None] = list(labels)
    last = 0
    for at, (index, label) in enumerate(places):
        number = ordinal(label.text)
        if label.scheme != "chinese" or label.level != 3 or number is None or not is_heading(label, False):
            continue
        below = places[at + 1][1] if at + 1 < len(places) else None
        opens = (
            below is not None and below.scheme == "decimal" and decimal_numbers(below.text)[:1] == (number,)
        )
        if opens or (last and number == last + 1):
            changed[index] = Label("decimal", 1, label.text, label.rest)
            last = number
    return changed


def decimal_numbers(label: str) -> tuple[int, ...]:
    """(1, 4) for 1.4."""
    return tuple(int(n) for n in re.findall(r"\d+", label))


def items_after_colon(paragraphs: list[str], labels: list[Label | None]) -> frozenset[int]:
    """Indexes of the items of a list: 申报材料包括： above 1.申请表 2.营业执照 3.承诺书, with no text between them.

    一、重点任务： above （一）普查 and its text is a heading above headings.
    """
    found: set[int] = set()
    for index, label in enumerate(labels):
        if index == 0 or not _may_be_item(label) or not paragraphs[index - 1].rstrip().endswith(("：", ":")):
            continue
        assert label is not None
        above = labels[index - 1]
        if ordinal(label.text) != 1 or (above is not None and is_heading(above, False)):
            continue
        last = index
        while last < len(labels) and _is_next_item(labels[last], label, last - index + 1):
            last += 1
        if last - index >= 2:
            found.update(range(index, last))
    return frozenset(found)


def _may_be_item(label: Label | None) -> bool:
    return label is not None and label.scheme == "chinese" and label.level > 1 and is_heading(label, False)


def _is_next_item(label: Label | None, first: Label, place: int) -> bool:
    return (
        label is not None
        and _may_be_item(label)
        and label.level == first.level
        and ordinal(label.text) == place
    )


def labels_among_sentences(labels: list[Label | None]) -> frozenset[int]:
    """Indexes of labelled paragraphs whose like number whole sentences for the most part.

    Under 一、日军遗弃的武器情况复杂。…  二、要加强调查取证，…  三、…由军队负责。… the first is no run-in heading.
    """
    found: set[int] = set()
    runs: dict[tuple[str, int], list[tuple[int, bool]]] = {}

    def close(level: int) -> None:
        for key in [key for key in runs if key[1] >= level]:
            run = runs.pop(key)
            if len(run) >= 3 and sum(named for _, named in run) * 3 <= len(run):
                found.update(index for index, _ in run)

    for index, label in enumerate(labels):
        # 六、 under 第二章 goes on from 五、 under 第一章
        if label is None or label.scheme != "chinese":
            continue
        close(label.level if ordinal(label.text) == 1 else label.level + 1)
        below = labels[index + 1] if index + 1 < len(labels) else label
        item = below is not None and below.scheme == label.scheme and below.level <= label.level
        phrase = run_in_phrase(label) or (None if item else phrase_alone(label))
        named = is_heading(label, False) or phrase is not None
        runs.setdefault((label.scheme, label.level), []).append((index, named))
    close(0)
    return frozenset(found)


def ordinal(label: str) -> int | None:
    """3 for 三、, （三）, 3., （3）, ③ and 第三条; 123 for 一百二十三; None for 1.1 and where no number is printed."""
    folded_label = unicodedata.normalize("NFKC", label)
    if re.search(r"\d+[.．]\d", folded_label):
        return None
    if digits := re.search(r"\d+", folded_label):
        return int(digits.group())
    if numeral := re.search(rf"[{CHINESE}]+", folded_label):
        return chinese_ordinal(numeral.group())
    return None


def chinese_ordinal(numeral: str) -> int | None:
    """123 for 一百二十三, 105 for 一百零五; None when it is no number."""
    hundreds, hundred, below = numeral.partition("百")
    if not hundred:
        return chinese_to_number(numeral)
    head = chinese_to_number(hundreds) if hundreds else 1
    rest = chinese_to_number(below.lstrip("零〇")) if below.lstrip("零〇") else 0
    return None if head is None or rest is None else head * 100 + rest


def number_to_chinese(number: int) -> str:
    """一百二十三 for 123, up to 999."""
    digits = "零一二三四五六七八九"
    hundreds, below = divmod(number, 100)
    tens, units = divmod(below, 10)
    text = f"{digits[hundreds]}百" if hundreds else ""
    if tens:
        text += "十" if tens == 1 and not hundreds else f"{digits[tens]}十"
    elif hundreds and units:
        text += "零"
    return text + (digits[units] if units else "")


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
