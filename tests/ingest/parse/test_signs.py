"""Dates, signatures, notes and kinds as they are printed."""

from datetime import date

import pytest

from archive.ingest.parse import signs


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("2022年3月28日", date(2022, 3, 28)),
        ("２０２２年３月２８日", date(2022, 3, 28)),
        ("2022 年 3 月 28 日", date(2022, 3, 28)),
        ("二○一二年三月二十八日", date(2012, 3, 28)),
        ("二〇二二年十月十日", date(2022, 10, 10)),
        ("二○○六年七月三日", date(2006, 7, 3)),
        ("一九九六年十二月三十一日", date(1996, 12, 31)),
        ("2022年2月30日", None),
        ("2022年3月", None),
        ("三月二十八日", None),
    ],
)
def test_read_date(printed: str, expected: date | None) -> None:
    assert signs.read_date(printed) == expected


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("2022年3月28日", True),
        ("二○一二年三月二十八日", True),
        ("自2022年3月28日起施行", False),
        ("3月28日", False),
    ],
)
def test_is_date_line(printed: str, expected: bool) -> None:
    assert signs.is_date_line(printed) is expected


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("霁川市人民政府办公室", True),
        ("霁川市人民政府", True),
        ("霁川市发展和改革委员会", True),
        ("市长　沈怀远", True),
        ("总理　李某某", True),
        ("市政府办公室、市应急局负责落实。", False),
        ("各县（区）人民政府，市直各单位：", False),
        ("一、总体要求", False),
    ],
)
def test_is_body_name(printed: str, expected: bool) -> None:
    assert signs.is_body_name(printed) is expected


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("（此件公开发布）", True),
        ("(此件公开发布)", True),
        ("（此件 公开发布）", True),
        ("（试用期一年）；", False),
    ],
)
def test_is_note(printed: str, expected: bool) -> None:
    assert signs.is_note(printed) is expected


@pytest.mark.parametrize(
    ("title", "kind", "issuer"),
    [
        ("霁川市人民政府关于做好防汛工作的通知", "通知", "霁川市人民政府"),
        ("霁川市人民政府办公室关于推进公园建设的实施方案（试行）", "方案", "霁川市人民政府办公室"),
        ("霁川市人民政府令", "令", "霁川市人民政府"),
        ("中华人民共和国国务院令", "令", "国务院"),
        (
            "霁川市人民政府办公室转发市文化和旅游局关于推进总分馆制实施方案的通知",
            "通知",
            "霁川市人民政府办公室",
        ),
        ("国务院办公厅对全国政协十届四次会议第4626号提案的答复", "答复", "国务院办公厅"),
        ("霁川市历史建筑保护办法", "办法", ""),
        ("霁川市人民政府关于同意设立湿地公园的批复", "批复", "霁川市人民政府"),
        ("关于开展评审的会议纪要", "纪要", ""),
    ],
)
def test_kind_and_issuer(title: str, kind: str, issuer: str) -> None:
    assert signs.read_kind(title) == kind
    assert signs.read_issuer(title) == issuer
