"""The printed contents: categories, and entries that wrap and end in a page number or a document number.

Specimens:
    【政府文件】
    云岭市人民政府关于印发云岭市“十四五”教育
    事业发展规划的通知（云政发〔2022〕4 号）……………（8）
"""

import re
from dataclasses import dataclass, replace

from archive.ingest.lines import Line, RuledTable
from archive.ingest.parse.records import ContentsEntry
from archive.ingest.parse.signs import TITLE_END, folded
from archive.numbers import canonical, is_number_line, read_number

Item = Line | RuledTable

HEADING = re.compile(r"^(?:CONTENTS)?(?:总?目录|本期目录|本期要目|要目|目次)(?:CONTENTS)?$|^CONTENTS$")
CATEGORY = re.compile(r"^[【\[〖]([^【】\[\]〖〗]{2,20})[】\]〗]$")
BULLET = re.compile(r"^[-–•·●◆■□▲△★☆○*]\s*(?=\S)")
# ……………（8）, ……8, \t（16）, ·····12, / 8, [8], ……— 8 —; recognition reads leaders as ∴
PAGE = re.compile(
    r"(?:[.·…⋯．∴∵\s\u3000\t-]{2,}+|(?<=[）)])\s*+|\s*[/／]\s*+)(?:[（(〔\[［—–]\s*)?(\d{1,4})\s*(?:[）)〕\]］—–]\s*)?$"
    r"|\s*[（(\[［]\s*(\d{1,4})\s*[）)\]］]\s*$"
)
# a page number on the line below its entry: 8, — 8 —
PAGE_ALONE = re.compile(r"^[—–-]?\s*(\d{1,3})\s*[—–-]?$")
# 第一章 总则……（1）, 1.1 编制目的……2: the contents of a plan, not of an issue
INNER = re.compile(r"^(?:第[一二三四五六七八九十百\d]+[编章节条]|\d+(?:\.\d+)+|\d+\s)")
LEADERS = re.compile(r"[.·…⋯．\u2026\u22ef-]{2,}.*$")
# the number behind a title, in its own brackets
NUMBER_BEHIND = re.compile(r"[（(]([^（）()]*(?:〔|\[|［|第)[^（）()]*?号[^（）()]{0,40})[）)]\s*$")
MAX_ENTRY_LINES = 6
# 省政府令 is a category, 云岭省人民政府令 a decree
LONGEST_DECREES = 5
# Less than this is printed in a document below by chance.
SHORTEST_TITLE = 8


@dataclass(frozen=True, slots=True)
class Contents:
    """The entries, and the index of the first item behind them (that of 目录 itself when there is none).

    `unread` are lines between that are neither category nor entry.
    """

    entries: tuple[ContentsEntry, ...]
    start: int
    end: int
    unread: tuple[Line, ...] = ()


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
            if all(entry.page is None for entry in contents.entries):
                titles = read_titles(items, index + 1)
                contents = max(titles, contents, key=lambda found: len(found.entries))
            inner = sum(1 for entry in contents.entries if INNER.match(entry.title))
            if contents.entries and 2 * inner <= len(contents.entries):
                return contents
    return Contents((), 0, 0)


def read_contents(items: list[Item], start: int) -> Contents:
    entries: list[ContentsEntry] = []
    pending: list[str] = []
    unread: list[Line] = []
    category, end, last = "", start, start
    first_page = next((item.page for item in items[start:] if isinstance(item, Line)), None)
    for index in range(start, len(items)):
        item = items[index]
        if isinstance(item, RuledTable):
            break
        text = BULLET.sub("", item.text.strip())
        if found := CATEGORY.match(folded(text)):
            unread += [line for line in items[index - len(pending) : index] if isinstance(line, Line)]
            category, pending, end = found.group(1), [], index + 1
            continue
        if is_number_line(text) and without_page(text) == text:
            break
        if (alone := PAGE_ALONE.match(text)) and not pending and last == index - 1 and entries:
            if entries[-1].page is None:
                entries[-1] = replace(entries[-1], page=int(alone.group(1)))
            end, last = index + 1, index
            continue
        if item.page is not None and first_page is not None and item.page > first_page + 8:
            break
        complete = entry_of("\n".join([*pending, text]), text)
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
                title, number, page = entry_of("\n".join([*rest, text]), text) or complete
        elif pending and len(pending[0]) <= 12 and is_bare_category(pending[0], item):
            category = folded(pending[0])
            title, number, page = entry_of("\n".join([*pending[1:], text]), text) or complete
        entries.append(ContentsEntry(category, title, number, page))
        pending, end, last = [], index + 1, index
    entries = with_decrees_whole(entries)
    end = max(end, last + 1) if entries else start - 1
    return Contents(tuple(entries), start - 1, end, tuple(unread))


