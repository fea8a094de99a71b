"""Issues and documents in the words of schema.org, as JSON-LD: what search engines and other portals read off a page.

Only what the archive knows of them: what is not printed, and not settled by an editor, is left out. Addresses are whole,
with their host; `Whole` makes them so.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from archive.models import Document, Issue
from archive.search.validity import (
    EXPIRED,
    REPEALED,
    STANDS,
    last_day,
    stored_validity,
    validity_on,
    word_on,
)

Whole = Callable[[str], str]
Node = dict[str, Any]

LANGUAGE = "zh-Hans"
# What ends a data block, or begins a comment in it, stands in none.
_ESCAPED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&"}
FORMATS = {
    Issue.SourceKind.PDF: "application/pdf",
    Issue.SourceKind.TEXT: "text/plain",
    Issue.SourceKind.HTML: "text/html",
    Issue.SourceKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@dataclass(frozen=True, slots=True)
class Other:
    """Another document, as one of the two names it; `address` is "" where the archive does not hold it."""

    number: str
    title: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a document does to others, and others to it."""

    amends: Sequence[Other] = ()
    repeals: Sequence[Other] = ()
    amended_by: Sequence[Other] = ()
    repealed_by: Sequence[Other] = ()


def legislation(document: Document, whole: Whole, changes: Changes, today: date) -> Node:
    """The document as Legislation, in the issue that prints it.

    It comes with its issue and gazette, and with what `stored_validity` asks for. What others do to it is said as
    they would say it themselves (`@reverse`): schema.org has no word from this side.
    """
    address = whole(document.get_absolute_url())
    found = {
        "@type": "Legislation",
        "@id": address,
        "url": address,
        "legislationIdentifier": document.number,
        "name": document.title,
        "inLanguage": LANGUAGE,
        "legislationType": document.kind,
        "legislationDate": _iso(document.signed_on),
        "datePublished": _iso(document.issue.published_on),
        "legislationPassedBy": _body(document.issuer),
        "temporalCoverage": _in_force(document),
        "legislationLegalForce": legal_force(document, today),
        "legislationAmends": [_other(one, whole) for one in changes.amends],
        "legislationRepeals": [_other(one, whole) for one in changes.repeals],
        "isPartOf": issue_in_volume(document.issue, whole),
        "@reverse": _known(
            {
                "legislationAmends": [_other(one, whole) for one in changes.amended_by],
                "legislationRepeals": [_other(one, whole) for one in changes.repealed_by],
            }
        ),
    }
    return _known(found)


def legal_force(document: Document, today: date) -> str:
    """Whether the document is in force on `today`; "" where nothing says so.

    In force is only what an editor calls so: that the archive knows of nothing against it is no promise. What was amended
    may hold in part or in whole, and the archive does not say which.
    """
    state = validity_on(stored_validity(document), today)
    begun = document.effective_on is None or document.effective_on <= today
    if state in (REPEALED, EXPIRED) or not begun:
        return "https://schema.org/NotInForce"
    word = word_on(document)
    return "https://schema.org/InForce" if word and word.validity == state == STANDS else ""


def issue_in_volume(issue: Issue, whole: Whole) -> Node:
    """The issue as PublicationIssue, in the year of its gazette."""
    address, gazette = whole(issue.get_absolute_url()), issue.gazette
    assert gazette is not None
    periodical = {"@type": "Periodical", "name": gazette.name, "publisher": _body(gazette.organiser)}
    volume = {"@type": "PublicationVolume", "volumeNumber": str(issue.year), "isPartOf": _known(periodical)}
    return _known(
        {
            "@type": "PublicationIssue",
            "@id": address,
            "url": address,
            "name": str(issue),
            "issueNumber": issue.label,
            "datePublished": _iso(issue.published_on),
            "isPartOf": volume,
        }
    )


def publication_issue(
    issue: Issue,
    documents: Iterable[Document],
    whole: Whole,
    *,
    original: str,
    cover: str,
    size: int | None,
    sha256: str,
) -> Node:
    """The issue with its documents, its cover and its file; `original` and `cover` are addresses, "" for none.

    `size` (bytes) and `sha256` are of the file as readers get it, None and "" where that is not known.
    """
    file = {
        "@type": "MediaObject",
        "contentUrl": whole(original),
        "encodingFormat": FORMATS[Issue.SourceKind(issue.source_kind)],
        "contentSize": f"{size} B" if size else "",
        "sha256": sha256,
    }
    parts = [_other(Other(one.number, one.title, one.get_absolute_url()), whole) for one in documents]
    more = {
        "inLanguage": LANGUAGE,
        "image": cover and whole(cover),
        "encoding": original and _known(file),
        "hasPart": parts,
    }
    return _known(issue_in_volume(issue, whole) | more)


def breadcrumbs(crumbs: Iterable[tuple[str, str]], whole: Whole) -> Node:
    """The way to a page, (name, address) from the outermost to the page itself."""
    steps = [
        {"@type": "ListItem", "position": position, "name": name, "item": whole(address)}
        for position, (name, address) in enumerate(crumbs, 1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": steps}


def as_script(*nodes: Node) -> SafeString:
    """The nodes as a data block of a page, which browsers do not run, and which no text in them can end."""
    text = json.dumps({"@context": "https://schema.org", "@graph": nodes}, ensure_ascii=False)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text.translate(_ESCAPED)))


def _other(other: Other, whole: Whole) -> Node:
    address = whole(other.address) if other.address else ""
    return _known(
        {
            "@type": "Legislation",
            "@id": address,
            "legislationIdentifier": other.number,
            "name": other.title,
        }
    )


def _body(name: str) -> Node | None:
    return {"@type": "GovernmentOrganization", "name": name} if name else None


def _in_force(document: Document) -> str:
    """From when until when, as the text says: 2024-03-01/2029-02-28, with .. for an end that it does not name."""
    begin, end = _iso(document.effective_on), _iso(last_day(document))
    return f"{begin or '..'}/{end or '..'}" if begin or end else ""


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _known(node: Node) -> Node:
    return {name: value for name, value in node.items() if value}
