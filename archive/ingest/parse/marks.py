"""What each line of a document's body is seen to be, before lines become paragraphs.

Signature, date, note, recipients, attachments, rosters and the titles of enclosed plans each show by a sign
of their own; what shows none is running text.
"""

import re
from dataclasses import dataclass

from archive.ingest.lines import Line, RuledTable
from archive.ingest.parse.attachments import (
    continues_attachments,
    item_label,
    read_attachments,
    starts_attachments,
)
from archive.ingest.parse.contents import Item
from archive.ingest.parse.rosters import is_roster_line, starts_roster
from archive.ingest.parse.sections import starts_with_label
from archive.ingest.parse.signs import (
    NOTE_WITHIN,
    TITLE_END,
    ends_sentence,
    folded,
    is_adoption,
    is_body_name,
    is_bracketed_date,
    is_date_line,
    is_note,
)

# A subtitle is set at least so much larger than the body.
LARGER = 1.12
LONGEST_SUBTITLE = 60
ATTACHMENT_ALONE = re.compile(r"^附\s*件\s*[\d一二三四五六七八九十]{0,2}\s*[:：]?$")
BRACKETED = re.compile(r"^[（(].{1,60}[）)]$")
# What can stand between the lines of a signature that was set in two columns and shuffled.
SIGNATURE_REACH = 4
# So many bodies at most issue together: 13 have been seen.
MOST_SIGNERS = 20
# 为适应改革需要，现提出以下意见： is a sentence, not whom it is sent to
OPENS_TEXT = re.compile(r"^(?:为|为了|根据|按照|依据|依照|经|鉴于|近年来|近期|随着|现就|现将)")
ENDS_OPENING = re.compile(
    r"(?:如下|决定|任命|免去|提名|通知|(?:以下|下列|如下)[^，,：:]{0,12}(?:意见|规定|公告|通告|措施|办法|事项|要求))[:：]$"
)
NO_TEXT_HERE = re.compile(r"[（(][此本]页无正文[）)]")
# A list of annexes that goes on without labels is no longer than so many lines.
LONGEST_ITEM = 6


@dataclass(frozen=True, slots=True)
class Marked:
    """An item of the body with what it was seen to be; "" for running text."""

    item: Item
    mark: str = ""


def mark_items(items: list[Item], title: str, issuer: str, body_size: float | None) -> list[Marked]:
    """Each item with its mark: signature, date, note, recipient, attachment, roster, subtitle, table or ""."""
    marks = [""] * len(items)
    issuers = {folded(issuer)} if issuer else set()
    dates = [
        i
        for i, item in enumerate(items)
        # under the title it may stand in brackets
        if isinstance(item, Line) and (is_date_line(item.text) or (not i and is_bracketed_date(item.text)))
    ]
    for i in dates:
        marks[i] = "date"
    for i, item in enumerate(items):
        if isinstance(item, RuledTable):
            marks[i] = "table"
            continue
        text = folded(item.text)
        if is_note(item.text) or (NOTE_WITHIN.search(text) and len(text) < 24):
            marks[i] = "note"
        elif text in issuers and any(abs(d - i) <= SIGNATURE_REACH for d in dates):
            marks[i] = "signature"
    for d in dates:
        known = any(marks[i] == "signature" for i in range(max(0, d - SIGNATURE_REACH), d))
        line = items[d]
        if not (known and isinstance(line, Line) and line.starts is None):
            mark_signature_above(items, marks, d)
    mark_recipients(items, marks)
    mark_rosters(items, marks)
    mark_attachments(items, marks)
    mark_subtitles(items, marks, title, body_size)
    return [Marked(item, mark) for item, mark in zip(items, marks, strict=True)]


def mark_signature_above(items: list[Item], marks: list[str], at: int) -> None:
    """Mark the names of bodies directly above a date, one a line, as its signature."""
    for i in range(at - 1, max(-1, at - 1 - MOST_SIGNERS), -1):
        line = items[i]
        if marks[i] == "signature":
            continue
        if (
            marks[i]
            or not isinstance(line, Line)
            or not is_body_name(line.text)
            or starts_with_label(line.text)
        ):
            return
        if line.starts is not None and line.starts < 2.5 and not line.centred:
            return
        marks[i] = "signature"


