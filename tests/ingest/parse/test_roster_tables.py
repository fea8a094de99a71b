"""Leading groups that are printed as tables are rosters as well."""

import pytest

from archive.ingest.lines import Line, RuledTable
from archive.ingest.parse.body import read_body
from archive.ingest.parse.records import Member
from archive.ingest.parse.roster_tables import roster_of_table

ROWS = [
    ["组　长", "蒲松川", "区委副书记、区长"],
    ["副组长", "芮　青", "副区长"],
    ["", "庾信之", "区财政局局长"],
    ["成　员", "邢　邵", "区自然资源分局局长"],
]
MEMBERS = (
    Member("组长", "蒲松川", "区委副书记、区长"),
    Member("副组长", "芮青", "副区长"),
    Member("副组长", "庾信之", "区财政局局长"),
    Member("成员", "邢邵", "区自然资源分局局长"),
)


@pytest.mark.parametrize(
    "rows",
    [
        ROWS,
        [["职务", "姓名", "单位及职务"], *ROWS],
        [["小组职务", "姓　名", "工作单位", "职务"], *([a, b, c[:3], c[3:]] for a, b, c in ROWS)],
        [
            ["序号", "姓名", "现任职务", "组内职务", "联系电话"],
            *([str(i), b, c, a, "2033117"] for i, (a, b, c) in enumerate(ROWS, 1)),
        ],
    ],
    ids=["no head", "head", "post in two columns", "other order"],
)
def test_a_leading_group(rows: list[list[str]]) -> None:
    assert roster_of_table(rows) == MEMBERS


def test_several_names_in_a_cell() -> None:
    rows = [["组长", "蒲松川", "区长"], ["成员", "芮　青　庾信之", "区财政局副局长"]]
    assert [(m.role, m.person) for m in roster_of_table(rows)] == [
        ("组长", "蒲松川"),
        ("成员", "芮青"),
        ("成员", "庾信之"),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [["单位", "姓名", "职务"], ["区财政局", "庾信之", "局长"], ["区水务局", "邢　邵", "局长"]],
        [["姓名", "拟任职务"], ["庾信之", "区财政局局长"], ["邢　邵", "区水务局局长"]],
        [["序号", "项目", "责任单位"], ["1", "白石片区", "望湖街道"], ["2", "上坪片区", "灵溪街道"]],
        [["组长", "蒲松川", "区长"]],
        [["指标", "2022年"], ["产值", "310"]],
        [],
    ],
)
def test_other_tables(rows: list[list[str]]) -> None:
    assert roster_of_table(rows) == ()


def test_the_body_keeps_table_and_roster() -> None:
    table = RuledTable(tuple(map(tuple, ROWS)), 1, (0, 0, 100, 100), headed=False)
    body = read_body([Line("名单如下：", 1), table], "关于成立领导小组的通知", "", 10.5)
    assert body.rosters[0].members == MEMBERS
    assert body.tables[0].rows == tuple(map(tuple, ROWS))
    (block,) = [block for block in body.blocks if block.kind == "table"]
    assert (block.table, block.roster) == (0, 0)
