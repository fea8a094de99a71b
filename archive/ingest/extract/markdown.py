"""From a Markdown file to lines: what a reader sees, without its marks; tables, also those written as HTML.

Printed numbers stay as they are written: 3. is not made 1. by starting a list. What stands between two lines of ---
at the head of the file is about the file, and is not read.
"""

import re
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from archive.ingest.errors import LimitExceeded
from archive.ingest.extract.grid import Cell, cells_to_items
from archive.ingest.extract.html import TooDeep, html_to_items
from archive.ingest.extract.text import decoded_file
from archive.ingest.extract.wrapped import unwrap
from archive.ingest.lines import Line, RuledTable

FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\n(?:[^\n]*\n){0,200}?(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
MAX_BYTES = 6_000_000
# An indent of four is how Chinese paragraphs begin, not code.
INDENT = re.compile(r"^[ \t\u3000\u00a0]+(?![-*+] |\d+[.)] )", re.MULTILINE)
HTML_TABLE = re.compile(r"<table[\s>].*?</table\s*>", re.IGNORECASE | re.DOTALL)
TAG = re.compile(r"<(?:br|/p|/div)\s*/?>", re.IGNORECASE)


def read_markdown(path: Path, name: str) -> list[Line | RuledTable]:
    """The lines and tables of a Markdown file. Raises UnreadableFile, or LimitExceeded for one too large."""
    try:
        return markdown_to_items(decoded_file(path, name, MAX_BYTES))
    except TooDeep as error:
        raise LimitExceeded(name, "其中网页的标签嵌套过深", "请删去其中的网页代码后再上传") from error


def markdown_to_items(source: str) -> list[Line | RuledTable]:
    """The lines of a Markdown text in order, without its marks, and its tables."""
    source = FRONT_MATTER.sub("", source.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n"))
    # a hard-wrapped file is joined first, as a plain text is
    source = "\n".join(unwrap(source.split("\n")))
    # a table in HTML is a block of its own, wherever it begins
    source = HTML_TABLE.sub(lambda found: "\n\n" + re.sub(r"\n\s*\n", "\n", found.group()) + "\n\n", source)
    reader = MarkdownIt("commonmark", {"maxNesting": 50}).enable(["table", "strikethrough"])
    reader.disable(["code", "lheading", "reference"])
    collected = TokenReader()
    for token in reader.parse(INDENT.sub("", source)):
        collected.read(token)
    return collected.items


class TokenReader:
    """Collects the lines and tables of a run of tokens."""

    def __init__(self) -> None:
        self.items: list[Line | RuledTable] = []
        self._label = ""
        self._heading = False
        self._rows: list[list[Cell]] | None = None
        self._after_blank = False

    def read(self, token: Token) -> None:
        kind = token.type
        if kind == "list_item_open":
            # 3. is printed as 3.; a bullet is not
            self._label = f"{token.info}{token.markup}" if token.info else ""
        elif kind in ("heading_open", "heading_close"):
            self._heading = kind == "heading_open"
        elif kind == "table_open":
            self._rows = []
        elif kind == "tr_open" and self._rows is not None:
            self._rows.append([])
        elif kind == "table_close" and self._rows is not None:
            self.items += cells_to_items(self._rows)
            self._rows = None
        elif kind == "inline":
            lines = inline_lines(token)
            if self._rows:
                self._rows[-1].append(Cell("".join(lines)))
            else:
                self._add(lines)
        elif kind in ("fence", "code_block"):
            self._add(token.content.splitlines())
        elif kind == "html_block":
            self.items += html_to_items(token.content, whole=True)
        if kind in ("paragraph_open", "heading_open"):
            self._after_blank = True

    def _add(self, lines: list[str]) -> None:
        for text in lines:
            if plain := text.strip():
                self.items.append(
                    Line(text=self._label + plain, bold=self._heading, after_blank=self._after_blank)
                )
                self._label, self._after_blank = "", False


def inline_lines(token: Token) -> list[str]:
    """The texts of an inline token, one a line as written."""
    lines = [""]
    for child in token.children or []:
        if child.type in ("softbreak", "hardbreak"):
            lines.append("")
        elif child.type == "html_inline":
            if TAG.fullmatch(child.content):
                lines.append("")
        elif child.type == "image":
            continue
        elif child.content:
            lines[-1] += child.content
    return lines
