"""Contents as printed: wrapped entries, leaders, brackets of all kinds, with and without numbers."""

import pytest

from archive.ingest.lines import Line
from archive.ingest.parse.contents import find_contents


def entries(*lines: str) -> list[tuple[str, str, str | None, int | None]]:
    found = find_contents([Line(text=line) for line in lines])
    return [(entry.category, entry.title, entry.number, entry.page) for entry in found.entries]


ONE = ("政府文件", "霁川市人民政府关于印发防汛预案的通知", "霁政发〔2022〕4号", 8)


@pytest.mark.parametrize(
    "lines",
    [
        ["霁川市人民政府关于印发防汛", "预案的通知（霁政发〔2022〕4 号）……………（8）"],
        ["霁川市人民政府关于印发防汛 预案的通知（霁政发〔2022〕4号）\t（8）"],
        ["- 霁川市人民政府关于印发防汛预案的通知(霁政发[2022]4号) ·········8"],
        ["霁川市人民政府关于印发防汛预案的通知", "（霁政发〔2022〕4号）　（8）"],
        ["霁川市人民政府关于印发防汛预案的通知（霁政发〔2022〕4号）………………", "（8）"],
        ["霁川市人民政府关于印发防汛预案的通知（霁政发〔2022〕4号）", "8"],
        ["霁川市人民政府关于印发防汛预案的通知（霁政发〔2022〕4号）……— 8 —"],
        ["霁川市人民政府关于印发防汛预案的通知（霁政发〔2022〕4号） [8]"],
        ["霁川市人民政府关于印发防汛", "预案的通知", "霁政发〔2022〕4号 / 8"],
        ["霁川市人民政府关于印发防汛", "预案的通知（霁政发〔2022〕4号）　　∴(8)"],
    ],
)
def test_one_entry(lines: list[str]) -> None:
    assert entries("目　录", "【政府文件】", *lines) == [ONE]


def test_categories_and_entries_without_numbers() -> None:
    assert entries(
        "目录",
        "[政府文件]",
        "霁川市人民政府关于加强节水工作的意见（霁政发〔2022〕1号）……（1）",
        "【人事任免】",
        "霁川市人民政府关于沈棠任职的通知…………（12）",
    ) == [
        ("政府文件", "霁川市人民政府关于加强节水工作的意见", "霁政发〔2022〕1号", 1),
        ("人事任免", "霁川市人民政府关于沈棠任职的通知", None, 12),
    ]


def test_entries_without_pages() -> None:
    assert entries(
        "目　　录",
        "国务院关于节水工作的意见（国发〔2019〕5号）",
        "国务院办公厅关于普法的通知（国办发〔2019〕6号）",
    ) == [
        ("", "国务院关于节水工作的意见", "国发〔2019〕5号", None),
        ("", "国务院办公厅关于普法的通知", "国办发〔2019〕6号", None),
    ]


BODY = (
    "霁川市人民政府令",
    "第12号",
    "《霁川市渡口管理办法》已经通过，现予公布。",
    "霁川市渡口管理办法",
    "第一条　制定本办法。",
    "霁川市人民政府关于加强防汛工作的",
    "指导意见",
    "霁政发〔2022〕5号",
    "霁川市人大常委会关于批准决算的决议",
    "会议决定批准决算。",
)


def test_titles_alone_end_where_they_are_printed_below() -> None:
    listed = (
        "【市政府令】",
        "霁川市渡口管理办法",
        "【文件】",
        "霁川市人民政府关于加强防汛工作的指",
        "导意见",
        "霁川市人大常委会关于批准决算的决议",
    )
    assert entries("目录", *listed, *BODY) == [
        ("市政府令", "霁川市渡口管理办法", None, None),
        ("文件", "霁川市人民政府关于加强防汛工作的指导意见", None, None),
        ("文件", "霁川市人大常委会关于批准决算的决议", None, None),
    ]


def test_entries_with_and_without_a_number_and_no_pages() -> None:
    listed = (
        "市政府令",
        "霁川市渡口管理办法",
        "文件",
        "霁川市人大常委会关于批准决算的决议",
        "霁川市人民政府关于加强防汛工作的指导意见（霁政发〔2022〕5号）",
    )
    assert entries("目录", *listed, *BODY) == [
        ("市政府令", "霁川市渡口管理办法", None, None),
        ("文件", "霁川市人大常委会关于批准决算的决议", None, None),
        ("文件", "霁川市人民政府关于加强防汛工作的指导意见", "霁政发〔2022〕5号", None),
    ]


def test_titles_that_are_printed_nowhere_below_are_no_contents() -> None:
    assert (
        entries(
            "目录", "霁川市渡口管理办法", "霁川市城市绿化管理条例", "第一章　总则", "第一条　制定本办法。"
        )
        == []
    )


def test_a_category_of_decrees() -> None:
    assert entries("目录", "市政府令", "霁川市渡口管理办法……1", "霁川市人民政府令", "第13号……8") == [
        ("市政府令", "霁川市渡口管理办法", None, 1),
        ("市政府令", "霁川市人民政府令", "霁川市人民政府令第13号", 8),
    ]


def test_contents_end_where_the_first_document_begins() -> None:
    items = [
        Line(text=text)
        for text in (
            "目录",
            "霁川市人民政府关于加强节水工作的意见（霁政发〔2022〕1号）……（1）",
            "霁川市人民政府",
            "关于加强节水工作的意见",
            "霁政发〔2022〕1号",
            "各县（区）人民政府：",
        )
    ]
    assert find_contents(items).end == 2


def test_the_inner_contents_of_a_plan_are_no_contents() -> None:
    lines = [
        "霁川市人民政府关于印发预案的通知",
        "霁政发〔2022〕1号",
        "目录",
        "1 总则……（1）",
        "2 职责……（2）",
    ]
    assert entries(*lines) == []


def test_contents_of_chapters_with_pages_are_those_of_a_plan() -> None:
    assert entries("霁川市养犬管理条例", "目录", "第一章 总则……1", "第二章 管理……2", "第三章 附则……3") == []


def test_a_decree_and_its_regulation_are_one_entry() -> None:
    assert entries("要目", "霁川省人民政府令（第12号）…………（4）", "霁川省历史建筑保护办法…………（4）") == [
        ("", "霁川省历史建筑保护办法", "霁川省人民政府令第12号", 4)
    ]
