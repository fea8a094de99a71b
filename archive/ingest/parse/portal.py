"""What a portal prints above a document: a table of its 索引号, 发文机关, 标题 and 发文字号, as lines.

索 引 号：YL01-2022-0001 / 发文字号：云政发〔2022〕1号 / 成文日期：… ; 【发布文号】云政发〔2022〕1号; also with the
label and what it says on two lines.
"""

import re
from dataclasses import dataclass

from archive.ingest.lines import Line
from archive.ingest.parse.contents import Item
from archive.ingest.parse.signs import folded
from archive.ingest.parse.starts import own_number

LABELS = (
    *(
        "索引号",
        "信息索引",
        "主题分类",
        "信息分类",
        "体裁分类",
        "组配分类",
        "发文机关",
        "发布机构",
        "制发机关",
        "公开主体",
    ),
    *(
        "成文日期",
        "生成日期",
        "发布日期",
        "发文日期",
        "公开日期",
        "生效日期",
        "实施日期",
        "失效日期",
        "废止日期",
        "公文日期",
    ),
    *(
        "标题",
        "名称",
        "信息名称",
        "文件名称",
        "发文字号",
        "发布文号",
        "文号",
        "公文文号",
        "文件编号",
        "主题词",
        "关键词",
    ),
    *(
        "有效性",
        "是否有效",
        "效力状态",
        "公开方式",
        "公开形式",
        "公开类别",
        "来源",
        "信息来源",
        "发布单位",
        "颁布单位",
    ),
    *(
        "所属类别",
        "文件来源",
        "浏览次数",
        "点击数",
        "阅读次数",
        "字号",
        "作者",
        "统一登记号",
        "登记号",
        "文件类型",
    ),
)
LABEL = re.compile(
    rf"^(?:[【\[](?:{'|'.join(LABELS)})[】\]][:：]?|(?:{'|'.join(LABELS)})(?=[:：])[:：])(.*)$"
)
NUMBER_LABEL = re.compile(r"(?:发文字号|发布文号|文号|公文文号)[】\]]?[:：]?$")
TITLE_LABEL = re.compile(r"^[【\[]?(?:标题|名称|信息名称|文件名称)[】\]]?[:：]?$")
# So many such lines are a table; it begins among the first lines of a file.
FEWEST = 2
TOP = 8


@dataclass(frozen=True, slots=True)
class Portal:
    """Where the table ends, and the indexes of the lines that say title and number; `title` is "" without one."""

    end: int
    title: str = ""
    title_at: int | None = None
    number_at: int | None = None


def read_portal(items: list[Item], begin: int) -> Portal:
    """The table at the top of a copy from a portal; one that ends at `begin` where none is printed."""
    index, end, seen = begin, begin, 0
    title, title_at, number_at = "", None, None
    while index < len(items):
        line = items[index]
        found = LABEL.match(folded(line.text)) if isinstance(line, Line) else None
        if found is None or not isinstance(line, Line):
            if seen or index >= begin + TOP:
                break
            index += 1
            continue
        seen += 1
        said, at = found.group(1), index
        below = items[index + 1] if index + 1 < len(items) else None
        if (
            not said
            and isinstance(below, Line)
            and not below.after_blank
            and not LABEL.match(folded(below.text))
        ):
            said, at = folded(below.text), index + 1
        label = folded(line.text)[: found.start(1)]
        if TITLE_LABEL.match(label) and said:
            title, title_at = said, at
        elif NUMBER_LABEL.search(label) and said and own_number(said):
            number_at = at
        index = end = at + 1
    return Portal(end, title, title_at, number_at) if seen >= FEWEST else Portal(begin)
