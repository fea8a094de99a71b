"""Where each document starts: decided from several signs together, never from type size alone.

A start is a run of title lines with a number line under it (a document number by itself:
`云政发〔2022〕1号`), or a run of lines that says what a contents entry says.
"""

import re
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import pairwise

from archive.ingest.lines import Line, RuledTable
from archive.ingest.parse.contents import Item, folded_title
from archive.ingest.parse.portal import read_portal
from archive.ingest.parse.records import ContentsEntry
from archive.ingest.parse.signs import (
    COPY_LINE,
    NOTE_WITHIN,
    TITLE_END,
    ends_document,
    ends_sentence,
    folded,
    is_bracketed_date,
    is_date_line,
    is_note,
)
from archive.ingest.parse.starts import (
    MAX_TITLE_LINES,
    Start,
    are_body_names,
    balanced,
    own_number,
    title_lines,
)
from archive.ingest.parse.unnumbered import (
    is_front,
    number_behind,
    unnumbered_start,
    unnumbered_starts,
    untitled_start,
)
from archive.numbers import canonical, is_number_line

# A decree names its regulation, and prints it, within so many lines.
DECREE_REACH = 12
PUTS_INTO_FORCE = re.compile(r"(?:公布|发布|颁布|施行)")
# A title in the body and one in the contents name the same document from this likeness on.
ALIKE = 0.72
# The white at both sides of a line that fills its column differs by less than so many ems.
FULL = 1.2


def find_starts(items: list[Item], begin: int, entries: tuple[ContentsEntry, ...]) -> list[Start]:
    """The starts of all documents from items[begin] on, in order, each with its contents entry where one fits."""
    if not entries:
        return starts_without_contents(items, begin)
    starts = without_listed(items, match_entries(number_line_starts(items, begin, entries), entries))
    starts = with_decrees_whole(items, add_missed(items, begin, starts, entries))
    return with_numbers_behind(items, starts)


def starts_without_contents(items: list[Item], begin: int) -> list[Start]:
    """The starts in a file that prints no contents: of several documents or of one, at times under a portal's table."""
    items = without_even_blanks(items)
    portal = read_portal(items, begin)
    starts = unnumbered_starts(items, portal.end, number_line_starts(items, portal.end, ()))
    if not starts:
        alone = unnumbered_start(items, portal.end) or untitled_start(items, portal.end)
        if alone is None and portal.title_at is not None and portal.number_at is not None:
            alone = Start(portal.title_at, portal.end, portal.title)
        starts = [alone] if alone else []
    starts = with_decrees_whole(items, without_listed(items, starts))
    starts = with_numbers_behind(items, starts)
    if len(starts) == 1 and starts[0].number_at is None and not starts[0].number_in_title:
        starts = [replace(starts[0], number_at=portal.number_at)]
    return starts


def without_even_blanks(items: list[Item]) -> list[Item]:
    """The items of a file with a blank line behind every line, where it says nothing; others as they are."""
    lines = [item for item in items if isinstance(item, Line)]
    if len(lines) < 6 or sum(line.after_blank for line in lines) < 0.8 * len(lines):
        return items
    return [replace(item, after_blank=False) if isinstance(item, Line) else item for item in items]


def with_numbers_behind(items: list[Item], starts: list[Start]) -> list[Start]:
    """The starts, each that has no number with the one printed behind its date."""
    ends = [*(start.first for start in starts[1:]), len(items)][: len(starts)]
    return [
        start
        if start.number_at is not None or start.number_in_title
        else replace(start, number_at=number_behind(items, start, end))
        for start, end in zip(starts, ends, strict=True)
    ]


def number_line_starts(items: list[Item], begin: int, entries: tuple[ContentsEntry, ...]) -> list[Start]:
    starts: list[Start] = []
    floor = begin
    titles = [folded(entry.title) for entry in entries]
    for index in range(begin, len(items)):
        item = items[index]
        if not isinstance(item, Line) or own_number(item.text) is None:
            continue
        first = title_above(items, floor, index, titles)
        if first is None:
            below = title_below(items, index) or decree_below(items, index)
            if below is not None:
                starts.append(below)
                floor = below.body
            continue
        title = folded_title(
            "".join(
                line.text
                for line in items[first:index]
                if isinstance(line, Line) and not is_bracketed_date(line.text)
            )
        )
        starts.append(Start(first, index + 1, title, index))
        floor = index + 1
    return starts


