"""From a saved web page to lines: the main text of the page, its data tables, and nothing of the portal around it."""

import re
from collections.abc import Iterator
from pathlib import Path

import lxml.html
from lxml import etree

from archive.ingest.errors import LimitExceeded, UnreadableFile
from archive.ingest.extract.grid import MAX_CELLS, Cell, cells_to_items
from archive.ingest.extract.main_text import in_main_text, main_text
from archive.ingest.extract.text import decoded_file, text_to_items
from archive.ingest.lines import Line, RuledTable
from archive.numbers import is_number_line

# A page of text of this size is more than ten issues; its tree takes ten times the memory.
MAX_BYTES = 20_000_000
# A cell with more text than this, or more paragraphs, is part of a page, not of a table.
LONGEST_CELL = 600
MOST_PARAGRAPHS = 8
# Cells of a layout table with no more text than this stand on one line.
LONGEST_BESIDE = 40
_INVISIBLE = (
    "script style noscript template head nav footer aside form button select input textarea iframe object svg canvas "
    "audio video map dialog"
)
INVISIBLE = frozenset(_INVISIBLE.split())
_INLINE = (
    "a abbr acronym b bdi bdo big cite code data dfn em font i img ins kbd label mark o:p q rp rt ruby s samp small "
    "span st1:chsdate strike strong sub sup time tt u var wbr"
)
INLINE = frozenset(_INLINE.split())
HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
NO_MARKER = re.compile(r"list-style(?:-type)?\s*:\s*none", re.IGNORECASE)
BOLD_STYLE = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
# White space of the source with a line end in it stands for nothing between Chinese characters.
_WIDE = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f“”‘’…—]"
SOURCE_WRAP = re.compile(rf"(?<={_WIDE})[ \t]*[\r\n]\s*(?={_WIDE})")
SPACES = re.compile(r"[ \t\r\n\f]+")


class TooDeep(Exception):
    """Tags stand inside each other deeper than can be read."""


def read_html(path: Path, name: str) -> list[Line | RuledTable]:
    """The lines and tables of a page's main text. Raises UnreadableFile, or LimitExceeded for one too large."""
    try:
        items = html_to_items(decoded_file(path, name, MAX_BYTES))
    except TooDeep as error:
        raise LimitExceeded(name, "网页的标签嵌套过深", "请在浏览器中打开后打印为 PDF，再上传") from error
    if not items:
        raise UnreadableFile(name, "网页里没有正文文字", "请在浏览器中打开后打印为 PDF，再上传")
    return items


def html_to_items(markup: str, whole: bool = False) -> list[Line | RuledTable]:
    """The lines and tables of a page's main text, or of all of it when `whole`; empty for a page without any.

    Raises TooDeep where the parser would leave out what is nested too deeply.
    """
    # old portals never close their <font>: 300 of them inside each other are text all the same
    parser = lxml.html.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    try:
        # what the page declares is about bytes that were decoded already
        root = lxml.html.document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        root = None
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        raise TooDeep
    if root is None:
        return []
    body = root.find("body")
    if body is None:
        body = root
    remove_invisible(body)
    kept = [body] if whole else main_text(body)
    reader = PageReader()
    for element in kept:
        reader.read(element)
    return reader.items


def remove_invisible(body: lxml.html.HtmlElement) -> None:
    """Take out what a browser does not show, and the navigation; the text behind each stays."""
    for element in list(body.iter(etree.Element)):
        tag = str(element.tag)
        style = element.get("style") or ""
        hidden = element.get("hidden") is not None or (style and HIDDEN_STYLE.search(style))
        if (
            element is not body
            and (tag in INVISIBLE or hidden)
            and not (tag == "form" and holds_most(element, body))
            and element.getparent() is not None
        ):
            element.drop_tree()


def holds_most(element: lxml.html.HtmlElement, body: lxml.html.HtmlElement) -> bool:
    """True for the form that old portals put around the whole page."""
    return len(element.text_content()) > 0.5 * len(body.text_content())


