"""Whole issues and papers in the layouts of other offices: titles, numbers, dates and signers of each document."""

from datetime import date

import pytest

from archive.ingest.extract.text import text_to_items
from archive.ingest.parse.issue import parse_items
from archive.ingest.parse.records import ParsedIssue, Source

# (title, number, signed on, signed by)
Expected = list[tuple[str, str | None, str | None, tuple[str, ...]]]


def read(text: str) -> ParsedIssue:
    return parse_items(text_to_items(text), Source("issue.txt", "0" * 64, "text", None))


# decrees with their regulations listed by both, wrapped entries, numbers in no entry
COUNCIL = """
中华人民共和国国务院公报
2022年第12号（总号：1765）
4月30日出版

目　　录

霁国国务院令（第751号）………………………………（4）
住房保障条例…………………………………………（4）
国务院关于同意设立云岭试验区的批复……………………（9）
国务院办公厅关于印发“十四五”
国民健康规划的通知…………………………………（11）
霁国水利部令（第53号）………………………………（20）
河道采砂管理办法……………………………………（20）

霁国国务院令
第751号
《住房保障条例》已经2022年3月16日国务院会议通过，自2022年7月1日起施行。
总理　林望舟
2022年3月29日
住房保障条例
第一章　总则
第一条　为了保障住房，制定本条例。
第二条　本条例自2022年7月1日起施行。

国务院关于同意设立
云岭试验区的批复
国函〔2022〕31号
云岭省人民政府：
你省《关于设立试验区的请示》（云政〔2021〕77号）收悉。现批复如下：
一、同意设立云岭试验区。
国务院
2022年4月2日
（此件公开发布）

国务院办公厅关于印发
“十四五”国民健康规划的通知
国办发〔2022〕11号
各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
《“十四五”国民健康规划》已经国务院同意，现印发给你们。
国务院办公厅
2022年4月27日
（此件公开发布）

“十四五”国民健康规划
为全面推进健康建设，制定本规划。
一、规划背景
（一）成就。
人民健康水平提高。

霁国水利部令
第53号
《河道采砂管理办法》已经2022年3月1日部务会议审议通过，现予公布。
部长　石峥
2022年4月10日
河道采砂管理办法
第一条　为了加强管理，制定本办法。
"""
COUNCIL_DOCUMENTS: Expected = [
    ("住房保障条例", "霁国国务院令第751号", "2022-03-29", ("总理 林望舟",)),
    ("国务院关于同意设立云岭试验区的批复", "国函〔2022〕31号", "2022-04-02", ("国务院",)),
    ("国务院办公厅关于印发“十四五”国民健康规划的通知", "国办发〔2022〕11号", "2022-04-27", ("国务院办公厅",)),
    ("河道采砂管理办法", "霁国水利部令第53号", "2022-04-10", ("部长 石峥",)),
]

# categories, numbers on lines of their own, Chinese dates, a chronicle
PROVINCIAL = """
霁川省人民政府公报
2022年第5期（总第1234期）
半月刊
主办：霁川省人民政府办公厅
2022年3月15日出版

要目

【省政府令】
霁川省气象灾害防御办法 ……………………………… 1
【省政府文件】
霁川省人民政府关于加快推进数字经济发展的实施意见
（霁政发〔2022〕3号） ……………………………… 8
【人事任免】
霁川省人民政府关于沈棠等任免职的通知
（霁政任〔2022〕11号） ……………………………… 15
【大事记】
2022年2月大事记 ……………………………… 17

霁川省人民政府令
第301号
《霁川省气象灾害防御办法》已经2022年1月20日省人民政府会议通过，现予公布。
省长：林望舟
二〇二二年二月八日
霁川省气象灾害防御办法
第一章　总则
第一条　为了防御气象灾害，制定本办法。

霁川省人民政府关于加快推进
数字经济发展的实施意见
霁政发〔2022〕3号
各市、县人民政府，省政府各部门：
为加快推进数字经济发展，提出以下意见。
一、总体要求
坚持创新驱动。
霁川省人民政府
二〇二二年二月十五日

霁川省人民政府
关于沈棠等任免职的通知
霁政任〔2022〕11号
各市、县人民政府，省政府各部门：
省人民政府决定：
沈棠任省水利厅副厅长；
免去石峥的省水利厅副厅长职务。
霁川省人民政府
二〇二二年二月二十日

2022年2月大事记
1日　省长林望舟到望湖调研。
8日　省政府召开常务会议。
"""
PROVINCIAL_DOCUMENTS: Expected = [
    ("霁川省气象灾害防御办法", "霁川省人民政府令第301号", "2022-02-08", ("省长：林望舟",)),
    (
        "霁川省人民政府关于加快推进数字经济发展的实施意见",
        "霁政发〔2022〕3号",
        "2022-02-15",
        ("霁川省人民政府",),
    ),
    ("霁川省人民政府关于沈棠等任免职的通知", "霁政任〔2022〕11号", "2022-02-20", ("霁川省人民政府",)),
    ("2022年2月大事记", None, None, ()),
]