def without_listed(items: list[Item], starts: list[Start]) -> list[Start]:
    """The starts without those that only name a document: the lines of a list of what is repealed or goes on.

    霁川市财政局关于…的通知 / 霁财社〔2014〕30号 / 2 / 霁川市财政局关于… — behind them stands no sentence and no date.
    """
    kept: list[Start] = []
    for start, following in pairwise([*starts, None]):
        assert start is not None
        body = items[start.body : following.first if following else len(items)]
        if start.entry is not None or not kept or any(is_text(item) for item in body):
            kept.append(start)
    return kept


def is_text(item: Item) -> bool:
    """True for what a document has and a list has not: a sentence, recipients, a date by itself, a table."""
    if not isinstance(item, Line):
        return True
    text = folded(item.text)
    if COPY_LINE.search(text):
        return False
    return ends_sentence(text) or text.endswith(":") or ends_document(item.text)


def title_below(items: list[Item], number_at: int) -> Start | None:
    """The start of a document that prints its number above its title, as issued papers and portals do."""
    texts: list[str] = []
    for item in items[number_at + 1 : number_at + 1 + MAX_TITLE_LINES]:
        if not isinstance(item, Line):
            break
        texts.append(item.text)
    count = title_lines(texts)
    if not count:
        return None
    return Start(number_at, number_at + 1 + count, folded_title("".join(texts[:count])), number_at)


def decree_below(items: list[Item], number_at: int) -> Start | None:
    """The start of a decree whose masthead is not printed: its number, the sentence that puts a regulation into
    force, and further down the regulation itself.

    第12号 / 现公布修订后的《云岭省…实施条例》，自2019年1月1日起施行。 / 省长　林望舟 / … / 云岭省…实施条例
    """
    line = items[number_at]
    if not isinstance(line, Line) or not folded(line.text).lstrip("(").startswith("第"):
        return None
    behind = [item for item in items[number_at + 1 : number_at + 1 + DECREE_REACH] if isinstance(item, Line)]
    named: list[str] = []
    for i, item in enumerate(behind):
        text = folded(item.text)
        if PUTS_INTO_FORCE.search(text):
            named += re.findall(r"《([^《》]+)》", text)
        for end in range(i + 1, min(i + 4, len(behind)) + 1):
            joined = "".join(folded(line.text) for line in behind[i:end])
            if joined in named:
                title = folded_title("".join(line.text for line in behind[i:end]))
                return Start(number_at, number_at + 1, title, number_at)
    return None


def title_above(items: list[Item], floor: int, number_at: int, titles: list[str]) -> int | None:
    """The index of the first title line above a number line; None when what stands there is no title."""
    number = items[number_at]
    assert isinstance(number, Line)
    lines: list[Line] = []
    dated = number_at - 1 > floor and is_bracketed_date(_text(items[number_at - 1]))
    # …的通知 / （2023年5月6日） / 云政发〔2023〕1号
    bottom = number_at - 1 if dated else number_at
    for index in range(bottom - 1, max(floor, bottom - MAX_TITLE_LINES) - 1, -1):
        line = items[index]
        if not isinstance(line, Line) or not may_be_title_line(line, lines[0] if lines else None, number):
            break
        if line.page != number.page and is_front(line):
            # the cover: 2023年5月31日出版（月刊）
            break
        lines.insert(0, line)
    if not lines:
        return None
    while lines and not balanced("".join(folded(line.text) for line in lines)):
        # the first line is the end of something else, or closes a bracket that opened there
        lines.pop(0)
    if not lines:
        return None
    texts = [folded(line.text) for line in lines]
    # the contents know the words: take the run of lines that says the most like one entry
    best = (0.0, 0)
    for skip in range(len(texts)):
        joined = "".join(texts[skip:])
        for title in titles:
            if abs(len(title) - len(joined)) > 0.4 * len(title):
                continue
            likeness = SequenceMatcher(None, title, joined, autojunk=False).ratio()
            best = max(best, (likeness, -skip))
    if best[0] >= ALIKE:
        return bottom - len(texts) - best[1]
    if lines[0].starts is None:
        first = first_title_line(texts, [line.after_blank for line in lines])
        if first is None:
            return None
        texts = texts[first:]
    joined = "".join(texts)
    if not (TITLE_END.search(joined) or "关于" in joined):
        return None
    return bottom - len(texts)


