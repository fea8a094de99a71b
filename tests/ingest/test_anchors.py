"""Anchors follow the printed numbering."""

import pytest

from archive.ingest.anchors import label_ordinals, section_anchors
from archive.ingest.parse.records import Section


@pytest.mark.parametrize(
    ("label", "ordinals"),
    [
        ("一、", (1,)),
        ("（十二）", (12,)),
        ("(3)", (3,)),
        ("１．", (1,)),
        ("5.3.5", (5, 3, 5)),
        ("第二十一条", (21,)),
        ("第一百零二条", (102,)),
        ("第三章", (3,)),
        ("④", (4,)),
        ("", ()),
        ("甲、", ()),
    ],
)
def test_label_ordinals(label: str, ordinals: tuple[int, ...]) -> None:
    assert label_ordinals(label) == ordinals


@pytest.mark.parametrize(
    ("printed", "anchors"),
    [
        # (label, index of the parent)
        (
            [("一、", None), ("二、", None), ("（一）", 1), ("1.", 2), ("（二）", 1)],
            ["s-1", "s-2", "s-2-1", "s-2-1-1", "s-2-2"],
        ),
        (
            [("1", None), ("1.1", 0), ("1.1.1", 1), ("2", None), ("2.1", 3)],
            ["s-1", "s-1-1", "s-1-1-1", "s-2", "s-2-1"],
        ),
        # 5.3.4, then 5.3.5 twice
        ([("5.3.4", None), ("5.3.5", None), ("5.3.5", None)], ["s-5-3-4", "s-5-3-5", "s-5-3-5_2"]),
        # the body has 一、（一）, and its plan begins at 一、 again
        (
            [("一、", None), ("（一）", 0), ("（二）", 0), ("一、", None), ("（一）", 3)],
            ["s-1", "s-1-1", "s-1-2", "s-1_2", "s-1_2-1"],
        ),
        # decimals under a Chinese heading bring all their figures
        ([("三、", None), ("1.1", 0)], ["s-3", "s-3-1-1"]),
        # articles run on through the chapters
        (
            [("第一章", None), ("第一条", 0), ("第二章", None), ("第二条", 2), ("第二条", 2)],
            ["s-1", "t-1", "s-2", "t-2", "t-2_2"],
        ),
        # headings without a number
        ([("", None), ("一、", 0), ("", None)], ["s-x1", "s-x1-1", "s-x2"]),
    ],
)
def test_section_anchors(printed: list[tuple[str, int | None]], anchors: list[str]) -> None:
    sections = [Section(1, label, "标题", parent=parent) for label, parent in printed]
    assert section_anchors(sections) == anchors


def test_anchors_stay_when_a_section_is_added_elsewhere() -> None:
    before = [Section(1, "一、", "甲"), Section(2, "（一）", "乙", parent=0), Section(1, "二、", "丙")]
    after = [*before[:2], Section(2, "（二）", "新", parent=0), before[2]]
    assert set(section_anchors(before)) < set(section_anchors(after))


def test_deep_or_long_numbering_stays_unique_and_short() -> None:
    sections = [Section(1, "第九九九九九九条", "")] * 3
    sections += [Section(1, ".".join(["123456"] * 30), "")] * 3
    anchors = section_anchors(sections)
    assert len(set(anchors)) == 6
    assert max(map(len, anchors)) <= 80
