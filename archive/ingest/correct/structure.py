"""Changes of how a document is put together: headings and their levels, blocks joined and parted."""

from dataclasses import replace
from typing import Any

from archive.ingest.correct.change import Change, Stale, find_block
from archive.ingest.correct.facts import with_facts_of
from archive.ingest.correct.texts import own_section
from archive.ingest.parse.records import Block, ParsedDocument, Section
from archive.ingest.parse.sections import read_label

# What an editor may call a block; headings, tables and rosters are made in other ways.
KINDS = ("paragraph", "subtitle", "recipient", "signature", "date", "note", "attachment")


def change_kind(document: ParsedDocument, change: Change) -> ParsedDocument:
    """The document with a block called something else: a paragraph that is a signature."""
    at = find_block(document, change.place["block"], change.place["text"])
    block = document.blocks[at]
    if change.new not in KINDS:
        raise ValueError(f"no kind that a block can be given: {change.new}")
    if block.kind != change.old or block.kind not in KINDS:
        raise Stale(change.place["text"])
    enclosures = tuple(e for e in document.enclosures if e.block != at or change.new == "subtitle")
    changed = _with_block(document, at, replace(block, kind=change.new))
    return with_facts_of(document, replace(changed, enclosures=enclosures))


def heading_values(document: ParsedDocument, at: int) -> dict[str, Any] | None:
    """The heading that begins with block `at` as a change holds it; None where none does."""
    own = own_section(document, at)
    if own is None:
        return None
    section = document.sections[own]
    return {
        "level": section.level,
        "label": section.label,
        "heading": section.heading,
        "run_in": section.run_in,
    }


def change_heading(document: ParsedDocument, change: Change) -> ParsedDocument:
    """The document with a block made a heading, given another level, or made a paragraph again."""
    at = find_block(document, change.place["block"], change.place["text"])
    if heading_values(document, at) != change.old:
        raise Stale(change.place["text"])
    if change.new is None:
        return _without_heading(document, at)
    values = change.new
    section = Section(
        values["level"], values["label"], values["heading"], values["run_in"], document.blocks[at].page
    )
    if change.old is None:
        if document.blocks[at].kind != "paragraph":
            raise ValueError("only a paragraph becomes a heading; change the kind of the block first")
        return _with_new_heading(document, at, section)
    own = own_section(document, at)
    assert own is not None
    sections = list(document.sections)
    sections[own] = replace(section, parent=_parent(sections[:own], section.level))
    kind = "paragraph" if section.run_in else "heading"
    changed = replace(document, sections=_with_parents(sections, own))
    return _with_block(changed, at, replace(changed.blocks[at], kind=kind))


def _parent(before: list[Section], level: int) -> int | None:
    """The nearest section before that stands higher than `level`."""
    return next((i for i in range(len(before) - 1, -1, -1) if before[i].level < level), None)


def _with_parents(sections: list[Section], moved: int) -> tuple[Section, ...]:
    """The sections, those that hang on the moved one or stand behind it put under what is above them now.

    Only as far as the next section that stands as high as the moved one: beyond it nothing changes.
    """
    found = list(sections)
    for i in range(moved + 1, len(found)):
        if found[i].level <= found[moved].level and found[i].parent != moved:
            break
        found[i] = replace(found[i], parent=_parent(found[:i], found[i].level))
    return tuple(found)


def _with_new_heading(document: ParsedDocument, at: int, section: Section) -> ParsedDocument:
    before = [block.section for block in document.blocks[:at] if block.section is not None]
    place = max(before, default=-1) + 1

    def moved(index: int | None) -> int | None:
        return index + 1 if index is not None and index >= place else index

    sections = [replace(s, parent=moved(s.parent)) for s in document.sections]
    sections.insert(place, replace(section, parent=_parent(sections[:place], section.level)))
    blocks: list[Block] = []
    under = document.blocks[at].section
    for i, block in enumerate(document.blocks):
        # what stood in the same section before stands in the new one from here on
        inside = i >= at and block.section == under and all(b.section == under for b in document.blocks[at:i])
        blocks.append(replace(block, section=place if inside else moved(block.section)))
    blocks[at] = replace(blocks[at], kind="paragraph" if section.run_in else "heading")
    return replace(document, sections=_with_parents(sections, place), blocks=tuple(blocks))


