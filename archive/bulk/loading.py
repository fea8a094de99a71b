"""Reads the bulk files into an empty archive, so that it gives the same pages at the same addresses."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

from auditlog.context import disable_auditlog
from django.core.exceptions import ValidationError
from django.db import Error as DatabaseError
from django.db import models, transaction

from archive.backup.rows import reset_sequences
from archive.bulk.folder import Manifest
from archive.bulk.reading import BulkError, Record, check, manifest_in, records
from archive.bulk.to_rows import page_row, save_contents, save_document, save_issue
from archive.edition import next_edition
from archive.ingest.annex_files import annex_name
from archive.ingest.originals import checksum, original_name, store_under_checksum
from archive.models import (
    Gazette,
    Issue,
    JournalEntry,
    Namesake,
    Page,
    Reference,
    Supplement,
    Term,
    ValidityJudgement,
)

# The files that are read; pages first unpacked.
READ = (
    *("issues.jsonl", "documents.jsonl", "pages.jsonl.gz", "references.jsonl"),
    *("judgements.jsonl", "namesakes.jsonl", "gone.jsonl"),
)
_AT_ONCE = 500
# What a record that is none of ours leads to.
_AMISS = (KeyError, IndexError, TypeError, ValueError, AttributeError, ValidationError, DatabaseError)
_OTHER = "这份文件可能出自另一版本的程序：请用生成它的版本读入"


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much was read in; `files` were stored, `lacking` are names of files that nobody gave, `masked` issues whose
    files are not to be shown.
    """

    issues: int
    documents: int
    files: int
    lacking: tuple[str, ...]
    masked: tuple[str, ...]


def load(folder: Path, files: Path | None = None) -> Loaded:
    """Read the bulk files in a folder into the archive; the index is yet to be built.

    `files` is a folder in which originals and annexes lie, anywhere below it and under whatever names: they are known by
    their checksums. Raises BulkError before anything is changed where the archive is not empty or a file is damaged;
    rows are stored in one transaction.
    """
    if (filled := _in_the_way()) is not None:
        raise BulkError(
            f"这个档案库不是空的（{filled}）。请另设 GAZETTE_DATA 与 DATABASE_URL 并运行 manage.py migrate"
        )
    manifest = manifest_in(folder)
    for name in READ:
        file = manifest.file(name)
        if file is None:
            raise BulkError(f"{folder} 的 manifest.json 没有列出 {name}。{_OTHER}")
        check(folder, file)
    stored, lacking, masked = _store_files(folder, files)
    with transaction.atomic(), disable_auditlog():
        counts = _store_rows(folder, manifest)
        reset_sequences()
        next_edition()
    return Loaded(*counts, stored, tuple(lacking), tuple(masked))


def _in_the_way() -> str | None:
    """What makes the archive anything but empty, by name."""
    kinds: tuple[type[models.Model], ...] = (Gazette, Issue, JournalEntry, Term)
    return next((str(one._meta.label) for one in kinds if one._default_manager.exists()), None)


# --- files -----------------------------------------------------------------------------------------------
def _store_files(folder: Path, files: Path | None) -> tuple[int, list[str], list[str]]:
    """(how many were stored, names of those that are not there, issues whose file is not to be shown)."""
    given = {checksum(path)[0]: path for path in files.rglob("*") if path.is_file()} if files else {}
    stored, lacking, masked = 0, list[str](), list[str]()

    def store(sha256: str, name: str, store_as: Callable[[str], Any]) -> None:
        nonlocal stored
        if (path := given.get(sha256)) is None:
            lacking.append(name)
            return
        store_under_checksum(path, store_as)
        stored += 1

    for where, issue in records(folder, "issues.jsonl"):
        with _said(where):
            source = issue["source"]
            if issue["more"]["masked"]:
                masked.append(source["name"])
                continue
            kind = source["kind"]
            store(source["sha256"], source["name"], partial(original_name, kind=kind))
    for where, document in records(folder, "documents.jsonl"):
        with _said(where):
            for said, file in zip(document["attachments"], document["more"]["annexes"], strict=True):
                if said["annex"] is not None:
                    kind = file["kind"]
                    store(
                        said["annex"]["sha256"],
                        file["name"],
                        partial(annex_name, kind=kind),
                    )
    return stored, lacking, masked


