"""Headings, run-in headings and clauses, in each scheme of numbering."""

import pytest

from archive.ingest.parse.sections import SectionReader


def read(*paragraphs: str) -> list[tuple[int, str, str, bool, int | None]]:
    reader = SectionReader(list(paragraphs))
    for paragraph in paragraphs:
        reader.read(paragraph, None)
    return [(s.level, s.label, s.heading, s.run_in, s.parent) for s in reader.sections]


HEADINGS = [
    ("一、总体要求", 1, "一、", "总体要求"),
    ("（一）强化政治引领，切实推进责任落实", 2, "（一）", "强化政治引领，切实推进责任落实"),
    ("(十二)省级亮点：", 2, "(十二)", "省级亮点："),
    ("1 总则", 1, "1", "总则"),
    ("1总则", 1, "1", "总则"),
    ("2.3.1 综合组", 3, "2.3.1", "综合组"),
    ("5.3市级响应", 2, "5.3", "市级响应"),
]


@pytest.mark.parametrize(("text", "level", "label", "heading"), HEADINGS)
def test_headings(text: str, level: int, label: str, heading: str) -> None:
    assert read(text) == [(level, label, heading, False, None)]


@pytest.mark.parametrize(
    ("text", "label", "heading"),
    [
        ("1.提高政治站位。全面贯彻落实有关部署，把安全纳入总体布局。", "1.", "提高政治站位"),
        (
            "（三）进一步提高政府网站和政务新媒体精细化管理水平。各部门要发挥作用。",
            "（三）",
            "进一步提高政府网站和政务新媒体精细化管理水平",
        ),
        ("26. 加强灾害防治工程建设。高质量完成普查工作。", "26.", "加强灾害防治工程建设"),
    ],
)
def test_run_in_headings(text: str, label: str, heading: str) -> None:
    [(_, found, phrase, run_in, _)] = read(text)
    assert (found, phrase, run_in) == (label, heading, True)


@pytest.mark.parametrize(
    "text",
    [
        "5.根据事故发展态势和救援需要，协调增调救援力量。",
        "4.1.1对突发性自然灾害，县级部门应在2小时内报告。",
        "7.3.1通信主管部门负责通信保障。通信运营企业应依法保障畅通。",
        "（1）特别重大事故、重大事故逐级上报至国务院应急部门；",
        "一是文件属性认定不够规范。部分单位没有建立台账。",
        "五、本公告自2024年1月1日起施行。原公告同时废止。",
        "三、禁火期内，在禁火区严禁下列行为：",
        "2022年，各级各部门要认真落实。",
        "3月底前完成",
        "61个项目",
        "1.5倍",
        "第二横是重要组成部分",
    ],
)
def test_clauses_and_plain_text(text: str) -> None:
    assert read(text) == []


def test_tree() -> None:
    assert [
        (label, parent)
        for _, label, _, _, parent in read(
            "一、目标", "二、任务", "（一）普查", "1.登记。逐户登记。", "（二）整改", "三、要求"
        )
    ] == [
        ("一、", None),
        ("二、", None),
        ("（一）", 1),
        ("1.", 2),
        ("（二）", 1),
        ("三、", None),
    ]


def test_books_count_levels_from_those_that_occur() -> None:
    found = read(
        "第一章　总则",
        "第一条　为了加强保护，制定本办法。",
        "第二章　罚则",
        "第一节　一般规定",
        "第二条　违反本办法的，责令改正。",
    )
    assert [(level, label, run_in) for level, label, _, run_in, _ in found] == [
        (1, "第一章", False),
        (3, "第一条", True),
        (1, "第二章", False),
        (2, "第一节", False),
        (3, "第二条", True),
    ]
    assert [parent for *_, parent in found] == [None, 0, None, 2, 3]


def test_a_lone_figure_does_not_start_a_decimal_scheme_in_the_middle() -> None:
    assert read("7 后期处置") == []