# no contents, an inner one, a notice without number
COUNTY = """
霁县人民政府公报
2021年第四期（总第28期）

霁县人民政府
关于印发霁县防汛抗旱应急预案的通知
霁政发〔2021〕18号

各乡（镇）人民政府，县政府各部门：
现将《霁县防汛抗旱应急预案》印发给你们，请认真组织实施。

霁县人民政府
2021年10月8日

霁县防汛抗旱应急预案
目　录
1 总则
1.1 编制目的
2 组织体系
附则
1 总则
1.1 编制目的
为做好防汛工作，制定本预案。
2 组织体系
县指挥部统一领导。

霁县人民政府办公室
关于做好秋收工作的通知
霁政办发〔2021〕40号
各乡（镇）人民政府：
现就有关事项通知如下：
一、加强领导
各乡镇要加强领导。
霁县人民政府办公室
2021年10月20日

霁县人民政府
关于禁止露天焚烧的通告
为保护环境，现通告如下：
一、全县范围内禁止露天焚烧秸秆。
二、本通告自发布之日起施行。
霁县人民政府
2021年10月22日
"""
COUNTY_DOCUMENTS: Expected = [
    ("霁县人民政府关于印发霁县防汛抗旱应急预案的通知", "霁政发〔2021〕18号", "2021-10-08", ("霁县人民政府",)),
    (
        "霁县人民政府办公室关于做好秋收工作的通知",
        "霁政办发〔2021〕40号",
        "2021-10-20",
        ("霁县人民政府办公室",),
    ),
    ("霁县人民政府关于禁止露天焚烧的通告", None, "2021-10-22", ("霁县人民政府",)),
]

# announcement of a law with its own contents
STANDING = """
霁川市人民代表大会常务委员会公告
第十八号
《霁川市文明行为促进条例》已于2021年12月28日通过，现予公布，自2022年6月1日起施行。
霁川市人民代表大会常务委员会
2022年4月1日
霁川市文明行为促进条例
（2021年12月28日市人大常委会第三十次会议通过　2022年3月23日省人大常委会批准）
目　录
第一章　总则
第二章　规范
第一章　总则
第一条　为了促进文明，制定本条例。
第二章　规范
第二条　公民应当遵守。
"""
STANDING_DOCUMENTS: Expected = [
    (
        "霁川市人民代表大会常务委员会公告",
        "霁川市人民代表大会常务委员会公告第18号",
        "2022-04-01",
        ("霁川市人民代表大会常务委员会",),
    )
]

# decision with the day on which it was adopted
DECISION = """
霁川市人民代表大会常务委员会
关于修改《霁川市养犬管理条例》的决定
（2022年3月28日霁川市第六届人民代表大会常务委员会第二次会议通过）
常务委员会会议决定，对《霁川市养犬管理条例》作如下修改：
一、将第三条修改为：“市公安机关主管养犬工作。”
本决定自公布之日起施行。
"""
DECISION_DOCUMENTS: Expected = [
    ("霁川市人民代表大会常务委员会关于修改《霁川市养犬管理条例》的决定", None, "2022-03-28", ())
]

