"""The 附件 list under the text (GB/T 9704 7.3.4).

Specimens: `附件:1.市政府决定下放审批层级的行政` / `审批事项清单(共2项)(略)` / `2.市政府决定承接的…(略)`,
`附件：重点任务分工(略)`, `附件1：资金分配表`, `附：收费标准明细表`, and `附件：` alone above `1.资金分配表`.
"""

import re
from collections.abc import Sequence

from archive.ingest.parse.records import Attachment, Block
from archive.ingest.parse.signs import ends_sentence, folded

START = re.compile(r"^附\s*(?:[件表]\s*)?(\d{0,2})(?:(?<=\d)\s*)?[:：]\s*")
# a year may follow: 1.2022年第一季度…; a decimal may not: 1.5倍
LABEL = re.compile(r"^(\d{1,2}|[一二三四五六七八九十]{1,2}(?=、))\s*[.．、]\s*(?!\d(?!\d{3}年))")
OMITTED = re.compile(r"\s*[（(〔\[]\s*(?:附件)?(?:略|另发|另附|此略|从略|略去)\s*[）)〕\]]\s*[。；;]?\s*$")
FILE_ENDING = re.compile(r"\.(?:docx?|xlsx?|pdf|wps|et|rar|zip)$", re.IGNORECASE)
NUMERALS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十")
ANNEX_HEADING = re.compile(r"附\s*[件表]\s*[0-9一二三四五六七八九十]{0,3}")
# A list whose first line holds no item yet: `附件：` alone.
OPENED = "0"
LONGEST_REMAINDER = 25
LONGEST_START = 120


def starts_attachments(line: str) -> bool:
    """True for the first line of an 附件 list; not for 附件1：… in running text that ends as a sentence."""
    text = line.strip()
    if text.startswith(("附:", "附：")) and text[2:].strip() == "":
        return False
    return bool(START.match(text)) and not text.endswith("。") and len(text) <= LONGEST_START


def continues_attachments(line: str, last_label: str) -> bool:
    """True when the line is the next item of the list, or the end of the item above it (…级(略))."""
    text = line.strip()
    if found := LABEL.match(text):
        place, last = _place(found.group(1)), _place(last_label)
        return last is not None and place == last + 1 and not ends_sentence(text)
    return len(text) <= LONGEST_REMAINDER and bool(OMITTED.search(text))


def item_label(line: str) -> str:
    """2 for `2.市政府决定承接的…` and for `附件2：…`; "" for an item without a label, "0" for `附件：` alone."""
    text = line.strip()
    start = START.match(text)
    rest = text[start.end() :] if start else text
    if start and not rest:
        return start.group(1) or OPENED
    found = LABEL.match(rest)
    return found.group(1) if found else (start.group(1) if start else "")


def read_attachments(lines: Sequence[str]) -> tuple[Attachment, ...]:
    """The items of a list in order; `label` is "" where none is printed, `omitted` says （略）."""
    items: list[tuple[str, str]] = []
    for line in lines:
        text = line.strip()
        if ANNEX_HEADING.fullmatch(text):
            continue  # 附件1 alone stands above the annex itself
        label = ""
        start = START.match(text)
        if start:
            label, text = start.group(1), text[start.end() :]
        found = LABEL.match(text)
        if found:
            label, text = found.group(1), text[found.end() :]
        if found or start or not items:
            items.append((label, text))
        else:
            items[-1] = (items[-1][0], _joined(items[-1][1], text))
    return tuple(
        _attachment(label, text) for item in items for label, text in _run_together(*item) if text.strip()
    )


def missing_attachments(blocks: Sequence[Block], attachments: Sequence[Attachment]) -> list[Attachment]:
    """Those that the list names without （略） and that are printed nowhere behind it.

    An annex is known by its title, or by 附件2 on a line of its own.
    """
    first = next((i for i, b in enumerate(blocks) if b.kind == "attachment"), None)
    if first is None:
        return []
    lines = [folded(line) for b in blocks[first:] for line in b.text.splitlines() if not START.match(line)]
    behind = folded("".join(b.text for b in blocks[first + 1 :] if b.kind != "attachment"))
    alone = {label for line in lines if (label := annex_label(line)) is not None}
    return [
        a
        for a in attachments
        if not a.omitted and a.label not in alone and _bare_title(a.title) not in behind
    ]


def unlisted_annexes(blocks: Sequence[Block], attachments: Sequence[Attachment]) -> list[str]:
    """附件3 on a line of its own where the list ends with 2; [] where there is no numbered list."""
    listed = {a.label for a in attachments}
    if not any(label.isdigit() for label in listed):
        return []
    found = [
        (label, folded(line))
        for block in blocks
        for line in block.text.splitlines()
        if (label := annex_label(line)) is not None
    ]
    return list(dict.fromkeys(line for label, line in found if label.isdigit() and label not in listed))


def annex_label(line: str) -> str | None:
    """2 for 附件2 on a line of its own, "" for 附件; None for any other line."""
    plain = folded(line).rstrip(":：")
    return re.sub(r"^附[件表]", "", plain) if ANNEX_HEADING.fullmatch(plain) else None


def _bare_title(title: str) -> str:
    """A title without the bracket at its end: …审批事项清单（共2项）."""
    return re.sub(r"[（(][^（）()]*[）)]$", "", folded(title)) or folded(title)


def _run_together(label: str, text: str) -> list[tuple[str, str]]:
    """The items that one line holds: `1.甲清单(略) 2.乙清单(略)`; the next label must be the next number."""
    items: list[tuple[str, str]] = []
    while label.isdigit():
        following = re.search(rf"(?<=[\s）)；;])\s*{int(label) + 1}\s*[.．、]\s*(?!\d(?!\d{{3}}年))", text)
        if not following:
            break
        items.append((label, text[: following.start()]))
        label, text = str(int(label) + 1), text[following.end() :]
    return [*items, (label, text)]


def _attachment(label: str, text: str) -> Attachment:
    title = FILE_ENDING.sub("", OMITTED.sub("", text).strip(" \u3000。；;"))
    return Attachment(label, title, bool(OMITTED.search(text)))


def _joined(first: str, second: str) -> str:
    """A title and its second line; a blank stays only between Latin words."""
    latin = first[-1:].isascii() and first[-1:].isalnum() and second[:1].isascii() and second[:1].isalpha()
    return f"{first} {second}" if latin else first + second


def _place(label: str) -> int | None:
    if label.isdigit():
        return int(label)
    return NUMERALS.index(label) + 1 if label in NUMERALS else None
