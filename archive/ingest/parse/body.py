"""The body of one document: its items to blocks, with sections, signature, attachments, tables and rosters.

Between the number line and the next title stand, in the order of GB/T 9704: recipients, text, 附件 list,
signature and date, note, and at times the enclosed plan with its own title.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import date

from archive.ingest.layout.paragraphs import SENTENCE_END, join_lines, join_texts
from archive.ingest.lines import Line, RuledTable
from archive.ingest.parse.attachments import (
    continues_attachments,
    item_label,
    read_attachments,
    starts_attachments,
)
from archive.ingest.parse.contents import Item, folded_title
from archive.ingest.parse.records import Attachment, Block, Enclosure, Roster, Section, Table
from archive.ingest.parse.rosters import is_roster_line, read_roster, starts_roster
from archive.ingest.parse.sections import SectionReader, read_label, starts_with_label
from archive.ingest.parse.signs import (
    COPY_LINE,
    NOTE_WITHIN,
    TITLE_END,
    ends_sentence,
    folded,
    is_body_name,
    is_date_line,
    is_note,
    read_date,
)

# A subtitle is set at least so much larger than the body.
LARGER = 1.12
LONGEST_SUBTITLE = 60
ATTACHMENT_ALONE = re.compile(r"^附\s*件\s*[\d一二三四五六七八九十]{0,2}\s*[:：]?$")
BRACKETED = re.compile(r"^[（(].{1,60}[）)]$")
# What can stand between the lines of a signature that was set in two columns and shuffled.
SIGNATURE_REACH = 4


@dataclass
class Body:
    """What was read of one document's body; lists are in reading order."""

    blocks: list[Block] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    rosters: list[Roster] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    enclosures: list[Enclosure] = field(default_factory=list)
    recipients: str = ""
    signed_by: tuple[str, ...] = ()
    signed_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Marked:
    """An item of the body with what it was seen to be; "" for running text."""

    item: Item
    mark: str = ""


def read_body(items: list[Item], title: str, issuer: str, body_size: float | None) -> Body:
    """The body of the document `title`. `issuer` is the body before 关于, "" when unknown."""
    marked = mark_items(with_tails_returned(items), title, issuer, body_size)
    body = Body()
    groups = group_items(marked)
    texts = [text for mark, group in groups if mark == "" for text in [_text(group)]]
    reader = SectionReader(texts)
    section: int | None = None
    for mark, group in groups:
        first = group[0]
        page = first.page or None
        if mark == "table":
            assert isinstance(first, RuledTable)
            add_table(body, first, section)
        elif mark == "roster":
            members = read_roster(roster_lines([item for item in group if isinstance(item, Line)]))
            text = "\n".join(item.text for item in group if isinstance(item, Line))
            body.rosters.append(Roster(members, page))
            body.blocks.append(Block("roster", text, page, section, roster=len(body.rosters) - 1))
        elif mark == "attachment":
            lines = [item.text for item in group if isinstance(item, Line)]
            body.attachments += read_attachments(lines)
            body.blocks.append(Block("attachment", "\n".join(lines), page, section))
        elif mark == "subtitle":
            text = "\n".join(item.text.strip() for item in group if isinstance(item, Line))
            reader.start_enclosure()
            section = None
            body.blocks.append(Block("subtitle", text, page))
            body.enclosures.append(Enclosure(folded_title(text), len(body.blocks) - 1))
        elif mark in ("signature", "date", "note", "recipient"):
            text = _text(group)
            body.blocks.append(Block(mark, text, page, section if mark == "note" else None))
            take_sign(body, mark, text)
        else:
            text = _text(group)
            reading = reader.read(text, page, isinstance(first, Line) and first.bold)
            if reading.section is not None:
                section = len(reader.sections) - 1
            kind = "heading" if reading.is_heading else "paragraph"
            body.blocks.append(Block(kind, text, page, section))
    body.sections = reader.sections
    return body


def with_tails_returned(items: list[Item]) -> list[Item]:
    """The items of a text file with a line end that OCR put behind the recipients back at the line it left.

    各县（区）人民政府，市直各有关单位: 位。 … 确保无缝衔接、承接落实到
    """
    result = [part for item in items for part in taken_apart(item)]
    for i, item in enumerate(result[:3]):
        if not isinstance(item, Line) or item.starts is not None:
            continue
        stray = re.match(r"^(.{4,120}[:：])\s+(\S{1,4}[。；])$", item.text)
        if not stray or "。" in stray.group(1):
            continue
        for k in range(i + 1, len(result)):
            line = result[k]
            if isinstance(line, Line) and len(line.text) > 30 and line.text[-1] not in SENTENCE_END:
                result[i] = replace(item, text=stray.group(1))
                result[k] = replace(line, text=line.text + stray.group(2))
                return result
    return result