def _without_heading(document: ParsedDocument, at: int) -> ParsedDocument:
    own = own_section(document, at)
    assert own is not None
    above = [block.section for block in document.blocks[:at]]
    # 附文 begin their numbering anew: behind a subtitle nothing stands in a section of the notice
    since = next((i for i in range(at - 1, -1, -1) if document.blocks[i].kind == "subtitle"), -1)
    before = next((s for s in reversed(above[since + 1 :]) if s is not None), None)
    parent = document.sections[own].parent

    def moved(index: int | None) -> int | None:
        if index == own:
            return before
        return index - 1 if index is not None and index > own else index

    sections = []
    for i, section in enumerate(document.sections):
        if i != own:
            hangs_on = parent if section.parent == own else section.parent
            sections.append(
                replace(section, parent=hangs_on - 1 if hangs_on is not None and hangs_on > own else hangs_on)
            )
    blocks = [replace(block, section=moved(block.section)) for block in document.blocks]
    blocks[at] = replace(blocks[at], kind="paragraph")
    return replace(document, sections=tuple(sections), blocks=tuple(blocks))


def merge_blocks(document: ParsedDocument, change: Change) -> ParsedDocument:
    """The document with a block joined to the one before it."""
    first, second = change.old
    at = find_block(document, change.place["block"], first)
    if at + 1 >= len(document.blocks) or document.blocks[at + 1].text != second:
        raise Stale(second)
    one, two = document.blocks[at], document.blocks[at + 1]
    if own_section(document, at + 1) is not None:
        document = _without_heading(document, at + 1)
    sure = [block.confidence for block in (one, two) if block.confidence is not None]
    joined = replace(
        document.blocks[at],
        text=change.new,
        confidence=min(sure, default=None),
        recognised=(
            *one.recognised,
            *((a + len(one.text), b + len(one.text), c) for a, b, c in two.recognised),
        ),
        as_printed=_joined_print(one, two),
    )
    enclosures = tuple(
        replace(e, block=e.block - 1 if e.block > at else e.block)
        for e in document.enclosures
        if e.block != at + 1
    )
    blocks = (*document.blocks[:at], joined, *document.blocks[at + 2 :])
    return with_facts_of(document, replace(document, blocks=blocks, enclosures=enclosures))


def _joined_print(one: Block, two: Block) -> str | None:
    if one.as_printed is None and two.as_printed is None:
        return None
    return (one.as_printed or one.text) + (two.as_printed or two.text)


def split_block(document: ParsedDocument, change: Change) -> ParsedDocument:
    """The document with a block parted in two; the second is a paragraph of the same section."""
    at = find_block(document, change.place["block"], change.old)
    first, second = change.new
    block = document.blocks[at]
    if block.table is not None or block.roster is not None:
        raise ValueError("a table or a roster is not parted")
    kind = "paragraph" if block.kind == "heading" else block.kind
    cut = len(first)
    before = tuple((a, min(b, cut), c) for a, b, c in block.recognised if a < cut)
    behind = tuple((max(a - cut, 0), b - cut, c) for a, b, c in block.recognised if b > cut)
    parts = (
        replace(block, text=first, recognised=before),
        replace(block, text=second, kind=kind, as_printed=None, recognised=behind),
    )
    enclosures = tuple(
        replace(e, block=e.block + 1 if e.block > at else e.block) for e in document.enclosures
    )
    blocks = (*document.blocks[:at], *parts, *document.blocks[at + 1 :])
    return with_facts_of(document, replace(document, blocks=blocks, enclosures=enclosures))


def _with_block(document: ParsedDocument, at: int, block: Block) -> ParsedDocument:
    return replace(document, blocks=(*document.blocks[:at], block, *document.blocks[at + 1 :]))


def heading_of(text: str, level: int) -> dict[str, Any]:
    """The heading of a block with that text: its label set apart, run in where a sentence follows it."""
    label = read_label(text)
    rest = label.rest if label else text
    run_in = "。" in rest.rstrip("。")
    heading = rest.partition("。")[0] + "。" if run_in else rest
    return {"level": level, "label": label.text if label else "", "heading": heading, "run_in": run_in}
