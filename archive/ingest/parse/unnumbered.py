"""Documents that print no number: a decision, a public notice, a letter, a report, a copy from a portal."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from archive.ingest.lines import Line
from archive.ingest.parse.contents import Item, folded_title
from archive.ingest.parse.signs import (
    COPY_LINE,
    PERSONNEL_LIST,
    ends_document,
    ends_sentence,
    folded,
    is_body_name,
    is_bracketed_date,
    is_date_line,
    is_note,
    read_date,
    read_issuer,
)
from archive.ingest.parse.starts import (
    KIND_END,
    MAX_TITLE_LINES,
    Start,
    own_number,
    title_lines,
    without_number,
)

RECIPIENTS = re.compile(r"^(?:各|市|省|县|区|有关|[\u4e00-\u9fff]{2,12}(?:局|委|厅|部|办|政府)).*:$")
# What stands above the first document of an issue: 云岭市人民政府公报, 2022年第2期, …主办, the name of a site.
FRONT = re.compile(
    r"^(?!.*关于)(?:.*(?:公报|政报|(?:政府|委员会|办公室|办公厅|[委局厅部])文件|GONGBAO|网站|网|刊\)?)$"
    r"|.*第?[\d一二三四五六七八九十-]+期|.*总第|.*主管|.*主办|.*出版|.*编辑|当前位置|.*>)"
)
TOP = 12
LONGEST_FRONT = 60
ADOPTED = re.compile(r"通过|公布|发布|批准|修订|修正|颁布|施行")


def untitled_start(items: list[Item], begin: int) -> Start | None:
    """The start of the one document of a file that begins with its recipients: a letter whose title was left out.

    各区县财政局： … 云岭市财政局 / 2024年11月11日 — its title is "", and a finding says so.
    """
    lines = [(i, item) for i, item in enumerate(items) if i >= begin and isinstance(item, Line)]
    if not lines or not RECIPIENTS.search(folded(lines[0][1].text)):
        return None
    for (_, above), (_, line) in pairwise(lines):
        if is_date_line(line.text) and any(is_body_name(name) for name in above.text.split()):
            return Start(lines[0][0], lines[0][0], "")
    return None


def unnumbered_start(items: list[Item], begin: int) -> Start | None:
    """The start of the one document of a file that prints neither contents nor a number: its first lines.

    Something must show that it is an official document: recipients, a date by itself, 第一条, or under the title
    when it was adopted (（2022年3月28日…通过）) or read out (——2022年2月15日在…会议上).
    """
    lines = [(i, item) for i, item in enumerate(items) if i >= begin and isinstance(item, Line)]
    while len(lines) > 1 and is_front(lines[0][1]):
        lines.pop(0)
    count = title_lines([line.text for _, line in lines[:MAX_TITLE_LINES]])
    if not count:
        return None
    rest = [folded(line.text) for _, line in lines[count:]]
    official = any(re.match(r"第[一1]条", text) for text in rest)
    official = official or any(ends_document(line.text) for _, line in lines[count:])
    addressed = bool(rest) and rest[0].endswith(":")
    if not (official or addressed or adopted_on([line.text for _, line in lines[count : count + 4]])):
        return None
    return start_at(items, lines[0][0], lines[count - 1][0] + 1)


def is_front(line: Line) -> bool:
    """True for a line above the first document: the gazette's name, its issue, the name of a site."""
    text = folded(line.text)
    return len(text) <= LONGEST_FRONT and FRONT.match(text) is not None


def start_at(items: list[Item], first: int, body: int) -> Start:
    """The start whose title lines are items[first:body], its number taken off where that ends the title."""
    text = "".join(line.text for line in items[first:body] if isinstance(line, Line))
    title, number = without_number(text)
    return Start(first, body, folded_title(title), number_in_title=number)


def adopted_on(texts: Sequence[str]) -> date | None:
    """The first date of what stands under a title: （2022年3月28日…通过）, ——2022年2月15日在…会议上; else None.

    （2023年5月6日） as well: the date of a document that prints it there and not under its text.
    """
    if not texts:
        return None
    opening = folded(texts[0])
    if not opening.startswith(("(", "——")):
        return None
    if is_bracketed_date(opening):
        return read_date(opening)
    joined = opening
    for text in texts[1:4]:
        if opening.startswith("(") and joined.count("(") == joined.count(")"):
            break
        if opening.startswith("——") and joined.endswith("上"):
            break
        joined += folded(text)
    if opening.startswith("(") and not ADOPTED.search(joined):
        return None
    found = re.search(r"\d{4}年\d{1,2}月\d{1,2}日", joined)
    return read_date(found.group()) if found else read_date(joined[:40])


