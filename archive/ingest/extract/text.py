"""From a plain text file to lines: wrapped lines are joined, tables written with tabs are taken out."""

import re
from pathlib import Path

from archive.characters import plain_characters
from archive.ingest.errors import LimitExceeded, UnreadableFile
from archive.ingest.extract.encoding import decode_text
from archive.ingest.extract.wrapped import unwrap
from archive.ingest.lines import Line, RuledTable

MAX_BYTES = 20_000_000
# A row of a table has at least so many tabs; two or more such rows make a table.
MIN_TABS = 2
# - 附件:1.…: the bullets of lists that OCR writes as Markdown
BULLET = re.compile(r"^[-*•]\s+(?=\S)")


def read_text(path: Path, name: str) -> list[Line | RuledTable]:
    """The lines of a text file in order, without blank ones; tables written with tabs as tables.

    Raises UnreadableFile, or LimitExceeded for a file that is larger than any issue.
    """
    return text_to_items(decoded_file(path, name))


def decoded_file(path: Path, name: str, most: int = MAX_BYTES) -> str:
    """The text of a file with plain characters. Raises UnreadableFile, or LimitExceeded over `most` bytes."""
    if path.stat().st_size > most:
        raise LimitExceeded(name, f"文本超过 {most // 1_000_000} MB，不像一期公报", "请按期拆分后再上传")
    raw = path.read_bytes()
    if not raw.strip():
        raise UnreadableFile(name, "文件是空的", "请重新导出或重新上传该文件")
    return plain_characters(decode_text(raw, name).replace("\x00", "").replace("\ufeff", ""))


def text_to_items(text: str) -> list[Line | RuledTable]:
    """The lines of a text in order, wrapped ones joined, and its tables."""
    items: list[Line | RuledTable] = []
    rows: list[tuple[str, ...]] = []
    blank = False
    # \f ends a page as a blank line ends a paragraph
    for raw_line in unwrap(text.replace("\f", "\n\n").splitlines()):
        if not raw_line.strip():
            blank = True
            continue
        if raw_line.count("\t") >= MIN_TABS:
            rows.append(tuple(cell.strip() for cell in raw_line.split("\t")))
        else:
            items += rows_to_items(rows)
            rows = []
            items.append(
                Line(text=BULLET.sub("", raw_line.strip()).replace("\t", "\u3000"), after_blank=blank)
            )
        blank = False
    return items + rows_to_items(rows)


def rows_to_items(rows: list[tuple[str, ...]]) -> list[Line | RuledTable]:
    """A table of rows with the same number of cells; a single row is a line set with tabs."""
    if len(rows) < 2:
        return [Line(text="\u3000".join(row).strip(), after_blank=True) for row in rows]
    width = max(map(len, rows))
    padded = tuple(row + ("",) * (width - len(row)) for row in rows)
    return [RuledTable(rows=padded, page=0, box=(0, 0, 0, 0))]
