"""Hard-wrapped text back to paragraphs: lines that were cut at one width, as old exports and mail programs do.

A file that holds one paragraph a line stays as it is. Whether it is wrapped is asked of the whole file: in a wrapped
one many lines have the same greatest width, and most of those stop in mid-sentence.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from archive.ingest.layout.paragraphs import join_texts
from archive.numbers import is_number_line

# In ems. Narrower lines than this are a list or a table, not wrapped running text …
NARROWEST = 14.0
WIDEST = 80.0
# … a line counts as full when it comes so near to the width,
NEAR = 2.0
# and a file as wrapped when so many of its lines are full, at least so many, few of them end a sentence, and hardly
# any is wider.
FULL_SHARE = 0.12
FEWEST_FULL = 6
ENDING_SHARE = 0.35
WIDER_SHARE = 0.02
# Of ems and characters, that is the measure by which more lines have exactly the width; both when so nearly as many.
ALIKE = 0.8
INDENT = 1.5
SENTENCE_END = re.compile(r"[。！？!?；;：:…][”’」』）)]*$")
# What is not cut in two: a figure, a Latin word; and what may not begin a line goes with the character before it.
PIECE = re.compile(r"[0-9A-Za-z.,%/\-]+|.", re.DOTALL)
NOT_FIRST = "，。、；：！？”’）》〉】〕」』…—,.;:!?)]%％"
LABEL = re.compile(
    r"(?:第[一二三四五六七八九十百〇零\d]+[编章节条]|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[）)]"
    r"|\d{1,2}(?:[.．]\d{1,2})*(?:[.．、]|[ \u3000])|[①-⑳]|附件|《)"
)
DATE_ALONE = re.compile(r"[\d一二三四五六七八九十○〇零Ｏ０-９]{4}年.{1,3}月.{1,4}日$")
# Where paragraphs begin without an indent, a label behind one of these begins an item.
ENDS_ITEM = "。！？!?；;：:…”’」』）)》"
# Rows of tables and headings of Markdown are lines of their own.
MARKUP = re.compile(r"[|#>]|```")
BLANK = re.compile(r"[ \t\u3000\u00a0]*")


def em_width(text: str) -> float:
    """The width of a text in ems: 1 for a Chinese character, half for a Latin one."""
    return sum(1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.5 for char in text)


def character_count(text: str) -> float:
    return float(len(text))


@dataclass(frozen=True, slots=True)
class Wrapping:
    """How a file was wrapped: at which width, measured how, and whether its paragraphs begin indented."""

    width: float
    measure: Callable[[str], float]
    indented: bool


def unwrap(lines: list[str]) -> list[str]:
    """The lines with the paragraphs of a wrapped text each on one line; blank lines stay. The same lines otherwise."""
    lines = without_regular_blanks(lines)
    wrappings = find_wrappings(lines)
    if not wrappings:
        return lines
    result: list[str] = []
    before = ""
    for line in lines:
        if before.strip() and line.strip() and goes_on(before, line, wrappings):
            result[-1] = join_texts(result[-1].rstrip(), line.strip())
        else:
            result.append(line)
        before = line
    return result


def without_regular_blanks(lines: list[str]) -> list[str]:
    """The lines without the blank ones of a double-spaced text, where a blank line says nothing."""
    filled = [i for i, line in enumerate(lines) if line.strip()]
    if len(filled) < 2 * FEWEST_FULL:
        return lines
    follow = sum(b - a == 1 for a, b in pairwise(filled))
    if follow > 0.05 * len(filled):
        return lines
    single = [lines[i] for i in filled]
    return single if find_wrappings(single) else lines


def find_wrappings(lines: list[str]) -> list[Wrapping]:
    """How the file is wrapped, in one or both measures where its lines do not tell which; empty when it is not."""
    texts = [line.rstrip() for line in lines if line.strip() and line.count("\t") < 2]
    if len(texts) < FEWEST_FULL:
        return []
    found: list[tuple[int, Wrapping]] = []
    for measure in (em_width, character_count):
        widths = [measure(text) for text in texts]
        width = greatest_common_width(widths)
        if width is None:
            continue
        full = [text for text, w in zip(texts, widths, strict=True) if width - NEAR <= w <= width + 1]
        wider = sum(w > width + 1 for w in widths)
        ending = sum(bool(SENTENCE_END.search(text)) for text in full)
        if (
            len(full) >= max(FEWEST_FULL, FULL_SHARE * len(texts))
            and wider <= WIDER_SHARE * len(texts)
            and ending <= ENDING_SHARE * len(full)
        ):
            exact = sum(w == width for w in widths)
            found.append((exact, Wrapping(width, measure, begins_indented(texts, width, measure))))
    most = max((exact for exact, _wrapping in found), default=0)
    return [wrapping for exact, wrapping in found if exact >= ALIKE * most]


def greatest_common_width(widths: list[float]) -> float | None:
    """The width at which lines were cut: the commonest among the widest; None outside of what running text has."""
    top = sorted(widths)[max(0, int(len(widths) * (1 - WIDER_SHARE)) - 1)]
    near = Counter(w for w in widths if top - NEAR <= w <= top + 1)
    if not near:
        return None
    most = max(near.values())
    width = max(w for w, count in near.items() if count >= 0.5 * most)
    return width if NARROWEST <= width <= WIDEST else None


def begins_indented(texts: list[str], width: float, measure: Callable[[str], float]) -> bool:
    """True when paragraphs begin indented: most lines below a short one that ends a sentence do."""
    below = [
        indent(after)
        for before, after in pairwise(texts)
        if measure(before) < width - 2 * NEAR and SENTENCE_END.search(before)
    ]
    return sum(em >= INDENT for em in below) > 0.5 * len(below)


def indent(line: str) -> float:
    """How far a line is indented, in ems; a tab counts as two."""
    blank = BLANK.match(line)
    return sum(2.0 if char == "\t" else em_width(char) for char in blank.group()) if blank else 0.0


def goes_on(before: str, line: str, wrappings: list[Wrapping]) -> bool:
    """True when `line` goes on with the paragraph that `before`, the line above it as printed, stands in."""
    text = line.strip()
    if indent(line) >= INDENT or before.count("\t") >= 2 or line.count("\t") >= 2 or MARKUP.match(text):
        return False
    before = before.rstrip()
    if MARKUP.match(before):
        return False
    piece = first_piece(text)
    if all(way.measure(before) + way.measure(piece) <= way.width for way in wrappings):
        # it would have found room on the line above
        return False
    if is_number_line(text) or DATE_ALONE.match(text):
        return False
    if any(way.indented for way in wrappings):
        return True
    return not (before[-1:] in ENDS_ITEM and LABEL.match(text))


def first_piece(text: str) -> str:
    """What of the text's beginning had to stay together: a word or figure, and the stops behind it."""
    end = 0
    while found := PIECE.match(text, end):
        end = found.end()
        if end >= len(text) or text[end] not in NOT_FIRST:
            break
    return text[:end]
