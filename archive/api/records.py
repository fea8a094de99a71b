"""The records of issues and documents as the API gives them, every field described; archive/export/as_json.py makes them.

The descriptions are in Chinese, as the pages are; /api/v1/openapi.json gives them in English.
"""

from datetime import date
from typing import Literal

from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import Field

from archive.search.validity import STATES

BlockKind = Literal[
    "recipient",
    "paragraph",
    "heading",
    "subtitle",
    "signature",
    "date",
    "note",
    "attachment",
    "table",
    "roster",
]
Relation = Literal["cites", "based-on", "forwards", "amends", "repeals"]
Action = Literal["appoint", "remove", "nominate", "nominate-removal"]


class IssueSummary(Schema):
    """What an issue is called and when it came out."""

    id: int = Field(description=_("本期在本库中的编号，用于 /api/v1/issues/{id}。"))
    url: str = Field(description=_("本期网页的网址路径。"))
    gazette: str = Field(description=_("公报名称。"))
    year: int = Field(description=_("年份，如刊上所印。"))
    number: int | str | None = Field(
        description=_("期号：一个数，或所印的字样（增刊1、3-4）；null 表示刊上没有。")
    )
    total_number: int | None = Field(description=_("总期号；null 表示刊上没有。"))
    published_on: date | None = Field(description=_("出版日期，年-月-日；null 表示刊上没有。"))
    frequency: str = Field(description=_("刊期，如双月刊；空表示不知道。"))
    organiser: str = Field(description=_("主办单位；空表示不知道。"))


class IssueSource(Schema):
    """The file that the issue was read from."""

    name: str = Field(description=_("原文件的文件名。"))
    sha256: str = Field(description=_("原文件的 SHA-256 校验值，十六进制。"))
    kind: Literal["pdf", "text", "docx", "html"] = Field(description=_("原文件的格式。"))
    pages: int | None = Field(description=_("原文件的页数；null 表示文件不分页。"))
    text: Literal["embedded", "ocr", "mixed", "none"] = Field(
        description=_("文字来源：embedded 文件自带，ocr 文字识别，mixed 两者都有，none 扫描件尚无文字。")
    )


class IssueScore(Schema):
    """How well the file was read: counts, not shares."""

    contents_entries: int = Field(0, description=_("目录的条数。"))
    contents_found: int = Field(0, description=_("在正文中找到公文的目录条数。"))
    characters: int = Field(0, description=_("全部印刷的字数，不计空白。"))
    characters_placed: int = Field(0, description=_("归入公文或目录的字数。"))
    characters_uncertain: int = Field(0, description=_("文字识别把握较低的字数。"))


class ContentsLine(Schema):
    """One line of the printed contents."""

    category: str = Field(description=_("所在栏目；空表示没有栏目。"))
    title: str = Field(description=_("目录所印的标题。"))
    number: str | None = Field(description=_("目录所印的文号，规范写法；null 表示没有。"))
    page: int | None = Field(description=_("目录所印的页码；null 表示没有。"))


class DocumentSummary(Schema):
    """What a document is called and where it stands."""

    id: str = Field(description=_("公文的短编号，永久不变，用于 /api/v1/documents/{id}。"))
    url: str = Field(description=_("公文网页的网址路径。"))
    issue: str = Field(description=_("所在公报和期号。"))
    issue_id: int = Field(description=_("所在一期在本库中的编号。"))
    position: int = Field(description=_("在这一期里是第几件，从 1 起。"))
    category: str = Field(description=_("栏目；空表示没有。"))
    title: str = Field(description=_("正文所印的标题。"))
    number: str | None = Field(description=_("发文字号，规范写法（〔〕、阿拉伯数字）；null 表示没有。"))
    issuer: str = Field(description=_("发文机关；空表示不知道。"))
    kind: str = Field(description=_("文种，如通知、意见；空表示不知道。"))
    signed_on: date | None = Field(description=_("成文日期，年-月-日；null 表示没有印。"))
    first_page: int | None = Field(description=_("起始页：文件的第几页，从 1 起；null 表示文件不分页。"))
    last_page: int | None = Field(description=_("最后一页：文件的第几页；null 表示文件不分页。"))
    printed_first_page: int | None = Field(description=_("起始页上印的页码；null 表示没有印。"))
    printed_last_page: int | None = Field(description=_("最后一页上印的页码；null 表示没有印。"))


