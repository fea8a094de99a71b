"""Appointments: the sentence's own form says who is given or relieved of which post."""

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from archive.ingest.parse.appointments import find_appointments
from archive.ingest.parse.records import Appointment, Block

TITLE = "汀州市人民政府关于林岚等任免职务的通知"


def read(*lines: str, title: str = TITLE) -> list[tuple[str, str, str, str]]:
    found = find_appointments([Block("paragraph", line) for line in lines], title)
    return [(a.action, a.person, a.post, a.remark) for a in found]


SENTENCES = [
    ("林岚为汀州市财政局局长；", [("appoint", "林岚", "汀州市财政局局长", "")]),
    ("林　岚为汀州市财政局副局长（试用期一年）；", [("appoint", "林岚", "汀州市财政局副局长", "试用期一年")]),
    ("林 岚为汀州市体育局副局长(兼);", [("appoint", "林岚", "汀州市体育局副局长", "兼")]),
    (
        "林岚为汀州市体育局副局长（兼）（试用期一年）。",
        [("appoint", "林岚", "汀州市体育局副局长", "兼；试用期一年")],
    ),
    ("林岚为汀州市体育局副局长，试用期一年。", [("appoint", "林岚", "汀州市体育局副局长", "试用期一年")]),
    # a second post in brackets stays in the post
    (
        "林岚为汀州市工信局（市国资委）局长（主任）；",
        [("appoint", "林岚", "汀州市工信局（市国资委）局长（主任）", "")],
    ),
    (
        "林岚为汀州市妇幼保健院(汀州市计生中心)院长(主任)(试用期一年);",
        [("appoint", "林岚", "汀州市妇幼保健院(汀州市计生中心)院长(主任)", "试用期一年")],
    ),
    (
        "林岚为汀州市政府秘书长、市政府办公室主任；",
        [("appoint", "林岚", "汀州市政府秘书长、市政府办公室主任", "")],
    ),
    # dismissals
    ("陈舟的汀州市信访局副局长职务；", [("remove", "陈舟", "汀州市信访局副局长", "")]),
    ("陈 舟的汀州市信访局副局长(正县级)职务;", [("remove", "陈舟", "汀州市信访局副局长", "正县级")]),
    (
        "陈舟的汀州市医院副院长职务(保留原职级待遇);",
        [("remove", "陈舟", "汀州市医院副院长", "保留原职级待遇")],
    ),
    ("免去陈舟同志汀州市信访局副局长职务。", [("remove", "陈舟", "汀州市信访局副局长", "")]),
    ("陈舟同志不再担任汀州市信访局副局长职务。", [("remove", "陈舟", "汀州市信访局副局长", "")]),
    ("接受陈舟辞去汀州市副市长职务的请求。", [("remove", "陈舟", "汀州市副市长", "")]),
    # whole sentences
    ("经研究，决定任命林岚为汀州市财政局局长。", [("appoint", "林岚", "汀州市财政局局长", "")]),
    (
        "经市政府第3次常务会议研究决定，免去陈舟的汀州市信访局副局长职务。",
        [("remove", "陈舟", "汀州市信访局副局长", "")],
    ),
    (
        "任命林岚为甲局局长，陈舟为乙局局长；",
        [("appoint", "林岚", "甲局局长", ""), ("appoint", "陈舟", "乙局局长", "")],
    ),
    (
        "林岚、陈舟、和继平为汀州市人民政府督学；",
        [(("appoint"), name, "汀州市人民政府督学", "") for name in ("林岚", "陈舟", "和继平")],
    ),
    (
        "林岚和陈舟的汀州市人民政府参事职务；",
        [("remove", name, "汀州市人民政府参事", "") for name in ("林岚", "陈舟")],
    ),
    (
        "林岚同志任汀州市财政局局长，免去其汀州市审计局局长职务；",
        [("appoint", "林岚", "汀州市财政局局长", ""), ("remove", "林岚", "汀州市审计局局长", "")],
    ),
    ("李为民为汀州市民政局局长；", [("appoint", "李为民", "汀州市民政局局长", "")]),
    ("阿卜杜·热合曼（维吾尔族）为汀州市民宗局局长；", [("appoint", "阿卜杜·热合曼", "汀州市民宗局局长", "")]),
    ("聘任林岚为汀州市职业学院院长（聘期三年）。", [("appoint", "林岚", "汀州市职业学院院长", "聘期三年")]),
    # without 的 between name and post
    ("免去陈舟副局长职务。", [("remove", "陈舟", "副局长", "")]),
    ("免去陈舟市水务局副局长职务；", [("remove", "陈舟", "市水务局副局长", "")]),
    (
        "经研究，决定免去陈海舟汀州市水务局副局长（兼）职务。",
        [("remove", "陈海舟", "汀州市水务局副局长", "兼")],
    ),
    ("免去欧阳明溪州县副县长职务。", [("remove", "欧阳明", "溪州县副县长", "")]),
    ("免去陈　舟市人民政府督学职务（退休）。", [("remove", "陈舟", "市人民政府督学", "退休")]),
    ("免去陈海舟　市人民政府督学职务。", [("remove", "陈海舟", "市人民政府督学", "")]),
    (
        "免去林岚、陈海舟汀州市人民政府督学职务。",
        [("remove", name, "汀州市人民政府督学", "") for name in ("林岚", "陈海舟")],
    ),
    ("免去陈舟副秘书长、办公室主任职务。", [("remove", "陈舟", "副秘书长、办公室主任", "")]),
    (
        "免去林岚副市长，陈舟秘书长职务。",
        [("remove", "林岚", "副市长", ""), ("remove", "陈舟", "秘书长", "")],
    ),
    ("决定免去：陈舟汀州市副市长职务。", [("remove", "陈舟", "汀州市副市长", "")]),
    ("提请免去陈舟汀州市副市长职务。", [("remove", "陈舟", "汀州市副市长", "")]),
    ("免去陈舟同志兼任的汀州市数据局局长职务。", [("remove", "陈舟", "汀州市数据局局长", "")]),
    ("免去陈舟兼任的汀州市数据局局长职务。", [("remove", "陈舟", "汀州市数据局局长", "")]),
    ("免去林岚溪口镇镇长职务。", [("remove", "林岚", "溪口镇镇长", "")]),
    # where the name ends is not plain: 林岚 or 林岚海
    ("免去林岚海关科科长职务。", []),
    ("免去部分干部职务。", []),
    # ordinary words of such a notice
    ("请按有关法律和章程办理。", []),
    ("以上同志试用期为一年，从任命之日起计算。", []),
    ("林岚等四十二人任免职务的提请已经第一次会议审议通过，现通知如下：", []),
]


