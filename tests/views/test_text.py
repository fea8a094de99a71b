"""Blocks to pieces: levels, faces, run-in headings, lists, page marks."""

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
            Block("paragraph", "甲", page=4),
            Block("paragraph", "乙", page=4),
            Block("paragraph", "丙", page=5),
            Block("signature", "丁", page=5),
            Block("date", "2024年1月1日", page=6),
            Block("note", "（戊）", page=6),
        ),
    )
    assert [(p.page, p.printed_page) for p in text.pieces] == [
        (None, None),
        (None, None),
        (5, 2),
        (None, None),
        (6, 3),
    ]