def mark_recipients(items: list[Item], marks: list[str]) -> None:
    """Mark 主送机关: the lines before the text, up to the one that ends in a colon and holds no sentence."""
    # the date may stand under the title
    first = 1 if marks[:1] == ["date"] else 0
    for end, item in enumerate(items[first : first + 8], first):
        if marks[end] or not isinstance(item, Line):
            return
        text = item.text.strip()
        if starts_with_label(text) or "。" in text:
            return
        if end > first and item.starts is not None and item.starts >= 0.6:
            return
        if text.endswith(("：", ":")):
            if not (ENDS_OPENING.search(text) or OPENS_TEXT.match(folded(_line_text(items[first])))):
                for i in range(first, end + 1):
                    marks[i] = "recipient"
            return


def mark_rosters(items: list[Item], marks: list[str]) -> None:
    """Mark the lines of leading groups: from 组长：姓名 职务 on while each names a person or goes on with a post."""
    i = 0
    while i < len(items):
        line = items[i]
        if marks[i] or not isinstance(line, Line) or not starts_roster(line.text):
            i += 1
            continue
        end = i + 1
        while end < len(items) and not marks[end] and isinstance(item := items[end], Line):
            if not (is_roster_line(item.text) or wraps_post(items[end - 1], item)):
                break
            end += 1
        for k in range(i, end):
            marks[k] = "roster"
        i = end


def wraps_post(before: Item, line: Line) -> bool:
    """True for the second line of a post that wrapped: 市发展和改革委员会党组 / 书记."""
    if not isinstance(before, Line) or ends_sentence(line.text) or starts_with_label(line.text):
        return False
    text = folded(line.text)
    if line.starts is not None:
        return line.starts > 5 and len(text) <= 20
    if line.after_blank:
        # a page or column break: only the end of a post is told from a new paragraph
        return len(text) <= 6 and bool(re.search(r"(?:[长任员记]|专员|代表)$", text))
    return len(text) <= 8 and not is_body_name(text)


def mark_attachments(items: list[Item], marks: list[str]) -> None:
    """Mark 附件 lists, their wrapped lines included."""
    i = 0
    while i < len(items):
        line = items[i]
        if marks[i] or not isinstance(line, Line):
            i += 1
            continue
        if ATTACHMENT_ALONE.match(folded(line.text)) and not line.text.strip().endswith(("：", ":")):
            marks[i] = "attachment"
            i += 1
            continue
        if not starts_attachments(line.text):
            i += 1
            continue
        end = i + 1
        label = item_label(line.text)
        while end < len(items) and not marks[end] and isinstance(item := items[end], Line):
            hangs = item.starts is not None and item.starts > 2.4 and not item.centred
            if not (continues_attachments(item.text, label) or hangs):
                break
            label = item_label(item.text) or label
            end += 1
        if line.starts is None and label:
            end = behind_wrapped_item(items, marks, end)
        for k in range(i, end):
            marks[k] = "attachment"
        i = end


def behind_wrapped_item(items: list[Item], marks: list[str], at: int) -> int:
    """The index of the signature below a list of a text file whose last item goes on over lines; else `at`.

    4．财政部办公厅 国家数据局综合司 / 关于开展培育行动的通知（工信厅联通装函 / 〔2024〕399号） — nothing but the list
    stands above the signature.
    """
    end = at
    while end < min(at + LONGEST_ITEM, len(items)) and not marks[end]:
        item = items[end]
        if not isinstance(item, Line) or ends_sentence(item.text) or starts_with_label(item.text):
            return at
        if NO_TEXT_HERE.search(item.text):
            return at
        end += 1
    return end if end < len(items) and marks[end] in ("signature", "date") else at


