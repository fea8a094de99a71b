"""From a plain text file to lines: the encoding is found out, tables written with tabs are taken out."""

import re
from pathlib import Path

from archive.ingest.errors import LimitExceeded, UnreadableFile
from archive.ingest.lines import Line, RuledTable

MAX_BYTES = 50_000_000
# What a text file may hold besides printable characters.
CONTROL = frozenset(map(chr, range(32))) - set("\t\n\r\f\v\x1a\x1b")
# A row of a table has at least so many tabs; two or more such rows make a table.
MIN_TABS = 2
# - 附件:1.…: the bullets of lists that OCR writes as Markdown
BULLET = re.compile(r"^[-*•]\s+(?=\S)")


def decode_text(raw: bytes, name: str) -> str:
    """The text of a file in UTF-8, UTF-16 or GB18030. Raises UnreadableFile for anything else."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif raw[:200].count(0) > len(raw[:200]) // 4:
        encodings = ["utf-16-le", "utf-16-be"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if sum(char in CONTROL for char in text[:20_000]) <= len(text[:20_000]) // 1000:
            return text
    raise UnreadableFile(name, "不是可识别的文本文件", "请另存为 UTF-8 或 GB18030 编码的纯文本，或上传 PDF")


def read_text(path: Path, name: str) -> list[Line | RuledTable]:
    """The lines of a text file in order, without blank ones; tables written with tabs as tables.

    Raises UnreadableFile, or LimitExceeded for a file that is larger than any issue.
    """
    if path.stat().st_size > MAX_BYTES:
        raise LimitExceeded(name, f"文本超过 {MAX_BYTES // 1_000_000} MB，不像一期公报", "请按期拆分后再上传")
    raw = path.read_bytes()
    if not raw.strip():
        raise UnreadableFile(name, "文件是空的", "请重新导出或重新上传该文件")
    text = decode_text(raw, name).replace("\x00", "")
    if text.lstrip()[:200].lower().startswith(("<!doctype html", "<html", "<?xml")):
        raise UnreadableFile(
            name, "内容是网页（HTML），不是纯文本", "请在浏览器中打印为 PDF，或复制正文存为 .txt"
        )
    items: list[Line | RuledTable] = []
    rows: list[tuple[str, ...]] = []
    blank = False
    # \f ends a page as a blank line ends a paragraph
    for raw_line in text.replace("\f", "\n\n").splitlines():
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
