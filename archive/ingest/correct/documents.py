"""Changes of where a document begins and ends: one that was missed, one too many, a boundary in the wrong place."""

from collections.abc import Sequence
from dataclasses import replace

from archive.ingest.correct.change import Change, Stale, find_block
from archive.ingest.parse.appointments import find_appointments
from archive.ingest.parse.attachments import read_attachments
from archive.ingest.parse.records import Block, ParsedDocument, Section
from archive.ingest.parse.references import find_references
from archive.ingest.parse.signs import read_date, read_issuer, read_kind
from archive.ingest.parse.validity import find_validity
from archive.numbers import read_number

Pair = tuple[ParsedDocument, ParsedDocument]


def begin_document(document: ParsedDocument, change: Change) -> Pair:
    """The document up to a block, and the one that begins there with the title that the editor gives.

    The blocks of `head` hold its title and number in print: they become its fields. Facts are read anew of both.
    """
    values = change.new
    head = values["head"]
    at = find_block(document, change.place["block"], change.place["text"])
    if at == 0 or [block.text for block in document.blocks[at : at + len(head)]] != [
        text for _, text, _ in head
    ]:
        raise Stale(change.place["text"])
    first = _part(document, 0, at)
    rest = _part(document, at + len(head), len(document.blocks))
    begins = min((b.page for b in document.blocks[at:] if b.page is not None), default=document.last_page)
    number = read_number(values["number"]) if values["number"] else None
    second = replace(
        rest,
        title=values["title"],
        number=number.canonical if number else values["number"] or None,
        number_as_printed=values["number"] or None,
        first_page=begins,
        printed_first_page=_printed_page(document, begins),
        **{name: values.get(name) for name in _OF_CONTENTS},
        category=values.get("category") or document.category,
    )
    ends = max((b.page for b in first.blocks if b.page is not None), default=document.first_page)
    first = replace(first, last_page=ends, printed_last_page=_printed_page(document, ends))
    return _read_anew(first, document.issuer), _read_anew(second, read_issuer(second.title))


def _printed_page(document: ParsedDocument, page: int | None) -> int | None:
    """The number printed on a page, counted on from the first: pages of a document follow each other."""
    if page is None or document.first_page is None or document.printed_first_page is None:
        return None
    return document.printed_first_page + page - document.first_page


def join_documents(first: ParsedDocument, second: ParsedDocument, change: Change) -> ParsedDocument:
    """The two as one: the second's title and number stand in its text as they are printed."""
    if change.old["title"] != second.title:
        raise Stale(change.old["title"])
    head = tuple(Block(kind, text, page) for kind, text, page in change.old["head"])
    whole = _appended(first, replace(second, blocks=(*head, *second.blocks)), len(head))
    whole = replace(
        whole,
        last_page=second.last_page if second.last_page is not None else first.last_page,
        printed_last_page=second.printed_last_page or first.printed_last_page,
    )
    return _read_anew(whole, first.issuer)


def joining(first: ParsedDocument, second: ParsedDocument) -> Change:
    """The change that makes `second` a part of `first`."""
    number = second.number_as_printed or second.number or ""
    head = [["paragraph", text, second.first_page] for text in (second.title, number) if text]
    kept = {name: getattr(second, name) for name in (*_OF_CONTENTS, "category")}
    old = {"title": second.title, "number": number, "head": head, **kept}
    return Change("join", {"block": len(first.blocks), "text": second.title}, old, None)


# What the contents say of a document, kept for the case that it is parted from its neighbour again.
_OF_CONTENTS = ("title_in_contents", "page_in_contents", "number_in_contents")


def move_boundary(first: ParsedDocument, second: ParsedDocument, change: Change) -> Pair:
    """The two with blocks moved over the boundary between them; `blocks` counts those that come to the first."""
    count = change.new["blocks"]
    giver, moved_at = (second, 0) if count > 0 else (first, len(first.blocks) + count)
    if not 0 < abs(count) < len(giver.blocks):
        raise ValueError("a document keeps at least one block")
    if giver.blocks[moved_at].text != change.old:
        raise Stale(change.old)
    if count > 0:
        one = _appended(first, _part(second, 0, count), 0)
        two = _part(second, count, len(second.blocks))
    else:
        one = _part(first, 0, moved_at)
        two = _appended(_part(first, moved_at, len(first.blocks)), second, 0)
        two = replace(second, **{name: getattr(two, name) for name in _PARTS})
    ends = [block.page for block in one.blocks if block.page is not None]
    begins = [block.page for block in two.blocks if block.page is not None]
    if ends:
        one = replace(one, last_page=max(ends), printed_last_page=_printed_page(first, max(ends)))
    if begins and second.first_page is not None:
        # its title stands where it stood
        page = min([second.first_page, *begins]) if count < 0 else second.first_page
        two = replace(two, first_page=page)
    return _read_anew(one, first.issuer), _read_anew(two, second.issuer)


