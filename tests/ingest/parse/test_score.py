"""The counts that tell how well an issue was read."""

from archive.ingest.lines import Line, RuledTable
from archive.ingest.parse.records import ContentsEntry, ReadingScore
from archive.ingest.parse.score import reading_score


def test_counts_characters_without_white_space() -> None:
    items = [
        Line("总　体 要求"),
        Line("不清楚", confidence=0.62),
        Line("清楚", confidence=0.97),
        RuledTable((("序号", "名 称"), ("1", "")), 1, (0, 0, 1, 1)),
    ]
    entries = [ContentsEntry("", "甲"), ContentsEntry("", "乙")]
    assert reading_score(items, entries, [1], [(3, "清 楚")]) == ReadingScore(2, 1, 14, 12, 3)


def test_nothing_printed() -> None:
    assert reading_score([], [], [], []) == ReadingScore()
