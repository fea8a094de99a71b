"""Rosters: the persons of a leading group with role and post, line by line."""

import json
import re
from pathlib import Path

import pytest

from archive.ingest.parse.names import begins_with_surname, may_be_name
from archive.ingest.parse.records import Member
from archive.ingest.parse.rosters import is_roster_line, read_line, read_roster, starts_roster

ROSTERS = [
    (["组　长：林　岚　副市长"], [("组长", "林岚", "副市长")]),
    (["组 长：林 岚\t副市长"], [("组长", "林岚", "副市长")]),
    (["组长：\t陈海舟\t市委常委、常务副市长"], [("组长", "陈海舟", "市委常委、常务副市长")]),
    (["组长:林岚 副市长"], [("组长", "林岚", "副市长")]),
    (["副 组 长：陈 舟 市发展和改革委员会 副主任"], [("副组长", "陈舟", "市发展和改革委员会副主任")]),
    (
        [
            "组　长：林　岚　副市长",
            "副组长：陈海舟　市政府督查专员",
            "　　　　周建军　市财政局局长",
            "成　员：赵　平　市水利局副局长",
        ],
        [
            ("组长", "林岚", "副市长"),
            ("副组长", "陈海舟", "市政府督查专员"),
            ("副组长", "周建军", "市财政局局长"),
            ("成员", "赵平", "市水利局副局长"),
        ],
    ),
    # a post that wraps
    (["成员：陈海舟 市发展和改革委员会党组", "书记"], [("成员", "陈海舟", "市发展和改革委员会党组书记")]),
    # several on a line
    (
        ["副组长：陈海舟 市政府督查专员 周建军 市发展和改革委员会主任"],
        [("副组长", "陈海舟", "市政府督查专员"), ("副组长", "周建军", "市发展和改革委员会主任")],
    ),
    # brackets and commas
    (["组长：林　岚（市委副书记、市长）"], [("组长", "林岚", "市委副书记、市长")]),
    (["组长：林岚，市委副书记"], [("组长", "林岚", "市委副书记")]),
    # names alone
    (["成员：张　三　李　四　王小五"], [("成员", "张三", ""), ("成员", "李四", ""), ("成员", "王小五", "")]),
    (["成员：张三、李四、欧阳小五"], [("成员", "张三", ""), ("成员", "李四", ""), ("成员", "欧阳小五", "")]),
    (["顾问：阿依古丽·买买提　市政协副主席"], [("顾问", "阿依古丽·买买提", "市政协副主席")]),
    (["召集人：林岚　　教育部部长"], [("召集人", "林岚", "教育部部长")]),
    ([], []),
]


@pytest.mark.parametrize(("lines", "expected"), ROSTERS)
def test_rosters(lines: list[str], expected: list[tuple[str, str, str]]) -> None:
    assert read_roster(lines) == tuple(Member(*row) for row in expected)
    if lines:
        assert starts_roster(lines[0])


@pytest.mark.parametrize(
    "line",
    [
        "指挥长：市政府分管副市长。",
        "指挥长：市政府分管副市长",
        "副指挥长：市政府协管副秘书长，市应急局主要负责人。",
        "组长：市应急局主要负责人",
        "组长：市应急局 主要负责人",
        "成员：市发改委、市财政局、民政局、教育局",
        "成员单位：市政府、市能源局、市规划和自然资源局",
        "主要职责：负责与其他行业主管部门沟通",
        "联系电话：0597 6831234",
        "市财政局：林岚 负责资金拨付",
        "办公室主任由市水利局副局长林岚兼任。",
        "组长：林岚 副市长负责全面工作；",
        "（一）领导组办公室",
        "一、组成人员",
        "",
    ],
)
def test_what_names_no_person_is_no_roster_line(line: str) -> None:
    assert not starts_roster(line)
    assert not is_roster_line(line)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("周建军　市财政局局长", True),
        ("陈　舟　市规划和自然资源局", True),  # the post goes on in the next line
        ("附录 名词解释", False),
        ("三、部门职责", False),
        ("专班办公室设在市财政局，负责联络和协调。", False),
        ("2022年3月1日", False),
        ("张三 李四", False),  # without a role: perhaps a signature
    ],
)
def test_lines_below_the_first(line: str, expected: bool) -> None:
    assert is_roster_line(line) is expected
    assert not starts_roster(line)