@pytest.mark.parametrize(("line", "expected"), SENTENCES)
def test_one_sentence(line: str, expected: list[tuple[str, str, str, str]]) -> None:
    assert read(line) == expected


def test_the_name_is_kept_as_printed() -> None:
    (found,) = find_appointments([Block("paragraph", "林　岚为汀州市财政局局长。")], TITLE)
    assert found == Appointment("appoint", "林岚", "汀州市财政局局长", "", person_as_printed="林　岚")


def test_the_sentence_decides_whatever_heading_stands_above() -> None:
    expected = [("appoint", "林岚", "甲局局长", ""), ("remove", "陈舟", "乙局局长", "")]
    assert read("决定任命：", "林岚为甲局局长；", "免去：", "陈舟的乙局局长职务。") == expected
    assert (
        read("决定任命：", "林岚为甲局局长；", "陈舟的乙局局长职务。", "免去： （此件公开发布）") == expected
    )
    assert read("免去：", "决定任命：", "林岚为甲局局长；", "陈舟的乙局局长职务。") == expected


def test_nominations() -> None:
    assert read("汀州市人民政府决定提名：", "林岚为某公司总经理。") == [
        ("nominate", "林岚", "某公司总经理", "")
    ]
    assert read("汀州市人民政府决定，提名免去：", "陈舟的某公司总经理职务。") == [
        ("nominate-removal", "陈舟", "某公司总经理", "")
    ]
    assert read("建议免去：", "陈舟的某公司总经理职务。") == [
        ("nominate-removal", "陈舟", "某公司总经理", "")
    ]
    assert read("决定提名林岚为某公司总经理；提名免去陈舟的某公司总经理职务。") == [
        ("nominate", "林岚", "某公司总经理", ""),
        ("nominate-removal", "陈舟", "某公司总经理", ""),
    ]
    assert read("提名：", "林岚为某公司总经理；", "免去：", "陈舟的乙局局长职务。") == [
        ("nominate", "林岚", "某公司总经理", ""),
        ("remove", "陈舟", "乙局局长", ""),
    ]
    # columns moved the order behind the name
    assert read("林岚为某公司总经理。", "汀州市人民政府决定提名：") == [
        ("nominate", "林岚", "某公司总经理", "")
    ]


