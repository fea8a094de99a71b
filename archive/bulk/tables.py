"""The same records as tables: which columns a CSV has, and what stands in them."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from archive.export.table import MARK, safe_cell

Record = dict[str, Any]
# A column and where it comes from: a name of the record, or what makes it of the record.
Column = tuple[str, str | Callable[[Record], Any]]


def _text(document: Record) -> str:
    return "\n".join(block["text"] for block in document["blocks"])


def _validity(name: str) -> Callable[[Record], Any]:
    return lambda document: (document["validity"] or {}).get(name)


def _state(document: Record) -> Any:
    return (document["supplied"] or {}).get("state")


def _plain(*names: str) -> list[Column]:
    return [(name, name) for name in names]


TABLES: dict[str, list[Column]] = {
    "issues": [
        *_plain(
            "id", "url", "gazette", "year", "number", "total_number", "published_on", "frequency", "organiser"
        ),
        ("documents", lambda issue: len(issue["documents"])),
        ("file", lambda issue: issue["source"]["name"]),
        ("file_sha256", lambda issue: issue["source"]["sha256"]),
        ("pages", lambda issue: issue["source"]["pages"]),
        ("text_source", lambda issue: issue["source"]["text"]),
    ],
    "documents": [
        *_plain(
            "id", "url", "issue_id", "issue", "position", "category", "title", "number", "issuer", "kind"
        ),
        *_plain("recipients", "signed_by", "signed_on", "first_page", "last_page"),
        *_plain("printed_first_page", "printed_last_page", "note"),
        ("effective_on", _validity("effective_on")),
        ("expires_on", _validity("expires_on")),
        ("state", _state),
        ("text", _text),
    ],
    "sections": _plain(
        *("document", "position", "parent", "level", "label", "heading", "run_in", "page", "anchor", "url")
    ),
    "appointments": _plain(
        *("document", "position", "action", "person", "post", "remark", "signed_on", "url")
    ),
    "references": _plain(*("document", "position", "relation", "number", "title", "target", "evidence")),
    "numbers": [
        *_plain("code", "year", "present", "last", "missing"),
        ("gaps", lambda run: [f"{a}-{b}" if a != b else str(a) for a, b in run["gaps"]]),
        ("url", "url"),
    ],
}


def head(name: str) -> bytes:
    """The first line of a table, with the mark of UTF-8 before it."""
    return (MARK + _written([[column for column, _of in TABLES[name]]])).encode()


def rows(name: str, records: Iterable[Record]) -> Iterator[bytes]:
    """The line of each record."""
    columns = TABLES[name]
    for record in records:
        cells = [record.get(of) if isinstance(of, str) else of(record) for _column, of in columns]
        yield _written([[safe_cell(_cell(cell)) for cell in cells]]).encode("utf-8", "surrogatepass")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "；".join(map(str, value)) if isinstance(value, list) else str(value)


def _written(lines: Iterable[Iterable[str]]) -> str:
    file = io.StringIO()
    csv.writer(file).writerows(lines)
    return file.getvalue()