# three issuers, two signing on one row
JOINT = """
霁川市发展和改革委员会
霁川市财政局
霁川市水务局
关于调整城市供水价格的通知
霁发改价格〔2022〕25号
各县（市、区）发展改革局、财政局、水务局：
根据《政府制定价格行为规则》和霁政办函〔2021〕9号要求，现通知如下：
一、居民用水价格每立方米2元。
霁川市发展和改革委员会　　　霁川市财政局
霁川市水务局
2022年2月21日
抄送：市人民政府办公室。
霁川市发展和改革委员会办公室　　2022年2月23日印发
"""
JOINT_DOCUMENTS: Expected = [
    (
        "霁川市发展和改革委员会霁川市财政局霁川市水务局关于调整城市供水价格的通知",
        "霁发改价格〔2022〕25号",
        "2022-02-21",
        ("霁川市发展和改革委员会", "霁川市财政局", "霁川市水务局"),
    )
]

# the plan stands before the signature
PLAN_BEFORE = """
霁川市人民政府办公室关于印发霁川市养老服务实施方案的通知
霁政办发〔2022〕7号
各县（市、区）人民政府：
《霁川市养老服务实施方案》已经市人民政府同意，现印发给你们，请认真贯彻落实。
附件：霁川市养老服务实施方案
霁川市养老服务实施方案
根据《关于推进养老服务发展的意见》（国办发〔2019〕5号，2019年3月29日），制定本方案。
一、目标
到2025年，养老服务体系完善。
霁川市人民政府办公室
2022年3月3日
"""
PLAN_BEFORE_DOCUMENTS: Expected = [
    (
        "霁川市人民政府办公室关于印发霁川市养老服务实施方案的通知",
        "霁政办发〔2022〕7号",
        "2022-03-03",
        ("霁川市人民政府办公室",),
    )
]

# copy from a portal with its table
PORTAL = """
当前位置：首页 > 信息公开 > 政策文件
索 引 号：JC001-2022-00015
主题分类：农业、林业、水利
发文机关：霁川市人民政府办公室
成文日期：2022年3月15日
标　　题：霁川市人民政府办公室关于做好春季造林工作的通知
发文字号：霁政办发〔2022〕9号
发布日期：2022年3月20日
主 题 词：
有 效 性：有效

霁川市人民政府办公室
关于做好春季造林工作的通知
霁政办发〔2022〕9号

各县（市、区）人民政府：
为做好春季造林工作，现通知如下：
一、明确任务
完成造林10万亩。

霁川市人民政府办公室
2022年3月15日

（此件公开发布）
扫一扫在手机打开当前页
打印　关闭
"""
PORTAL_DOCUMENTS: Expected = [
    (
        "霁川市人民政府办公室关于做好春季造林工作的通知",
        "霁政办发〔2022〕9号",
        "2022-03-15",
        ("霁川市人民政府办公室",),
    )
]

# table in brackets
PUBLISHED = """
【发布单位】霁川市人民政府
【发布文号】霁政发〔2006〕12号
【发布日期】2006-05-18
【生效日期】2006-05-18
【失效日期】
【所属类别】地方法规

霁川市人民政府关于加强城市绿化工作的意见
（霁政发〔2006〕12号）
各县、区人民政府，市政府各部门：
为加强城市绿化，提出如下意见：
一、提高认识
绿化很重要。
二○○六年五月十八日
"""
PUBLISHED_DOCUMENTS: Expected = [
    ("霁川市人民政府关于加强城市绿化工作的意见", "霁政发〔2006〕12号", "2006-05-18", ())
]

# masthead with the number
MASTHEAD = """
霁川市人民政府文件
霁政发〔2022〕15号
霁川市人民政府
关于表彰先进单位的决定
各县（市、区）人民政府：
2021年，各单位工作突出。市政府决定予以表彰。
附件：1.先进单位名单
2.先进个人名单
霁川市人民政府
2022年1月28日
附件1
先进单位名单
霁川市水务局
附件2
先进个人名单
沈棠　石峥
"""
MASTHEAD_DOCUMENTS: Expected = [
    ("霁川市人民政府关于表彰先进单位的决定", "霁政发〔2022〕15号", "2022-01-28", ("霁川市人民政府",))
]