@pytest.mark.parametrize(
    ("line", "member"),
    [
        ("组　长：林远岚·副市长", ("组长", "林远岚", "副市长")),
        ("组长：林岚 · 副市长", ("组长", "林岚", "副市长")),
        ("副组长：陈海舟．市政府副秘书长", ("副组长", "陈海舟", "市政府副秘书长")),
        ("成员：周建军'市财政局副局长", ("成员", "周建军", "市财政局副局长")),
        ("·周建军　市财政局副局长", ("", "周建军", "市财政局副局长")),
        ("周建军. 市财政局副局长", ("", "周建军", "市财政局副局长")),
        ("成员：赵　平·市水利局局长", ("成员", "赵平", "市水利局局长")),
        ("成员：赵·平　市水利局局长", ("成员", "赵平", "市水利局局长")),
        ("成员：` 赵平　市水利局局长", ("成员", "赵平", "市水利局局长")),
        # the dot of a name is none
        ("成员：阿依古丽·买买提　市水利局局长", ("成员", "阿依古丽·买买提", "市水利局局长")),
        ("成员：阿不都·热合曼", ("成员", "阿不都·热合曼", "")),
    ],
)
def test_a_speck_that_recognition_read_as_a_mark(line: str, member: tuple[str, str, str]) -> None:
    assert is_roster_line(line)
    assert read_roster([line]) == (Member(*member),)


@pytest.mark.parametrize("name", ["林岚", "林　岚", "欧阳海舟", "和继平", "阿依古丽·买买提"])
def test_names(name: str) -> None:
    assert may_be_name(name)
    assert begins_with_surname(name)


def without_blanks(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("gap", ["\u3000", " ", "\t", "  \u3000 "])
def test_the_rosters_of_a_real_issue(shared: Path, gap: str) -> None:
    """Each line put together from its cells with the gaps that files print between them."""
    truth = json.loads((shared / "issue/yangquan-2022-02.truth.json").read_text(encoding="utf-8"))
    count = 0
    for document in truth["documents"]:
        for block in document["blocks"]:
            if block["kind"] != "roster":
                continue
            lines = [f"{role}{person}{gap}{post}" for role, person, post in block["rows"]]
            assert starts_roster(lines[0])
            assert all(is_roster_line(line) for line in lines)
            role = ""
            wanted = []
            for printed, person, post in block["rows"]:
                role = without_blanks(printed).rstrip("：:") or role
                wanted.append(Member(role, without_blanks(person), without_blanks(post)))
            assert list(read_roster(lines)) == wanted
            count += len(wanted)
    assert count == 44


def test_plain_text_of_a_real_issue_holds_no_other_rosters(shared: Path) -> None:
    """Plans print 指挥长：市政府分管副市长。 by the dozen; only the groups that name persons begin a roster."""
    truth = json.loads((shared / "issue/yangquan-2022-02.truth.json").read_text(encoding="utf-8"))
    starts = [
        block["text"]
        for document in truth["documents"]
        for block in document["blocks"]
        if block["kind"] != "roster" and starts_roster(block.get("text") or "")
    ]
    assert starts == []
    text = (shared / "issue/yangquan-2022-02.txt").read_text(encoding="utf-8")
    assert sum(starts_roster(line) for line in text.splitlines()) >= 8


@pytest.mark.parametrize(
    ("line", "member"),
    [
        ("办公室主任：钱八方", ("办公室主任", "钱八方", "")),
        ("主任委员：林　岚", ("主任委员", "林岚", "")),
        ("办公室副主任：周川（兼）", ("办公室副主任", "周川", "兼")),
        ("组　长　林　岚　副市长", ("组长", "林岚", "副市长")),
        ("副组长 周川 市政府副秘书长", ("副组长", "周川", "市政府副秘书长")),
    ],
)
def test_roles_with_a_name_alone_or_without_a_colon(line: str, member: tuple[str, str, str]) -> None:
    [found] = read_roster([line])
    assert read_line(line) is not None
    assert (found.role, found.person, found.post) == member


@pytest.mark.parametrize(
    "line", ["成员：单位", "组长：主要负责人", "成员：各县", "主任 张三", "委员：方方面面的人"]
)
def test_roles_without_a_person(line: str) -> None:
    assert read_line(line) is None