class TextValidity(Schema):
    """From when and until when the text says that it is in force."""

    effective_on: date | None = Field(description=_("文中所说的施行日期；null 表示没有说。"))
    expires_on: date | None = Field(description=_("文中所说的有效期最后一天，当天有效；null 表示没有说。"))
    years: int | None = Field(description=_("文中所说的有效年数；null 表示没有说。"))
    evidence: list[str] = Field(description=_("这样说的原句，按文中次序。"))


class Supplied(Schema):
    """What editors have filled in of what print does not give."""

    index_number: str = Field(description=_("索引号；空表示没有填。"))
    subject_class: str = Field(description=_("主题分类；空表示没有填。"))
    keywords: list[str] = Field(description=_("主题词，按编辑所填的次序。"))
    released_on: date | None = Field(description=_("公开日期；null 表示没有填。"))
    state: Literal["stands", "amended", "expired", "repealed"] | None = Field(
        description=_(
            "编辑认定的效力：stands 有效，amended 已修改，"
            "expired 已失效，repealed 已废止；null 表示没有认定。"
        )
    )
    state_on: date | None = Field(description=_("该效力起始的日期，失效的为最后一天；null 表示没有填。"))
    state_evidence: str = Field(description=_("认定所依据的原句；空表示没有。"))
    state_source: str | None = Field(description=_("作为依据的公文的短编号；null 表示没有。"))


class TextBlock(Schema):
    """One piece of the text."""

    kind: BlockKind = Field(
        description=_("是什么：主送机关、段落、标题、附文标题、署名、日期、附注、附件说明、表格或名单。")
    )
    text: str = Field(description=_("文字；表格各行换行、各格以制表符隔开。"))
    page: int | None = Field(description=_("在文件的第几页开始；null 表示文件不分页。"))
    section: int | None = Field(
        description=_("所属的节：sections 中的序号，从 0 起；null 表示不在任何标题之下。")
    )
    confidence: float | None = Field(
        description=_("文字识别对最没把握的一行的把握，0 到 1；null 表示文字是文件自带的。")
    )
    as_printed: str | None = Field(
        None, description=_("编辑更正过的，原刊所印的文字；没有更正就没有这一项。")
    )
    recognised: list[tuple[int, int, float]] = Field(
        description=_("识别出的每一行：[起, 止, 把握]，是 text 中的字符位置；空表示文字是文件自带的。")
    )
    printed_page: int | None = Field(description=_("开始处页面上印的页码；null 表示没有印。"))
    table: int | None = Field(
        None, description=_("是哪张表：tables 中的序号，从 0 起；不是表格就没有这一项。")
    )
    roster: int | None = Field(
        None, description=_("是哪份名单：rosters 中的序号，从 0 起；不是名单就没有这一项。")
    )


class TextSection(Schema):
    """One heading of the text."""

    level: int = Field(
        description=_("在其编号体例中的层级，从 1 起：一、为 1，（一）为 2；1 为 1，1.1 为 2。")
    )
    label: str = Field(description=_("所印的序号，如第一条、1.1；空表示没有。"))
    heading: str = Field(description=_("标题文字；空表示只有序号。"))
    run_in: bool = Field(description=_("true 表示标题是其段落的第一句。"))
    page: int | None = Field(description=_("在文件的第几页；null 表示文件不分页。"))
    parent: int | None = Field(description=_("上一级标题：sections 中的序号，从 0 起；null 表示最上级。"))
    anchor: str = Field(description=_("公文网页上这一节的锚点。"))


class EnclosedPlan(Schema):
    """A plan that the document carries and that is printed in the issue."""

    title: str = Field(description=_("所印发文件的标题。"))
    block: int | None = Field(description=_("标题在 blocks 中的序号，从 0 起；null 表示不明。"))


class AnnexFile(Schema):
    """The full text of an attachment, which editors have added as a file."""

    url: str = Field(description=_("下载的网址路径。"))
    size: int = Field(description=_("大小，字节。"))
    sha256: str = Field(description=_("SHA-256 校验值，十六进制。"))
    added_on: date = Field(description=_("补充进来的日期。"))


class AttachmentLine(Schema):
    """One line of the list of attachments."""

    label: str = Field(description=_("所印的序号；空表示没有。"))
    title: str = Field(description=_("附件标题。"))
    omitted: bool = Field(description=_("true 表示刊上注明（略），没有登全文。"))
    annex: AnnexFile | None = Field(description=_("编辑补充的附件全文；null 表示没有。"))