def may_be_title_line(line: Line, below: Line | None, number: Line) -> bool:
    """True when the line can be one of a title's, read upwards from the number line."""
    text = folded(line.text)
    if is_date_line(text) or is_bracketed_date(text) or is_note(text) or NOTE_WITHIN.search(text):
        return False
    if is_number_line(line.text):
        return False
    if not balanced(re.sub(r"[《》]", "", text)) and line.starts is None:
        # the sentence that cites a number was wrapped before it: …的通知（工信厅联通装函 / 〔2024〕399号）
        return False
    if ends_sentence(text) or text.endswith((":", "：", "，", ",")) or len(text) > 60:
        return False
    if line.starts is None:
        return True
    if below is not None:
        assert line.size is not None and below.size is not None
        larger = number.size is not None and line.size > 1.15 * number.size
        return abs(line.size - below.size) < 0.15 * below.size and (
            larger or line.centred or line.starts > 0.8 or fills_column(line)
        )
    assert line.size is not None and number.size is not None
    return line.centred or line.size > 1.15 * number.size or (fills_column(line) and ends_title(text))


def fills_column(line: Line) -> bool:
    """True for a line of a title that is as wide as its column: nothing shows that it is centred."""
    return line.starts is not None and line.ends is not None and abs(line.starts - line.ends) < FULL


def ends_title(text: str) -> bool:
    return TITLE_END.search(text) is not None


def first_title_line(texts: list[str], after_blank: list[bool]) -> int | None:
    """In a text file: where the title begins in lines that end at its number line.

    With 关于 in a line, there, or at the line above when that is the issuer by itself; else as far up as no
    blank line stands between: 国务院办公厅对全国政协十届四次会议 / 第4626号提案的答复.
    """
    for index in range(len(texts) - 1, -1, -1):
        if "关于" in texts[index] or texts[index].endswith(("令", "公告", "通告")):
            if index > 0 and not after_blank[index] and is_begun_title(texts[index - 1]):
                return index - 1
            if texts[index].startswith("关于"):
                # issuers stand above, one a line or several: 云岭市财政局 / 云岭市水务局 / 关于…的通知
                while index > 0 and are_body_names(texts[index - 1]):
                    index -= 1
            return index
    if not TITLE_END.search(texts[-1]):
        return None
    first = len(texts) - 1
    while first > 0 and not after_blank[first]:
        first -= 1
    return first


def is_begun_title(text: str) -> bool:
    """True for the first line of a title about another: …办公厅关于转发省农村税费改革工作 / 小组办公室关于…的指导意见."""
    return bool(re.search(r"关于(?:转发|批转|印发)", text)) and not TITLE_END.search(text)


def match_entries(starts: list[Start], entries: tuple[ContentsEntry, ...]) -> list[Start]:
    """Each start with the entry that it most likely is, both kept in order (longest likely alignment)."""
    if not entries:
        return starts
    scores = [[likeness(start, entry) for entry in entries] for start in starts]
    n, m = len(starts), len(entries)
    table = [[0.0] * (m + 1) for _ in range(n + 1)]
    for i in range(n - 1, -1, -1):
        for j in range(m - 1, -1, -1):
            take = table[i + 1][j + 1] + scores[i][j] if scores[i][j] >= ALIKE else 0.0
            table[i][j] = max(table[i + 1][j], table[i][j + 1], take)
    matched: list[Start] = []
    i = j = 0
    while i < n:
        if j < m and scores[i][j] >= ALIKE and table[i][j] == table[i + 1][j + 1] + scores[i][j]:
            matched.append(replace(starts[i], entry=j))
            i, j = i + 1, j + 1
        elif j < m and table[i][j] == table[i][j + 1]:
            j += 1
        else:
            matched.append(starts[i])
            i += 1
    return matched


