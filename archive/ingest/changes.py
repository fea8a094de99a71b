"""What differs in an issue after it was read anew: documents that came and went, fields, parts, findings."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from archive.export.as_json import document_rows, document_to_json
from archive.models import ContentsEntry, Document, DocumentAlias, Finding, Issue, Page

# Where a document stands and how it is called from outside; the place in the issue is told of what comes and goes.
_NO_FIELDS = frozenset({"id", "url", "issue", "issue_id", "position"})
# Places in other lists, which move when anything before them does.
_PLACES = frozenset({"section", "table", "roster", "parent", "block"})


@dataclass(frozen=True, slots=True)
class Part:
    """How many of a kind there were and are, and how many of them are new and gone."""

    before: int
    after: int
    new: int
    gone: int


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """One document that stayed: fields with their values before and after, lists by what came and went."""

    id: str
    position: int
    title: str
    fields: dict[str, tuple[Any, Any]]
    parts: dict[str, Part]


@dataclass(frozen=True, slots=True)
class Named:
    """A document that came or went; `leads_to` is the title of the one that the id of a vanished one leads to."""

    id: str
    position: int
    title: str
    leads_to: str = ""


@dataclass(frozen=True, slots=True)
class IssueChanges:
    """Everything that differs; false where nothing does."""

    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)
    added: tuple[Named, ...] = ()
    removed: tuple[Named, ...] = ()
    changed: tuple[DocumentChange, ...] = ()
    findings_new: tuple[str, ...] = ()
    findings_gone: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in self.__slots__)


NOTHING_CHANGED = IssueChanges()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the archive holds of an issue at one moment, documents by their public id."""

    fields: dict[str, Any]
    parts: dict[str, list[str]]
    documents: dict[str, dict[str, Any]]
    findings: Counter[str]


def snapshot_of(issue: Issue) -> Snapshot:
    """The issue as the database holds it now."""
    held = Issue.objects.select_related("gazette").get(pk=issue.pk)
    names = ("year", "label", "number", "total_number", "published_on", "text_source", "page_count")
    fields = {"gazette": str(held.gazette or ""), **{name: _plain(getattr(held, name)) for name in names}}
    contents = ContentsEntry.objects.filter(issue=held).values("category", "title", "number", "page")
    pages = Page.objects.filter(issue=held).values(
        "number", "printed_number", "printed_right", "text_source", "lines"
    )
    findings = Finding.objects.filter(issue=held).values_list("severity", "page", "message")
    return Snapshot(
        fields,
        {"contents": [_line(entry) for entry in contents], "pages": [_line(page) for page in pages]},
        {
            document.public_id: document_to_json(document)
            for document in document_rows(Document.objects.filter(issue=held).order_by("position"))
        },
        Counter(
            f"[{severity}] {f'第 {page} 页：' if page else ''}{said}" for severity, page, said in findings
        ),
    )


def changes_between(before: Snapshot, after: Snapshot) -> IssueChanges:
    """What `after` has else than `before`; asks the database where the ids of vanished documents lead."""
    gone = [key for key in before.documents if key not in after.documents]
    leads_to = dict(
        DocumentAlias.objects.filter(public_id__in=gone).values_list("public_id", "document__title")
    )
    return IssueChanges(
        fields=_fields(before.fields, after.fields),
        parts=_parts(before.parts, after.parts),
        added=tuple(
            Named(key, document["position"], document["title"])
            for key, document in after.documents.items()
            if key not in before.documents
        ),
        removed=tuple(
            Named(
                key,
                before.documents[key]["position"],
                before.documents[key]["title"],
                leads_to.get(key, ""),
            )
            for key in gone
        ),
        changed=tuple(
            change
            for key, document in after.documents.items()
            if key in before.documents
            and (change := _document_change(key, before.documents[key], document)) is not None
        ),
        findings_new=tuple((after.findings - before.findings).elements()),
        findings_gone=tuple((before.findings - after.findings).elements()),
    )


def _document_change(key: str, before: dict[str, Any], after: dict[str, Any]) -> DocumentChange | None:
    scalars = [
        {k: v for k, v in one.items() if not _is_part(k, v) and k not in _NO_FIELDS}
        for one in (before, after)
    ]
    lists = [
        {k: [_line(item) for item in v] for k, v in one.items() if _is_part(k, v)} for one in (before, after)
    ]
    fields, parts = _fields(*scalars), _parts(*lists)
    if not fields and not parts:
        return None
    return DocumentChange(key, after["position"], after["title"], fields, parts)


def _is_part(name: str, value: Any) -> bool:
    return isinstance(value, list) and name != "signed_by"


def _fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {name: (before.get(name), value) for name, value in after.items() if before.get(name) != value}


def _parts(before: Mapping[str, list[str]], after: Mapping[str, list[str]]) -> dict[str, Part]:
    found = {}
    for name, lines in after.items():
        old, new = Counter(before.get(name, [])), Counter(lines)
        if old != new:
            found[name] = Part(old.total(), new.total(), (new - old).total(), (old - new).total())
    return found


def _line(item: Mapping[str, Any]) -> str:
    """One item of a list as a text that is the same for the same item."""
    kept = {name: value for name, value in item.items() if name not in _PLACES}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True, default=str)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