def taken_apart(item: Item) -> list[Item]:
    """The item of a text file as what was printed: a roster set with tabs as its lines, text and note apart.

    OCR puts 免去： （此件公开发布） on one line, and writes 组长：⇥石峥⇥副市长 as a table.
    """
    if isinstance(item, RuledTable) and not item.page:
        lines = ["\u3000".join(filter(None, row)) for row in item.rows]
        if starts_roster(lines[0]) and all(map(is_roster_line, lines)):
            return [Line(text=line) for line in lines]
    if isinstance(item, Line) and item.starts is None:
        found = re.match(r"^(.{2,40}?)\s+([（(]此件[^（）()]{1,20}[）)])$", item.text)
        if found:
            return [replace(item, text=found.group(1)), replace(item, text=found.group(2))]
    return [item]


def take_sign(body: Body, mark: str, text: str) -> None:
    """The first signature, its date and the first note are the document's; later ones belong to what it encloses."""
    if mark == "recipient" and not body.recipients:
        body.recipients = text.rstrip("：: ")
    elif mark == "signature" and body.signed_on is None:
        body.signed_by = (*body.signed_by, re.sub(r"\s+", " ", text).strip())
    elif mark == "date" and body.signed_on is None:
        body.signed_on = read_date(text)
    elif mark == "note" and not body.note:
        body.note = text.strip("（）() ")


def _text(group: list[Item]) -> str:
    lines = [item for item in group if isinstance(item, Line)]
    paragraphs = join_lines(lines[:1], starts_with_label)
    text = paragraphs[0].text if paragraphs else ""
    for line in lines[1:]:
        text = join_texts(text, join_lines([line], starts_with_label)[0].text)
    return text


def mark_items(items: list[Item], title: str, issuer: str, body_size: float | None) -> list[Marked]:
    """Each item with its mark: signature, date, note, recipient, attachment, roster, subtitle, table or ""."""
    marks = [""] * len(items)
    issuers = {folded(issuer)} if issuer else set()
    dates = [i for i, item in enumerate(items) if isinstance(item, Line) and is_date_line(item.text)]
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
    for i in range(at - 1, max(-1, at - 1 - SIGNATURE_REACH), -1):
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
    for end, item in enumerate(items[:8]):
        if marks[end] or not isinstance(item, Line):
            return
        text = item.text.strip()
        if starts_with_label(text) or "。" in text:
            return
        if end and item.starts is not None and item.starts >= 0.6:
            return
        if text.endswith(("：", ":")):
            if not re.search(r"(?:如下|决定|任命|免去|提名|通知)[:：]$", text):
                for i in range(end + 1):
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


def roster_lines(lines: list[Line]) -> list[str]:
    """One text a person: a wrapped post is put behind the line that it belongs to."""
    merged: list[str] = []
    for i, line in enumerate(lines):
        hangs = line.starts is not None and line.starts > 6
        if merged and wraps_post(lines[i - 1], line) and (hangs or not is_roster_line(line.text)):
            merged[-1] += line.text.strip()
        else:
            merged.append(line.text)
    return merged


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
        for k in range(i, end):
            marks[k] = "attachment"
        i = end


def mark_subtitles(items: list[Item], marks: list[str], title: str, body_size: float | None) -> None:
    """Mark the titles of enclosed plans: behind the signature, larger and centred; in a text file, title-like."""
    named = {
        folded(name)
        for name in re.findall(r"《([^》]+)》", " ".join(_line_text(item) for item in items[:12]))
    }
    about = folded(title)
    behind = False
    i = 0
    while i < len(items):
        line = items[i]
        if marks[i] in ("date", "note") or (
            marks[i] == "attachment" and ATTACHMENT_ALONE.match(_line_text(line))
        ):
            behind = True
        if marks[i] or not isinstance(line, Line) or not behind:
            i += 1
            continue
        end = i
        if line.starts is not None and body_size:
            while end < len(items) and not marks[end] and isinstance(item := items[end], Line):
                larger = item.size is not None and item.size >= LARGER * body_size
                if not item.centred or not (larger or (end > i and BRACKETED.match(folded(item.text)))):
                    break
                end += 1
        else:
            end = subtitle_in_text(items, marks, i, named, about)
        if end > i:
            for k in range(i, end):
                marks[k] = "subtitle"
            i = end
            if line.starts is None:
                behind = False
        else:
            if line.starts is None:
                # in a text file only what stands right behind the signature can be told from running text
                behind = False
            i += 1