def likeness(start: Start, entry: ContentsEntry) -> float:
    """0 to 1: how alike the titles are."""
    left, right = folded(start.title), folded(entry.title)
    if left == right:
        return 1.0
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if matcher.real_quick_ratio() < ALIKE:
        return 0.0
    return matcher.ratio()


def add_missed(
    items: list[Item], begin: int, starts: list[Start], entries: tuple[ContentsEntry, ...]
) -> list[Start]:
    """Starts without a number line, found by the words of a contents entry between its neighbours' places."""
    taken = {start.entry: start for start in starts if start.entry is not None}
    found = list(starts)
    floor = begin
    for number, entry in enumerate(entries):
        if number in taken:
            floor = taken[number].body
            continue
        following = [start.first for n, start in taken.items() if n is not None and n > number]
        ceiling = min(following, default=len(items))
        start = find_title(items, floor, ceiling, entry)
        if start is not None:
            found.append(replace(start, entry=number))
            floor = start.body
    return sorted(found, key=lambda start: start.first)


def find_title(items: list[Item], floor: int, ceiling: int, entry: ContentsEntry) -> Start | None:
    """The lines between two places that say what the entry says, word for word."""
    wanted = folded(entry.title)
    for index in range(floor, ceiling):
        item = items[index]
        if isinstance(item, RuledTable):
            continue
        text = folded(item.text)
        if len(text) < 2 or not wanted.startswith(text):
            continue
        joined, end = "", index
        while end < ceiling and isinstance(line := items[end], Line) and len(joined) < len(wanted):
            joined += folded(line.text)
            end += 1
            if not wanted.startswith(joined):
                break
        if joined != wanted:
            continue
        title = folded_title("".join(line.text for line in items[index:end] if isinstance(line, Line)))
        below = items[end] if end < len(items) else None
        if isinstance(below, Line) and own_number(below.text):
            return Start(index, end + 1, title, end)
        return Start(index, end, title)
    return None


def with_decrees_whole(items: list[Item], starts: list[Start]) -> list[Start]:
    """The starts with a decree and the regulation that it puts into force as one document.

    云岭市人民政府令 / 第12号 / 《…办法》已经…通过，现予公布 … / 云岭市历史建筑保护办法 — the contents list the latter.
    """
    result: list[Start] = []
    for start in starts:
        decree = result[-1] if result else None
        if (
            decree is not None
            and start.number_at is None
            and decree.entry is None
            and folded(decree.title).endswith("令")
            and any(
                f"《{folded(start.title)}》" in folded(_text(item))
                for item in items[decree.body : start.first]
            )
        ):
            result[-1] = replace(decree, entry=start.entry)
        else:
            result.append(start)
    return result


def _text(item: Item) -> str:
    return item.text if isinstance(item, Line) else ""


def printed_number(items: list[Item], start: Start) -> tuple[str | None, str | None]:
    """(canonical number, as printed) of a start; (None, None) where none is printed."""
    if start.number_in_title:
        return canonical(start.number_in_title), start.number_in_title
    if start.number_at is None:
        return None, None
    line = items[start.number_at]
    assert isinstance(line, Line)
    number, printed = own_number(line.text) or (None, None)
    if (
        number
        and printed
        and number.startswith("第")
        and folded(start.title).endswith(("令", "公告", "通告"))
    ):
        # 云岭市人民政府令 / 第12号: the number of a decree is printed on two lines (GB/T 9704 10.2)
        title = folded(start.title)
        body = re.search(r"[^，。、》]*$", title)
        return canonical(f"{body.group() if body else title}{number}") or number, printed
    return number, printed
