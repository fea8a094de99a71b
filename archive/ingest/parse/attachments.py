"""The 附件 list under the text (GB/T 9704 7.3.4).

Specimens: `附件:1.市政府决定下放审批层级的行政` / `审批事项清单(共2项)(略)` / `2.市政府决定承接的…(略)`,
`附件：重点任务分工(略)`.
"""

import re
from collections.abc import Sequence

from archive.ingest.parse.records import Attachment
from archive.ingest.parse.signs import ends_sentence

START = re.compile(r"^附\s*件\s*(\d{0,2})\s*[:：]\s*(?=\S)")
# a year may follow: 1.2022年第一季度…; a decimal may not: 1.5倍
LABEL = re.compile(r"^(\d{1,2})\s*[.．、]\s*(?!\d(?!\d{3}年))")
OMITTED = re.compile(r"\s*[（(]\s*(?:略|另发|另附|此略|从略)\s*[）)]\s*$")


def starts_attachments(line: str) -> bool:
    """True for the first line of an 附件 list; not for 附件1：… in running text that ends as a sentence."""
    return bool(START.match(line.strip())) and not line.rstrip().endswith("。")


def continues_attachments(line: str, last_label: str) -> bool:
    """True when the line is the next item of the list, or the end of the item above it (…级(略))."""
    text = line.strip()
    if found := LABEL.match(text):
        return last_label.isdigit() and int(found.group(1)) == int(last_label) + 1 and not ends_sentence(text)
    return len(text) <= 25 and bool(OMITTED.search(text))


def item_label(line: str) -> str:
    """2 for `2.市政府决定承接的…` and for `附件2：…`; "" for a line without a label."""
    text = line.strip()
    start = START.match(text)
    found = LABEL.match(text[start.end() :] if start else text)
    return found.group(1) if found else (start.group(1) if start else "")


def read_attachments(lines: Sequence[str]) -> tuple[Attachment, ...]:
    """The items of a list in order; `label` is "" where none is printed, `omitted` says （略）."""
    items: list[tuple[str, str]] = []
    for index, line in enumerate(lines):
        text = line.strip()
        label = ""
        if start := START.match(text):
            label, text = start.group(1), text[start.end() :]
        found = LABEL.match(text)
        if found:
            label, text = found.group(1), text[found.end() :]
        if found or start or index == 0:
            items.append((label, text))
        else:
            items[-1] = (items[-1][0], items[-1][1] + text)
    return tuple(
        Attachment(label, OMITTED.sub("", text).strip(" 。；"), bool(OMITTED.search(text)))
        for label, text in items
        if text.strip()
    )
