"""A ParsedIssue as the dictionary of the JSON contract `gazette-issue/1`."""

from dataclasses import asdict
from datetime import date
from typing import Any

from archive.ingest.parse.records import Block, ParsedDocument, ParsedIssue

SCHEMA = "gazette-issue/1"


def issue_to_json(issue: ParsedIssue) -> dict[str, Any]:
    """Everything the contract lists, dates as ISO strings; page boxes are left out."""
    record = asdict(issue)
    record.pop("pages")
    record.pop("label")
    record["documents"] = [document_to_json(document) for document in issue.documents]
    number: int | str | None = issue.number if issue.label == str(issue.number) else issue.label or None
    ordered = {"schema": SCHEMA, "source": record.pop("source")}
    for key, value in record.items():
        ordered[key] = number if key == "number" else value
    return _plain(ordered)


def document_to_json(document: ParsedDocument) -> dict[str, Any]:
    record = asdict(document)
    record["blocks"] = [block_to_json(block) for block in document.blocks]
    for table in record["tables"]:
        # what an editor corrects is no part of what is parsed
        table.pop("as_printed")
    return record


def block_to_json(block: Block) -> dict[str, Any]:
    record = asdict(block)
    record.pop("as_printed")
    for optional in ("table", "roster"):
        if record[optional] is None:
            record.pop(optional)
    return record


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value
