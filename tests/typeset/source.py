"""Reading a manuscript: text with light marks → records.

---
gazette: 霁川市人民政府公报
year: 2024
…
finding: number-differs 8
---
# 政府文件                                  a category of the contents
## 霁川市人民政府 / 关于…的意见               a document, its title with the printed line breaks
number: 霁政发〔2024〕1号
to: 各县（区）人民政府，市直各单位
ref: based-on 国办发〔2019〕5号 国务院办公厅关于…的意见

One line is one paragraph.
### 一、总体要求                             headings, one # more for each level
**1.摸清底数。**各县（区）要…                 a run-in heading; **第一条** opens an article
@adopted 2024-01-12 （2024年1月12日…通过）    under the title
@subtitle 霁川市…应急预案                    what the notice carries; @caption heads a table only
@bracket （共24项）
@roster                                    role | person | post, until an empty line
@table 1 5 2                               shares of the width, then | rows |, the first is the header
@people 1 1 3                              a table whose columns are role, person and post
@appoint / @nominate                       + person | post | remark appoints, - removes; other lines are set as they are
@attachments                               one a line: 1.…（略）
@signed 霁川市人民政府 2024-01-12
@note 此件公开发布
"""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from tests.typeset.records import (
    Appointment,
    Attachments,
    Document,
    Heading,
    Issue,
    Item,
    Note,
    Paragraph,
    Reference,
    Roster,
    Signature,
    Subtitle,
    Table,
    UnderTitle,
)

CHINESE = "[一二三四五六七八九十]+"
LABEL = re.compile(
    rf"(第{CHINESE}[编章节]|{CHINESE}、|（{CHINESE}）|\d+\.(?!\d)|\d+(?:\.\d+)*|（\d+）)([ \u3000]*)"
)
LEVELS = (
    (re.compile(f"{CHINESE}、"), 1),
    (re.compile(f"（{CHINESE}）"), 2),
    (re.compile(r"\d+\."), 3),
    (re.compile(r"（\d+）"), 4),
)


def read_source(path: Path) -> Issue:
    """The issue whose manuscript stands in the file at `path`."""
    return parse_source(path.read_text(encoding="utf-8"))


def parse_source(text: str) -> Issue:
    """The issue of a manuscript. Raises ValueError naming the line that cannot be read."""
    _, head, body = text.split("---\n", 2)
    fields = dict(_fields(head))
    return Issue(
        gazette=fields["gazette"],
        pinyin=fields.get("pinyin", ""),
        year=int(fields["year"]),
        number=int(fields["number"]),
        total=int(fields["total"]),
        published=date.fromisoformat(fields["published"]),
        frequency=fields.get("frequency", ""),
        organiser=fields["organiser"],
        documents=tuple(_documents(body)),
        findings=tuple(
            (code, int(position) if position else None)
            for code, _, position in (v.partition(" ") for k, v in _fields(head) if k == "finding")
        ),
    )


def _fields(text: str) -> Iterator[tuple[str, str]]:
    for line in filter(None, text.splitlines()):
        name, colon, value = line.partition(": ")
        if not colon:
            raise ValueError(f"expected `name: value`, found {line!r}")
        yield name, value.strip()


def _documents(body: str) -> Iterator[Document]:
    category = ""
    for part in re.split(r"^(?=#{1,2} )", body, flags=re.MULTILINE):
        if part.startswith("# "):
            category = part[2:].strip()
        elif part.startswith("## "):
            yield _document(category, part)


def _document(category: str, part: str) -> Document:
    head, _, text = part.partition("\n\n")
    title, _, fields = head[3:].partition("\n")
    pairs = list(_fields(fields))
    single = dict(pairs)
    return Document(
        category=category,
        title_lines=_lines(title),
        number=single.get("number", ""),
        recipients=single.get("to", ""),
        contents_title=single.get("contents-title", ""),
        contents_number=single.get("contents-number", ""),
        decree=single.get("decree", ""),
        items=tuple(_items(text)),
        references=tuple(_reference(value) for name, value in pairs if name == "ref"),
    )


