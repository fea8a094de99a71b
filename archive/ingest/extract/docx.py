"""From a Word file to lines: what is printed in its body, with the numbers that Word prints by itself.

Deleted and hidden text is left out, inserted text is kept; footnotes stand behind their paragraph, text boxes behind
the paragraph that carries them. Running heads are no part of the body. The parts are read with a bound on their
size: a part of a few kilobytes can unpack to gigabytes, and entities are never resolved.
"""

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from archive.characters import plain_characters
from archive.ingest.errors import LimitExceeded, UnreadableFile
from archive.ingest.extract.grid import MAX_COLUMNS, cells_to_items
from archive.ingest.extract.grid import Cell as GridCell
from archive.ingest.extract.word_numbers import (
    Numbering,
    as_number,
    attribute,
    children,
    local,
    read_numbering,
    value_of,
)
from archive.ingest.file_kind import BROKEN_ZIP
from archive.ingest.lines import Line, RuledTable

# The text of a whole issue takes some 3 MB as XML; a tree takes ten times the memory of its text.
MAX_PART = 40_000_000
REMEDY = "请在 Word 或 WPS 中打开，重新另存为 .docx，或导出为 PDF 后再上传"
MAIN = "word/document.xml"
# Signs of the fonts Wingdings and Symbol that official papers use: boxes to tick, ticks, dots.
SYMBOLS = {
    "F06F": "□",
    "F0A8": "□",
    "F071": "□",
    "F0FE": "☑",
    "F052": "☑",
    "F0FC": "√",
    "F0FD": "☒",
    "F0B7": "·",
}
# Parts of a paragraph whose text is not printed.
_NOT_PRINTED = (
    "del moveFrom delText instrText delInstrText pPr rPr sdtPr sdtEndPr fldData rt commentReference "
    "annotationRef proofErr bookmarkStart bookmarkEnd sectPr tblPr tblGrid trPr tcPr object"
)
NOT_PRINTED = frozenset(_NOT_PRINTED.split())
LEADERS = "……"
DEEPEST = 40


def read_docx(path: Path, name: str) -> list[Line | RuledTable]:
    """The lines and tables of a Word file's body. Raises UnreadableFile, or LimitExceeded for a part too large."""
    try:
        with zipfile.ZipFile(path) as archive:
            package = Package(archive, name)
            document = package.part(package.main())
            if document is None:
                raise UnreadableFile(name, "Word 文件里没有正文", REMEDY)
            reader = BodyReader(package)
            body = next(children(document, "body"), document)
            items = reader.read(body)
    except BROKEN_ZIP as error:
        raise UnreadableFile(name, "Word 文件已损坏或不完整", REMEDY) from error
    if not items:
        raise UnreadableFile(name, "Word 文件里没有文字（可能是插入的扫描图片）", "请导出为 PDF 后再上传")
    return items


