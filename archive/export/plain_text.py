"""A document as plain text, for who wants nothing but the words.

    云岭市人民政府关于加强古树名木保护工作的通知
    云政发〔2024〕1号

    各县（区）人民政府，市直各单位：
    …

Each paragraph is a line, as it is printed; cells are parted by tabs. The source stands at the end.
"""

import re
from collections.abc import Iterator

from archive.export.citations import Cited, as_gbt7714
from archive.models import Document, Table
from archive.structure import Part, parts_of

# A tab and a line end mean something in plain text; of other control characters nobody knows what they would do.
_NOT_IN_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def document_to_text(document: Document, source: Cited) -> str:
    """The text of the document. Needs `blocks` with table and `sections`; `source` is what a reference to it names."""
    head = "\n".join(filter(None, [document.title, document.number]))
    paragraphs = [head, *(text for part in parts_of(document) for text in _part(part))]
    return cleaned("\n\n".join([*paragraphs, "――――――", *source_lines(source)])) + "\n"


def source_lines(source: Cited) -> list[str]:
    """Where the document is printed and stands, and the reference to it."""
    printed = source.gazette or source.file_name
    if source.gazette and source.year:
        # An issue without a figure is called by its name: 增刊1.
        of_year = f"第{source.label}期" if source.label[:1].isdigit() else source.label
        printed += f"{source.year}年{of_year}"
    if source.pages:
        printed += f"第{'—'.join(map(str, source.pages))}页"
    return [f"来源：{printed}。{source.address}", f"引文：{as_gbt7714(source)}"]


def cleaned(text: str) -> str:
    """The text with a sign (U+FFFD) for each character that is none."""
    return _NOT_IN_TEXT.sub("\ufffd", text)


def _part(part: Part) -> Iterator[str]:
    if part.title is not None and part.title.text:
        yield part.title.text
    for entry in part.entries:
        if text := _table(entry.table, entry.titled) if entry.table else entry.block.text:
            yield text


def _table(table: Table, titled: bool) -> str:
    rows = [table.columns, *table.rows] if table.columns else table.rows
    lines = ["\t".join(" ".join(cell.split()) for cell in row) for row in rows]
    return "\n".join([table.title, *lines] if table.title and not titled else lines)
