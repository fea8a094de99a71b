"""Running heads and printed page numbers: found by repetition in the top and bottom bands, and taken off.

Specimens: `阳光市人民政府公报 …… 2022年第2期` at the head of every page, `— 59 —` at its foot.
"""

import re
from collections import Counter

from archive.ingest.layout.rows import Segment

# Shares of the page height in which furniture stands.
TOP_BAND, BOTTOM_BAND = 0.09, 0.07
# A text that recurs on this share of the pages (and on three at least) is furniture.
RECURS = 0.25
# A page number is alone with its dashes: — 59 —, -59-, －５９－, 59, ·59·, 第59页, 第59页 共74页, 59/74
DASHES = r"[-–—―─－~～•·・.|\s]*"
PAGE_NUMBER = re.compile(
    rf"^{DASHES}(?:第\s*)?(\d{{1,4}})\s*(?:页\s*)?(?:(?:[,，/／]\s*)?共\s*\d{{1,4}}\s*页|[/／]\s*\d{{1,4}})?{DASHES}$"
)
# What stands apart beside a page number: — 　59　 —, 第59页　　共74页
BESIDE_NUMBER = re.compile(r"^(?:[-–—―─－~～•·・]{1,4}|共\s*\d{1,4}\s*页)$")
# The name of a gazette and of an issue at the head of a numbered page, however few pages there are.
HEAD = re.compile(r"^(?=.)(?:[\u4e00-\u9fff]{2,20}公报)?(?:#年第?#期|#年增刊#?)?(?:[（(]总第?#期[）)])?$")
DIGITS = re.compile(r"\d+")
SPACE = re.compile(r"\s+")


def in_bands(segment: Segment, height: float) -> bool:
    return segment.bottom < TOP_BAND * height or segment.top > (1 - BOTTOM_BAND) * height


def shape(segment: Segment) -> str:
    """What recurs: the text without blanks, figures alike."""
    return DIGITS.sub("#", SPACE.sub("", segment.text))


def find_furniture(pages: list[tuple[float, list[list[Segment]]]]) -> set[str]:
    """The shapes that recur in the bands. `pages` are (height, rows of segments)."""
    counts: Counter[str] = Counter()
    for height, rows in pages:
        counts.update({shape(segment) for row in rows for segment in row if in_bands(segment, height)})
    needed = max(3, RECURS * len(pages))
    return {text for text, count in counts.items() if count >= needed}


def split_furniture(
    height: float, rows: list[list[Segment]], recurring: set[str], figures: frozenset[str] = frozenset()
) -> tuple[list[list[Segment]], list[str], int | None]:
    """(rows without furniture, texts of the furniture, the printed page number or None).

    `figures` are bare figures that are text of the page, however like page numbers they look.
    """
    kept: list[list[Segment]] = []
    taken: list[str] = []
    banded = [segment for row in rows for segment in row if in_bands(segment, height)]
    found = [match for segment in banded if (match := PAGE_NUMBER.match(segment.text))]
    number = int(found[-1].group(1)) if found else None
    for row in rows:
        body: list[Segment] = []
        for segment in row:
            if not in_bands(segment, height) or segment.text.strip() in figures:
                body.append(segment)
                continue
            beside = number is not None and BESIDE_NUMBER.match(segment.text)
            is_head = number is not None and HEAD.match(shape(segment))
            if PAGE_NUMBER.match(segment.text) or shape(segment) in recurring or is_head or beside:
                taken.append(segment.text)
            else:
                body.append(segment)
        if body:
            kept.append(body)
    return kept, taken, number


def figures_of_text(taken: list[list[str]], printed: list[int | None]) -> list[frozenset[str]]:
    """For each page the bare figures taken off it that are not its number, nor count on with its pages.

    The last row of a list may end in the bottom band: 24. A file that was paged twice has two numbers that count.
    """
    found = [{text.strip() for text in texts if text.strip().isdecimal()} for texts in taken]
    steps = Counter(int(text) - index for index, texts in enumerate(found) for text in texts)
    return [
        frozenset(
            text
            for text in texts
            if number is not None and int(text) != number and steps[int(text) - index] < 3
        )
        for index, (texts, number) in enumerate(zip(found, printed, strict=True))
    ]


def printed_numbers(found: list[int | None]) -> list[int | None]:
    """The printed number of each page: as read, or inferred where the neighbours agree on the distance.

    `found[i]` was read on page i+1. A page before the first numbered one (cover, contents) has none.
    """
    offsets = Counter(number - index for index, number in enumerate(found) if number is not None)
    if not offsets:
        return found
    offset, count = offsets.most_common(1)[0]
    if count < 0.8 * sum(offsets.values()):
        return found
    first = next(
        index for index, number in enumerate(found) if number is not None and number - index == offset
    )
    return [
        index + offset if index >= first and (number is None or number - index != offset) else number
        for index, number in enumerate(found)
    ]
