"""The printed contents: categories, and entries that wrap and end in a page number or a document number.

Specimens:
    【政府文件】
    云岭市人民政府关于印发云岭市“十四五”教育
    事业发展规划的通知（云政发〔2022〕4 号）……………（8）
"""

import re
from dataclasses import dataclass

from archive.ingest.lines import Line, RuledTable
from archive.ingest.parse.records import ContentsEntry
from archive.ingest.parse.signs import TITLE_END, folded
from archive.numbers import canonical, is_number_line, read_number

Item = Line | RuledTable

HEADING = re.compile(r"^(?:目录|总目录|本期目录|目次|CONTENTS)$")
CATEGORY = re.compile(r"^[【\[〖]([^【】\[\]〖〗]{2,20})[】\]〗]$")
BULLET = re.compile(r"^[-–•·●◆■□▲△★☆○*]\s*(?=\S)")
# ……………（8）, ……8, \t（16）, ·····12
PAGE = re.compile(
    r"(?:[.·…⋯．\s\u3000\t-]{2,}|(?<=[）)])\s*)[（(〔]?\s*(\d{1,4})\s*[）)〕]?\s*$|\s*[（(]\s*(\d{1,4})\s*[）)]\s*$"
)
LEADERS = re.compile(r"[.·…⋯．\u2026\u22ef-]{2,}.*$")
# the number behind a title, in its own brackets
NUMBER_BEHIND = re.compile(r"[（(]([^（）()]*(?:〔|\[|［|第)[^（）()]*?号[^（）()]{0,40})[）)]\s*$")
MAX_ENTRY_LINES = 6


@dataclass(frozen=True, slots=True)
class Contents:
    """The entries, and the index of the first item behind them (that of 目录 itself when there is none)."""

    entries: tuple[ContentsEntry, ...]
    start: int
    end: int


def find_contents(items: list[Item]) -> Contents:
    """The contents of an issue; empty, with start and end 0, where none is printed.

    Only a 目录 before the first document is one: a plan has an inner 目录 too.
    """
    for index, item in enumerate(items):
        if not isinstance(item, Line):
            continue
        if is_number_line(item.text) and index > 0:
            break
        if HEADING.match(folded(item.text).upper()):
            contents = read_contents(items, index + 1)
            if contents.entries:
                return contents
    return Contents((), 0, 0)


def read_contents(items: list[Item], start: int) -> Contents:
    entries: list[ContentsEntry] = []
    pending: list[str] = []
    category, end, last = "", start, start
    first_page = next((item.page for item in items[start:] if isinstance(item, Line)), None)
    for index in range(start, len(items)):
        item = items[index]
        if isinstance(item, RuledTable):
            break
        text = BULLET.sub("", item.text.strip())
        if found := CATEGORY.match(folded(text)):
            category, pending, end = found.group(1), [], index + 1
            continue
        if is_number_line(text) and not pending_is_title(pending, text):
            break
        if item.page is not None and first_page is not None and item.page > first_page + 8:
            break
        complete = entry_of("".join([*pending, text]), text)
        if complete is None:
            pending.append(text)
            if len(pending) > MAX_ENTRY_LINES:
                break
            continue
        title, number, page = complete
        if pending and not title_like(title):
            heading, *rest = pending
            # a bare line above an entry is a category that is printed without brackets
            if 2 <= len(folded(heading)) <= 12 and not TITLE_END.search(folded(heading)):
                category = folded(heading)
                title, number, page = entry_of("".join([*rest, text]), text) or complete
        elif pending and len(pending[0]) <= 12 and is_bare_category(pending[0], item):
            category = folded(pending[0])
            title, number, page = entry_of("".join([*pending[1:], text]), text) or complete
        entries.append(ContentsEntry(category, title, number, page))
        pending, end, last = [], index + 1, index
    return Contents(tuple(entries), start - 1, max(end, last + 1) if entries else start - 1)


def is_bare_category(text: str, entry: Line) -> bool:
    plain = folded(text)
    return (
        2 <= len(plain) <= 12
        and not TITLE_END.search(plain)
        and "关于" not in plain
        and not plain[-1].isdigit()
    )


def title_like(title: str) -> bool:
    return bool(TITLE_END.search(folded(title))) or "关于" in title


def pending_is_title(pending: list[str], number_line: str) -> bool:
    """True when a number in brackets on a line of its own belongs to the entry above: （云政办函〔2022〕37号） （59）."""
    return bool(pending) and number_line.strip()[:1] in "（(" and PAGE.search(number_line) is not None


def entry_of(text: str, last_line: str) -> tuple[str, str | None, int | None] | None:
    """(title, canonical number, printed page) when the text is a whole entry; None while it goes on."""
    page = None
    found = PAGE.search(last_line)
    rest = text
    if found:
        page = int(found.group(1) or found.group(2))
        cut = PAGE.search(text)
        rest = text[: cut.start()] if cut else text
        rest = LEADERS.sub("", rest).rstrip(" \u3000\t")
    number = None
    if behind := NUMBER_BEHIND.search(rest):
        read = read_number(behind.group(1))
        if read is not None:
            number = canonical(behind.group(1))
            rest = rest[: behind.start()]
    if page is None and number is None:
        return None
    title = folded_title(rest)
    return (title, number, page) if title else None


def folded_title(text: str) -> str:
    """A title on one line: the blanks of its wraps dropped, those between Latin words kept."""
    return re.sub(r"(?<![A-Za-z])\s+|\s+(?![A-Za-z])", "", text)
