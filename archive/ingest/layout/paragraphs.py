"""Lines to paragraphs, across columns and pages.

A paragraph goes on when the line before reaches the column edge and this one is not indented. A text file
has no edges: there a line goes on when the one before stops in mid-sentence.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

from archive.ingest.lines import Line

# In ems: a line that starts further in than this begins a paragraph …
INDENTED = 0.6
# … and one that ends further from the edge than this ends one.
REACHES_EDGE = 1.6
# … unless its sentence is not finished and it ends within this distance.
LOOSE_EDGE = 3.5
# White of more ems than this below a finished sentence parts two paragraphs, indented or not.
EXTRA_LEADING = 1.7
# Lines whose type sizes differ by more than this share belong to different paragraphs.
SAME_SIZE = 0.12
# Recognised lines of so few characters do not tell their type size.
SHORT = 3
SENTENCE_END = "。！？!?；;：:…”’」』）)》"
# Latin words and figures are not broken: a long one leaves the line before short.
UNBROKEN = re.compile(r"^[A-Za-z0-9.,%/\-－—〔〕\[\]]+")
BLANKS_IN_CHINESE = re.compile(
    r"(?<=[\u3400-\u9fff，。；：、！？”’》）〕】])[ \u00a0]+(?=[0-9A-Za-z“‘《（〔【])"
    r"|(?<=[0-9A-Za-z%％])[ \u00a0]+(?=[\u3400-\u9fff，。；：、！？”’》）〕】])"
    r"|(?<=[，。；：、！？,;:!?]) +(?=[\u3400-\u9fff“‘《（])"
    r"|(?<=\d[.．、]) +(?=[\u3400-\u9fff“‘《（])"
    r"|(?<=[一二三四五六七八九十][)）]) +(?=[\u3400-\u9fff“‘《（])"
)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of printed lines; what it looks like is what its first line looks like."""

    text: str
    lines: tuple[Line, ...]

    @property
    def page(self) -> int | None:
        return self.lines[0].page

    @property
    def first(self) -> Line:
        return self.lines[0]


# http://www.yq.gov.cn/…, gov@yq.cn — an address is broken anywhere, and so is a word that fills a line
ADDRESS = re.compile(r"(?:://|www\.|@)[^\s\u3000-\uffff]*$|[A-Za-z]{24}$")


# infor- / mation. A hyphen of the word itself is kept: AI- / based, e- / mail, state-of- / the-art, self- / service
DIVIDED_WORD = re.compile(r"(?<![A-Za-z0-9\-])[A-Za-z][a-z]+[-\u2010\u00ad]$")
OWN_HYPHEN = re.compile(
    r"\b(?:self|well|non|cross|high|low|long|short|part|full|half)[-\u2010]$", re.IGNORECASE
)


def join_texts(left: str, right: str, at_edge: bool = True) -> str:
    """Two pieces of one sentence; a space only between Latin words, a word that a line end divided is whole again.

    `at_edge` says that the first piece ends at the right margin: only there a hyphen divides a word.
    """
    if at_edge and right[:1].isascii() and right[:1].islower() and DIVIDED_WORD.search(left):
        if ADDRESS.search(left) or OWN_HYPHEN.search(left):
            return left + right
        return left[:-1] + right
    if not left or not right or not (left[-1].isascii() and right[0].isascii() and right[0].isalpha()):
        return left + right
    comma = left[-1] in ",;" and left[-2:-1].isascii() and left[-2:-1].isalpha()
    if (left[-1].isalpha() or comma) and not ADDRESS.search(left):
        return f"{left} {right}"
    return left + right


# The blank behind a decimal label tells it from a figure that counts: 5 市级响应, 5市三县.
DECIMAL_LABEL = re.compile(r"^\d{1,2}(?:[.．]\d{1,2})*[ \u3000]+(?=[\u3400-\u9fff])")


def without_stray_blanks(text: str) -> str:
    """The text without the blanks that OCR and typesetting put between Chinese and figures."""
    label = DECIMAL_LABEL.match(text)
    start = label.end() if label else 0
    return text[:start] + BLANKS_IN_CHINESE.sub("", text[start:])


def lines_to_paragraph(lines: list[Line]) -> Paragraph:
    text = lines[0].text.strip()
    for before, line in pairwise(lines):
        at_edge = before.ends is None or before.ends < REACHES_EDGE
        text = join_texts(text, line.text.strip(), at_edge)
    return Paragraph(without_stray_blanks(text), tuple(lines))


def goes_on(before: Line, line: Line) -> bool:
    """True when `line` continues the paragraph that `before` stands in (both with boxes)."""
    assert before.starts is not None and before.ends is not None and line.starts is not None
    assert before.size is not None and line.size is not None
    if line.starts >= INDENTED or line.starts <= -INDENTED:
        return False
    if abs(before.size - line.size) > SAME_SIZE * before.size and not is_measured_badly(line):
        return False
    if stands_apart(before, line) and before.text[-1:] in SENTENCE_END:
        return False
    # a first line that is indented by two ems may look centred by chance
    if before.centred and before.starts > 2.4:
        return False
    if before.ends < REACHES_EDGE:
        return True
    if before.ends < LOOSE_EDGE and before.text[-1:] not in "。！？!?；;：:" and len(before.text) > 8:
        # a line that was set short because the next begins with a bracket or a figure that is not broken
        return True
    word = UNBROKEN.match(line.text)
    return (
        word is not None
        and before.ends <= 0.55 * len(word.group()) + 1
        and before.text[-1:] not in "。！？；："
    )


def is_measured_badly(line: Line) -> bool:
    """True for the recognised end of a paragraph, 年）；, whose box is too short to tell the size of its type."""
    return line.confidence is not None and len(line.text) <= SHORT


def stands_apart(before: Line, line: Line) -> bool:
    """True when much white stands between two lines of one column."""
    if before.box is None or line.box is None or before.page != line.page or line.size is None:
        return False
    white = line.box[1] - before.box[3]
    return white > EXTRA_LEADING * line.size and line.box[0] < before.box[2]


# 副指挥长：市政府协管副秘书长 — a role and who holds it is a paragraph of its own
ROLE = re.compile(r"^[\u4e00-\u9fff（）()]{2,10}[：:]")


def goes_on_in_text(before: Line, line: Line, starts_anew: Callable[[str], bool]) -> bool:
    """True when `line` of a text file continues the sentence of `before`, cut by a page break or a hard wrap."""
    text = before.text.rstrip()
    if text[-1:] in SENTENCE_END or starts_anew(line.text) or ROLE.match(line.text):
        return False
    if ROLE.match(text) and not re.search(r"[，,。；;、]", text):
        return False
    return len(text) >= 12


def join_lines(lines: Iterable[Line], starts_anew: Callable[[str], bool]) -> list[Paragraph]:
    """Paragraphs in order. `starts_anew` says that a text cannot continue a sentence (a heading, a date)."""
    paragraphs: list[list[Line]] = []
    for line in lines:
        before = paragraphs[-1][-1] if paragraphs else None
        if before is None:
            joined = False
        elif line.starts is None or before.starts is None:
            joined = goes_on_in_text(before, line, starts_anew)
        else:
            joined = goes_on(before, line)
        if joined:
            paragraphs[-1].append(line)
        else:
            paragraphs.append([line])
    return [lines_to_paragraph(group) for group in paragraphs]
