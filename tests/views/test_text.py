"""Blocks to pieces: levels, faces, run-in headings, lists, page marks."""

import re

import pytest

from archive.ingest.parse.records import Block, Enclosure, Member, Roster, Section, Table
from archive.models import Document
from archive.views.document import with_parts
from archive.views.text import DocumentText, heading_style, read_text
from tests.factories import make_document, make_issue


def text_of(**parts: object) -> DocumentText:
    issue = make_issue(documents=(make_document(1, **parts),))
    return read_text(with_parts(Document.objects.filter(issue=issue)).get())


@pytest.mark.parametrize(
    ("label", "style"),
    [
        ("一、", "hei"),
        ("十二、", "hei"),
        ("第一章", "hei"),
        ("1", "hei"),
        ("（一）", "kai"),
        ("(二)", "kai"),
        ("第二节", "kai"),
        ("1.1", "kai"),
        ("1.", "song"),
        ("（1）", "song"),
        ("1.1.1", "song"),
        ("", "song"),
    ],
)
def test_faces_follow_the_print(label: str, style: str) -> None:
    assert heading_style(label) == style


@pytest.mark.django_db
def test_levels_run_through_all_schemes() -> None:
    text = text_of(
        sections=(
            Section(1, "一、", "甲"),
            Section(2, "（一）", "乙", parent=0),
            Section(3, "1.", "丙。", run_in=True, parent=1),
            Section(1, "1", "总则"),
            Section(2, "1.1", "目的", parent=3),
        ),
        blocks=(
            Block("heading", "一、甲", section=0),
            Block("heading", "（一）乙", section=1),
            Block("paragraph", "1. 丙。其余。", section=2),
            Block("paragraph", "同一节的下一段。", section=2),
            Block("subtitle", "应急预案\n（试行）"),
            Block("heading", "1 总则", section=3),
            Block("heading", "1.1 目的", section=4),
        ),
        enclosures=(Enclosure("应急预案", 4),),
    )
    assert [(p.kind, p.level) for p in text.pieces] == [
        ("heading", 2),
        ("heading", 3),
        ("paragraph", 0),
        ("paragraph", 0),
        ("subtitle", 2),
        ("heading", 3),
        ("heading", 4),
    ]
    run_in = text.pieces[2]
    assert (run_in.head, run_in.html, bool(run_in.anchor)) == ("1. 丙。", "其余。", True)
    assert (text.pieces[3].head, text.pieces[3].anchor) == ("", "")
    assert [(e.depth, e.label + e.text) for e in text.outline] == [
        (0, "一、甲"),
        (1, "（一）乙"),
        (0, "应急预案"),
        (1, "1 总则"),
        (2, "1.1 目的"),
    ]


@pytest.mark.django_db
def test_articles_make_the_outline_where_there_are_no_headings() -> None:
    text = text_of(
        sections=(Section(1, "第一条", "", run_in=True), Section(1, "第二条", "", run_in=True)),
        blocks=(
            Block("paragraph", "第一条 为了保护古树名木，制定本办法。", section=0),
            Block("paragraph", "第二条　本办法自公布之日起施行。", section=1),
        ),
    )
    assert [piece.head for piece in text.pieces] == ["第一条", "第二条"]
    assert [entry.label.strip() for entry in text.outline] == ["第一条", "第二条"]


@pytest.mark.django_db
def test_signature_and_date_stand_together_and_omitted_attachments_are_marked() -> None:
    text = text_of(
        blocks=(
            Block("attachment", "附件：1.流程图（略）\n2.名单"),
            Block("signature", "甲局"),
            Block("signature", "乙局"),
            Block("date", "2024年1月1日"),
            Block("note", "（此件公开发布）"),
        )
    )
    attachment, signed, note = text.pieces
    assert [(line.html, line.omitted) for line in attachment.lines] == [
        ("附件：1.流程图", "（略）"),
        ("2.名单", None),
    ]
    assert [(line.kind, line.html) for line in signed.lines] == [
        ("signature", "甲局"),
        ("signature", "乙局"),
        ("date", "2024年1月1日"),
    ]
    assert note.kind == "note"


@pytest.mark.django_db
def test_rosters_are_grouped_by_role_and_group_rows_are_known() -> None:
    text = text_of(
        blocks=(Block("roster", "x", roster=0), Block("table", "y", table=0)),
        rosters=(
            Roster((Member("组长", "甲", "市长"), Member("成员", "乙", "局长"), Member("成员", "丙", ""))),
        ),
        tables=(
            Table(
                "清单",
                ("序号", "名称", "地点"),
                (("一", "新材料", ""), ("1", "项目", "矿区"), ("2", "x", "")),
            ),
        ),
    )
    roster, table = text.pieces
    assert [(g.role, [name for name, _post in g.members]) for g in roster.groups] == [
        ("组长", ["甲"]),
        ("成员", ["乙", "丙"]),
    ]
    assert [row.group for row in table.rows] == [True, False, False]


