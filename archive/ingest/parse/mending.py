"""What was put on a wrong line goes back to its own: tails of lines that OCR of shuffled columns moved, and a signature
that is printed on one line with its date."""

import re
from dataclasses import replace

from archive.ingest.layout.paragraphs import SENTENCE_END
from archive.ingest.lines import Line, RuledTable
from archive.ingest.parse.contents import Item
from archive.ingest.parse.rosters import is_roster_line, starts_roster
from archive.ingest.parse.signs import signed_and_dated

# A signature is set so many ems from the left edge at least.
AT_RIGHT = 2.5


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


def with_signatures_parted(items: list[Item]) -> list[Item]:
    """The items with 云埠市人民政府　　2023年5月6日 as two lines: who signs, and when."""
    result: list[Item] = []
    for item in items:
        signed = signed_and_dated(item.text) if isinstance(item, Line) else None
        if (
            signed is None
            or not isinstance(item, Line)
            or not stands_apart(item, result[-1] if result else None)
        ):
            result.append(item)
            continue
        result += [replace(item, text=text, cells=()) for text in signed]
    return result


def stands_apart(line: Line, before: Item | None) -> bool:
    """True when a line cannot go on with the sentence before it: set to the right, or below the end of one."""
    if line.starts is not None:
        return line.starts >= AT_RIGHT or line.centred
    return not isinstance(before, Line) or line.after_blank or before.text.rstrip()[-1:] in SENTENCE_END


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