@dataclass
class Package:
    """The parts of a Word file, each parsed within bounds."""

    archive: zipfile.ZipFile
    name: str

    def main(self) -> str:
        """The name of the part that holds the body."""
        relations = self.part("_rels/.rels")
        for relation in relations if relations is not None else ():
            if attribute(relation, "Type").endswith("/officeDocument"):
                return posixpath.normpath(attribute(relation, "Target").lstrip("/"))
        return MAIN

    def part(self, part: str) -> etree._Element | None:
        """The root of a part; None when the file has no such part."""
        try:
            info = self.archive.getinfo(part)
        except KeyError:
            return None
        with self.archive.open(info) as packed:
            # the size that the zip's directory states may be a lie
            content = packed.read(MAX_PART + 1)
        if len(content) > MAX_PART:
            raise LimitExceeded(
                self.name,
                f"Word 文件的正文解开后超过 {MAX_PART // 1_000_000} MB",
                "请按期拆分，或导出为 PDF 后再上传",
            )
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
        )
        try:
            root = etree.fromstring(content, parser)
        except etree.XMLSyntaxError as error:
            raise UnreadableFile(self.name, "Word 文件的内容已损坏", REMEDY) from error
        if root.getroottree().docinfo.doctype:
            # Word never writes one: what declares entities is made to do harm
            raise UnreadableFile(self.name, "Word 文件的内容不合规范（含 DTD）", REMEDY)
        return root


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph or character style says of its text; None where it leaves it to the style that it is based on."""

    based_on: str = ""
    bold: bool | None = None
    hidden: bool | None = None
    list_id: str | None = None
    level: int | None = None
    name: str = ""


@dataclass
class Paragraph:
    """What is collected of one paragraph: its lines, and what stands behind it."""

    lines: list[str] = field(default_factory=lambda: [""])
    bolds: list[bool] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)
    is_contents: bool = False


class BodyReader:
    """Turns the body's elements into lines and tables, in order."""

    def __init__(self, package: Package) -> None:
        self.styles = read_styles(package.part("word/styles.xml"))
        lists = {key: style.list_id for key, style in self.styles.items() if style.list_id}
        self.numbering: Numbering = read_numbering(package.part("word/numbering.xml"), lists)
        self.default_style = next((key for key, style in self.styles.items() if style.name == "Normal"), "")
        self.notes: dict[tuple[str, str], etree._Element] = {}
        for kind in ("footnote", "endnote"):
            root = package.part(f"word/{kind}s.xml")
            for note in children(root, kind) if root is not None else ():
                if not attribute(note, "type"):
                    self.notes[kind, attribute(note, "id")] = note
        self._note_numbers: dict[str, int] = {}
        self._blank = False

    def read(self, node: etree._Element, depth: int = 0) -> list[Line | RuledTable]:
        """The lines and tables of the paragraphs and tables below `node`."""
        items: list[Line | RuledTable] = []
        for child in blocks(node):
            if local(child) == "p":
                items += self.paragraph(child, depth)
            elif depth < DEEPEST:
                items += self.table(child, depth + 1)
        return items

    def paragraph(self, node: etree._Element, depth: int) -> list[Line | RuledTable]:
        properties = next(children(node, "pPr"), None)
        style = (value_of(properties, "pStyle") if properties is not None else None) or self.default_style
        found = Paragraph(is_contents=self.style_name(style).lower().startswith("toc"))
        self.collect(node, found, style, depth)
        texts = [plain_characters(text).strip(" \u3000\u00a0\t") for text in found.lines]
        items: list[Line | RuledTable] = []
        if any(texts):
            first = next(i for i, text in enumerate(texts) if text)
            texts[first] = self.number(properties, style) + texts[first]
        bold = bool(found.bolds) and all(found.bolds)
        for text in texts:
            if text:
                items.append(Line(text=text, bold=bold, after_blank=self._blank))
            self._blank = not text
        items += [Line(text=plain_characters(note)) for note in found.notes if note]
        if depth < DEEPEST:
            for box in found.boxes:
                items += self.read(box, depth + 1)
        return items

    def number(self, properties: etree._Element | None, style: str) -> str:
        """The number that Word prints before the paragraph; "" for none."""
        own = next(children(properties, "numPr"), None) if properties is not None else None
        list_id = value_of(own, "numId") if own is not None else None
        level = value_of(own, "ilvl") if own is not None else None
        chain = list(self.chain(style))
        if list_id is None:
            list_id = next((s.list_id for s in chain if s.list_id is not None), None)
        if level is None:
            level = next((str(s.level) for s in chain if s.level is not None), "0")
        # list 0 takes the numbering of the style away
        return self.numbering.label(list_id, as_number(level, 0)) if list_id and list_id != "0" else ""

    def collect(self, node: etree._Element, found: Paragraph, style: str, depth: int) -> None:
        """Take the printed text of a paragraph, run by run."""
        for child in node:
            kind = local(child)
            if kind == "r":
                self.run(child, found, style)
            elif kind in NOT_PRINTED:
                continue
            elif kind == "AlternateContent":
                self.alternatives(child, found)
            elif depth < DEEPEST:
                # hyperlinks, fields, insertions, content controls, ruby and formulas carry runs in them
                if kind == "t":
                    found.lines[-1] += child.text or ""
                self.collect(child, found, style, depth + 1)

    def run(self, run: etree._Element, found: Paragraph, style: str) -> None:
        properties = next(children(run, "rPr"), None)
        own_style = value_of(properties, "rStyle") if properties is not None else None
        chain = [*self.chain(own_style or ""), *self.chain(style)]
        hidden = on_off(properties, "vanish")
        if hidden is None:
            hidden = next((s.hidden for s in chain if s.hidden is not None), False)
        if hidden:
            return
        bold = on_off(properties, "b")
        if bold is None:
            bold = next((s.bold for s in chain if s.bold is not None), False)
        before = len(found.lines), len(found.lines[-1])
        for child in run:
            self.run_part(child, found)
        if (len(found.lines), len(found.lines[-1])) != before and found.lines[-1].strip():
            found.bolds.append(bool(bold))

    def run_part(self, child: etree._Element, found: Paragraph) -> None:
        kind = local(child)
        if kind == "t":
            found.lines[-1] += (child.text or "").replace("\n", " ")
        elif kind in ("tab", "ptab"):
            found.lines[-1] += LEADERS if found.is_contents else "\u3000"
        elif kind in ("br", "cr"):
            found.lines.append("")
        elif kind == "noBreakHyphen":
            found.lines[-1] += "-"
        elif kind == "sym":
            code = attribute(child, "char").upper()
            plain = code and not code.startswith("F0") and len(code) == 4
            found.lines[-1] += SYMBOLS.get(code, chr(int(code, 16)) if plain else "")
        elif kind in ("footnoteReference", "endnoteReference"):
            self.note(child, kind.removesuffix("Reference"), found)
        elif kind == "AlternateContent":
            self.alternatives(child, found)
        elif kind in ("drawing", "pict", "object"):
            found.boxes += boxes_of(child)
        elif kind == "ruby":
            for base in children(child, "rubyBase"):
                for run in children(base, "r"):
                    for part in run:
                        self.run_part(part, found)

    def alternatives(self, node: etree._Element, found: Paragraph) -> None:
        """A text box is written twice, for newer and older programs: the first that holds text is taken."""
        for choice in (*children(node, "Choice"), *children(node, "Fallback")):
            boxes = boxes_of(choice)
            if boxes:
                found.boxes += boxes
                return

    def note(self, reference: etree._Element, kind: str, found: Paragraph) -> None:
        note = self.notes.pop((kind, attribute(reference, "id")), None)
        if note is None:
            return
        number = self._note_numbers[kind] = self._note_numbers.get(kind, 0) + 1
        mark = f"［{number}］"
        inside = Paragraph()
        for paragraph in children(note, "p"):
            self.collect(paragraph, inside, "", 0)
        found.lines[-1] += mark
        found.notes.append(mark + "".join(inside.lines).strip())

    def table(self, node: etree._Element, depth: int) -> list[Line | RuledTable]:
        """A table, or the lines of one that only frames text."""
        rows: list[list[GridCell]] = []
        framed: list[Line | RuledTable] = []
        widest = 0
        for row in descendants(node, "tr"):
            marked = next(children(row, "trPr"), None)
            if marked is not None and any(local(mark) == "del" for mark in marked):
                continue
            cells = [GridCell("", n) for n in (grid_value(row, "trPr", "gridBefore"),) if n]
            for cell in descendants(row, "tc"):
                inside = self.read(cell, depth)
                framed += inside
                text = "".join(item.text for item in inside if isinstance(item, Line))
                text += "".join(
                    "".join(map("".join, item.rows)) for item in inside if isinstance(item, RuledTable)
                )
                cells.append(
                    GridCell("" if is_continued(cell) else text, grid_value(cell, "tcPr", "gridSpan") or 1)
                )
            widest = max(widest, len(cells))
            rows.append(cells)
        if widest < 2:
            return framed
        return cells_to_items(rows)

    def chain(self, style: str) -> Iterator[Style]:
        """The style and those that it is based on, nearest first."""
        seen: set[str] = set()
        while style in self.styles and style not in seen:
            seen.add(style)
            yield self.styles[style]
            style = self.styles[style].based_on

    def style_name(self, style: str) -> str:
        return self.styles[style].name if style in self.styles else style


