"""Text files whose columns were shuffled by OCR: what was put on a wrong line goes back to its own."""

import re
from dataclasses import replace

from archive.ingest.layout.paragraphs import SENTENCE_END
from archive.ingest.lines import Line, RuledTable
from archive.ingest.parse.contents import Item
from archive.ingest.parse.rosters import is_roster_line, starts_roster


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