def unnumbered_starts(items: list[Item], begin: int, starts: list[Start]) -> list[Start]:
    """`starts` and those between them that print no number, in a file that prints no contents.

    Such a document begins at the top, behind the date of another, or with a date in brackets under its title, which
    names its issuer and its kind; recipients or a sentence follow, and a date of its own. What the document before it
    names is its enclosure.
    """
    found = list(starts)
    for index in range(begin, len(items)):
        line = items[index]
        if not isinstance(line, Line) or is_front(line):
            continue
        before = max((s for s in found if s.first <= index), key=lambda s: s.first, default=None)
        if before is not None and index < before.body:
            continue
        ceiling = min((s.first for s in found if s.first > index), default=len(items))
        texts = [
            item.text
            for item in items[index : min(ceiling, index + MAX_TITLE_LINES)]
            if isinstance(item, Line)
        ]
        body = index + title_lines(texts)
        if not (opens(items, begin, index) or date_under(items, body)):
            continue
        if body == index or body >= ceiling or not are_set_as_title(items[index:body]):
            continue
        start = start_at(items, index, body)
        if is_whole_document(items, start, ceiling) and not is_named(items, before, start):
            found.append(start)
    return sorted(found, key=lambda start: start.first)


def opens(items: list[Item], begin: int, index: int) -> bool:
    """True where a document may begin: at the top, under what is printed there, or behind a date, a note or 印发."""
    above = items[index - 1] if index > begin else None
    if above is None:
        return True
    if not isinstance(above, Line):
        return False
    text = folded(above.text)
    if ends_document(above.text) or is_note(above.text) or COPY_LINE.search(text):
        return True
    return index <= begin + TOP and all(
        isinstance(item, Line) and is_front(item) for item in items[begin:index]
    )


def are_set_as_title(lines: Sequence[Item]) -> bool:
    """True unless the page shows that the lines are set as running text."""
    return all(
        isinstance(line, Line) and (line.starts is None or line.centred or line.starts > 0.8)
        for line in lines
    )


def is_whole_document(items: list[Item], start: Start, ceiling: int) -> bool:
    """True when title, text and date of a document stand at `start`."""
    title = folded(start.title)
    issuer = read_issuer(title)
    # 任免名单 is no kind of document, but has the day of its adoption under it
    listed = date_under(items, start.body) and re.search(rf"{PERSONNEL_LIST}$", title)
    if not (KIND_END.search(title) or listed) or not issuer or not is_body_name(issuer):
        return False
    first = items[start.body]
    text = folded(first.text) if isinstance(first, Line) else ""
    if not (text.endswith(":") or ends_sentence(text) or len(text) > 30 or date_under(items, start.body)):
        return False
    return date_under(items, start.body) is not None or any(
        isinstance(item, Line) and ends_document(item.text) for item in items[start.body : ceiling]
    )


def date_under(items: Sequence[Item], body: int) -> date | None:
    """The date in the brackets that stand under a title whose text begins at items[body]; None without one."""
    return adopted_on([item.text for item in items[body : body + 4] if isinstance(item, Line)])


def is_named(items: list[Item], before: Start | None, start: Start) -> bool:
    """True when the document before names this one: a notice forwards an opinion and prints it."""
    if before is None:
        return False
    title = folded(start.title)
    about = title[title.find("关于") :] if "关于" in title else title
    named = folded(before.title) + "".join(
        folded(item.text) for item in items[before.body : start.first] if isinstance(item, Line)
    )
    return about in named


def number_behind(items: list[Item], start: Start, end: int) -> int | None:
    """The index of the line with the number of a document that prints it behind its date; None where none does."""
    for index in range(start.body, end):
        line = items[index]
        if isinstance(line, Line) and is_date_line(line.text):
            for below in range(index + 1, min(index + 3, end)):
                other = items[below]
                if isinstance(other, Line) and own_number(other.text):
                    return below
            return None
    return None
