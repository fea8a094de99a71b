"""Text that belongs to no document is told, wherever it stands: before the contents, in them, behind them."""

import pytest

from archive.ingest.lines import Line, RuledTable
from archive.ingest.parse.contents import Item
from archive.ingest.parse.issue import parse_items
from archive.ingest.parse.records import Source

COVER = ["霁川市人民政府公报", "2022年第4期（总第16期）", "霁川市人民政府办公室 主办"]
EDITORIAL = ["卷首语", "本刊自今年起改为双月刊，欢迎各界来稿。"]
CONTENTS = ["目录", "【政府文件】", "霁川市人民政府关于做好防汛工作的通知（霁政发〔2022〕8号）……（1）"]
BEHIND = ["编者按", "下列文件按发文日期排列。"]
DOCUMENT = [
    "霁川市人民政府",
    "关于做好防汛工作的通知",
    "霁政发〔2022〕8号",
    "各县（区）人民政府：",
    "汛期临近，请压实责任，确保安全。",
    "霁川市人民政府",
    "2022年7月12日",
]
TABLE = RuledTable((("来稿", "采用"), ("12", "3")), page=1, box=(0, 0, 9, 9))


def told(items: list[Item]) -> list[tuple[str, ...]]:
    issue = parse_items(items, Source("a.txt", "", "text", None))
    assert [document.title for document in issue.documents] == ["霁川市人民政府关于做好防汛工作的通知"]
    assert issue.gazette == "霁川市人民政府公报"
    return [finding.evidence for finding in issue.findings if finding.code == "text-unplaced"]


def lines(*parts: list[str]) -> list[Item]:
    """Each part on a page of its own."""
    return [Line(text, page=number) for number, part in enumerate(parts, 1) for text in part]


@pytest.mark.parametrize(
    ("items", "unplaced"),
    [
        (lines(COVER, CONTENTS, DOCUMENT), []),
        (lines(COVER, DOCUMENT), []),
        (lines(COVER, EDITORIAL, CONTENTS, DOCUMENT), [tuple(EDITORIAL)]),
        (lines(COVER, EDITORIAL, DOCUMENT), [tuple(EDITORIAL)]),
        (lines(COVER, CONTENTS, BEHIND, DOCUMENT), [tuple(BEHIND)]),
        (lines(COVER, [CONTENTS[0], "本期导读", *CONTENTS[1:]], DOCUMENT), [("本期导读",)]),
        ([TABLE, *lines([], COVER, CONTENTS, DOCUMENT)], [("来稿\t采用\n12\t3",)]),
        (
            [*lines(COVER, CONTENTS), TABLE, *lines([], [], DOCUMENT)],
            [("来稿\t采用\n12\t3",)],
        ),
    ],
    ids=[
        "nothing",
        "no contents",
        "before",
        "before, no contents",
        "behind",
        "in",
        "table before",
        "table behind",
    ],
)
def test_where_it_stands(items: list[Item], unplaced: list[tuple[str, ...]]) -> None:
    assert told(items) == unplaced