def _reference(value: str) -> Reference:
    relation, number, title = (*value.split(" ", 2), "")[:3]
    return Reference(relation, None if number == "-" else number, title)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.split(" / "))


def _items(text: str) -> Iterator[Item]:
    lines = iter(text.splitlines())
    has_chapters = re.search(r"^### 第.章", text, re.MULTILINE) is not None
    for line in lines:
        mark, _, rest = line.partition(" ")
        if not line:
            continue
        elif mark in ("@roster", "@table", "@people", "@appoint", "@nominate", "@attachments"):
            group = []
            for inner in lines:
                if not inner:
                    break
                group.append(inner)
            yield from _group(mark, rest, group)
        elif mark in ("@subtitle", "@caption"):
            bracket = rest.partition(" @bracket ")[2]
            yield Subtitle(_lines(rest.partition(" @bracket ")[0]), bracket, mark == "@subtitle")
        elif mark == "@signed":
            *names, day = rest.split(" ")
            yield Signature(tuple(name.replace("_", "\u3000") for name in names), date.fromisoformat(day))
        elif mark == "@adopted":
            day, _, text = rest.partition(" ")
            yield UnderTitle(text, date.fromisoformat(day), alone=False)
        elif mark == "@note":
            yield Note(f"（{rest}）")
        elif mark.startswith("@"):
            raise ValueError(f"unknown mark in {line!r}")
        elif mark.startswith("###"):
            yield _heading(len(mark) - 2, rest)
        elif opening := re.match(r"\*\*(.+?)\*\*", line):
            yield _run_in(opening[1], line[opening.end() :], has_chapters)
        else:
            yield Paragraph(line)


def _heading(level: int, text: str) -> Heading:
    label = LABEL.match(text)
    if not label:
        raise ValueError(f"a heading without a label: {text!r}")
    return Heading(level, label[1], text[label.end() :], label[2])


def _run_in(opening: str, text: str, has_chapters: bool) -> Paragraph:
    if opening.endswith("条"):
        return Paragraph(text, 2 if has_chapters else 1, opening)
    label = LABEL.match(opening)
    if not label:
        raise ValueError(f"a run-in heading without a label: {opening!r}")
    level = next(level for shape, level in LEVELS if shape.match(label[1]))
    return Paragraph(text, level, label[1], opening[label.end() :])


def _group(mark: str, rest: str, group: list[str]) -> Iterator[Item]:
    if mark == "@roster":
        yield Roster(tuple(_cells(line, 3) for line in group))  # type: ignore[misc]
    elif mark in ("@table", "@people"):
        # the cell of a role may be empty
        header, *rows = (_cells(line if mark == "@people" else line.strip("| "), 0) for line in group)
        yield Table(
            header,
            tuple((*row, *[""] * (len(header) - len(row))) for row in rows),
            tuple(float(width) for width in rest.split()),
            people=mark == "@people",
        )
    elif mark == "@attachments":
        yield Attachments(tuple(_attachment(line) for line in group))
    else:
        yield from _appointments(group, nominate=mark == "@nominate")


def _cells(line: str, count: int) -> tuple[str, ...]:
    cells = tuple(cell.strip() for cell in line.split("|"))
    if count and len(cells) != count:
        raise ValueError(f"expected {count} cells in {line!r}")
    return cells


def _attachment(line: str) -> tuple[str, str, bool]:
    label = re.match(r"(\d+)\.", line)
    title = line[label.end() :] if label else line
    return (label[1] if label else "", title.removesuffix("（略）"), title.endswith("（略）"))


def _appointments(group: list[str], nominate: bool) -> Iterator[Item]:
    for index, line in enumerate(group):
        if line[:2] not in ("+ ", "- "):
            yield Paragraph(line)
            continue
        person, post, remark = (*_cells(line[2:], 0), "")[:3]
        action = ("nominate" if nominate else "appoint") if line[0] == "+" else "remove"
        if nominate and action == "remove":
            action = "nominate-removal"
        last = index + 1 == len(group) or group[index + 1][:2] != line[:2]
        yield Appointment(action, person, post, remark, "。" if last else "；")