def _line_text(item: Item) -> str:
    return folded(item.text) if isinstance(item, Line) else ""


def subtitle_in_text(items: list[Item], marks: list[str], at: int, named: set[str], about: str) -> int:
    """The index behind a plan's title that begins at `at` in a text file; `at` itself when none does."""
    joined, found = "", at
    for i in range(at, min(at + 4, len(items))):
        line = items[i]
        if marks[i] or not isinstance(line, Line):
            break
        text = folded(line.text)
        if i > found == i and BRACKETED.match(text):
            return i + 1
        joined += text
        if starts_with_label(line.text) or ends_sentence(text) or len(joined) > LONGEST_SUBTITLE:
            break
        if joined in named or (len(joined) >= 6 and joined in about and TITLE_END.search(joined)):
            found = i + 1
            break
        if TITLE_END.search(joined) and len(joined) >= 6 and "：" not in joined:
            found = i + 1
            break
    if found > at and found < len(items) and not marks[found] and BRACKETED.match(_line_text(items[found])):
        return found + 1
    return found


def group_items(marked: list[Marked]) -> list[tuple[str, list[Item]]]:
    """(mark, items) of one block each: paragraphs joined, lists and rosters whole, signs one by one.

    In a text file a sentence may go on behind a signature that shuffled columns put into it.
    """
    groups: list[tuple[str, list[Item]]] = []
    open_text: list[Item] | None = None
    clauses: set[str] = set()
    for entry in marked:
        item, mark = entry.item, entry.mark
        if mark == "":
            assert isinstance(item, Line)
            if COPY_LINE.search(folded(item.text)):
                groups.append(("note", [item]))
                open_text = None
                continue
            if open_text and isinstance(before := open_text[-1], Line):
                whole = (
                    before.starts is None and len(open_text) == 1 and is_whole_heading(before.text, clauses)
                )
                if not whole and len(join_lines([before, item], begins_anew)) == 1:
                    open_text.append(item)
                    continue
            note_clause(item.text, clauses)
            open_text = [item]
            groups.append(("", open_text))
            continue
        in_text_file = isinstance(item, Line) and item.starts is None
        if not (in_text_file and mark in ("signature", "date", "note")):
            open_text = None
        if mark in ("roster", "attachment", "subtitle", "recipient") and groups and groups[-1][0] == mark:
            groups[-1][1].append(item)
        else:
            groups.append((mark, [item]))
    return groups


STOP = re.compile(r"[，,。；;]")


def note_clause(text: str, clauses: set[str]) -> None:
    """Keep in `clauses` which kinds of label number whole sentences at this place of the document."""
    label = read_label(text.strip())
    if label is not None:
        shape = f"{label.scheme}{label.level}"
        if STOP.search(label.rest):
            clauses.add(shape)
        elif shape not in clauses or label.level < 3:
            clauses.discard(shape)


def is_whole_heading(text: str, clauses: set[str]) -> bool:
    """True for a labelled line without a stop in a text file: a heading, unless its like number sentences here.

    （9）市总指挥部（市减灾委）其他有关成 / 员单位… goes on, since （8） was a sentence.
    """
    label = read_label(text.strip())
    return label is not None and not STOP.search(label.rest) and f"{label.scheme}{label.level}" not in clauses


def begins_anew(text: str) -> bool:
    """True when a line of a text file cannot go on with the sentence before it."""
    plain = text.strip()
    return (
        starts_with_label(plain)
        or is_date_line(plain)
        or is_note(plain)
        or starts_attachments(plain)
        or starts_roster(plain)
        or plain.startswith(("《", "附件"))
    )


def add_table(body: Body, table: RuledTable, section: int | None) -> None:
    """A table with its header row as columns, titled by the subtitle above it."""
    columns, *rows = table.rows
    before = body.blocks[-1] if body.blocks else None
    name = before.text.replace("\n", "") if before and before.kind in ("subtitle", "heading") else ""
    page = table.page or None
    body.tables.append(Table(name, columns, tuple(rows), page, table.last_page))
    text = "\n".join("\t".join(row) for row in table.rows)
    body.blocks.append(Block("table", text, page, section, table=len(body.tables) - 1))
