"""What one notice carries: several plans, each under its title."""

from archive.ingest.extract.text import text_to_items
from archive.ingest.lines import Line
from archive.ingest.parse.issue import parse_items
from archive.ingest.parse.marks import mark_items
from archive.ingest.parse.records import ParsedIssue, Source

NOTICE = """\
云埠市人民政府关于印发《云埠市内河渡口管理办法》《云埠市渔港停泊管理办法》的通知
埠政发〔2023〕14号
各县（区）人民政府：
《云埠市内河渡口管理办法》《云埠市渔港停泊管理办法》已经市政府同意，现印发给你们。
云埠市人民政府
2023年4月18日
云埠市内河渡口管理办法
第一条　为了加强渡口管理，制定本办法。
第二条　渡口应当设立公告牌，渡口管理办法应当张贴。
{first}
云埠市渔港停泊管理办法
第一条　为了规范停泊秩序，制定本办法。
{second}
"""


def read(first: str, second: str) -> ParsedIssue:
    text = NOTICE.format(first=first, second=second)
    return parse_items(text_to_items(text), Source("issue.txt", "0" * 64, "text", None))


def test_two_plans_under_one_notice() -> None:
    (document,) = read(
        "第三条　本办法自2023年6月1日起施行。", "第二条　本办法自2023年7月1日起施行。"
    ).documents
    assert [enclosure.title for enclosure in document.enclosures] == [
        "云埠市内河渡口管理办法",
        "云埠市渔港停泊管理办法",
    ]
    assert [section.label for section in document.sections] == [
        "第一条",
        "第二条",
        "第三条",
        "第一条",
        "第二条",
    ]
    assert [document.blocks[e.block].text for e in document.enclosures] == [
        e.title for e in document.enclosures
    ]


def test_plans_that_begin_on_different_days_do_not_contradict_each_other() -> None:
    issue = read("第三条　本办法自2023年6月1日起施行。", "第二条　本办法自2023年7月1日起施行。")
    validity = issue.documents[0].validity
    assert validity is not None and validity.effective_on is None
    assert "validity-contradictory" not in {finding.code for finding in issue.findings}


def test_one_plan_that_contradicts_itself_is_found() -> None:
    issue = read(
        "第三条　本办法自2023年6月1日起施行。\n第四条　本办法自2023年8月1日起施行。",
        "第二条　本市的渔港适用本办法。",
    )
    assert "validity-contradictory" in {finding.code for finding in issue.findings}


def line(text: str, starts: float, ends: float, centred: bool = False, size: float = 10.5) -> Line:
    return Line(text, 1, (0, 0, 100, 10), size, starts=starts, ends=ends, centred=centred)


def test_titles_in_the_size_of_the_text() -> None:
    items = [
        line("现将《渡口办法》印发给你们。", 2, 0),
        line("云埠市人民政府", 12, 2),
        line("2023年4月18日", 12, 2),
        line("渡口办法", 8, 8, centred=True),
        line("（试　行）", 8.5, 8.5, centred=True),
        line("第一条　渡口办法依法制定。", 2, 0),
        # a sentence that says the name and no more is not set in the middle
        line("渡口办法", 0, 16),
    ]
    marks = [entry.mark for entry in mark_items([*items], "关于印发渡口办法的通知", "云埠市人民政府", 10.5)]
    assert marks == ["", "signature", "date", "subtitle", "subtitle", "", ""]


ANNEXED = """\
云埠市财政局关于下达资金的通知
埠财〔2023〕5号
各县财政局：
现下达2023年补助资金，请专款专用。
附件：1．2023年补助资金分配表
2．省财政厅 省水利厅
关于做好绩效管理的通知（陵财办函
〔2023〕9号）
云埠市财政局
2023年5月6日
2023年补助资金
分配表
单位：万元
"""


def test_the_last_annex_of_a_list_goes_on_to_the_signature() -> None:
    (document,) = parse_items(text_to_items(ANNEXED), Source("issue.txt", "0" * 64, "text", None)).documents
    assert [(a.label, a.title) for a in document.attachments] == [
        ("1", "2023年补助资金分配表"),
        ("2", "省财政厅 省水利厅关于做好绩效管理的通知（陵财办函〔2023〕9号）"),
    ]
    assert document.signed_by == ("云埠市财政局",)


def test_an_annex_begins_with_the_title_that_the_list_gives() -> None:
    (document,) = parse_items(text_to_items(ANNEXED), Source("issue.txt", "0" * 64, "text", None)).documents
    assert [block.text for block in document.blocks if block.kind == "subtitle"] == ["2023年补助资金\n分配表"]


def test_a_page_without_text_is_no_annex() -> None:
    text = ANNEXED.replace(
        "2．省财政厅 省水利厅\n关于做好绩效管理的通知（陵财办函\n〔2023〕9号）",
        "2．绩效目标表\n（此页无正文）",
    )
    (document,) = parse_items(text_to_items(text), Source("issue.txt", "0" * 64, "text", None)).documents
    assert [a.title for a in document.attachments] == ["2023年补助资金分配表", "绩效目标表"]
