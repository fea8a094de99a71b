"""The text of a document, or of a plan that it carries, in the structure of Akoma Ntoso.

第一编 is a part, 第一章 a chapter, 第一节 a section, 第一条 an article, and what is numbered below an article a point. A
heading of any other numbering is a level (一、 1.1), a numbered clause without one a paragraph. A text with articles is
an act, any other a doc.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from archive.export.akoma_ntoso.elements import Element, append, element
from archive.export.akoma_ntoso.links import Links
from archive.models import Block, Section, Table
from archive.structure import Entry, Headings, Part, omitted_from

_END = {Block.Kind.SIGNATURE, Block.Kind.DATE, Block.Kind.NOTE, Block.Kind.ATTACHMENT}
_BY_LABEL = (
    ("part", re.compile(r"^第.+编")),
    ("chapter", re.compile(r"^第.+章")),
    ("section", re.compile(r"^第.+节")),
    ("article", re.compile(r"^第.+条")),
)
# As the naming convention shortens them in identifiers.
_SHORT = {"chapter": "chp", "section": "sec", "article": "art", "level": "lvl", "paragraph": "para"}


@dataclass(slots=True)
class Pieces:
    """What stands before the body, in it and behind it."""

    preface: list[Element] = field(default_factory=list)
    preamble: list[Element] = field(default_factory=list)
    body: list[Element] = field(default_factory=list)
    conclusions: list[Element] = field(default_factory=list)


@dataclass(slots=True)
class _Node:
    """A section with what stands in it, in reading order; `made` is None for the text as a whole."""

    made: Element | None
    kind: str
    eid: str
    key: int | None
    inside: "list[Element | _Node]" = field(default_factory=list)


def is_act(part: Part) -> bool:
    """True for a text with articles."""
    return any(entry.section and _kind_of_label(entry.section.label) == "article" for entry in part.entries)


class Writer:
    """Writes the parts of one document. `signers` gives the eId of who signed, `signed_on` the day of the document."""

    def __init__(
        self,
        links: Links,
        signers: dict[str, str],
        signed_on: date | None,
        sections: Iterable[Section],
    ) -> None:
        self.links = links
        self.signers = signers
        self.signed_on = signed_on
        self.headings = Headings(sections)
        self.taken: dict[str, int] = {}

    def write(self, part: Part, prefix: str) -> Pieces:
        """The text in its structure; every eId begins with `prefix`."""
        found = Pieces()
        entries = list(part.entries)
        ending = _ending(entries)
        while part.title is None and len(entries) > ending and entries[0].block.kind == Block.Kind.RECIPIENT:
            found.preface += self._block(entries.pop(0), part, prefix)
        entries, end = (entries[:-ending], entries[-ending:]) if ending else (entries, [])
        root = self._tree(entries, part, prefix)
        if is_act(part):
            first = next((at for at, one in enumerate(root.inside) if isinstance(one, _Node)), 0)
            found.preamble = [one for one in root.inside[:first] if not isinstance(one, _Node)]
            del root.inside[:first]
            found.body = [self._hierarchical(one, prefix) for one in _in_runs(root.inside)]
        else:
            found.body = [self._closed(one) if isinstance(one, _Node) else one for one in root.inside]
        for entry in end:
            found.conclusions += self._block(entry, part, prefix)
        return found

    # --- sections ---------------------------------------------------------------------------------------
    def _tree(self, entries: Iterable[Entry], part: Part, prefix: str) -> _Node:
        stack = [_Node(None, "", prefix, None)]
        for entry in entries:
            section = entry.section
            if section is None:
                self._close_to(stack, {entry.block.section_id})
                stack[-1].inside += self._block(entry, part, prefix)
            else:
                self._close_to(stack, {one.pk for one in self.headings.above(section)})
                node = self._section(entry, section, stack)
                stack[-1].inside.append(node)
                stack.append(node)
        return stack[0]

    def _close_to(self, stack: list[_Node], keys: Collection[int | None]) -> None:
        while len(stack) > 1 and stack[-1].key not in keys:
            stack.pop()

    def _section(self, entry: Entry, section: Section, stack: list[_Node]) -> _Node:
        """The section with its number and heading; the rest of a run-in one's paragraph stands in it already."""
        kind = _kind_of_label(section.label)
        if not kind:
            in_article = any(node.kind == "article" for node in stack)
            kind = "point" if in_article else "level" if section.heading else "paragraph"
        parent = self.headings.by_key.get(section.parent_id or 0)
        number = _own_number(section, parent)
        above = stack[-1].eid
        eid = self._eid(f"{above}{_SHORT.get(kind, kind)}_{number}")
        node = _Node(element(kind, eId=eid, archive_anchor=section.anchor), kind, f"{eid}__", section.pk)
        text = entry.block.text
        if entry.head and (entry.head == len(text) or not entry.is_heading):
            heads = [("num", section.label), ("heading", section.heading)]
            rest = text[entry.head :].strip()
        elif entry.is_heading:
            heads, rest = [("heading", text)], ""
        else:
            heads, rest = [], text
        for name, words in heads:
            if words:
                append(node.made, [element(name, *self._inline(words))])
        if rest:
            node.inside.append(element("p", *self._inline(rest)))
        return node

    def _closed(self, node: _Node) -> Element:
        """The element of a section, with what it holds."""
        inside = node.inside
        if not any(isinstance(one, _Node) for one in inside):
            if inside:
                append(node.made, [element("content", *inside, eId=f"{node.eid}content")])
            return node.made
        runs = list(_in_runs(inside))
        for at, run in enumerate(runs):
            if isinstance(run, _Node):
                append(node.made, [self._closed(run)])
            elif at in (0, len(runs) - 1):
                name = "wrapUp" if at else "intro"
                append(node.made, [element(name, *run, eId=f"{node.eid}{name.lower()}")])
            else:
                append(node.made, [self._hierarchical(run, node.eid)])
        return node.made

    def _hierarchical(self, run: "_Node | list[Element]", above: str) -> Element:
        """A section; or text between two of them, in a container that may stand there."""
        if isinstance(run, _Node):
            return self._closed(run)
        eid = self._eid(f"{above}hcontainer")
        return element("hcontainer", element("content", *run, eId=f"{eid}__content"), name="text", eId=eid)

    def _eid(self, wanted: str) -> str:
        """`wanted`, with a number behind it where it is taken."""
        self.taken[wanted] = count = self.taken.get(wanted, 0) + 1
        return wanted if count == 1 else self._eid(f"{wanted}_{count}")

    # --- blocks -----------------------------------------------------------------------------------------
    def _block(self, entry: Entry, part: Part, prefix: str) -> list[Element]:
        """The elements of a block in which no section begins."""
        block = entry.block
        if entry.table:
            return [self._table(entry.table, prefix, entry.titled)]
        lines = [line for line in block.text.splitlines() if line.strip()]
        match block.kind:
            case Block.Kind.SIGNATURE:
                return [element("p", self._signature(line), class_="signature") for line in lines]
            case Block.Kind.DATE:
                return [element("p", self._date(line), class_="date") for line in lines]
            case Block.Kind.ATTACHMENT:
                return [element("p", *self._attachment(line), class_="attachment") for line in lines]
            case Block.Kind.ROSTER | Block.Kind.TABLE:
                kind = str(block.kind)
                made = [element("p", *self._inline(line)) for line in lines]
                eid = self._eid(f"{prefix}container")
                return [element("blockContainer", *made, class_=kind, eId=eid)] if made else []
        kind = "" if block.kind in (Block.Kind.PARAGRAPH, Block.Kind.HEADING) else str(block.kind)
        return [element("p", *self._inline(block.text), class_=kind)] if block.text else []

    def _signature(self, line: str) -> Element:
        signer = self.signers.get(line.strip(), "")
        return element("signature", line, refersTo=f"#{signer}" if signer else "")

    def _date(self, line: str) -> "str | Element":
        day = self.signed_on
        figures = [int(one) for one in re.findall(r"[0-9]{1,4}", unicodedata.normalize("NFKC", line))]
        if day is None or figures != [day.year, day.month, day.day]:
            return line
        return element("date", line, date=day.isoformat())

    def _attachment(self, line: str) -> "list[str | Element]":
        cut = omitted_from(line)
        if cut is None:
            return self._inline(line)
        return [*self._inline(line[: cut[0]]), element("omissis", line[cut[1] :])]

    def _table(self, table: Table, prefix: str, titled: bool) -> Element:
        made = element(
            "table", eId=f"{prefix}table_{table.position + 1}", archive_anchor=f"table-{table.position}"
        )
        if table.title and not titled:
            append(made, [element("caption", *self._inline(table.title))])
        rows = ([("th", table.columns)] if table.columns else []) + [("td", row) for row in table.rows]
        for name, cells in rows:
            if cells:
                made_cells = [element(name, element("p", *self._inline(cell))) for cell in cells]
                append(made, [element("tr", *made_cells)])
        return made

    def _inline(self, text: str) -> "list[str | Element]":
        """The text with its references, and with its line ends."""
        found: list[str | Element] = []
        for at, line in enumerate(text.splitlines()):
            if at:
                found.append(element("br"))
            found += self.links.linked(line)
        return found


def _ending(entries: list[Entry]) -> int:
    """How many blocks make up the end of the text: from its signature or date on, notes and what is attached."""
    count = 0
    for at, entry in enumerate(reversed(entries), 1):
        if entry.block.kind not in _END:
            break
        if entry.block.kind in (Block.Kind.SIGNATURE, Block.Kind.DATE):
            count = at
    return count


def _in_runs(inside: "Iterable[Element | _Node]") -> "Iterable[_Node | list[Element]]":
    """The sections, and between them what stands together."""
    is_node: Callable[[object], bool] = lambda one: isinstance(one, _Node)  # noqa: E731
    for node, run in groupby(inside, is_node):
        if node:
            yield from run
        else:
            yield list(run)


def _kind_of_label(label: str) -> str:
    return next((kind for kind, pattern in _BY_LABEL if pattern.match(label)), "")


def _own_number(section: Section, parent: Section | None) -> str:
    """What the anchor of a section has behind that of its parent: 2 of s-1-2, 12 of t-12."""
    if parent is not None and section.anchor.startswith(f"{parent.anchor}-"):
        return section.anchor.removeprefix(f"{parent.anchor}-")
    return section.anchor.partition("-")[2] or section.anchor