def read_styles(root: etree._Element | None) -> dict[str, Style]:
    """The styles of a Word file by their ids."""
    styles: dict[str, Style] = {}
    for node in children(root, "style") if root is not None else ():
        paragraph = next(children(node, "pPr"), None)
        run = next(children(node, "rPr"), None)
        numbers = next(children(paragraph, "numPr"), None) if paragraph is not None else None
        level = value_of(numbers, "ilvl") if numbers is not None else None
        styles[attribute(node, "styleId")] = Style(
            value_of(node, "basedOn") or "",
            on_off(run, "b"),
            on_off(run, "vanish"),
            value_of(numbers, "numId") if numbers is not None else None,
            as_number(level, 0) if level is not None else None,
            value_of(node, "name") or "",
        )
    return styles


def on_off(properties: etree._Element | None, name: str) -> bool | None:
    """True or False for a switch that is set; None where it is left to the style."""
    value = value_of(properties, name) if properties is not None else None
    return None if value is None else value not in ("0", "false", "off", "none")


def blocks(node: etree._Element) -> Iterator[etree._Element]:
    """The paragraphs and tables below a node, in order, through content controls and revisions, not into each other."""
    return (found for found in _below(node, {"p", "tbl"}))


def descendants(node: etree._Element, kind: str) -> Iterator[etree._Element]:
    """The elements of a kind below a node, through content controls and revisions, not those of an inner table."""
    return _below(node, {kind}, stop={"tbl"})


def _below(node: etree._Element, wanted: set[str], stop: set[str] | None = None) -> Iterator[etree._Element]:
    waiting = list(reversed(node))
    while waiting:
        child = waiting.pop()
        kind = local(child)
        if kind in wanted:
            yield child
        elif kind in NOT_PRINTED or kind in (stop or ()):
            continue
        else:
            waiting += reversed(child)


def boxes_of(node: etree._Element) -> list[etree._Element]:
    """The outermost text boxes below a node; of boxes written twice, the first reading."""
    found: list[etree._Element] = []
    waiting = [node]
    while waiting:
        one = waiting.pop()
        kind = local(one)
        if kind == "txbxContent":
            found.append(one)
        elif kind == "AlternateContent":
            choices = [*children(one, "Choice"), *children(one, "Fallback")]
            waiting += next(([choice] for choice in choices if boxes_of(choice)), [])
        else:
            waiting += reversed(one)
    return found


def is_continued(cell: etree._Element) -> bool:
    """True for a cell that is merged with the one above it."""
    properties = next(children(cell, "tcPr"), None)
    merged = value_of(properties, "vMerge") if properties is not None else None
    return merged is not None and merged != "restart"


def grid_value(node: etree._Element, properties: str, name: str) -> int:
    """How many columns of the grid a cell covers or a row leaves out."""
    inside = next(children(node, properties), None)
    value = value_of(inside, name) if inside is not None else None
    return min(max(as_number(value or "0", 0), 0), MAX_COLUMNS)