class PrintedTable(Schema):
    """One printed table."""

    title: str = Field(description=_("表题；空表示没有。"))
    columns: list[str] = Field(description=_("表头各栏，从左到右；空表示没有表头。"))
    rows: list[list[str]] = Field(description=_("各行从上到下，每行各格从左到右，格数与最宽的行相同。"))
    page: int | None = Field(description=_("在文件的第几页开始；null 表示文件不分页。"))
    as_printed: list[tuple[int, int, str]] | None = Field(
        None,
        description=_("编辑更正过的格：[行, 列, 原刊所印]，从 0 起，行 -1 为表头；没有更正就没有这一项。"),
    )


class RosterMember(Schema):
    """One person of a roster."""

    role: str = Field(description=_("名单中的职务，如组长；空表示没有印。"))
    person: str = Field(description=_("姓名。"))
    post: str = Field(description=_("本职；空表示没有印。"))


class PrintedRoster(Schema):
    """The members of a leading group as listed."""

    members: list[RosterMember] = Field(description=_("成员，按所印的次序。"))
    page: int | None = Field(description=_("在文件的第几页；null 表示文件不分页。"))


class AppointmentLine(Schema):
    """One appointment or removal."""

    action: Action = Field(
        description=_("appoint 任命，remove 免去，nominate 提名，nominate-removal 提名免去。")
    )
    person: str = Field(description=_("姓名。"))
    post: str = Field(description=_("职务。"))
    remark: str = Field(description=_("职务后括号里的话，如试用期一年；空表示没有。"))


class ReferenceLine(Schema):
    """Another document that the text names."""

    number: str | None = Field(description=_("所引公文的文号，规范写法；null 表示只说了标题。"))
    title: str = Field(description=_("所引公文的标题；空表示只说了文号。"))
    relation: Relation = Field(
        description=_("关系：cites 引用，based-on 依据，forwards 转发，amends 修改，repeals 废止。")
    )
    evidence: str = Field(description=_("这样说的原句。"))


class DocumentRecord(DocumentSummary):
    """A document with its whole text."""

    title_in_contents: str | None = Field(description=_("目录所印的标题；null 表示目录没有列。"))
    page_in_contents: int | None = Field(description=_("目录所印的页码；null 表示没有。"))
    number_as_printed: str | None = Field(description=_("正文所印的文号，照原样；null 表示没有。"))
    number_in_contents: str | None = Field(description=_("目录所印的文号，规范写法；null 表示没有。"))
    recipients: str = Field(description=_("主送机关；空表示没有。"))
    signed_by: list[str] = Field(description=_("署名的机关或人，按所印的次序。"))
    note: str = Field(description=_("附注，如此件公开发布；空表示没有。"))
    validity: TextValidity | None = Field(description=_("文中所说的施行日期和有效期；null 表示没有说。"))
    supplied: Supplied | None = Field(description=_("编辑补充的著录项；null 表示没有。"))
    blocks: list[TextBlock] = Field(description=_("全文，按阅读次序分段，不漏不重。"))
    sections: list[TextSection] = Field(description=_("标题，按所印的次序。"))
    enclosures: list[EnclosedPlan] = Field(description=_("所印发的方案、预案等，按所印的次序。"))
    attachments: list[AttachmentLine] = Field(description=_("附件说明各条，按所印的次序。"))
    tables: list[PrintedTable] = Field(description=_("表格，按所印的次序。"))
    rosters: list[PrintedRoster] = Field(description=_("名单，按所印的次序。"))
    appointments: list[AppointmentLine] = Field(description=_("任免，按所印的次序。"))
    references: list[ReferenceLine] = Field(description=_("所引的其他公文，按文中次序，每个只列一次。"))


class IssueRecord(IssueSummary):
    """A whole issue: `gazette-issue/1`, as `parse --json` prints it, with what the archive knows besides."""

    format: Literal["gazette-issue/1"] = Field(alias="schema", description=_("本记录的格式。"))
    source: IssueSource = Field(description=_("读取本期所用的原文件。"))
    score: IssueScore | None = Field(description=_("读取的完整程度；null 表示没有统计。"))
    contents: list[ContentsLine] = Field(description=_("刊上所印的目录，按所印的次序，不含已撤回的公文。"))
    documents: list[DocumentRecord] = Field(description=_("各件公文，按所印的次序，不含已撤回的。"))


assert set(STATES) == {"stands", "amended", "expired", "repealed"}
