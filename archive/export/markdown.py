"""A document as Markdown (CommonMark, with the tables of GitHub): its headings by level, its tables as tables.

Nothing that is printed becomes markup: whatever could is written so that it stands as it is. A table goes into HTML
where Markdown has none for it: without a head, or with rows that name those below them and go across.
"""

import re
from collections.abc import Iterator

from archive.export.citations import Cited
from archive.export.plain_text import cleaned, source_lines
from archive.models import Document, Table
from archive.structure import Entry, Part, is_group_row, parts_of

_TOP_LEVEL, _LAST_LEVEL = 2, 6
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&!$^])")
# What makes a list or a heading where a line begins with it.
_AT_START = re.compile(r"^([0-9]{1,9}(?=[.)](?: |$))|(?=[+=-]))")
_IN_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\n": "<br>"}


def document_to_markdown(document: Document, source: Cited) -> str:
    """The document. Needs `blocks` with table and `sections`; `source` is what a reference to it names."""
    paragraphs = [f"# {_line(document.title)}"]
    if document.number:
        paragraphs.append(_line(document.number))
    for part in parts_of(document):
        paragraphs += _part(part)
    paragraphs += ["---", *map(_lines, source_lines(source))]
    return "\n\n".join(paragraphs) + "\n"


def _part(part: Part) -> Iterator[str]:
    if part.title is not None and part.title.text.strip():
        yield f"{'#' * _TOP_LEVEL} {_line(part.title.text)}"
    for entry in part.entries:
        if text := _entry(entry):
            yield text


def _entry(entry: Entry) -> str:
    if entry.table:
        return _table(entry.table, entry.titled)
    if entry.is_heading:
        return f"{'#' * min(_TOP_LEVEL + entry.depth, _LAST_LEVEL)} {_line(entry.block.text)}"
    return _lines(entry.block.text)


def _table(table: Table, titled: bool) -> str:
    width = len(table.columns)
    plain = bool(width) and all(len(row) == width and not is_group_row(row) for row in table.rows)
    made = _piped(table) if plain else _in_html(table)
    return f"{_line(table.title)}\n\n{made}" if table.title.strip() and not titled else made


def _piped(table: Table) -> str:
    rows = [table.columns, ["---"] * len(table.columns), *table.rows]
    cells = [[cell if at == 1 else _cell(cell) for cell in row] for at, row in enumerate(rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def _in_html(table: Table) -> str:
    rows = ([("th", table.columns)] if table.columns else []) + [("td", row) for row in table.rows]
    lines = ["".join(f"<{tag}>{_html(cell)}</{tag}>" for cell in cells) for tag, cells in rows]
    return "\n".join(["<table>", *(f"<tr>{line}</tr>" for line in lines), "</table>"])


def _html(cell: str) -> str:
    text = "\n".join(line for line in map(str.strip, cleaned(cell).splitlines()) if line)
    return "".join(_IN_HTML.get(sign, sign) for sign in text)


def _cell(cell: str) -> str:
    return "<br>".join(_line(line) for line in cleaned(cell).splitlines() if line.strip())


def _lines(text: str) -> str:
    """The lines as one paragraph, each on a line of its own."""
    return "\\\n".join(_line(line) for line in cleaned(text).splitlines() if line.strip())


def _line(text: str) -> str:
    """The text in one line, nothing in it being markup."""
    plain = " ".join(cleaned(text).split())
    return _AT_START.sub(r"\1\\", _MARKUP.sub(r"\\\1", plain), count=1)