def test_an_order_above_relieves_without_a_word_between_name_and_post() -> None:
    assert read(
        "免去：", "陈海舟汀州市水务局局长职务；", "林岚汀州市审计局副局长职务。", "任命：", "林岚为甲局局长。"
    ) == [
        ("remove", "陈海舟", "汀州市水务局局长", ""),
        ("remove", "林岚", "汀州市审计局副局长", ""),
        ("appoint", "林岚", "甲局局长", ""),
    ]


def test_a_sentence_that_columns_cut_apart_is_joined() -> None:
    expected = [("nominate-removal", "陈舟", "汀州融通投资集团有限公司总经理", "")]
    lines = [
        "请按有关法律和章程办理。",
        "汀州市人民政府决定，提名免去：",
        "汀州市人民政府",
        "陈舟的汀州融通投资集团有限公司",
        "2022年3月7日",
        "总经理职务。",
    ]
    assert read(*lines) == expected
    assert read("".join(lines)) == expected
    kinds = ["paragraph", "paragraph", "signature", "paragraph", "date", "paragraph"]
    blocks = [Block(kind, line) for kind, line in zip(kinds, lines, strict=True)]
    assert [(a.action, a.person, a.post, a.remark) for a in find_appointments(blocks, TITLE)] == expected
    assert read("汀州市人民政府决定任命：", "林岚为汀州开发区管委会副主", "任；", "陈舟为甲局局长。") == [
        ("appoint", "林岚", "汀州开发区管委会副主任", ""),
        ("appoint", "陈舟", "甲局局长", ""),
    ]


def test_a_sentence_without_its_end_is_left_out() -> None:
    assert read("决定免去：", "陈舟的汀州融通投资集团有限公司", title=TITLE) == []


PROSE = [
    "本规划以新发展理念为引领，把汀州建设成为区域中心；",
    "办公室主任由市水利局副局长林岚兼任。",
    "各单位主要负责人为第一责任人；",
    "确保各项任务全面完成；切实为企业提供公共服务；",
    "第一条 为规范专业技术职务的评审管理，制定本办法。",
]


@pytest.mark.parametrize("title", ["汀州市人民政府关于做好防汛工作的通知", "关于印发聘任人员管理办法的通知"])
def test_other_documents_appoint_nobody(title: str) -> None:
    assert read(*PROSE, title=title) == []


def test_an_order_line_makes_a_notice_whatever_its_title() -> None:
    lines = ["汀州市人民政府决定任命：", "林岚为甲局局长。"]
    assert read(*lines, title="汀州市人民政府通知") == [("appoint", "林岚", "甲局局长", "")]


def test_long_text_without_end_is_read_in_reasonable_steps() -> None:
    assert read("林岚、" * 3000 + "。") == []
    assert read("林" * 20000) == []


# ---- the real issue

KINDS = {"p": "paragraph", "addr": "recipient", "sign": "signature", "attach": "attachment"}
ACTIONS = {"任命": "appoint", "免去": "remove", "提名": "nominate", "提名免去": "nominate-removal"}


def folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def as_truth(found: tuple[Appointment, ...]) -> list[tuple[str, str, str]]:
    return [(a.action, a.person, folded(a.post + (f"({a.remark})" if a.remark else ""))) for a in found]


def wanted(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(ACTIONS[a["action"]], a["name"], folded(a["post"])) for a in document["appointments"]]


