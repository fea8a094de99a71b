"""Which document of a re-parsed issue is which of those that the archive holds already."""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping

from archive.ingest.parse.records import ParsedDocument
from archive.models import Document

_BLANK = re.compile(r"\s+")


def match_documents(held: Iterable[Document], parsed: Iterable[ParsedDocument]) -> dict[int, Document]:
    """The held document for each parsed one that is the same, by the parsed one's position.

    By number and title, then number, then title, then position; a number that stands on two documents
    matches by itself only where the title has said which, or in the order printed.
    """
    old, new = list(held), list(parsed)
    matches: dict[int, Document] = {}

    def match_by(
        key_of_old: Callable[[Document], Hashable],
        key_of_new: Callable[[ParsedDocument], Hashable],
        only_single: bool,
    ) -> None:
        taken = {document.pk for document in matches.values()}
        groups: dict[Hashable, tuple[list[Document], list[ParsedDocument]]] = defaultdict(lambda: ([], []))
        for document in old:
            if document.pk not in taken and (key := key_of_old(document)):
                groups[key][0].append(document)
        for record in new:
            if record.position not in matches and (key := key_of_new(record)):
                groups[key][1].append(record)
        for documents, records in groups.values():
            if only_single and (len(documents) > 1 or len(records) > 1):
                continue
            matches.update(zip((r.position for r in records), documents, strict=False))

    match_by(
        lambda d: d.number and (d.number, _bare(d.title)),
        lambda r: r.number and (r.number, _bare(r.title)),
        only_single=False,
    )
    match_by(lambda d: d.number, lambda r: r.number, only_single=True)
    match_by(lambda d: _bare(d.title), lambda r: _bare(r.title), only_single=True)
    match_by(lambda d: d.number, lambda r: r.number, only_single=False)
    match_by(lambda d: _bare(d.title), lambda r: _bare(r.title), only_single=False)
    taken = {document.pk for document in matches.values()}
    at_position = {document.position: document for document in old if document.pk not in taken}
    for record in new:
        document = at_position.get(record.position)
        if record.position not in matches and document is not None and _pages_touch(document, record):
            matches[record.position] = document
    return matches


def successor_of(
    document: Document, parsed: Iterable[ParsedDocument], positions_before: Mapping[int, int]
) -> int:
    """The position of the parsed document that now holds the text of one that is gone.

    The one that is printed where it began; else its last surviving neighbour before it (`positions_before`:
    where each parsed document that was held stood before).
    """
    records = list(parsed)
    if (page := document.first_page) is not None:
        for record in records:
            first, last = record.first_page, record.last_page
            # Two documents can share a page: the one that begins earlier runs on into it.
            if first is not None and last is not None and first <= page <= last:
                return record.position
    before = [new for new, old in positions_before.items() if old < document.position]
    return max(before, default=records[0].position)


def _pages_touch(document: Document, record: ParsedDocument) -> bool:
    """False when the two are known to stand on different pages."""
    if document.first_page is None or document.last_page is None:
        return True
    if record.first_page is None or record.last_page is None:
        return True
    return document.first_page <= record.last_page and record.first_page <= document.last_page


def _bare(title: str) -> str:
    return _BLANK.sub("", title)
