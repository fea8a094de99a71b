"""Footnotes: taken from the foot of their column and put behind the paragraph that runs on past them.

Small type at the foot, under a short rule or beginning with ① or [1]. They stay on their page in all but order.
"""

import re
from dataclasses import replace

from archive.ingest.layout.paragraphs import goes_on
from archive.ingest.lines import Line, Page, Rule, RuledTable

# Notes are set at no more than this share of the size of the text …
SMALLER = 0.93
# … begin in this share of the page …
FOOT = 0.5
# … and the rule over them goes over no more than this share of the page.
SHORT_RULE = 0.45
MARK = re.compile(r"^(?:[①-⑳㈠-㈩]|[\[［〔]\s*\d{1,2}\s*[\]］〕]|注\s*\d{0,2}\s*[:：]|[*＊※†])")
SURE_MARK = re.compile(r"^(?:[①-⑳]|[\[［]\s*\d{1,2}\s*[\]］])")


def with_footnotes_behind(pages: list[Page], rules: list[tuple[Rule, ...]], body_size: float) -> list[Page]:
    """The pages with each footnote behind the paragraph that it interrupts; `rules` are those of each page."""
    notes = [find_notes(page, ruled, body_size) for page, ruled in zip(pages, rules, strict=True)]
    if not any(notes):
        return pages
    flat: list[tuple[int, Line | RuledTable, bool]] = [
        (i, item, k in notes[i]) for i, page in enumerate(pages) for k, item in enumerate(page.items)
    ]
    result: list[list[Line | RuledTable]] = [[] for _ in pages]
    waiting: list[Line | RuledTable] = []
    before: Line | RuledTable | None = None
    place = 0
    for i, item, is_note in flat:
        if is_note:
            waiting.append(item)
            place = max(place, i)
            continue
        if waiting and not runs_on(before, item):
            result[place] += waiting
            waiting = []
        result[i].append(item)
        before, place = item, i
    result[place] += waiting
    return [replace(page, items=tuple(items)) for page, items in zip(pages, result, strict=True)]


def runs_on(before: Line | RuledTable | None, item: Line | RuledTable) -> bool:
    if not isinstance(before, Line) or not isinstance(item, Line):
        return False
    return before.starts is not None and item.starts is not None and goes_on(before, item)


def find_notes(page: Page, rules: tuple[Rule, ...], body_size: float) -> set[int]:
    """The places in `page.items` of the lines that are footnotes."""
    found: set[int] = set()
    for column in {item.column for item in page.items if isinstance(item, Line)}:
        places = [k for k, item in enumerate(page.items) if isinstance(item, Line) and item.column == column]
        small = tail_of_small_type(page, places, body_size)
        for at, k in enumerate(small):
            line = page.items[k]
            assert isinstance(line, Line) and line.box is not None
            if line.box[1] < FOOT * page.height or not MARK.match(line.text):
                continue
            if SURE_MARK.match(line.text) or under_short_rule(line, rules, page.width):
                found |= set(small[at:])
                break
    return found


def tail_of_small_type(page: Page, places: list[int], body_size: float) -> list[int]:
    """The last lines of a column as far as all are set small; none when the whole column is."""
    small: list[int] = []
    for k in reversed(places):
        line = page.items[k]
        if not isinstance(line, Line) or not line.size or line.size > SMALLER * body_size or not line.box:
            return small[::-1]
        small.append(k)
    return []


def under_short_rule(line: Line, rules: tuple[Rule, ...], width: float) -> bool:
    assert line.box is not None and line.size is not None
    x0, top, _, _ = line.box
    return any(
        rule.top == rule.bottom
        and -1.5 * line.size < rule.top - top < 0.5 * line.size
        and rule.x1 - rule.x0 < SHORT_RULE * width
        and abs(rule.x0 - x0) < 4 * line.size
        for rule in rules
    )