def read_titles(items: list[Item], start: int) -> Contents:
    """The contents of an issue that prints no page numbers, and no number behind some titles or all.

    What shows where an entry ends is that the document is printed below, its title word for word.
    """
    lines = [item.text if isinstance(item, Line) else "" for item in items]
    texts = [folded(BULLET.sub("", text.strip())) for text in lines]
    below = "\n" + "".join(texts[start:])
    entries: list[ContentsEntry] = []
    pending: list[str] = []
    category, end = "", start
    for index in range(start, len(items)):
        below = below[len(texts[index]) :]
        text = BULLET.sub("", lines[index].strip())
        if found := CATEGORY.match(texts[index]):
            category, pending, end = found.group(1), [], index + 1
            continue
        if not isinstance(items[index], Line) or is_number_line(text) or len(pending) == MAX_ENTRY_LINES:
            break
        pending.append(text)
        following = lines[index + 1] if index + 1 < len(items) else ""
        for skip in (0, 1):
            title, number = titled("\n".join(pending[skip:]))
            plain = folded(title)
            if len(plain) < SHORTEST_TITLE or not (number or TITLE_END.search(plain)) or plain not in below:
                continue
            longer = folded(titled("\n".join([*pending[skip:], following]))[0])
            if (number is None and longer in below) or any(entry.title == title for entry in entries):
                break
            category = folded(pending[0]) if skip else category
            entries.append(ContentsEntry(category, title, number))
            pending, end = [], index + 1
            break
    return Contents(tuple(entries), start - 1, end if entries else start - 1)


def titled(text: str) -> tuple[str, str | None]:
    """(title, canonical number) of an entry without a page; the number is None where none stands behind the title."""
    title, number, _ = entry_of(text, text.rsplit("\n", 1)[-1]) or (folded_title(text), None, None)
    return title, number


def is_bare_category(text: str, entry: Line) -> bool:
    plain = folded(text)
    # 县政府令 above what it puts into force; 云岭省人民政府令 / 第12号 is one entry
    if (
        len(plain) <= LONGEST_DECREES
        and plain.endswith("令")
        and not folded(entry.text).startswith(("第", "(第"))
    ):
        return True
    return (
        2 <= len(plain) <= 12
        and not TITLE_END.search(plain)
        and "关于" not in plain
        and not plain[-1].isdigit()
    )


def title_like(title: str) -> bool:
    return bool(TITLE_END.search(folded(title))) or "关于" in title


def without_page(text: str) -> str:
    """The line without the page number that ends it: 云政办函〔2022〕37号 for 云政办函〔2022〕37号 / 59."""
    found = PAGE.search(text)
    return LEADERS.sub("", text[: found.start()]).rstrip(" \u3000\t") if found else text


def without_behind(text: str) -> str:
    """An entry without the number behind its title."""
    found = NUMBER_BEHIND.search(text)
    return text[: found.start()] if found else text


def with_decrees_whole(entries: list[ContentsEntry]) -> list[ContentsEntry]:
    """The entries with a decree and the regulation that it puts into force, on the same page, as one.

    云岭省人民政府令（第12号）……（4） / 云岭省历史建筑保护办法……（4）
    """
    result: list[ContentsEntry] = []
    for entry in entries:
        decree = result[-1] if result else None
        if (
            decree is not None
            and decree.number
            and decree.title.endswith("令")
            and entry.number is None
            and "关于" not in entry.title
            and decree.page in (entry.page, None)
        ):
            result[-1] = ContentsEntry(
                entry.category or decree.category, entry.title, decree.number, entry.page
            )
        else:
            result.append(entry)
    return result


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
    elif text != last_line and (alone := PAGE_ALONE.match(last_line)):
        rest = text[: -len(last_line)].rstrip()
        if not title_like(without_behind(rest)):
            return None
        page = int(alone.group(1))
    number = None
    if behind := NUMBER_BEHIND.search(rest):
        read = read_number(behind.group(1))
        if read is not None:
            number = canonical(behind.group(1))
            rest = rest[: behind.start()]
    elif page is not None and (below := rest.rsplit("\n", 1))[1:] and is_number_line(below[1]):
        rest, number = below[0], canonical(below[1])
    if number and number.startswith("第") and folded(rest).endswith(("令", "公告", "通告")):
        # 云岭省人民政府令（第12号）
        number = canonical(folded(rest) + number) or number
    if page is None and number is None:
        return None
    title = folded_title(rest)
    return (title, number, page) if title else None


def folded_title(text: str) -> str:
    """A title on one line: the blanks of its wraps dropped, those between Latin words kept."""
    return re.sub(r"(?<![A-Za-z])\s+|\s+(?![A-Za-z])", "", text)