class PageReader:
    """Collects the lines and tables below elements, in order."""

    def __init__(self) -> None:
        self.items: list[Line | RuledTable] = []
        self._parts: list[str] = []
        self._bold: list[bool] = []
        self._bolds = 0
        self._breaks = 0

    def read(self, top: lxml.html.HtmlElement) -> None:
        """Walk the tree below `top` without recursion: pages are nested as deep as they like."""
        skip: etree._Element | None = None
        for event, element in etree.iterwalk(top, events=("start", "end")):
            if skip is not None:
                if event == "end" and element is skip:
                    skip = None
                    if element is not top:
                        self._text(element.tail)
                continue
            tag = str(element.tag)
            if event == "start":
                is_table = tag == "table" and is_data_table(element)
                if is_table or tag == "pre" or not in_main_text(element):
                    self.end_line()
                    if in_main_text(element):
                        self.items += table_items(element) if is_table else kept_lines(element)
                    skip = element
                    continue
                self._start(tag, element)
            else:
                self._end(tag, element)
                if element is not top:
                    self._text(element.tail)
        self.end_line()

    def _start(self, tag: str, element: etree._Element) -> None:
        if tag == "br":
            self._breaks += 1
            self.end_line(is_break=True)
        elif tag not in INLINE:
            if tag not in ("td", "th") or not self._is_beside():
                self.end_line()
            if tag == "li":
                self._parts.append(list_label(element))
        if is_bold(tag, element):
            self._bolds += 1
        self._text(element.text)

    def _end(self, tag: str, element: etree._Element) -> None:
        if tag in ("td", "th") and self._is_beside():
            self._parts.append("\u3000")
        elif tag not in INLINE and tag != "br":
            self.end_line()
        if is_bold(tag, element):
            self._bolds -= 1

    def _is_beside(self) -> bool:
        """True when the text of a layout table's cell shares its line with that of the next: a name and a date."""
        text = plain_text("".join(self._parts))
        return 0 < len(text) <= LONGEST_BESIDE and not is_number_line(text)

    def _text(self, text: str | None) -> None:
        if not text:
            return
        self._parts.append(text)
        if text.strip():
            self._bold.append(self._bolds > 0)

    def end_line(self, is_break: bool = False) -> None:
        text = plain_text("".join(self._parts))
        bold = bool(self._bold) and all(self._bold)
        self._parts.clear()
        self._bold.clear()
        if text:
            self.items.append(Line(text=text, bold=bold, after_blank=self._breaks >= 2))
            self._breaks = int(is_break)


def kept_lines(element: etree._Element) -> list[Line | RuledTable]:
    """The lines of a <pre>, a text file within the page: wrapped ones are joined, rows set with tabs are tables."""
    for line_break in element.iter("br"):
        line_break.text = "\n"
    return text_to_items("".join(element.itertext()))


def plain_text(text: str) -> str:
    """The text as a browser shows it, on one line, without the blanks at its ends."""
    text = SOURCE_WRAP.sub("", text.replace("\u200b", ""))
    return SPACES.sub(" ", text).replace("\u00a0", " ").strip(" \u3000\u2002\u2003")


def is_bold(tag: str, element: etree._Element) -> bool:
    return tag in ("b", "strong", "h1", "h2", "h3", "h4", "h5", "h6", "th") or bool(
        BOLD_STYLE.search(element.get("style") or "")
    )


def list_label(item: etree._Element) -> str:
    """The number that a browser prints before an item of an <ol>; "" for any other."""
    parent = item.getparent()
    if parent is None or parent.tag != "ol" or NO_MARKER.search(parent.get("style") or ""):
        return ""
    start = parent.get("start") or "1"
    number = int(start) if re.fullmatch(r"\d{1,4}", start) else 1
    number += sum(1 for before in item.itersiblings("li", preceding=True))
    return f"{number}."


def is_data_table(table: etree._Element) -> bool:
    """True for a table of data; False for one that only sets parts of the page side by side."""
    if any(inner is not table for inner in table.iter("table")):
        return False
    rows = list(table.iter("tr"))
    widest = max((sum(1 for cell in row if cell.tag in ("td", "th")) for row in rows), default=0)
    if len(rows) < 2 or widest < 2:
        return False
    for cell in table.iter("td", "th"):
        text = "".join(cell.itertext()).strip()
        if len(text) > LONGEST_CELL or sum(1 for _ in cell.iter("p")) > MOST_PARAGRAPHS:
            return False
    return True


def table_items(table: etree._Element) -> list[Line | RuledTable]:
    caption = next(table.iter("caption"), None)
    items: list[Line | RuledTable] = []
    if caption is not None and (text := plain_text("".join(caption.itertext()))):
        items.append(Line(text=text))
    return items + cells_to_items(table_cells(table))


def table_cells(table: etree._Element) -> Iterator[list[Cell]]:
    for row in table.iter("tr"):
        yield [
            Cell(cell_text(cell), span(cell, "colspan"), span(cell, "rowspan"))
            for cell in row
            if cell.tag in ("td", "th")
        ]


def cell_text(cell: etree._Element) -> str:
    reader = PageReader()
    reader.read(cell)
    return "".join(item.text for item in reader.items if isinstance(item, Line))


def span(cell: etree._Element, name: str) -> int:
    value = cell.get(name) or ""
    return min(max(int(value), 1), MAX_CELLS) if re.fullmatch(r"\d{1,6}", value) else 1