# pages behind a stroke, readings of policy, statistics
COLUMNS_CONTENTS = """
霁市政报
2020年第3-4期（合刊）
（总第106期）
主管：霁市人民政府
主办：霁市人民政府办公室
出版日期：二〇二〇年四月三十日

CONTENTS 目录

市政府文件
霁市人民政府关于加强旅游工作的意见
霁政发〔2020〕6号 / 1
市政府办公室文件
霁市人民政府办公室关于成立抗旱指挥部的通知
霁政办发〔2020〕20号 / 5
政策解读
《关于加强旅游工作的意见》政策解读 / 9
统计数据
2020年一季度全市主要经济指标 / 11

霁市人民政府
关于加强旅游工作的意见
霁政发〔2020〕6号
各区人民政府：
为加强旅游工作，提出意见。
霁市人民政府
2020年3月10日

霁市人民政府办公室
关于成立抗旱指挥部的通知
霁政办发〔2020〕20号
各区人民政府：
决定成立抗旱指挥部。
霁市人民政府办公室
2020年3月12日

《关于加强旅游工作的意见》政策解读
一、出台背景
旅游业发展迅速。

2020年一季度全市主要经济指标
地区生产总值　100亿元
"""
COLUMNS_CONTENTS_DOCUMENTS: Expected = [
    ("霁市人民政府关于加强旅游工作的意见", "霁政发〔2020〕6号", "2020-03-10", ("霁市人民政府",)),
    (
        "霁市人民政府办公室关于成立抗旱指挥部的通知",
        "霁政办发〔2020〕20号",
        "2020-03-12",
        ("霁市人民政府办公室",),
    ),
    ("《关于加强旅游工作的意见》政策解读", None, None, ()),
    ("2020年一季度全市主要经济指标", None, None, ()),
]

# regulation with its revisions
HISTORY = """
霁国矿产资源法实施细则
（1994年3月26日国务院令第152号发布　根据2016年2月6日《国务院关于修改的决定》修订）
第一章　总则
第一条　根据《矿产资源法》，制定本细则。
第二条　本细则自发布之日起施行。
"""
HISTORY_DOCUMENTS: Expected = [("霁国矿产资源法实施细则", None, "1994-03-26", ())]

# regulation with its decree
LAW_NO = """
霁川市城市供水管理办法
（2008年6月3日霁川市人民政府令第41号公布）
第一章　总则
第一条　为加强城市供水管理，制定本办法。
"""
LAW_NO_DOCUMENTS: Expected = [("霁川市城市供水管理办法", None, "2008-06-03", ())]

# date with points
DOTTED = """
霁川市教育局关于公布竞赛结果的通报
霁教〔2022〕8号
各学校：
现将结果予以通报。
霁川市教育局
2022.3.28
"""
DOTTED_DOCUMENTS: Expected = [
    ("霁川市教育局关于公布竞赛结果的通报", "霁教〔2022〕8号", "2022-03-28", ("霁川市教育局",))
]

# number behind the date
END_NUMBER = """
霁川市教育局关于公布竞赛结果的通报
各学校：
现将结果予以通报。
霁川市教育局
二O一二年三月二十八日
霁教〔2012〕8号
"""
END_NUMBER_DOCUMENTS: Expected = [
    ("霁川市教育局关于公布竞赛结果的通报", "霁教〔2012〕8号", "2012-03-28", ("霁川市教育局",))
]

# report read out
REPORT = """
政府工作报告
——2022年2月15日在霁川市第六届人民代表大会第一次会议上
霁川市市长　林望舟
各位代表：
现在，我代表市人民政府向大会报告工作。
一、2021年工作回顾
过去一年，成绩显著。
"""
REPORT_DOCUMENTS: Expected = [("政府工作报告", None, "2022-02-15", ())]

