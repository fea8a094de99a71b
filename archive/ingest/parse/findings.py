"""What an editor must look at: disagreements between contents and body, and what is missing or printed twice."""

import re
from collections import Counter, defaultdict

from archive.ingest.lines import Page
from archive.ingest.parse.records import ContentsEntry, Finding, ParsedDocument
from archive.ingest.parse.signs import folded
from archive.ingest.parse.validity import is_contradictory


def document_findings(document: ParsedDocument) -> list[Finding]:
    """The findings of one document by itself."""
    found: list[Finding] = []
    at, page = document.position, document.first_page

    def add(code: str, severity: str, message: str, *evidence: str, on: int | None = None) -> None:
        found.append(Finding(code, severity, message, at, on or page, evidence))

    if document.number_in_contents and document.number_in_contents != document.number:
        if document.number:
            add(
                "number-differs",
                "error",
                f"文号不一致：目录为{document.number_in_contents}，正文为{document.number}（{document.title}）",
                document.number_in_contents,
                document.number,
            )
        else:
            add(
                "number-missing",
                "warning",
                f"正文没有印文号，目录为{document.number_in_contents}",
                document.number_in_contents,
            )
    if document.title_in_contents and folded(document.title_in_contents) != folded(document.title):
        add(
            "title-differs",
            "warning",
            "标题不一致：目录与正文所印标题不同",
            document.title_in_contents,
            document.title,
        )
    if not document.signed_by:
        add("signature-missing", "warning", "没有找到落款（发文机关署名）")
    if document.signed_on is None:
        add("date-missing", "warning", "没有找到成文日期")
    titles = (document.title, *(enclosure.title for enclosure in document.enclosures))
    if document.validity and is_contradictory(document.blocks, document.signed_on, titles):
        add("validity-contradictory", "warning", "施行日期或有效期前后不一致", *document.validity.evidence)
    found += section_findings(document)
    found += removal_findings(document)
    return found


def section_findings(document: ParsedDocument) -> list[Finding]:
    """Labels printed twice under one parent (5.3.5), and headings printed again under another number."""
    found: list[Finding] = []
    seen: dict[tuple[int | None, str], str] = {}
    headings: dict[str, str] = {}
    starts = {enclosure.block for enclosure in document.enclosures}
    first_blocks: dict[int, int] = {}
    for index, block in enumerate(document.blocks):
        if block.section is not None:
            first_blocks.setdefault(block.section, index)
    for index, section in enumerate(document.sections):
        part = sum(1 for start in starts if start <= first_blocks.get(index, 0))
        key = (
            part if re.match(r"\d", section.label) and "." in section.label.rstrip(".") else section.parent,
            section.label,
        )
        gap = " " if section.label[-1:].isdigit() else ""
        name = f"{section.label}{gap}{section.heading}"
        if key in seen and key[1]:
            found.append(
                Finding(
                    "section-repeated",
                    "note",
                    f"序号{section.label}印了两次",
                    document.position,
                    section.page or document.first_page,
                    (seen[key], name),
                )
            )
        seen[key] = name
        title = folded(section.heading)
        if section.level == 1 and not section.run_in and len(title) >= 3:
            if title in headings:
                found.append(
                    Finding(
                        "heading-repeated",
                        "note",
                        f"标题“{section.heading}”印了两次",
                        document.position,
                        section.page or document.first_page,
                        (headings[title], name),
                    )
                )
            headings[title] = name
    return found


def removal_findings(document: ParsedDocument) -> list[Finding]:
    """A removal (X的Y职务) that no 免去 stands above: its heading was left out or moved."""
    removals = [a for a in document.appointments if a.action == "remove"]
    if not removals:
        return []
    said = False
    for block in document.blocks:
        text = folded(block.text)
        if re.search(r"免去[:：]?|免职[:：]|不再担任", text):
            said = True
        removed = next(
            (a for a in removals if folded(a.person) in text and f"{folded(a.person)}的" in text), None
        )
        if removed is not None and not said:
            return [
                Finding(
                    "removal-without-heading",
                    "warning",
                    "免职事项前没有“免去：”",
                    document.position,
                    block.page or document.first_page,
                    (block.text,),
                )
            ]
    return []


def undefined_glyph_findings(pages: list[Page]) -> list[Finding]:
    """One for each page with characters that its fonts do not name: they are in print and in no text of ours."""
    return [
        Finding(
            "glyphs-undefined",
            "error",
            f"第{page.number}页有{page.undefined_glyphs}个字的字体没有编码，正文中缺这些字",
            page=page.number,
        )
        for page in pages
        if page.undefined_glyphs
    ]


def issue_findings(
    documents: list[ParsedDocument],
    entries: tuple[ContentsEntry, ...],
    entry_of: dict[int, int],
    unplaced: list[tuple[int | None, str]],
    unreadable: list[int],
) -> list[Finding]:
    """The findings of the issue as a whole. `entry_of` maps positions of documents to indexes of entries."""
    found: list[Finding] = []
    by_number: dict[str, list[ParsedDocument]] = defaultdict(list)
    for document in documents:
        if document.number:
            by_number[document.number].append(document)
    for number, same in by_number.items():
        if len(same) > 1:
            positions = "、".join(f"第{document.position}件" for document in same)
            for document in same[1:]:
                found.append(
                    Finding(
                        "number-twice",
                        "error",
                        f"{number}印在{positions}上",
                        document.position,
                        document.first_page,
                        tuple(document.title for document in same),
                    )
                )
    placed = set(entry_of.values())
    for index, entry in enumerate(entries):
        if index not in placed:
            found.append(
                Finding(
                    "contents-without-document",
                    "error",
                    f"目录所列《{entry.title}》没有在正文中找到",
                    evidence=(entry.title, entry.number or ""),
                )
            )
    if entries:
        for document in documents:
            if document.position not in entry_of:
                found.append(
                    Finding(
                        "document-without-contents",
                        "warning",
                        f"正文中的《{document.title}》没有列入目录",
                        document.position,
                        document.first_page,
                        (document.title,),
                    )
                )
    else:
        found.append(Finding("contents-missing", "note", "没有找到目录"))
    if unplaced:
        pages = Counter(page for page, _ in unplaced)
        for page in pages:
            texts = tuple(text for on, text in unplaced if on == page)
            found.append(
                Finding(
                    "text-unplaced", "warning", "有文字不属于任何一件公文", page=page, evidence=texts[:20]
                )
            )
    for page in unreadable:
        found.append(
            Finding("page-without-text", "warning", f"第{page}页没有可读的文字（空白页或扫描页）", page=page)
        )
    return found
