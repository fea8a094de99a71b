"""Pages or lines of one file to a ParsedIssue: the steps of parsing in their order."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from archive.ingest.layout.paragraphs import without_stray_blanks
from archive.ingest.lines import Line, Page, RuledTable
from archive.ingest.parse.appointments import find_appointments
from archive.ingest.parse.body import Body, PrintedAt, read_body
from archive.ingest.parse.contents import Contents, Item, find_contents
from archive.ingest.parse.findings import (
    document_findings,
    issue_findings,
    left_out_findings,
    undefined_glyph_findings,
)
from archive.ingest.parse.front_matter import read_front_matter
from archive.ingest.parse.issuers import issuers
from archive.ingest.parse.known import NOTHING_KNOWN, Known
from archive.ingest.parse.misreadings import misreading_findings
from archive.ingest.parse.records import (
    ContentsEntry,
    ParsedDocument,
    ParsedIssue,
    PrintedLine,
    PrintedPage,
    Source,
)
from archive.ingest.parse.references import find_references
from archive.ingest.parse.score import reading_score
from archive.ingest.parse.signs import folded, is_bracketed_date, read_date, read_issuer, read_kind
from archive.ingest.parse.starts import Start
from archive.ingest.parse.titles import find_starts, printed_number
from archive.ingest.parse.unnumbered import date_under
from archive.ingest.parse.validity import find_validity
from archive.numbers import read_number

SENTENCE_END = re.compile(r"[。！？]")


def parse_pages(pages: list[Page], source: Source, known: Known = NOTHING_KNOWN) -> ParsedIssue:
    """The issue printed on pages with boxes."""
    items = [item for page in pages for item in page.items]
    heads = [text for page in pages for text in page.furniture]
    by_number = {page.number: page for page in pages}

    def printed(item: Item, number: int) -> list[int]:
        page = by_number[number]
        numbers = [page.printed_at(item)] if item.page == number else []
        if isinstance(item, RuledTable) and item.last_page == number:
            ends = page.printed_right if item.ends_right else page.printed_number
            numbers += [ends] if item.ends_right or item.page != number else []
        return [each for each in numbers if each is not None]

    unreadable = [page.number for page in pages if not page.readable]
    issue = parse_items(items, source, heads, printed, unreadable, known)
    # a footnote may be read with the next page, where its paragraph ends, and a table goes on over pages: each line
    # is printed on its own page
    lines: defaultdict[int | None, list[PrintedLine]] = defaultdict(list)
    for item in items:
        for line in (item,) if isinstance(item, Line) else item.lines:
            lines[line.page].extend(printed_parts(line))
    return replace(
        issue,
        findings=(*issue.findings, *undefined_glyph_findings(pages), *left_out_findings(pages)),
        pages=tuple(
            PrintedPage(
                page.number,
                page.width,
                page.height,
                page.printed_number,
                tuple(lines[page.number]),
                page.readable,
                page.text,
                printed_right=page.printed_right,
            )
            for page in pages
        ),
    )


def printed_parts(line: Line) -> Iterator[PrintedLine]:
    """A line with its box; one whose parts stand apart, part by part, so that each has the box it is printed in."""
    if line.box is None:
        return
    x0, top, x1, bottom = line.box
    parts = line.cells
    # Of a page set from top to bottom the parts are one under the other.
    if len(parts) < 2 or not all(x0 - 1 <= begin < end <= x1 + 1 for begin, end, _ in parts):
        parts = ((x0, x1, line.text),)
    for begin, end, text in parts:
        yield text, begin, top, end, bottom, line.confidence


def parse_items(
    items: list[Item],
    source: Source,
    heads: list[str] | None = None,
    printed: PrintedAt | None = None,
    unreadable: list[int] | None = None,
    known: Known = NOTHING_KNOWN,
) -> ParsedIssue:
    """The issue in a run of lines and tables. `printed` knows the numbers printed on pages."""
    contents = find_contents(items)
    starts = find_starts(items, contents.end, contents.entries)
    first = starts[0].first if starts else len(items)
    front_end = min(first, contents.start if contents.entries else first)
    front = read_front_matter(
        [item.text for item in items[:front_end] if isinstance(item, Line)], heads or []
    )
    codes = known.codes | frozenset(
        number.code
        for entry in contents.entries
        if entry.number and (number := read_number(entry.number)) and number.code
    )
    body_size = common_size(items[first:])
    documents: list[ParsedDocument] = []
    entry_of: dict[int, int] = {}
    for position, start in enumerate(starts, 1):
        end = starts[position].first if position < len(starts) else len(items)
        entry = contents.entries[start.entry] if start.entry is not None else None
        if start.entry is not None:
            entry_of[position] = start.entry
        document = parse_document(position, items, start, end, entry, codes, body_size, printed, known)
        documents.append(
            with_printed_pages(document, items[start.first : end], printed) if printed else document
        )
    findings = [finding for document in documents for finding in document_findings(document)]
    unplaced = unplaced_text(items, contents, first, front_end)
    before = running_text(items[:front_end])
    findings += issue_findings(documents, contents.entries, entry_of, before + unplaced, unreadable or [])
    findings += misreading_findings(documents, front.gazette, known)
    return ParsedIssue(
        source=source,
        gazette=front.gazette,
        year=front.year,
        label=front.label,
        number=front.number,
        total_number=front.total_number,
        published_on=front.published_on,
        frequency=front.frequency,
        organiser=front.organiser,
        contents=contents.entries,
        documents=tuple(documents),
        findings=tuple(findings),
        score=reading_score(items[front_end:], contents.entries, entry_of.values(), unplaced),
    )


def parse_document(
    position: int,
    items: list[Item],
    start: Start,
    end: int,
    entry: ContentsEntry | None,
    codes: frozenset[str],
    body_size: float | None,
    printed: PrintedAt | None = None,
    known: Known = NOTHING_KNOWN,
) -> ParsedDocument:
    """The document whose title begins at `start` and that ends before items[end]."""
    number, as_printed = printed_number(items, start)
    issuer = read_issuer(start.title)
    body = read_body(items[start.body : end], start.title, issuer, body_size, printed)
    title = title_of(start, body)
    signed_on = body.signed_on or date_beside_number(items, start) or date_under_title(items, start)
    pages = [item.page for item in items[start.first : end] if item.page]
    tables = [item.last_page for item in items[start.first : end] if isinstance(item, RuledTable)]
    last = max([*pages, *(page for page in tables if page)], default=None)
    return ParsedDocument(
        position=position,
        title=title,
        category=entry.category if entry else "",
        title_in_contents=entry.title if entry else None,
        page_in_contents=entry.page if entry else None,
        number=number,
        number_as_printed=as_printed,
        number_in_contents=entry.number if entry else None,
        issuer=issuers(issuer, body.signed_by) or body_of_code(number, known),
        kind=read_kind(title, known.kinds, known.not_kinds),
        recipients=body.recipients,
        signed_by=body.signed_by,
        signed_on=signed_on,
        note=body.note,
        first_page=min(pages, default=None),
        last_page=last,
        blocks=tuple(body.blocks),
        sections=tuple(body.sections),
        # the regulation of a decree is the document itself
        enclosures=tuple(e for e in body.enclosures if e.title != title),
        attachments=tuple(dict.fromkeys(body.attachments)),  # a list printed twice is one list
        tables=tuple(body.tables),
        rosters=tuple(body.rosters),
        appointments=find_appointments(body.blocks, title),
        references=find_references(body.blocks, number, title, codes),
        validity=find_validity(body.blocks, signed_on, (title, *(e.title for e in body.enclosures))),
    )


def body_of_code(number: str | None, known: Known) -> str:
    """The body whose code the number has, as editors have settled it; "" where they have not."""
    read = read_number(number) if number else None
    return dict(known.issuers).get(read.code, "") if read is not None and read.code else ""


def date_beside_number(items: list[Item], start: Start) -> date | None:
    """The date printed in the brackets of the number line: （云地税所[2000]252号　2000年8月21日）."""
    line = items[start.number_at] if start.number_at is not None else None
    return read_date(line.text) if isinstance(line, Line) else None


def date_under_title(items: list[Item], start: Start) -> date | None:
    """The date in brackets under the title: （2023年5月6日）, （2022年3月28日…通过） of a law or a decision."""
    above_number = (
        items[start.number_at - 1] if start.number_at is not None and start.number_at > start.first else None
    )
    if isinstance(above_number, Line) and is_bracketed_date(above_number.text):
        return read_date(above_number.text)
    return date_under(items, start.body)


def title_of(start: Start, body: Body) -> str:
    """The title as printed; a decree that only puts a regulation into force carries the regulation's title."""
    title = without_stray_blanks(start.title)
    if folded(title).endswith("令") and body.enclosures:
        return body.enclosures[0].title
    return title