def test_every_appointment_of_a_real_issue(shared: Path) -> None:
    truth = json.loads((shared / "issue/yangquan-2022-02.truth.json").read_text(encoding="utf-8"))
    count = 0
    for document in truth["documents"]:
        blocks = [Block(KINDS.get(b["kind"], b["kind"]), b.get("text") or "") for b in document["blocks"]]
        found = find_appointments(blocks, document["title_body"])
        assert as_truth(found) == wanted(document)
        assert [a.person_as_printed for a in found] == [a["printed"] for a in document["appointments"]]
        count += len(found)
    assert count == 98


@pytest.mark.parametrize("joined", [False, True])
def test_the_same_notices_in_the_shuffled_text(shared: Path, joined: bool) -> None:
    """The text file, whose columns put signatures inside sentences, line by line and all run together."""
    truth = json.loads((shared / "issue/yangquan-2022-02.truth.json").read_text(encoding="utf-8"))
    notices = [d for d in truth["documents"] if d["appointments"]]
    text = (shared / "issue/yangquan-2022-02.txt").read_text(encoding="utf-8")
    body = text[text.index("（此件公开发布）") :]
    bounds = [body.index(f"\n{d['number_body']}\n") for d in notices] + [len(body)]
    for document, start, end in zip(notices, bounds, bounds[1:], strict=False):
        lines = [line for line in body[start:end].splitlines() if line.strip()][1:]
        lines = [line for line in lines if not re.search(r"关于.*任?[免职].*通知$", line)]
        blocks = (
            [Block("paragraph", "".join(lines))] if joined else [Block("paragraph", line) for line in lines]
        )
        assert as_truth(find_appointments(blocks, document["title_body"])) == wanted(document)


FORMS = [
    (
        "赵六挂职任汀州市商务局副局长（挂职时间一年）。",
        [("appoint", "赵六", "汀州市商务局副局长", "挂职时间一年")],
    ),
    (
        "赵六为汀州市商务局副局长（挂职，时间：2022年3月至2023年3月）。",
        [("appoint", "赵六", "汀州市商务局副局长", "挂职，时间：2022年3月至2023年3月")],
    ),
    (
        "阿依古丽·买买提（女，维吾尔族）为汀州市民宗局副局长。",
        [("appoint", "阿依古丽·买买提", "汀州市民宗局副局长", "")],
    ),
    (
        "免去林岚同志汀州市教育局局长职务，保留正处级待遇。",
        [("remove", "林岚", "汀州市教育局局长", "保留正处级待遇")],
    ),
    (
        "林岚为汀州市财政局局长，兼任汀州市国资委主任。",
        [("appoint", "林岚", "汀州市财政局局长", ""), ("appoint", "林岚", "汀州市国资委主任", "")],
    ),
    (
        "李四同志任汀州市商务局局长，不再担任汀州市供销社主任职务。",
        [("appoint", "李四", "汀州市商务局局长", ""), ("remove", "李四", "汀州市供销社主任", "")],
    ),
    ("提名周川为汀州市供水有限公司总经理人选。", [("nominate", "周川", "汀州市供水有限公司总经理", "")]),
]


@pytest.mark.parametrize(("text", "expected"), FORMS)
def test_more_forms(text: str, expected: list[tuple[str, str, str, str]]) -> None:
    found = find_appointments([Block("paragraph", text)], "汀州市人民政府关于林岚等同志任免职的通知")
    assert [(a.action, a.person, a.post, a.remark) for a in found] == expected


def test_appointments_in_tables() -> None:
    blocks = [
        Block("paragraph", "决定任命："),
        Block("table", "姓名\t职务\n林 岚\t汀州市财政局局长（试用期一年）", table=0),
        Block("paragraph", "免去："),
        Block("table", "姓名\t单位\t职务\n王五\t市财政局\t汀州市财政局副局长", table=1),
        Block("table", "项目\t职务\n王五\t无", table=2),
    ]
    found = find_appointments(blocks, "汀州市人民政府关于林岚等同志任免职的通知")
    assert [(a.action, a.person, a.post, a.remark) for a in found] == [
        ("appoint", "林岚", "汀州市财政局局长", "试用期一年"),
        ("remove", "王五", "汀州市财政局副局长", ""),
    ]
