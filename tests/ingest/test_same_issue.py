"""One issue saved as every kind of file: the same documents come out of each."""

import html
from collections.abc import Callable
from pathlib import Path

import docx
import pytest

from archive.ingest.extract.text import text_to_items
from archive.ingest.lines import Line, RuledTable
from archive.ingest.parse.records import ParsedIssue
from archive.ingest.read import read_issue
from tests.ingest.extract.test_wrapped import wrap

SAMPLE = Path(__file__).resolve().parents[2] / "archive" / "samples" / "jichuan-2023-06.txt"
Items = list[Line | RuledTable]


def as_word(items: Items, path: Path) -> None:
    document = docx.Document()
    for item in items:
        if isinstance(item, Line):
            if item.after_blank:
                document.add_paragraph("")
            document.add_paragraph(f"\u3000\u3000{item.text}")
        else:
            table = document.add_table(len(item.rows), len(item.rows[0]))
            for row, texts in zip(table.rows, item.rows, strict=True):
                for cell, text in zip(row.cells, texts, strict=True):
                    cell.text = text
    document.save(str(path))


def html_table(table: RuledTable) -> str:
    rows = ("".join(f"<td>{html.escape(text)}</td>" for text in row) for row in table.rows)
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"


def as_page(items: Items, path: Path) -> None:
    parts = [
        f"<p>&nbsp;&nbsp;{html.escape(item.text)}</p>" if isinstance(item, Line) else html_table(item)
        for item in items
    ]
    page = (
        "<!DOCTYPE html><html><head><meta charset='gb2312'></head><body><ul class='nav'><li><a href='/'>首页</a></ul>"
        f"<div class='content'>{''.join(parts)}</div><div class='footer'>版权所有</div></body></html>"
    )
    path.write_bytes(page.encode("gb18030"))


def as_markdown(items: Items, path: Path) -> None:
    parts = []
    for item in items:
        if isinstance(item, Line):
            parts.append(f"## {item.text}" if item.text.startswith("一、") else item.text)
        else:
            head, *rows = (f"| {' | '.join(row)} |" for row in item.rows)
            parts.append("\n".join([head, "|" + "---|" * len(item.rows[0]), *rows]))
    path.write_text("\n\n".join(parts), encoding="utf-8")


def as_text(encoding: str, width: int = 0) -> Callable[[Items, Path], None]:
    def write(items: Items, path: Path) -> None:
        lines = []
        for item in items:
            if isinstance(item, Line):
                lines.append(
                    ("\n" if item.after_blank else "") + (wrap(item.text, width) if width else item.text)
                )
            else:
                lines += ["\t".join(row) for row in item.rows]
        path.write_bytes("\n".join(lines).encode(encoding))

    return write


# file name → (how it is written, kind in the record)
KINDS: dict[str, tuple[Callable[[Items, Path], None], str]] = {
    "issue.docx": (as_word, "docx"),
    "issue.html": (as_page, "html"),
    "issue.md": (as_markdown, "text"),
    "gbk.txt": (as_text("gb18030"), "text"),
    "utf-16.txt": (as_text("utf-16"), "text"),
    "utf-16-le.txt": (as_text("utf-16-le"), "text"),
    "wrapped-32.txt": (as_text("utf-8", 32), "text"),
    "wrapped-40.txt": (as_text("gb18030", 40), "text"),
}


def documents(issue: ParsedIssue) -> list[tuple[object, ...]]:
    return [
        (
            document.category,
            document.title,
            document.number,
            document.signed_on,
            document.signed_by,
            document.recipients,
            [table.rows for table in document.tables],
            [(block.kind, block.text) for block in document.blocks],
        )
        for document in issue.documents
    ]


@pytest.mark.parametrize("name", KINDS)
def test_the_same_documents_in_every_kind_of_file(name: str, tmp_path: Path) -> None:
    write, kind = KINDS[name]
    path = tmp_path / name
    write(text_to_items(SAMPLE.read_text(encoding="utf-8")), path)
    wanted, found = read_issue(SAMPLE), read_issue(path)
    assert found.source.kind == kind
    assert (found.gazette, found.year, found.number, found.published_on) == (
        *(wanted.gazette, wanted.year, wanted.number),
        wanted.published_on,
    )
    assert found.contents == wanted.contents
    assert len(wanted.documents) > 3
    assert documents(found) == documents(wanted)
