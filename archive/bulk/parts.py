"""What each issue puts into the bulk files, made once for each of its states and put together for all.

So after a change of one issue no other is read again, and the worker can be called away between any two.
"""

import gzip
import hashlib
import json
import secrets
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.db.models import Max

from archive.bulk import tables
from archive.bulk.folder import bulk_folder
from archive.bulk.records import (
    Record,
    appointment_lines,
    bulk_document_rows,
    document_line,
    issue_line,
    page_line,
    section_lines,
)
from archive.export.as_json import issue_record_rows
from archive.masks import has_masks, masks_of
from archive.models import Document, Issue, JournalEntry
from archive.public_pages import program

# What an issue puts into: a file of lines each, and a table where there is one of that name.
KINDS = ("issues", "documents", "sections", "appointments", "pages")
_COUNTS = "counts.json"
# Documents, or pages, that are in memory at once.
_AT_ONCE = 20


def wanted() -> dict[int, str]:
    """The name of the part of each published issue, by its number, in that order; "" of one without an edition.

    It changes with the program, with the issue's edition, and with the journal: what is said of a document may rest
    on one of another issue.
    """
    entries = JournalEntry.objects.order_by().values_list("issue")
    last = dict(entries.annotate(last=Max("sequence")))
    issues = Issue.objects.published().order_by("pk").values_list("pk", "edition__name")
    return {
        issue: _name(f"{program()} {edition} {last.get(issue, 0)}") if edition else ""
        for issue, edition in issues
    }


def lacking(names: dict[int, str]) -> int | None:
    """An issue whose part is still to be made; None when all are there."""
    return next((issue for issue, name in names.items() if not _is_there(issue, name)), None)


def part(issue_id: int, name: str) -> Path:
    """Where the part of an issue lies."""
    return bulk_folder() / "parts" / str(issue_id) / name


def _is_there(issue_id: int, name: str) -> bool:
    return bool(name) and (part(issue_id, name) / _COUNTS).is_file()


def make_part(issue_id: int, name: str) -> None:
    """Make the part of an issue, whose earlier ones go."""
    folder = part(issue_id, name)
    making = folder.with_name(f"{name}.{secrets.token_hex(4)}.part")
    shutil.rmtree(folder.parent, ignore_errors=True)
    making.mkdir(parents=True)
    try:
        with ExitStack() as stack:
            files = {file: stack.enter_context(_Packed(making / file)) for file in _files()}
            counts = _write(issue_id, files)
        (making / _COUNTS).write_text(json.dumps(counts))
        making.rename(folder)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise


def forget_others(names: dict[int, str]) -> None:
    """Throw away the parts of issues that are not public any more."""
    for folder in (bulk_folder() / "parts").glob("*"):
        if not folder.name.isdecimal() or int(folder.name) not in names:
            shutil.rmtree(folder, ignore_errors=True)


def counts_of(issue_id: int, name: str) -> dict[str, int]:
    """How many records of each kind the part has."""
    counts: dict[str, int] = json.loads((part(issue_id, name) / _COUNTS).read_text())
    return counts


def as_line(record: Record) -> bytes:
    """A record as its line."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass") + b"\n"


class _Packed:
    """A file of lines, packed so that such files set one behind the other are one again."""

    def __init__(self, path: Path) -> None:
        self.raw = path.open("wb")
        self.packed = gzip.GzipFile("", "wb", 6, self.raw, mtime=0)

    def __enter__(self) -> "_Packed":
        return self

    def __exit__(self, *_error: Any) -> None:
        self.packed.close()
        self.raw.close()

    def write(self, lines: Iterable[bytes]) -> None:
        self.packed.writelines(lines)


def _files() -> Iterator[str]:
    for kind in KINDS:
        yield f"{kind}.jsonl.gz"
        if kind in tables.TABLES:
            yield f"{kind}.csv.gz"


def _write(issue_id: int, files: dict[str, _Packed]) -> Counter[str]:
    counts: Counter[str] = Counter(dict.fromkeys(KINDS, 0))

    def put(kind: str, records: list[Record]) -> None:
        files[f"{kind}.jsonl.gz"].write(map(as_line, records))
        if kind in tables.TABLES:
            files[f"{kind}.csv.gz"].write(tables.rows(kind, records))
        counts[kind] += len(records)

    issue = issue_record_rows(Issue.objects.published()).filter(pk=issue_id).first()
    if issue is None:
        return counts
    put("issues", [issue_line(issue, has_masks(issue))])
    published = Document.objects.published().filter(issue=issue_id).order_by("position")
    for document in bulk_document_rows(published).iterator(_AT_ONCE):
        record = document_line(document)
        put("documents", [record])
        put("sections", list(section_lines(record)))
        put("appointments", list(appointment_lines(record)))
    masks = masks_of(issue)
    for page in issue.pages.order_by("number").iterator(_AT_ONCE):
        put("pages", [page_line(page, masks)])
    return counts


def _name(made_of: str) -> str:
    return hashlib.sha256(made_of.encode()).hexdigest()[:24]