# no contents and no numbers
UNNUMBERED_MULTI = """
霁山区人民政府公报
2019年第1期

霁山区人民政府关于划定禁养区的通告
为保护水源，现通告如下：
一、禁养区范围见附图。
霁山区人民政府
2019年1月5日

霁山区人民政府关于沈棠等同志职务任免的通知
各镇人民政府，区政府各部门：
经研究决定：
任命沈棠为区水务局局长。
霁山区人民政府
2019年1月9日

霁山区人民政府关于公布行政许可事项目录的公告
现将行政许可事项目录予以公告。
霁山区人民政府
2019年1月20日
"""
UNNUMBERED_MULTI_DOCUMENTS: Expected = [
    ("霁山区人民政府关于划定禁养区的通告", None, "2019-01-05", ("霁山区人民政府",)),
    ("霁山区人民政府关于沈棠等同志职务任免的通知", None, "2019-01-09", ("霁山区人民政府",)),
    ("霁山区人民政府关于公布行政许可事项目录的公告", None, "2019-01-20", ("霁山区人民政府",)),
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            COUNCIL,
            COUNCIL_DOCUMENTS,
            id="decrees with their regulations listed by both, wrapped entries, numbers in no entry",
        ),
        pytest.param(
            PROVINCIAL,
            PROVINCIAL_DOCUMENTS,
            id="categories, numbers on lines of their own, Chinese dates, a chronicle",
        ),
        pytest.param(COUNTY, COUNTY_DOCUMENTS, id="no contents, an inner one, a notice without number"),
        pytest.param(STANDING, STANDING_DOCUMENTS, id="announcement of a law with its own contents"),
        pytest.param(DECISION, DECISION_DOCUMENTS, id="decision with the day on which it was adopted"),
        pytest.param(JOINT, JOINT_DOCUMENTS, id="three issuers, two signing on one row"),
        pytest.param(PLAN_BEFORE, PLAN_BEFORE_DOCUMENTS, id="the plan stands before the signature"),
        pytest.param(PORTAL, PORTAL_DOCUMENTS, id="copy from a portal with its table"),
        pytest.param(PUBLISHED, PUBLISHED_DOCUMENTS, id="table in brackets"),
        pytest.param(MASTHEAD, MASTHEAD_DOCUMENTS, id="masthead with the number"),
        pytest.param(
            COLUMNS_CONTENTS,
            COLUMNS_CONTENTS_DOCUMENTS,
            id="pages behind a stroke, readings of policy, statistics",
        ),
        pytest.param(HISTORY, HISTORY_DOCUMENTS, id="regulation with its revisions"),
        pytest.param(LAW_NO, LAW_NO_DOCUMENTS, id="regulation with its decree"),
        pytest.param(DOTTED, DOTTED_DOCUMENTS, id="date with points"),
        pytest.param(END_NUMBER, END_NUMBER_DOCUMENTS, id="number behind the date"),
        pytest.param(REPORT, REPORT_DOCUMENTS, id="report read out"),
        pytest.param(UNNUMBERED_MULTI, UNNUMBERED_MULTI_DOCUMENTS, id="no contents and no numbers"),
    ],
)
def test_every_document_is_found_with_its_title_number_date_and_signers(
    text: str, expected: Expected
) -> None:
    found = [
        (d.title, d.number, str(d.signed_on) if d.signed_on else None, d.signed_by)
        for d in read(text).documents
    ]
    assert found == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            COUNCIL,
            {
                "gazette": "中华人民共和国国务院公报",
                "year": 2022,
                "number": 12,
                "total_number": 1765,
                "published_on": date(2022, 4, 30),
            },
        ),
        (
            PROVINCIAL,
            {
                "gazette": "霁川省人民政府公报",
                "year": 2022,
                "number": 5,
                "total_number": 1234,
                "published_on": date(2022, 3, 15),
                "frequency": "半月刊",
                "organiser": "霁川省人民政府办公厅",
            },
        ),
        (COUNTY, {"gazette": "霁县人民政府公报", "year": 2021, "number": 4, "total_number": 28}),
        (
            COLUMNS_CONTENTS,
            {
                "year": 2020,
                "label": "3-4",
                "number": 3,
                "total_number": 106,
                "published_on": date(2020, 4, 30),
                "organiser": "霁市人民政府办公室",
            },
        ),
        (UNNUMBERED_MULTI, {"gazette": "霁山区人民政府公报", "year": 2019, "number": 1}),
    ],
)
def test_what_the_front_says(text: str, expected: dict[str, object]) -> None:
    issue = read(text)
    assert {name: getattr(issue, name) for name in expected} == expected