# --- rows -------------------------------------------------------------------------------------------------
def _store_rows(folder: Path, manifest: Manifest) -> tuple[int, int]:
    """How many issues and documents."""
    issues = 0
    for where, record in records(folder, "issues.jsonl"):
        with _said(where):
            save_issue(record)
        issues += 1
    documents: dict[str, int] = {}
    resting: dict[int, str] = {}
    for where, record in records(folder, "documents.jsonl"):
        with _said(where):
            document = save_document(record)
            documents[document.public_id] = document.pk
            if record["supplied"] and record["supplied"]["state_source"]:
                resting[document.pk] = record["supplied"]["state_source"]
    for key, source in resting.items():
        Supplement.objects.filter(document=key).update(validity_source=documents.get(source))
    for where, record in records(folder, "issues.jsonl"):
        with _said(where):
            save_contents(record, documents)
    _save(Page, folder, "pages.jsonl.gz", lambda record: [page_row(record)])
    _save(Reference, folder, "references.jsonl", lambda record: [_reference(record, documents)])
    for where, record in records(folder, "judgements.jsonl"):
        with _said(where):
            _save_judgement(record, documents)
    _save(Namesake, folder, "namesakes.jsonl", lambda record: _words(record, documents))
    _save(JournalEntry, folder, "gone.jsonl", lambda record: [_tombstone(record)])
    Term.objects.bulk_create(
        Term(kind=Term.Kind.CATEGORY, word=word, position=place)
        for place, word in enumerate(manifest.categories, 1)
    )
    return issues, len(documents)


def _save(
    model: type[models.Model], folder: Path, name: str, rows_of: Callable[[Record], Iterable[models.Model]]
) -> None:
    """Save the rows of each line, many at once."""

    def rows() -> Iterator[models.Model]:
        for where, record in records(folder, name):
            with _said(where):
                made = list(rows_of(record))
            yield from made

    waiting = rows()
    while some := list(islice(waiting, _AT_ONCE if model is not Page else 50)):
        with _said(str(folder / name)):
            model._default_manager.bulk_create(some)


def _reference(record: Record, documents: dict[str, int]) -> Reference:
    return Reference(
        document_id=documents[record["document"]],
        position=record["position"],
        number=record["number"] or "",
        title=record["title"],
        relation=record["relation"],
        evidence=record["evidence"],
        target_id=documents[record["target"]] if record["target"] else None,
    )


def _save_judgement(record: Record, documents: dict[str, int]) -> None:
    judged = ValidityJudgement.objects.create(
        document_id=documents[record["document"]],
        state=record["state"],
        source_id=documents[record["source"]] if record["source"] else None,
        evidence=record["evidence"],
        confirmed=record["confirmed"],
    )
    ValidityJudgement.objects.filter(pk=judged.pk).update(made_at=datetime.fromisoformat(record["said_at"]))


def _words(record: Record, documents: dict[str, int]) -> Iterator[Namesake]:
    """The words that tell just these persons: neighbours are one, and of two persons the first documents are not."""
    persons = [[documents[one] for one in person] for person in record["persons"]]
    pairs = [(a, b, True) for one in persons for a, b in pairwise(one)]
    pairs += [(persons[a][0], persons[b][0], False) for a, b in record["told_apart"]]
    for a, b, same in pairs:
        yield Namesake(person=record["person"], first_id=min(a, b), second_id=max(a, b), same=same)


def _tombstone(record: Record) -> JournalEntry:
    return JournalEntry(
        type=record["type"],
        key=record["id"],
        issue=record["issue_id"],
        sequence=record["sequence"],
        at=datetime.fromisoformat(record["at"]),
        gone=True,
        reason=record["reason"] or "",
        now=record["now"] or "",
        url=record["url"],
    )


@contextmanager
def _said(where: str) -> Iterator[None]:
    """Say at which line of which file something was amiss."""
    try:
        yield
    except _AMISS as error:
        raise BulkError(f"{where}无法读入（{type(error).__name__}: {error}）。{_OTHER}") from error