def with_printed_pages(document: ParsedDocument, items: list[Item], printed: PrintedAt) -> ParsedDocument:
    """The document with the numbers printed on the pages of its first and its last item."""

    def numbers(page: int | None) -> list[int]:
        here = [item for item in items if page and page in (item.page, getattr(item, "last_page", None))]
        return [number for item in here for number in printed(item, page or 0)]

    return replace(
        document,
        printed_first_page=min(numbers(document.first_page), default=None),
        printed_last_page=max(numbers(document.last_page), default=None),
    )


def common_size(items: list[Item]) -> float | None:
    """The type size of most characters, in points; None for a text file."""
    counts: dict[float, int] = {}
    for item in items:
        if isinstance(item, Line) and item.size:
            size = round(item.size * 2) / 2
            counts[size] = counts.get(size, 0) + len(item.text)
    return max(counts, key=lambda size: counts[size]) if counts else None


def unplaced_text(
    items: list[Item], contents: Contents, first: int, front_end: int
) -> list[tuple[int | None, str]]:
    """(page, text) of what stands behind the contents and before the first document, or in them and is no entry."""
    begin = contents.end if contents.entries else front_end
    return [(item.page, text_of(item)) for item in (*contents.unread, *items[begin:first])]


def running_text(front: list[Item]) -> list[tuple[int | None, str]]:
    """(page, text) of what stands before contents and documents and is no masthead: a page with sentences, a table."""
    told = {item.page for item in front if isinstance(item, RuledTable) or SENTENCE_END.search(item.text)}
    return [(item.page, text_of(item)) for item in front if item.page in told]


def text_of(item: Item) -> str:
    """The text of a line, or of the cells of a table."""
    return item.text if isinstance(item, Line) else "\n".join("\t".join(row) for row in item.rows)
