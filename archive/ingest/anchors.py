"""Anchors of sections (s-1-2-3): made of the printed numbering, so that they survive re-parsing.

二、 → s-2, （一） under it → s-2-1, 1.2.3 → s-1-2-3, 第十二条 → t-12 (articles run on through the chapters).
"""

import re
import unicodedata
from collections.abc import Sequence

from archive.ingest.parse.records import Section
from archive.numbers import read_number

_FIGURES = re.compile(r"[0-9]+|[零一二三四五六七八九十百千]+")
_ARTICLE = re.compile(r"^第.+条")
_MAX_LENGTH = 72  # the column holds 80: room for the suffix of a repeat


def label_ordinals(label: str) -> tuple[int, ...]:
    """The figures of a label, outermost first: （二） → (2,), 5.3.5 → (5, 3, 5), 第十二条 → (12,); () for none."""
    ordinals = []
    for figures in _FIGURES.findall(unicodedata.normalize("NFKC", label)):
        number = read_number(f"第{figures}号")
        if number is not None and number.sequence is not None:
            ordinals.append(number.sequence)
    return tuple(ordinals)


def section_anchors(sections: Sequence[Section]) -> list[str]:
    """One anchor a section, in order, unique in the document.

    A number that is printed twice (5.3.5 and again 5.3.5; a body and its plan both begin at 一、) gets `_2`
    behind its second anchor: `-2` would be the anchor of its own second part. What stands under it follows.
    """
    anchors: list[str] = []
    taken: dict[str, int] = {}
    unnumbered: dict[str, int] = {}
    for section in sections:
        parent = None if section.parent is None else anchors[section.parent]
        ordinals = label_ordinals(section.label)
        if not ordinals:
            key = parent or "s"
            unnumbered[key] = unnumbered.get(key, 0) + 1
            anchor = f"{key}-x{unnumbered[key]}"
        elif _ARTICLE.match(section.label):
            anchor = f"t-{ordinals[0]}"
        else:
            anchor = _anchor_under(parent, ordinals, sections, section.parent)
        anchor = anchor[:_MAX_LENGTH]
        taken[anchor] = taken.get(anchor, 0) + 1
        anchors.append(anchor if taken[anchor] == 1 else f"{anchor}_{taken[anchor]}")
    return anchors


def _anchor_under(
    parent: str | None, ordinals: tuple[int, ...], sections: Sequence[Section], parent_index: int | None
) -> str:
    if parent is None or parent_index is None:
        return "-".join(["s", *map(str, ordinals)])
    # 1.2.3 under 1.2 repeats its parent's figures; under 三、 it brings all its own.
    above = label_ordinals(sections[parent_index].label)
    if len(ordinals) > len(above) and ordinals[: len(above)] == above and len(ordinals) > 1:
        ordinals = ordinals[len(above) :]
    return "-".join([parent, *map(str, ordinals)])
