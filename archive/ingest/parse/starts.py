"""What shows that a document starts: its own number on a line, and the end of a title."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from archive.ingest.parse.signs import (
    KINDS,
    TITLE_END,
    ends_sentence,
    folded,
    is_body_name,
    is_date_line,
)
from archive.numbers import canonical, is_number_line

MAX_TITLE_LINES = 7
# The title of a document of one of the kinds; what ends like a plan may go on: …管理制度 / 改革方案的通知.
KIND_END = re.compile(rf"(?:{'|'.join(KINDS)})(?:[（(][^（）()]{{1,30}}[）)])*$")

# …关于贯彻落实省政府指导意见 / 有关工作的通知
WRAPPED_END = re.compile(r"[^。；：:]{0,20}的(?:通知|决定|意见|函|批复|公告|通报|报告)$")
NUMBER_BEHIND_TITLE = re.compile(
    r"[（(\s\u3000]*([^（）()\s\u3000《》]{2,20}[〔\[［【(（]\d{4}[〕\]］】)）]第?\d+号)[）)]?$"
)


@dataclass(frozen=True, slots=True)
class Start:
    """A document's title lines are items[first:number_at or body]; its body begins at items[body].

    `number_at` is the line that prints its number, wherever that stands.
    """

    first: int
    body: int
    title: str
    number_at: int | None = None
    entry: int | None = None
    # as printed behind the title on its own lines: …的通知（云政发〔2022〕1号）
    number_in_title: str | None = None


def own_number(text: str) -> tuple[str, str] | None:
    """(canonical, as printed) of a line that states a document's own number, alone or with issuer or date in brackets.

    云政发〔2022〕1号, （云地税所[2000]252号　2000年8月21日）; None for any other line.
    """
    printed = text.strip()
    if not balanced(folded(printed)):
        return None
    if is_number_line(printed):
        number = canonical(printed)
        return (number, printed) if number else None
    if len(printed) <= 60 and printed[0] in "（(" and printed[-1] in "）)":
        inside = printed[1:-1].strip()
        head = re.split(r"[ \u3000，,；;]", inside, maxsplit=1)[0]
        if head != inside and is_number_line(head):
            number = canonical(head)
            return (number, head) if number else None
    return None


def without_number(title: str) -> tuple[str, str | None]:
    """(title, number as printed) of a title that ends in its number: …的通知（云政发〔2022〕1号）, …的通知 云政发〔2022〕1号."""
    found = NUMBER_BEHIND_TITLE.search(title.strip())
    if found is None or not TITLE_END.search(folded(title[: found.start()])):
        return title, None
    return title[: found.start()].strip(), found.group(1)


def balanced(text: str) -> bool:
    """True when every bracket of a folded text that opens in it closes in it."""
    return all(text.count(a) == text.count(b) for a, b in ("()", "[]", "《》", "〔〕"))


def are_body_names(text: str) -> bool:
    """True for one or more bodies that issue together: 国务院办公厅、中央军委办公厅."""
    return all(is_body_name(name) for name in text.split("、"))


def title_lines(texts: Sequence[str]) -> int:
    """How many of the lines `texts` from the first on are a title; 0 when they are none.

    国务院办公厅关于全面推行行政执法公示制度 / 重大决定审核制度的指导意见 is one title: the first line ends like a
    plan, the second like a document.
    """
    joined, found = "", 0
    for count, text in enumerate(map(folded, texts[:MAX_TITLE_LINES]), 1):
        if ends_sentence(text) or text.endswith((":", ",", "，")) or is_date_line(text) or own_number(text):
            break
        if found and (len(text) > 40 or re.match(r"第[一1]?[章条编]|[一1][、.]|[（(]|附件|——", text)):
            break
        joined += text
        if KIND_END.search(joined) and balanced(joined):
            below = folded(texts[count]) if count < min(len(texts), MAX_TITLE_LINES) else ""
            return count + 1 if WRAPPED_END.match(below) else count
        if TITLE_END.search(joined) and not found:
            found = count
            if "关于" not in joined:
                break
    return found
