"""How high the right document stands for questions that people asked: r@1, r@5, r@10 and the mean reciprocal rank.

A folder holds `documents.jsonl`, one {"docid", "text"} a line, and `questions.json`, a list of {"docid", "question"}.
"""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

from archive.models import Block, Document, Gazette, Issue
from archive.search import update
from archive.search.query import search_documents

_LOOKED_AT = 10


class UnreadableQuestions(Exception):
    """The folder does not hold what is asked for; the message names the file and what it should hold."""


def measure_questions(folder: Path) -> dict[str, float | int]:
    """Index the documents of `folder` in the archive of this process, which is empty, and ask its questions."""
    documents = _read(folder / "documents.jsonl", "one {docid, text} a line", ("docid", "text"))
    questions = _read(folder / "questions.json", "a list of {docid, question}", ("docid", "question"))
    keys = _save(documents)
    update.rebuild()
    ranks = []
    for asked in questions:
        hits = search_documents(asked["question"], page_size=_LOOKED_AT).hits
        found = [hit.document.pk for hit in hits]
        wanted = keys.get(asked["docid"])
        ranks.append(found.index(wanted) + 1 if wanted in found else 0)
    count = len(ranks)

    def within(places: int) -> float:
        return round(sum(0 < rank <= places for rank in ranks) / max(1, count), 4)

    return {
        "r@1": within(1),
        "r@5": within(5),
        "r@10": within(10),
        "mrr": round(sum(1 / rank for rank in ranks if rank) / max(1, count), 4),
        "n": count,
    }


def _read(path: Path, form: str, names: tuple[str, ...]) -> list[dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
        # Only a line feed ends a line here: texts hold other line separators.
        lines = [line for line in text.split("\n") if line.strip()]
        rows = json.loads(text) if path.suffix == ".json" else [json.loads(line) for line in lines]
        if not all(isinstance(row[name], str) for row in rows for name in names):
            raise TypeError
    except OSError as error:
        raise UnreadableQuestions(f"{path}: {error.strerror}; it should hold {form}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableQuestions(f"{path} does not hold {form}") from error
    return rows


def _save(documents: list[dict[str, Any]]) -> dict[str, int]:
    """The primary key of each docid."""
    issue = Issue.objects.create(
        gazette=Gazette.objects.create(name="测试公报", slug="questions"),
        year=2000,
        label="1",
        file_name="documents.jsonl",
        sha256=hashlib.sha256(b"questions").hexdigest(),
        source_kind=Issue.SourceKind.TEXT,
        parser_version="bench",
        state=Issue.State.PUBLISHED,
        published_on=date(2000, 1, 1),
    )
    rows = Document.objects.bulk_create(
        Document(issue=issue, position=position) for position in range(1, len(documents) + 1)
    )
    Block.objects.bulk_create(
        Block(document=row, position=1, kind=Block.Kind.PARAGRAPH, text=document["text"])
        for row, document in zip(rows, documents, strict=True)
    )
    return {document["docid"]: row.pk for row, document in zip(rows, documents, strict=True)}