# --- parts of a document -------------------------------------------------------------------------------
_PARTS = ("blocks", "sections", "tables", "rosters", "enclosures")


def _part(document: ParsedDocument, start: int, end: int) -> ParsedDocument:
    """The document with only its blocks from `start` to `end`, and what stands in them."""
    blocks = document.blocks[start:end]
    tables = sorted({block.table for block in blocks if block.table is not None})
    rosters = sorted({block.roster for block in blocks if block.roster is not None})
    begun = [
        n
        for n in range(len(document.sections))
        if any(block.section == n for block in blocks)
        and not any(block.section == n for block in document.blocks[:start])
    ]
    kept = {old: new for new, old in enumerate(begun)}

    def above(index: int | None) -> int | None:
        while index is not None and index not in kept:
            index = document.sections[index].parent
        return None if index is None else kept[index]

    return replace(
        document,
        blocks=tuple(
            replace(
                block,
                section=kept.get(block.section) if block.section is not None else None,
                table=tables.index(block.table) if block.table is not None else None,
                roster=rosters.index(block.roster) if block.roster is not None else None,
            )
            for block in blocks
        ),
        sections=tuple(
            replace(document.sections[n], parent=above(document.sections[n].parent)) for n in begun
        ),
        tables=tuple(document.tables[n] for n in tables),
        rosters=tuple(document.rosters[n] for n in rosters),
        enclosures=tuple(
            replace(e, block=e.block - start) for e in document.enclosures if start <= e.block < end
        ),
    )


def _appended(first: ParsedDocument, second: ParsedDocument, offset: int) -> ParsedDocument:
    """The first document with the blocks of the second behind its own; `offset`: blocks put before the second's."""
    sections, tables, rosters = len(first.sections), len(first.tables), len(first.rosters)
    under = first.blocks[-1].section if first.blocks else None

    def moved(section: Section) -> Section:
        return replace(section, parent=None if section.parent is None else section.parent + sections)

    return replace(
        first,
        blocks=(
            *first.blocks,
            *(
                replace(
                    block,
                    section=under if block.section is None else block.section + sections,
                    table=None if block.table is None else block.table + tables,
                    roster=None if block.roster is None else block.roster + rosters,
                )
                for block in second.blocks
            ),
        ),
        sections=(*first.sections, *map(moved, second.sections)),
        tables=(*first.tables, *second.tables),
        rosters=(*first.rosters, *second.rosters),
        enclosures=(
            *first.enclosures,
            *(replace(e, block=e.block + offset + len(first.blocks)) for e in second.enclosures),
        ),
    )


def _read_anew(document: ParsedDocument, issuer: str) -> ParsedDocument:
    """The document with what can be read off its blocks: signature, date, lists, people, references, validity."""
    blocks = document.blocks
    signed_on = next((day for text in _texts(blocks, "date") if (day := read_date(text))), None)
    signers = tuple(" ".join(text.split()) for text in _texts(blocks, "signature"))
    recipients = next((text.rstrip("：: ") for text in _texts(blocks, "recipient")), "")
    number = read_number(document.number) if document.number else None
    return replace(
        document,
        issuer=issuer or (signers[0] if signers else ""),
        kind=read_kind(document.title),
        recipients=recipients,
        signed_by=signers[: 1 + len(signers)],
        signed_on=signed_on,
        note=next((text.strip("（）() ") for text in _texts(blocks, "note")), ""),
        attachments=tuple(
            attachment
            for text in _texts(blocks, "attachment")
            for attachment in read_attachments(text.splitlines())
        ),
        appointments=find_appointments(blocks, document.title),
        references=find_references(
            blocks,
            document.number,
            document.title,
            frozenset({number.code} if number and number.code else ()),
        ),
        validity=find_validity(blocks, signed_on, (document.title, *(e.title for e in document.enclosures))),
    )


def _texts(blocks: Sequence[Block], kind: str) -> list[str]:
    return [block.text for block in blocks if block.kind == kind]
