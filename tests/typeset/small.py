"""A small issue for tests: three documents on a few pages, made in a moment and without any font file."""

from tests.typeset.faces import reader_faces
from tests.typeset.issue import SetIssue, typeset
from tests.typeset.sheet import Drawing
from tests.typeset.source import parse_source

SMALL_SOURCE = """\
---
gazette: 霁川市人民政府公报
pinyin: JICHUANSHI RENMIN ZHENGFU GONGBAO
year: 2022
number: 4
total: 40
published: 2022-08-31
frequency: 双月刊
organiser: 霁川市人民政府办公室
---
# 政府文件

## 霁川市人民政府 / 关于加强城区排水防涝工作的通知
number: 霁政发〔2022〕9号
to: 各县（区）人民政府，市直各单位
ref: based-on 霖政发〔2022〕6号 关于做好汛期城市排水工作的通知

为提高城区排水防涝能力，根据省政府《关于做好汛期城市排水工作的通知》（霖政发〔2022〕6号）要求，现将有关事项通知如下。
### 一、工作目标
到2023年6月底，城区18处易涝点全部完成整治，排水管网清疏率达到100%，重要路段在小时降雨50毫米以内不出现影响通行的积水。
### 二、重点任务
#### （一）摸清管网底数
**1.开展普查。**市住建局牵头对城区雨水管、污水管和检查井逐段普查，9月底前建成管网台账。台账按街道编号，一段一卡，标明管径、管龄和最近一次清疏的日期。
**2.清疏管道。**各区按照“汛前全面清、汛期随时清、汛后复查清”的要求，组织专业队伍清疏管道和雨水口，清出的淤泥日产日清。
#### （二）补齐设施短板
市财政局统筹安排专项资金1200万元，用于泵站更新、调蓄池建设和移动排水设备购置。项目前期手续由市行政审批局并联办理。
### 三、工作要求
各县（区）人民政府对本辖区排水防涝工作负总责，主要负责人要亲自研究、亲自检查。市住建局每月通报进展，对进展缓慢的予以约谈。

@attachments
1.城区易涝点整治任务表（略）
2.排水管网普查技术要点（略）

@signed 霁川市人民政府 2022-07-12
@note 此件公开发布

# 市政府办公室文件

## 霁川市人民政府办公室 / 关于成立城区排水防涝工作专班的通知
number: 霁政办函〔2022〕31号
to: 各区人民政府，市直有关单位

为统筹推进城区排水防涝工作，市政府决定成立工作专班，现将组成人员通知如下。
@roster
组长 | 程以宁 | 副市长
副组长 | 罗维桢 | 市政府副秘书长
 | 石磊 | 市住房和城乡建设局局长
成员 | 陆青岚 | 市财政局副局长
 | 许澜 | 市应急管理局副局长

专班办公室设在市住房和城乡建设局，办公室主任由石磊兼任。
@signed 霁川市人民政府办公室 2022-07-15
@note 此件公开发布

# 人事任免

## 霁川市人民政府 / 关于沈棠等三人任免职务的通知
number: 霁政任〔2022〕6号
to: 各县（区）人民政府，市直各单位

@appoint
经市人民政府2022年7月20日常务会议研究决定，任命：
+ 沈棠 | 霁川市水务局局长
+ 江晚舟 | 霁川市城市管理局副局长 | 试用期一年
免去：
- 许澜 | 霁川市水务局局长

@signed 霁川市人民政府 2022-07-21
@note 此件公开发布
"""


def small_issue(
    source: str = SMALL_SOURCE,
    *,
    columns: int = 2,
    front: bool = True,
    running_heads: bool = True,
    shuffled: int | None = None,
    rotation: int = 0,
    fake_bold: bool = False,
) -> bytes:
    """A PDF of the manuscript `source`, in the reader's Song face.

    `shuffled` is the seed of a drawing order that has nothing to do with reading; `rotation` turns the sheets by
    that many degrees; `fake_bold` prints heavy type twice, a quarter of a point apart.
    """
    drawing = Drawing(shuffled=shuffled, rotation=rotation, fake_bold=fake_bold)
    return set_small_issue(source, columns=columns, front=front, running_heads=running_heads).pdf(drawing)


def set_small_issue(
    source: str = SMALL_SOURCE, *, columns: int = 2, front: bool = True, running_heads: bool = True
) -> SetIssue:
    """The same before it is drawn: for `issue_truth`."""
    return typeset(
        parse_source(source),
        columns=columns,
        faces=reader_faces(),
        front=front,
        running_heads=running_heads,
    )
