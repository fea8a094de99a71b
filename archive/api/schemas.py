"""What the API answers beside the records themselves, every field described: lists, searches, hits, errors.

The descriptions are in Chinese, as the pages are; /api/v1/openapi.json gives them in English.
"""

from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import Field

from archive.api.records import DocumentSummary, IssueSummary
from archive.search.suggestions import Kind


class OnePage(Schema):
    """One page of a list."""

    total: int = Field(description=_("整个清单有多少条。"))
    page: int | None = Field(description=_("第几页，从 1 起；null 表示用 after 接着读。"))
    pages: int = Field(description=_("共几页，至少 1。"))
    next: str | None = Field(description=_("下一页的完整网址；null 表示已到末尾。"))


class IssueList(OnePage):
    """One page of the list of issues."""

    results: list[IssueSummary] = Field(description=_("各期，从新到旧：先按年份，再按出版日期和期号。"))


class DocumentList(OnePage):
    """One page of the list of documents."""

    results: list[DocumentSummary] = Field(description=_("各件公文，最新一期在前，同一期按所印的次序。"))


class FacetCount(Schema):
    """How many of the documents found have a value."""

    value: str = Field(description=_("取值，可直接用作同名参数。"))
    count: int = Field(description=_("检索结果中有多少件取此值。"))


class SearchHit(Schema):
    """One document that was found."""

    id: str = Field(description=_("公文的短编号，永久不变，用于 /api/v1/documents/{id}。"))
    title: str = Field(description=_("正文所印的标题。"))
    number: str | None = Field(description=_("发文字号，规范写法（〔〕、阿拉伯数字）；null 表示没有。"))
    issue: str = Field(description=_("所在公报和期号。"))
    url: str = Field(description=_("公文网页的网址路径。"))
    score: float = Field(
        description=_("相关程度，越大越相关，只在同一次检索中可比；按日期或文号排列时为 0。")
    )
    snippets: list[str] = Field(description=_("命中处上下文，HTML：已转义，命中的字在 <mark> 中。"))


class SearchAnswer(OnePage):
    """One page of the documents that a search finds."""

    total: int = Field(description=_("符合整个检索式的公文数，精确。"))
    partial: bool = Field(description=_("true 表示没有完全符合的，results 是最接近的公文。"))
    seconds: float = Field(description=_("检索用时，秒。"))
    results: list[SearchHit] = Field(description=_("检索到的公文，按 sort 的次序。"))
    facets: dict[str, list[FacetCount]] = Field(
        description=_("全部结果按年份、月份、栏目、文种、发文机关、公报和效力的件数，多的在前。")
    )


class PageHits(Schema):
    """The finds on one page."""

    page: int = Field(description=_("文件的第几页，从 1 起。"))
    printed_page: int | None = Field(description=_("页上印的页码；null 表示没有印。"))
    width: float = Field(description=_("页宽，点（1/72 英寸）。"))
    height: float = Field(description=_("页高，点（1/72 英寸）。"))
    boxes: list[tuple[float, float, float, float]] = Field(
        description=_("命中处的框：[左, 上, 右, 下]，点，从页的左上角量起。")
    )


class HitsAnswer(Schema):
    """Where a query stands in a document."""

    total: int = Field(description=_("公文网页上标出的命中数。"))
    pages: list[PageHits] = Field(description=_("有命中的版面，按页序；文件不分页或版面不公开时为空。"))


class SuggestionAnswer(Schema):
    """One thing that was perhaps meant."""

    kind: Kind = Field(description=_("number 文号，title 标题，person 人名。"))
    text: str = Field(description=_("文号、标题或人名，照所印的样子。"))
    url: str = Field(description=_("公文网页的网址路径；人名则是检索此人的网址路径。"))
    detail: str = Field(description=_("文号的标题，或标题的文号；空表示没有。"))
    documents: int = Field(description=_("提到此人的公文数；文号和标题为 1。"))
    start: int = Field(description=_("已输入的字在 text 中的起点，从 0 起；与终点相同表示没有照样出现。"))
    end: int = Field(description=_("已输入的字在 text 中的终点，不含此位。"))


class Suggestions(Schema):
    """What may be meant by what is being typed."""

    suggestions: list[SuggestionAnswer] = Field(
        description=_("最多八条：先文号，再标题，再人名，各自从新到旧。")
    )


class Fault(Schema):
    """One parameter that cannot be taken."""

    parameter: str = Field(description=_("参数名。"))
    location: str = Field(alias="in", description=_("参数所在：query 或 path。"))
    detail: str = Field(description=_("为什么不行。"))


class Problem(Schema):
    """An error as RFC 9457 has it, given as application/problem+json."""

    type: str = Field(description=_("错误种类的网址，那里有说明。"))
    title: str = Field(description=_("错误种类的名称。"))
    status: int = Field(description=_("HTTP 状态码。"))
    detail: str = Field(description=_("这一次出了什么错；已撤回的公文在这里说明理由。"))
    instance: str = Field(description=_("出错的请求的网址路径。"))
    errors: list[Fault] | None = Field(None, description=_("不能接受的各个参数；只在状态码为 422 时有。"))
