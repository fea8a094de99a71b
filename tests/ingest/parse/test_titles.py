"""Where documents start, in text: by number lines, by the contents' words, by first lines; never by a cited number."""

import pytest

from archive.ingest.lines import Line
from archive.ingest.parse.records import ContentsEntry
from archive.ingest.parse.starts import own_number
from archive.ingest.parse.titles import find_starts, printed_number


def starts(text: str, entries: tuple[ContentsEntry, ...] = ()) -> list[tuple[str, str | None]]:
    blocks = text.strip().split("\n")
    items = [
        Line(text=line.strip(), after_blank=index > 0 and not blocks[index - 1].strip())
        for index, line in enumerate(blocks)
        if line.strip()
    ]
    found = find_starts(items, 0, entries)
    return [(start.title, printed_number(items, start)[0]) for start in found]


DOCUMENT = """
霁川市人民政府
关于废止部分文件的决定
霁政发〔2022〕8号
各县（区）人民政府：
《关于加强节水的通知》（霁政发〔2010〕3号）同时废止，
霁政发〔2011〕7号
文件不再执行。
霁川市人民政府
2022年3月1日
"""


def test_a_cited_number_on_a_line_of_its_own_starts_nothing() -> None:
    assert starts(DOCUMENT) == [("霁川市人民政府关于废止部分文件的决定", "霁政发〔2022〕8号")]


@pytest.mark.parametrize(
    ("text", "title", "number"),
    [
        (
            "霁政函〔2022〕1号\n霁川市财政局\n关于做好决算工作的通知\n各部门：\n请照办。",
            "霁川市财政局关于做好决算工作的通知",
            "霁政函〔2022〕1号",
        ),
        (
            "霁川市住房公积金归集管理办法\n（霁房金发[2009]1号　霁川市住房公积金中心）\n第一条 为了规范管理。",
            "霁川市住房公积金归集管理办法",
            "霁房金发〔2009〕1号",
        ),
        (
            "国务院办公厅对全国政协十届四次会议\n第4626号提案的答复\n国办函〔2006〕82号\n某委员：",
            "国务院办公厅对全国政协十届四次会议第4626号提案的答复",
            "国办函〔2006〕82号",
        ),
        ("霁川市消防条例\n第一条　为了预防火灾，制定本条例。\n2018年12月18日", "霁川市消防条例", None),
        (
            "中华人民共和国国务院令\n第707号\n《某条例》已经修订通过，现予公布。\n总理　某某某\n2018年12月18日",
            "中华人民共和国国务院令",
            "国务院令第707号",
        ),
    ],
)
def test_layouts(text: str, title: str, number: str | None) -> None:
    assert starts(text) == [(title, number)]


def test_no_official_document_is_found_in_prose() -> None:
    assert starts("今天天气很好。\n我们去公园玩。") == []
    assert starts("购物清单\n苹果\n梨") == []


def test_the_contents_find_a_document_that_prints_no_number() -> None:
    text = (
        DOCUMENT + "\n霁川市人民政府\n关于沈棠任职的公告\n经研究决定，任命沈棠为市水务局局长。\n2022年3月2日"
    )
    entry = ContentsEntry("人事任免", "霁川市人民政府关于沈棠任职的公告", None, 3)
    assert starts(text, (entry,))[1] == ("霁川市人民政府关于沈棠任职的公告", None)


def test_two_documents_of_one_number_are_told_apart_by_their_titles() -> None:
    second = DOCUMENT.replace("废止部分文件的决定", "成立调水工程专班的通知")
    assert [title for title, _ in starts(DOCUMENT + second)] == [
        "霁川市人民政府关于废止部分文件的决定",
        "霁川市人民政府关于成立调水工程专班的通知",
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("霁政发〔2022〕1号", ("霁政发〔2022〕1号", "霁政发〔2022〕1号")),
        ("〔2024〕399号）", None),
        ("根据霁政发〔2022〕1号要求，", None),
        ("（霁地税所[2000]252号　2000年8月21日）", ("霁地税所〔2000〕252号", "霁地税所[2000]252号")),
    ],
)
def test_own_number(line: str, expected: tuple[str, str] | None) -> None:
    assert own_number(line) == expected


@pytest.mark.parametrize(
    ("text", "title", "number"),
    [
        (
            """
霁川省人民政府关于在望湖先行区
暂时调整实施《霁川省药品管理
条例》有关规定的决定
霁政发〔2022〕18号
各市人民政府：
为支持改革，省政府决定如下。
""",
            "霁川省人民政府关于在望湖先行区暂时调整实施《霁川省药品管理条例》有关规定的决定",
            "霁政发〔2022〕18号",
        ),
        (
            """
霁川省人民政府办公厅、霁川省军区办公室
关于加强文物保护工作的通知
霁政办发〔2022〕5号
各市人民政府：
现通知如下。
""",
            "霁川省人民政府办公厅、霁川省军区办公室关于加强文物保护工作的通知",
            "霁政办发〔2022〕5号",
        ),
        (
            """
霁川省人民政府办公厅关于转发省水价改革工作
领导小组办公室关于完善水价形成机制的意见
霁政办发〔2022〕6号
各市人民政府：
现转发给你们。
""",
            "霁川省人民政府办公厅关于转发省水价改革工作领导小组办公室关于完善水价形成机制的意见",
            "霁政办发〔2022〕6号",
        ),
        (
            """
第12号
现公布修订后的《霁川省历史建筑保护条例》，自2022年5月1日起施行。
省长　　林望舟
2022年3月1日
霁川省历史建筑保护条例
（2010年1月1日霁川省人民政府令第3号发布）
第一条　为了保护历史建筑，制定本条例。
""",
            "霁川省历史建筑保护条例",
            "第12号",
        ),
        (
            """
各县区财政局，市直有关单位：
现下达你们2022年预算。
附件：资金分配表
霁川市财政局 霁川市民政局
2022年3月11日
（此件主动公开）
""",
            "",
            None,
        ),
    ],
    ids=[
        "title in the wrap of a book",
        "two issuers",
        "title about a title",
        "decree without masthead",
        "no title",
    ],
)
def test_titles_as_they_are_wrapped_and_left_out(text: str, title: str, number: str | None) -> None:
    assert starts(text) == [(title, number)]


def test_recipients_without_a_signed_date_are_no_document() -> None:
    assert starts("各县区财政局：\n现将有关事项通知如下。\n一、总体要求\n2022年工作要点。") == []


LISTED = """
霁川市财政局
关于废止第三批文件的通知
霁财规〔2022〕21号
各县区财政局：
我局决定废止下列文件。
霁川市财政局
2022年11月19日
废止文件目录
1
霁川市财政局关于规范离校补贴的通知
霁财社〔2014〕30号
2
霁川市财政局关于做好培训补贴的通知
霁财社〔2015〕132号
"""


def test_a_list_of_repealed_documents_starts_none() -> None:
    assert starts(LISTED) == [("霁川市财政局关于废止第三批文件的通知", "霁财规〔2022〕21号")]
