"""What a correct reading of the issue holds, in the shape of `parse --json` (`gazette-issue/1`)."""

from collections.abc import Iterable
from typing import Any

from tests.typeset.house import House
from tests.typeset.issue import SetIssue
from tests.typeset.records import (
    Appointment,
    Attachments,
    Document,
    Heading,
    Item,
    Note,
    Paragraph,
    Roster,
    Signature,
    Subtitle,
    Table,
    UnderTitle,
)
from tests.typeset.setting import blocks


def issue_truth(setting: SetIssue, kind: str = "pdf") -> dict[str, Any]:
    """The truth about the file that was made of `setting`; `kind` is pdf or text (a text has no pages)."""
    issue = setting.issue
    return {
        "schema": "gazette-issue/1",
        "source": {"kind": kind, "pages": len(setting.sheets) if kind == "pdf" else None},
        "gazette": issue.gazette,
        "year": issue.year,
        "number": issue.number,
        "total_number": issue.total,
        "published_on": issue.published.isoformat(),
        "frequency": issue.frequency,
        "organiser": issue.organiser,
        "contents": [
            {
                "category": document.category,
                "title": document.listed_title,
                "number": (setting.house.entry_number and document.listed_number) or None,
                "page": place.first + 1 if setting.house.entry_page is not None else None,
            }
            for document, place in zip(issue.documents, setting.placements, strict=True)
            if setting.house.contents
        ],
        "documents": [_document(setting, index, kind) for index in range(len(issue.documents))],
        "findings": [{"code": code, "document": position} for code, position in issue.findings],
    }


def _document(setting: SetIssue, index: int, kind: str) -> dict[str, Any]:
    document, place, house = setting.issue.documents[index], setting.placements[index], setting.house
    on_paper, listed = kind == "pdf", house.contents
    items = blocks(document, house)
    signatures = [item for item in items if isinstance(item, Signature)]
    dated = [item for item in items if isinstance(item, UnderTitle)]
    return {
        "position": index + 1,
        "category": document.category if listed else "",
        "title": document.title,
        "title_in_contents": document.listed_title if listed else None,
        "page_in_contents": place.first + 1 if listed and house.entry_page is not None else None,
        "number": document.full_number or None,
        "number_in_contents": (listed and house.entry_number and document.listed_number) or None,
        "recipients": document.recipients,
        "signed_by": [name.replace("\u3000", "") for name in signatures[0].names] if signatures else [],
        "signed_on": next((item.on.isoformat() for item in (*signatures, *dated)), None),
        "note": next((item.text.strip("（）") for item in document.items if isinstance(item, Note)), ""),
        "first_page": setting.front + place.first + 1 if on_paper else None,
        "last_page": setting.front + place.last + 1 if on_paper else None,
        "printed_first_page": place.first + 1 if on_paper else None,
        "printed_last_page": place.last + 1 if on_paper else None,
        "blocks": [
            {**block, "page": setting.front + place.blocks[number] + 1 if on_paper else None}
            for number, item in enumerate(items)
            for block in _blocks(item, house)
        ],
        "sections": [_section(item) for item in document.items if _is_section(item)],
        # What a decree puts into force is the document itself, not something that it carries.
        "enclosures": [
            {"title": _subtitle(item)}
            for item in document.items
            if isinstance(item, Subtitle) and item.enclosure and not document.decree
        ],
        "attachments": [
            {"label": label, "title": title, "omitted": omitted}
            for item in document.items
            if isinstance(item, Attachments)
            for label, title, omitted in item.items
        ],
        "tables": [
            {"columns": list(item.columns), "rows": [list(row) for row in item.rows]}
            for item in document.items
            if isinstance(item, Table)
        ],
        "rosters": [
            {"members": _members(item.members if isinstance(item, Roster) else item.rows)}
            for item in document.items
            if isinstance(item, Roster) or (isinstance(item, Table) and item.people)
        ],
        "appointments": [
            {"action": item.action, "person": item.person, "post": item.post, "remark": item.remark}
            for item in document.items
            if isinstance(item, Appointment)
        ],
        "references": _references(document),
    }


def _blocks(item: Item | str, house: House) -> list[dict[str, str]]:
    match item:
        case str():
            return [{"kind": "recipient", "text": item}]
        case Heading():
            return [{"kind": "heading", "text": item.printed}]
        case Paragraph() | Appointment():
            return [{"kind": "paragraph", "text": item.printed}]
        case Subtitle():
            return [{"kind": "subtitle", "text": _subtitle(item)}]
        case UnderTitle():
            return [{"kind": "date" if item.alone else "paragraph", "text": item.text}]
        case Signature():
            names = ["".join(item.names)] if house.signers_beside else item.names
            return [{"kind": "signature", "text": name} for name in names] + [
                {"kind": "date", "text": f"{item.on.year}年{item.on.month}月{item.on.day}日"}
            ]
        case Note():
            return [{"kind": "note", "text": item.text}]
        case _:
            return []


def _subtitle(item: Subtitle) -> str:
    return "".join(item.lines) + item.bracket


def _is_section(item: Item) -> bool:
    return isinstance(item, Heading) or (isinstance(item, Paragraph) and bool(item.label))


def _section(item: Item) -> dict[str, Any]:
    if isinstance(item, Heading):
        return {"level": item.level, "label": item.label, "heading": item.text, "run_in": False}
    assert isinstance(item, Paragraph)
    return {"level": item.level, "label": item.label, "heading": item.heading.rstrip("。"), "run_in": True}


def _members(rows: Iterable[tuple[str, ...]]) -> list[dict[str, str]]:
    """Members with the role carried down from the line where it is printed."""
    members, carried = [], ""
    for role, person, post in rows:
        carried = role or carried
        members.append({"role": carried, "person": person, "post": post})
    return members


def _references(document: Document) -> list[dict[str, str | None]]:
    return [
        {"number": reference.number, "title": reference.title, "relation": reference.relation}
        for reference in document.references
    ]
