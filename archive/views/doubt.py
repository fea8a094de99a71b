"""Recognised text that is less certain is marked where it stands: the line or phrase, with how sure recognition was."""

import re
from collections.abc import Iterable, Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from archive.models import Block

# Recognised text that is less certain than this is marked on the page.
SURE = 0.9
# (start, end, confidence): text[start:end] was recognised so surely.
Doubt = tuple[int, int, float]
# what escaped text is made of: a tag of a mark, a character that had to be escaped, a character
_TOKEN = re.compile(r"</?mark[^>]*>|&[#\w]+;|.", re.S)
_OPEN, _CLOSE = "<mark", "</mark>"
# a mark that goes over a border goes on behind it as the same hit: its id stands once on the page
_FIRST = re.compile(r'<mark id="hit-(\d+)">')


def is_unsure(confidence: float | None) -> bool:
    """True for recognised text that may well be wrong; text that the file itself holds is as printed."""
    return confidence is not None and confidence < SURE


def doubts_of(block: Block) -> list[Doubt]:
    """The recognised lines of a block that are not certain, in order; none where they are not known one by one."""
    return [(start, end, sure) for start, end, sure in block.recognised if is_unsure(sure)]


def within(doubts: Iterable[Doubt], start: int, end: int) -> list[Doubt]:
    """The doubts about text[start:end], counted from its beginning."""
    return [
        (max(a, start) - start, min(b, end) - start, sure) for a, b, sure in doubts if a < end and b > start
    ]


def doubt_about(part: str, text: str, doubts: Iterable[Doubt]) -> list[Doubt]:
    """The least certain line of `text` that holds `part`, or that `part` holds, as a doubt about all of `part`."""
    plain = _bare(part)
    lines = [(_bare(text[a:b]), sure) for a, b, sure in doubts]
    sures = [sure for line, sure in lines if plain and line and (plain in line or line in plain)]
    return [(0, len(part), min(sures))] if sures else []


def with_doubts(html: SafeString, doubts: Sequence[Doubt]) -> SafeString:
    """Escaped text, which may have <mark> in it, with each doubt in a span of its own.

    Doubts stand in order and do not overlap, as lines do.
    """
    waiting = [doubt for doubt in doubts if doubt[1] > doubt[0]]
    if not waiting:
        return html
    pieces: list[str] = []
    at, mark = 0, ""
    ends: int | None = None
    for token in _TOKEN.findall(html):
        if token != _CLOSE:
            # a mark that begins at a border stands behind it, one that goes over it is two marks
            borders = []
            if at == ends:
                borders.append(_END)
                ends = None
            if ends is None and waiting and at == waiting[0][0]:
                _start, ends, sure = waiting.pop(0)
                borders.append(_begin(sure))
            if borders and mark:
                mark = _FIRST.sub(r'<mark data-hit="\1">', mark)
                borders = [_CLOSE, *borders, mark]
            pieces += borders
        if token.startswith(_OPEN):
            mark = token
        elif token == _CLOSE:
            mark = ""
        else:
            at += 1
        pieces.append(token)
    if ends is not None:
        pieces.append(_END)
    return mark_safe("".join(pieces))


_END = "</span>"


def _begin(sure: float) -> str:
    """The opening of a span; what its dotted line says is said to those who do not see it, too."""
    percent = f"{sure:.0%}"
    return format_html(
        '<span class="unsure" title="{}"><span class="unseen" lang="{}">{}</span>',
        _("识别把握%(percent)s，请核对原版") % {"percent": percent},
        "en" if get_language() == "en" else "zh-Hans",
        _("（识别把握%(percent)s）") % {"percent": percent},
    )


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", text)
