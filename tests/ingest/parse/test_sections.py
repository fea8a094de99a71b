"""Headings, run-in headings and clauses, in each scheme of numbering."""

import pytest

from archive.ingest.parse.sections import SectionReader, number_to_chinese, ordinal


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
    ("一百二十三、附则", 1, "一百二十三、", "附则"),
    ("（一百零五）附则", 2, "（一百零五）", "附则"),
    ("㈡重点任务", 2, "㈡", "重点任务"),
    ("１．工作目标", 3, "１．", "工作目标"),
    ("1、工作目标", 3, "1、", "工作目标"),
    ("⒊工作目标", 3, "⒊", "工作目标"),
    ("3.2022年重点工作", 3, "3.", "2022年重点工作"),
    ("（１）工作目标", 4, "（１）", "工作目标"),
    ("⑵工作目标", 4, "⑵", "工作目标"),
    ("②工作目标", 5, "②", "工作目标"),
    ("2）工作目标", 5, "2）", "工作目标"),
    ("第三章 监督管理", 1, "第三章", "监督管理"),
    ("第十条 本办法由市财政局解释。", 1, "第十条", ""),
]


@pytest.mark.parametrize(("text", "level", "label", "heading"), HEADINGS)
def test_headings(text: str, level: int, label: str, heading: str) -> None:
    assert read(text) == [(level, label, heading, label.endswith("条"), None)]


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
        "1.5万元以上的项目",
        "3.2公里道路",
        "2022.3版本",
        "第三条第二款修改为：“市财政局负责。”",
        "第五条规定的情形",
        "第一章规定的职责由市财政局承担。",
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


def labels(*paragraphs: str) -> list[tuple[str, str, bool]]:
    return [(label, heading, run_in) for _, label, heading, run_in, _ in read(*paragraphs)]


def test_a_phrase_above_its_text_is_a_heading() -> None:
    assert labels("（一）指导思想。", "坚持统筹。", "（二）工作目标。", "1.普查。逐户登记。") == [
        ("（一）", "指导思想", False),
        ("（二）", "工作目标", False),
        ("1.", "普查", True),
    ]


def test_short_items_of_a_list_are_no_headings() -> None:
    assert labels("（一）近亲属关系。", "（二）利益关系。", "（三）其他关系。", "专家应当回避。") == []


def test_a_first_sentence_among_whole_sentences_is_no_heading() -> None:
    texts = [
        "一、这批档案情况复杂。因此由市档案馆管理。",
        "二、要加强调查工作，设法查找有关资料，抓紧整理登记，确保不遗漏。任何单位不得损毁。",
        "三、对已发现的档案，由市档案馆负责接收，并采取措施加强管理，确保安全。",
    ]
    assert labels(*texts) == []


def test_numbering_that_runs_on_across_parents() -> None:
    texts = [
        "一、目标",
        "（一）普查。逐户登记。",
        "二、任务",
        "（二）整改。限期完成。",
        "（三）验收。逐项核对。",
    ]
    assert [(label, parent) for _, label, _, _, parent in read(*texts)] == [
        ("一、", None),
        ("（一）", 0),
        ("二、", None),
        ("（二）", 2),
        ("（三）", 2),
    ]


def test_the_contents_of_a_plan_are_no_headings() -> None:
    contents = ["1 总则……1", "1.1 编制目的……1", "2 组织体系……3", "3 附则……9"]
    text = [
        "1 总则",
        "1.1 编制目的",
        "为了做好工作，制定本预案。",
        "2 组织体系",
        "市政府负责。",
        "3 附则",
        "自印发之日起实施。",
    ]
    assert labels(*contents, *text) == labels(*text)
    assert [label for label, _, _ in labels(*text)] == ["1", "1.1", "2", "3"]


def test_figures_with_a_stop_over_decimal_headings() -> None:
    texts = ["1．总则", "1.1 编制目的", "2．组织体系", "市政府负责。", "3．应急响应", "3.1 险情应急"]
    assert [(level, label, parent) for level, label, _, _, parent in read(*texts)] == [
        (1, "1．", None),
        (2, "1.1", 0),
        (1, "2．", None),
        (1, "3．", None),
        (2, "3.1", 3),
    ]


def test_books_and_articles() -> None:
    texts = [
        "第一章 总则",
        "第一条 为了甲，制定本办法。",
        "第二条 甲应当：",
        "（一）乙；",
        "第二章 附则",
        "第三条 自印发之日起施行。",
    ]
    assert [(level, label, parent) for level, label, _, _, parent in read(*texts)] == [
        (1, "第一章", None),
        (2, "第一条", 0),
        (2, "第二条", 0),
        (1, "第二章", None),
        (2, "第三条", 3),
    ]


@pytest.mark.parametrize(
    ("number", "numeral"),
    [(3, "三"), (10, "十"), (14, "十四"), (60, "六十"), (105, "一百零五"), (123, "一百二十三")],
)
def test_ordinals(number: int, numeral: str) -> None:
    assert number_to_chinese(number) == numeral
    assert ordinal(f"第{numeral}条") == ordinal(f"（{numeral}）") == ordinal(f"{number}.") == number


def test_items_after_a_colon_are_no_headings() -> None:
    assert labels("申报材料包括：", "1.申请表", "2.营业执照复印件", "3.承诺书", "按时报送。") == []


def test_headings_after_a_colon_with_text_between_them() -> None:
    texts = ["重点抓好以下工作：", "（一）普查", "逐户登记。", "（二）整改", "限期完成。"]
    assert [label for label, _, _ in labels(*texts)] == ["（一）", "（二）"]


def test_an_item_that_lost_its_stop_is_no_heading() -> None:
    assert (
        labels("市财政局负责：", "（一）制定制度；", "（二）组织评价", "（三）管理经费；", "（四）其他工作。")
        == []
    )