@pytest.mark.django_db
def test_pages_are_marked_where_they_begin() -> None:
    text = text_of(
        first_page=4,
        last_page=6,
        printed_first_page=1,
        printed_last_page=3,
        blocks=(
            Block("paragraph", "甲", page=4, printed_page=1),
            Block("paragraph", "乙", page=4, printed_page=1),
            Block("paragraph", "丙", page=5, printed_page=2),
            Block("signature", "丁", page=5, printed_page=2),
            Block("date", "2024年1月1日", page=6, printed_page=3),
            Block("note", "（戊）", page=6, printed_page=3),
        ),
    )
    assert [(p.page, p.printed_page) for p in text.pieces] == [
        (None, None),
        (None, None),
        (5, 2),
        (None, None),
        (6, 3),
    ]


@pytest.mark.django_db
def test_both_pages_of_a_spread_are_marked() -> None:
    """Sheets 4 and 5 carry pages 8 to 11; the plate behind them has no number of its own."""
    text = text_of(
        first_page=4,
        last_page=6,
        printed_first_page=8,
        printed_last_page=11,
        blocks=(
            Block("paragraph", "甲", page=4, printed_page=8),
            Block("paragraph", "乙", page=4, printed_page=9),
            Block("paragraph", "丙", page=4, printed_page=9),
            Block("paragraph", "丁", page=5, printed_page=10),
            Block("paragraph", "戊", page=5, printed_page=11),
            Block("paragraph", "己", page=6),
        ),
    )
    assert [(p.page, p.printed_page) for p in text.pieces] == [
        (None, None),
        (4, 9),
        (None, None),
        (5, 10),
        (5, 11),
        (6, None),
    ]


@pytest.mark.django_db
def test_the_uncertain_line_alone_is_marked_in_every_kind_of_block() -> None:
    text = text_of(
        sections=(Section(1, "一、", "总体要求"), Section(1, "第一条", "目的。", run_in=True)),
        blocks=(
            Block(
                "subtitle", "云岭市管理办\n（试行）", confidence=0.7, recognised=((0, 6, 0.7), (7, 11, 0.95))
            ),
            Block("heading", "一、总体要求", section=0, confidence=0.5, recognised=((0, 6, 0.5),)),
            Block(
                "paragraph", "第一条目的。保护古树。", section=1, confidence=0.6, recognised=((4, 8, 0.6),)
            ),
            Block("paragraph", "各县区要抓落实。", confidence=0.8, recognised=((0, 4, 0.99), (4, 8, 0.8))),
            Block("attachment", "附件：1.图（略）\n2.名单", confidence=0.8, recognised=((10, 14, 0.8),)),
            Block("signature", "甲局", confidence=0.99, recognised=((0, 2, 0.99),)),
            Block("date", "2024年1月1日", confidence=0.4, recognised=((0, 9, 0.4),)),
            Block(
                "roster",
                "组长：甲某　市长\n组员：乙某　局长",
                roster=0,
                recognised=((0, 8, 0.99), (9, 17, 0.7)),
            ),
            Block(
                "table",
                "序号\t名称\n1\t甲&乙",
                table=0,
                confidence=0.7,
                recognised=((0, 2, 0.95), (3, 5, 0.7), (6, 7, 0.99), (8, 11, 0.8)),
            ),
            Block("table", "序号\t名称", table=1, confidence=0.7),
        ),
        rosters=(Roster((Member("组长", "甲某", "市长"), Member("组员", "乙某", "局长"))),),
        tables=(Table("", ("序号", "名称"), (("1", "甲&乙"),)), Table("", ("序号", "名称"), ())),
    )
    doubted = re.compile(
        r'<span class="unsure" title="识别把握(\d+)%[^>]*><span[^>]*>[^<]*</span>([^<]*)</span>'
    )
    subtitle, heading, run_in, paragraph, attachment, signed, roster, table, old = text.pieces

    def of(*parts: str) -> list[tuple[str, str]]:
        return [found for part in parts for found in doubted.findall(str(part))]

    assert of(*(line.html for line in subtitle.lines)) == [("70", "云岭市管理办")]
    assert of(heading.html) == [("50", "一、总体要求")]
    # a line that goes over the run-in heading is two spans
    assert of(run_in.head, run_in.html) == [("60", "的。"), ("60", "保护")]
    assert of(paragraph.html) == [("80", "抓落实。")] and str(paragraph.html).startswith("各县区要<span")
    assert of(*(line.html for line in attachment.lines)) == [("80", "2.名单")]
    assert of(*(line.html for line in signed.lines)) == [("40", "2024年1月1日")]
    assert of(*(part for group in roster.groups for member in group.members for part in member)) == [
        ("70", "乙某"),
        ("70", "局长"),
    ]
    assert of(*table.columns, *table.rows[0].cells) == [("70", "名称"), ("80", "甲&amp;乙")]
    assert [str(table.columns[0]), str(table.rows[0].cells[0])] == ["序号", "1"]
    # stored before cells were kept one by one: nobody knows where
    assert [piece.unsure for piece in text.pieces] == [False] * 8 + [True]
    assert old.kind == "table"
