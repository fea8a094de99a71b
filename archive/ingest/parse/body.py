"""The body of one document: its items to blocks, with sections, signature, attachments, tables and rosters.

Between the number line and the next title stand, in the order of GB/T 9704: recipients, text, 附件 list,
signature and date, note, and at times the enclosed plan with its own title.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date

from archive.ingest.layout.paragraphs import join_lines, lines_to_paragraph
from archive.ingest.lines import Line, RuledTable
from archive.ingest.parse.attachments import read_attachments, starts_attachments
from archive.ingest.parse.contents import Item, folded_title
from archive.ingest.parse.issuers import signers
from archive.ingest.parse.marks import Marked, mark_items, wraps_post
from archive.ingest.parse.mending import with_signatures_parted, with_tails_returned
from archive.ingest.parse.recognised import recognised_cells, recognised_lines
from archive.ingest.parse.records import Attachment, Block, Enclosure, Roster, Section, Table
from archive.ingest.parse.roster_tables import roster_of_table
from archive.ingest.parse.rosters import is_roster_line, read_roster, starts_roster
from archive.ingest.parse.sections import SectionReader, read_label, starts_with_label
from archive.ingest.parse.signs import COPY_LINE, folded, is_date_line, is_note, read_date

# An item and a page of the file that it stands on → the numbers printed there, two for a table over both halves of a
# spread.
PrintedAt = Callable[[Item, int], list[int]]


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


def read_body(
    items: list[Item], title: str, issuer: str, body_size: float | None, printed: PrintedAt | None = None
) -> Body:
    """The body of the document `title`. `issuer` is the body before 关于, "" when unknown.

    `printed` knows the numbers printed on pages.
    """
    marked = mark_items(with_signatures_parted(with_tails_returned(items)), title, issuer, body_size)
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
            body.blocks.append(Block("roster", text, page, section, None, len(body.rosters) - 1))
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
            under = section if mark == "note" else None
            body.blocks.append(Block(mark, text, page, under))
            take_sign(body, mark, text, issuer)
        else:
            text = _text(group)
            reading = reader.read(text, page, isinstance(first, Line) and first.bold)
            if reading.section is not None:
                section = len(reader.sections) - 1
            kind = "heading" if reading.is_heading else "paragraph"
            body.blocks.append(Block(kind, text, page, section))
        body.blocks[-1] = as_printed(body.blocks[-1], group, printed)
    body.sections = reader.sections
    return body


def as_printed(block: Block, group: list[Item], printed: PrintedAt | None) -> Block:
    """The block with what is known of its print: how sure recognition was, and the number of its page."""
    first = group[0]
    if isinstance(first, RuledTable):
        recognised = recognised_cells(first)
    else:
        recognised = recognised_lines(block.text, [item for item in group if isinstance(item, Line)])
    sures: list[float | None] = [sure for _, _, sure in recognised]
    sures = sures or [item.confidence for item in group]
    return replace(
        block,
        confidence=min((sure for sure in sures if sure is not None), default=None),
        recognised=recognised,
        printed_page=next(iter(printed(first, first.page)), None) if printed and first.page else None,
    )


def take_sign(body: Body, mark: str, text: str, issuer: str) -> None:
    """The first signature, its date and the first note are the document's; later ones belong to what it encloses."""
    if mark == "recipient" and not body.recipients:
        body.recipients = text.rstrip("：: ")
    elif mark == "signature" and body.signed_on is None:
        body.signed_by = (*body.signed_by, *signers(text, issuer))
    elif mark == "date" and body.signed_on is None:
        body.signed_on = read_date(text)
    elif mark == "note" and not body.note and not COPY_LINE.search(folded(text)):
        body.note = text.strip("（）() ")


def _text(group: list[Item]) -> str:
    lines = [item for item in group if isinstance(item, Line)]
    return lines_to_paragraph(lines).text if lines else ""


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
                if not whole and (
                    len(join_lines([before, item], begins_anew)) == 1 or is_open_bracket(open_text)
                ):
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
LONGEST_BRACKET = 4


def is_open_bracket(lines: list[Item]) -> bool:
    """True for lines in the middle of a page or column that open a bracket and have not closed it.

    （2023年6月8日溪州县第十七届人民代表大会常 / 务委员会第十一次会议通过）
    """
    text = folded("".join(line.text for line in lines if isinstance(line, Line)))
    return text.startswith("(") and text.count("(") > text.count(")") and len(lines) < LONGEST_BRACKET


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
    """A table with its header row, where it has one, as columns, titled by the subtitle above it.

    What lists a leading group is a roster as well.
    """
    columns, rows = (table.rows[0], table.rows[1:]) if table.headed else ((), table.rows)
    before = body.blocks[-1] if body.blocks else None
    name = before.text.replace("\n", "") if before and before.kind in ("subtitle", "heading") else ""
    page = table.page or None
    body.tables.append(Table(name, columns, rows, page, table.last_page))
    text = "\n".join("\t".join(row) for row in table.rows)
    roster = None
    if members := roster_of_table(table.rows):
        body.rosters.append(Roster(members, page))
        roster = len(body.rosters) - 1
    body.blocks.append(Block("table", text, page, section, len(body.tables) - 1, roster))
