"""Mastheads as printed, and what is read of them."""

from datetime import date

import pytest

from archive.ingest.parse.front_matter import FrontMatter, read_front_matter

COVER = ["霁川市人民政府公报", "JICHUANSHI RENMIN ZHENGFU GONGBAO", "2022 第2期", "(总第 014期)"]
MASTHEAD = ["2022 年第 2 期", "霁川市人民政府办公室 主管主办", "2022 年 4 月 30 日出版（双月刊）"]
WHOLE = FrontMatter(
    "霁川市人民政府公报", 2022, "2", 2, 14, date(2022, 4, 30), "双月刊", "霁川市人民政府办公室"
)


def test_cover_and_masthead() -> None:
    assert read_front_matter([*COVER, *MASTHEAD]) == WHOLE


def test_organiser_and_date_on_one_row() -> None:
    row = "霁川市人民政府办公室　主管主办　　2022年4月30日出版（双月刊）"
    assert read_front_matter([*COVER, row]) == WHOLE


@pytest.mark.parametrize(
    ("lines", "year", "label", "number"),
    [
        (["2021年增刊1"], 2021, "增刊1", None),
        (["2021年第3-4期"], 2021, "3-4", 3),
        (["2021年第3—4期"], 2021, "3-4", 3),
        (["2021", "第5期"], 2021, "5", 5),
        (["２０２１年第１２期"], 2021, "12", 12),
        (["二〇二一年第十二期"], 2021, "12", 12),
        (["2021年第四期（总第28期）"], 2021, "4", 4),
        (["2021年第12号（总号：1765）"], 2021, "12", 12),
        (["霁川市人民政府关于公布2021年第2期名单的通知"], None, "", None),
    ],
)
def test_label(lines: list[str], year: int | None, label: str, number: int | None) -> None:
    front = read_front_matter(lines)
    assert (front.year, front.label) == (year, label)
    if label and label[0].isdigit():
        assert front.number == number


def test_running_heads_say_what_the_cover_does_not() -> None:
    front = read_front_matter([], ["霁川市人民政府公报", "2022年第2期"] * 20)
    assert (front.gazette, front.year, front.label) == ("霁川市人民政府公报", 2022, "2")


def test_nothing_is_guessed() -> None:
    assert read_front_matter(["关于印发公报管理办法的通知"]) == FrontMatter()
