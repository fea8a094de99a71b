"""What an editor must look at: disagreements between contents and body, and what is missing or printed twice."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

from archive.ingest.lines import Page
from archive.ingest.parse.attachments import missing_attachments, unlisted_annexes
from archive.ingest.parse.records import Block, ContentsEntry, Finding, ParsedDocument
from archive.ingest.parse.sections import (
    CHINESE,
    Label,
    decimal_numbers,
    number_to_chinese,
    ordinal,
    read_label,
)
from archive.ingest.parse.signs import folded
from archive.ingest.parse.validity import is_contradictory
from archive.numbers import read_number

NUMBERED = frozenset({"heading", "paragraph"})


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
    if (
        document.number_as_printed
        and (read := read_number(document.number_as_printed)) is not None
        and read.misread
    ):
        add(
            "number-misread",
            "warning",
            f"文号印作{document.number_as_printed}，读作{read.canonical}，请核对",
            document.number_as_printed,
            read.canonical,
        )
    if not document.title:
        add("title-missing", "warning", "没有找到标题，请补上")
    if not document.signed_by:
        add("signature-missing", "warning", "没有找到落款（发文机关署名）")
    if document.signed_on is None:
        add("date-missing", "warning", "没有找到成文日期")
    titles = (document.title, *(enclosure.title for enclosure in document.enclosures))
    if document.validity and is_contradictory(document.blocks, document.signed_on, titles):
        add("validity-contradictory", "warning", "施行日期或有效期前后不一致", *document.validity.evidence)
    for attachment in missing_attachments(document.blocks, document.attachments):
        name = f"附件{attachment.label}《{attachment.title}》"
        add("attachment-missing", "note", f"{name}列在附件中，但没有印出", attachment.title)
    for line in unlisted_annexes(document.blocks, document.attachments):
        add("attachment-unlisted", "note", f"{line}印在正文之后，但没有列在附件中", line)
    found += section_findings(document)
    found += order_findings(document)
    found += removal_findings(document)
    return found


def section_findings(document: ParsedDocument) -> list[Finding]:
    """Labels printed twice under one parent (5.3.5), and headings printed again under another number."""
    found: list[Finding] = []
    seen: dict[tuple[int, int | None, str], str] = {}
    headings: dict[str, str] = {}
    starts = {enclosure.block for enclosure in document.enclosures}
    first_blocks: dict[int, int] = {}
    repeated_before: dict[str, bool] = {}
    for index, block in enumerate(document.blocks):
        if block.section is not None:
            first_blocks.setdefault(block.section, index)
    for index, section in enumerate(document.sections):
        part = sum(1 for start in starts if start <= first_blocks.get(index, 0))
        decimal = re.match(r"\d+[.．]\d", section.label)
        key = (part, None if decimal else section.parent, section.label)
        shape = re.sub(rf"[\d{CHINESE}]+", "", section.label)
        gap = " " if section.label[-1:].isdigit() else ""
        name = f"{section.label}{gap}{section.heading}"
        repeated = key in seen and bool(section.label)
        # a whole scheme that begins again is said once, at its first label
        if repeated and not repeated_before.get(shape):
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
        repeated_before[shape] = repeated
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


def order_findings(document: ParsedDocument) -> list[Finding]:
    """Labels left out (三、 after 一、), and decimal labels out of their order (1.4 before 1.2)."""
    found: list[Finding] = []
    printed = [(block, read_label(block.text)) for block in document.blocks if block.kind in NUMBERED]
    texts = "\n".join(block.text for block in document.blocks)
    for _, run in sorted_by_scheme(printed):
        for (_, before), (block, label) in pairwise(run):
            one, other = ordinal(before.text), ordinal(label.text)
            if one is None or other is None or other != one + 2:
                continue
            left_out = re.sub(rf"[{CHINESE}]+", number_to_chinese(one + 1), label.text)
            # a label inside a paragraph that was not broken there is printed all the same
            if left_out == label.text or folded(left_out) in folded(texts):
                continue
            found.append(
                Finding(
                    "section-gap",
                    "note",
                    f"序号{before.text}之后是{label.text}，缺{left_out}",
                    document.position,
                    block.page or document.first_page,
                    (before.text + before.rest[:30], label.text + label.rest[:30]),
                )
            )
    found += decimal_order_findings(document)
    return found


def sorted_by_scheme(
    printed: list[tuple[Block, Label | None]],
) -> Iterator[tuple[tuple[str, int], list[tuple[Block, Label]]]]:
    """Runs of labels of one kind, 一、二、三、 or 第一条第二条; a label further out ends those further in."""
    runs: dict[tuple[str, int], list[tuple[Block, Label]]] = {}
    for block, label in printed:
        if label is None or label.scheme == "decimal" or (label.scheme == "chinese" and label.level > 2):
            continue
        if label.scheme == "chinese" and label.level == 1 and ("chinese", 2) in runs:
            # （四） under 二、 may go on from （三） under 一、, or begin again
            yield ("chinese", 2), runs.pop(("chinese", 2))
        runs.setdefault((label.scheme, label.level), []).append((block, label))
    yield from runs.items()


def decimal_order_findings(document: ParsedDocument) -> list[Finding]:
    """One for each decimal label that stands behind a later one of its own parent: 1.2 after 1.4."""
    found: list[Finding] = []
    latest: dict[tuple[int, ...], tuple[int, str]] = {}
    seen: set[tuple[int, ...]] = set()
    for section in document.sections:
        if not re.match(r"\d", section.label):
            continue
        numbers = decimal_numbers(section.label)
        if numbers == (1,):
            latest, seen = {}, set()
        if len(numbers) < 2:
            continue
        parent, last = numbers[:-1], numbers[-1]
        before, name = latest.get(parent, (0, ""))
        if last < before and last > 1 and numbers not in seen:
            found.append(
                Finding(
                    "section-order",
                    "note",
                    f"序号{section.label}印在{name}之后",
                    document.position,
                    section.page or document.first_page,
                    (name, section.label),
                )
            )
        seen.add(numbers)
        latest[parent] = max((before, name), (last, section.label))
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


def left_out_findings(pages: list[Page]) -> list[Finding]:
    """What is printed and stands in no text of ours: lines on their side outside tables, print beside the page."""
    found = [
        Finding(
            "text-on-its-side",
            "warning",
            f"第{page.number}页有侧排或倒排的文字，没有归入正文",
            page=page.number,
            evidence=page.sideways[:20],
        )
        for page in pages
        if page.sideways
    ]
    beside = [page for page in pages if page.outside]
    if beside:
        numbers = "、".join(str(page.number) for page in beside[:20]) + ("等" if len(beside) > 20 else "")
        found.append(
            Finding(
                "text-off-page",
                "note",
                f"第{numbers}页的版面之外或极小的字号里有文字，没有收入",
                page=beside[0].number,
                evidence=tuple(page.outside[:200] for page in beside[:20]),
            )
        )
    return found


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