def mark_subtitles(items: list[Item], marks: list[str], title: str, body_size: float | None) -> None:
    """Mark the titles of enclosed plans, behind the signature or the date.

    On a page they are larger and centred, or centred and say what the notice names; in a text file title-like right
    behind the signature, and further down what the notice names.
    """
    named = {
        folded(name)
        for name in re.findall(r"《([^》]+)》", " ".join((title, *(_line_text(item) for item in items[:12]))))
    }
    # an annex by its title in the list of annexes, a plan by its name in the notice
    listed = [
        item.text
        for item, mark in zip(items, marks, strict=True)
        if mark == "attachment" and isinstance(item, Line)
    ]
    named |= {folded(attachment.title) for attachment in read_attachments(listed)}
    about = folded(title)
    behind = below = False
    i = 0
    while i < len(items):
        line = items[i]
        if marks[i] in ("date", "note") or (
            marks[i] == "attachment" and ATTACHMENT_ALONE.match(_line_text(line))
        ):
            behind = below = True
        if marks[i] or not isinstance(line, Line) or not below:
            i += 1
            continue
        in_text_file = line.starts is None or not body_size
        if in_text_file:
            end = subtitle_in_text(items, marks, i, named, about if behind else "")
        else:
            end = subtitle_on_page(items, marks, i, body_size or 0.0)
            if end == i:
                end = named_subtitle(items, marks, i, named, about)
        for k in range(i, end):
            marks[k] = "subtitle"
        if in_text_file:
            # in a text file only what stands right behind the signature can be told from running text
            behind = False
        i = max(end, i + 1)


def subtitle_on_page(items: list[Item], marks: list[str], at: int, body_size: float) -> int:
    """The index behind the lines from `at` on that are centred and larger than the text; `at` when none is."""
    end = at
    while end < len(items) and not marks[end] and isinstance(item := items[end], Line):
        larger = item.size is not None and item.size >= LARGER * body_size
        if not is_in_middle(item) or not (larger or (end > at and is_title_bracket(item.text))):
            break
        end += 1
    return end


def named_subtitle(items: list[Item], marks: list[str], at: int, named: set[str], about: str) -> int:
    """The index behind the lines from `at` on that say in the size of the text what the notice names; else `at`.

    Only the middle of a column tells a title in body size from a sentence.
    """
    joined = ""
    for end in range(at, min(at + 4, len(items))):
        item = items[end]
        if marks[end] or not isinstance(item, Line) or not is_in_middle(item):
            return at
        joined += folded(item.text)
        if joined in named or (len(joined) >= 6 and joined in about and TITLE_END.search(joined)):
            below = items[end + 1] if end + 1 < len(items) and not marks[end + 1] else None
            bracketed = isinstance(below, Line) and below.centred and is_title_bracket(below.text)
            return end + 2 if bracketed else end + 1
    return at


def is_title_bracket(text: str) -> bool:
    """True for brackets under a title that belong to it: （2022年—2025年）, （共24项）; not for when it was adopted."""
    return BRACKETED.match(folded(text)) is not None and not is_adoption(text)


def is_in_middle(line: Line) -> bool:
    """True for a centred line, or one as wide as its column."""
    return line.centred or (
        line.starts is not None and line.ends is not None and max(line.starts, line.ends) < 1.2
    )


def _line_text(item: Item) -> str:
    return folded(item.text) if isinstance(item, Line) else ""


def subtitle_in_text(items: list[Item], marks: list[str], at: int, named: set[str], about: str) -> int:
    """The index behind a plan's title that begins at `at` in a text file; `at` itself when none does.

    With `about` "" only what the notice names is a title.
    """
    joined, found = "", at
    for i in range(at, min(at + 4, len(items))):
        line = items[i]
        if marks[i] or not isinstance(line, Line):
            break
        text = folded(line.text)
        if i > found == i and is_title_bracket(text):
            return i + 1
        joined += text
        if starts_with_label(line.text) or ends_sentence(text) or len(joined) > LONGEST_SUBTITLE:
            break
        if joined in named or (len(joined) >= 6 and joined in about and TITLE_END.search(joined)):
            found = i + 1
            break
        if about and TITLE_END.search(joined) and len(joined) >= 6 and "：" not in joined:
            found = i + 1
            break
    if found > at and found < len(items) and not marks[found] and is_title_bracket(_line_text(items[found])):
        return found + 1
    return found
