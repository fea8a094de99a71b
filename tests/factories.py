"""Issues to test with: a small invented one with everything in it, as records and as saved rows."""

import hashlib
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils import timezone

from archive.ingest.parse.records import (
    Appointment,
    Attachment,
    Block,
    ContentsEntry,
    Enclosure,
    Finding,
    Member,
    ParsedDocument,
    ParsedIssue,
    PrintedPage,
    Reference,
    Roster,
    Section,
    Source,
    Table,
)
from archive.ingest.store import store_issue
from archive.models import Issue

GAZETTE = "云岭市人民政府公报"


def make_document(position: int = 1, **changes: Any) -> ParsedDocument:
    """A notice of one paragraph; every field can be given."""
    title = changes.pop("title", f"云岭市人民政府关于第{position}项工作的通知")
    fields: dict[str, Any] = {
        "category": "政府文件",
        "title_in_contents": title,
        "page_in_contents": position,
        "issuer": "云岭市人民政府",
        "kind": "通知",
        "first_page": position + 1,
        "last_page": position + 1,
        "printed_first_page": position,
        "printed_last_page": position,
        "blocks": (Block("paragraph", "现将有关事项通知如下。", page=position + 1),),
    }
    if number := changes.get("number"):
        fields |= {"number_as_printed": number, "number_in_contents": number}
    return ParsedDocument(position=position, title=title, **fields | changes)


def _notice(year: int, sequence: int) -> ParsedDocument:
    """一、（一） headings, a run-in one, an attachment with （略）, two references."""
    return make_document(
        1,
        title="云岭市人民政府关于加强古树名木保护工作的通知",
        number=f"云政发〔{year}〕{sequence}号",
        recipients="各县（区）人民政府，市直各单位",
        signed_by=("云岭市人民政府",),
        signed_on=date(year, 1, 15),
        note="此件公开发布",
        sections=(
            Section(1, "一、", "总体要求", page=2),
            Section(1, "二、", "重点任务", page=2),
            Section(2, "（一）", "开展普查建档", page=2, parent=1),
            Section(2, "（二）", "落实养护责任。", run_in=True, page=2, parent=1),
        ),
        blocks=(
            Block("recipient", "各县（区）人民政府，市直各单位：", page=2),
            Block(
                "paragraph",
                "根据《云岭省人民政府关于古树名木保护的意见》（云省政发〔2020〕7号）精神，现通知如下。",
                page=2,
            ),
            Block("heading", "一、总体要求", page=2, section=0),
            Block("paragraph", "坚持保护优先、属地管理，做到应保尽保。", page=2, section=0),
            Block("heading", "二、重点任务", page=2, section=1),
            Block("heading", "（一）开展普查建档", page=2, section=2),
            Block("paragraph", "对全市范围内的古树名木逐株登记，晋 玮同志负责协调。", page=2, section=2),
            Block(
                "paragraph",
                "（二）落实养护责任。每株古树都有人管护，《古树名木管理办法》（云政发〔2011〕3号）同时废止。",
                page=2,
                section=3,
            ),
            Block("attachment", "附件：古树名木名录（略）", page=2),
            Block("signature", "云岭市人民政府", page=2),
            Block("date", f"{year}年1月15日", page=2),
            Block("note", "（此件公开发布）", page=2),
        ),
        attachments=(Attachment("", "古树名木名录", omitted=True),),
        references=(
            Reference(
                "云省政发〔2020〕7号",
                "云岭省人民政府关于古树名木保护的意见",
                "based-on",
                "根据《云岭省人民政府关于古树名木保护的意见》（云省政发〔2020〕7号）精神，现通知如下。",
            ),
            Reference(
                "云政发〔2011〕3号",
                "古树名木管理办法",
                "repeals",
                "《古树名木管理办法》（云政发〔2011〕3号）同时废止。",
            ),
        ),
    )


def _plan(year: int, sequence: int) -> ParsedDocument:
    """A 印发 notice with a plan in decimal headings and a table; the contents give it another number."""
    title = "云岭市人民政府办公室关于印发云岭市防汛应急预案的通知"
    return make_document(
        2,
        title=title,
        category="市政府办公室文件",
        number=f"云政办发〔{year}〕{sequence}号",
        number_in_contents=f"云政办发〔{year}〕{sequence + 60}号",
        issuer="云岭市人民政府办公室",
        signed_by=("云岭市人民政府办公室",),
        signed_on=date(year, 1, 20),
        page_in_contents=2,
        last_page=4,
        printed_last_page=3,
        sections=(
            Section(1, "1", "总则", page=3),
            Section(2, "1.1", "目的", page=3, parent=0),
            Section(2, "1.2", "适用范围", page=3, parent=0),
            Section(1, "2", "物资清单", page=4),
        ),
        blocks=(
            Block("paragraph", "《云岭市防汛应急预案》已经市人民政府同意，现印发给你们。", page=3),
            Block("signature", "云岭市人民政府办公室", page=3),
            Block("date", f"{year}年1月20日", page=3),
            Block("subtitle", "云岭市防汛应急预案", page=3),
            Block("heading", "1 总则", page=3, section=0),
            Block("heading", "1.1 目的", page=3, section=1),
            Block("paragraph", "提高防汛抢险能力，保障人民群众生命财产安全。", page=3, section=1),
            Block("heading", "1.2 适用范围", page=3, section=2),
            Block("paragraph", "适用于本市行政区域内的防汛抢险工作。", page=3, section=2),
            Block("heading", "2 物资清单", page=4, section=3),
            Block("table", "序号\t名称\t数量\n1\t编织袋\t20000\n2\t冲锋舟\t6", page=4, section=3, table=0),
        ),
        enclosures=(Enclosure("云岭市防汛应急预案", 3),),
        tables=(
            Table(
                "防汛物资储备表",
                ("序号", "名称", "数量"),
                (("1", "编织袋", "20000"), ("2", "冲锋舟", "6")),
                page=4,
                last_page=4,
            ),
        ),
    )


def _leading_group(year: int, sequence: int) -> ParsedDocument:
    """A roster; refers to the first document of the issue."""
    return make_document(
        3,
        title="云岭市人民政府办公室关于成立古树保护工作领导组的通知",
        category="市政府办公室文件",
        number=f"云政办函〔{year}〕{sequence}号",
        issuer="云岭市人民政府办公室",
        signed_by=("云岭市人民政府办公室",),
        signed_on=date(year, 2, 1),
        page_in_contents=4,
        first_page=5,
        last_page=5,
        printed_first_page=4,
        printed_last_page=4,
        blocks=(
            Block(
                "paragraph",
                f"为落实云政发〔{year}〕{sequence}号文件，决定成立领导组，组成人员如下：",
                page=5,
            ),
            Block("roster", "组 长：林 岚 副市长\n副组长：程千里 市林业局局长", page=5, roster=0),
        ),
        rosters=(
            Roster((Member("组长", "林岚", "副市长"), Member("副组长", "程千里", "市林业局局长")), page=5),
        ),
        references=(
            Reference(
                f"云政发〔{year}〕{sequence}号",
                "",
                "based-on",
                f"为落实云政发〔{year}〕{sequence}号文件，决定成立领导组，组成人员如下：",
            ),
        ),
    )


def _personnel(year: int, sequence: int) -> ParsedDocument:
    """Two appointments and a dismissal."""
    return make_document(
        4,
        title="云岭市人民政府关于晋玮等任免职的通知",
        category="人事任免",
        number=f"云政任字〔{year}〕{sequence}号",
        signed_by=("云岭市人民政府",),
        signed_on=date(year, 2, 10),
        page_in_contents=5,
        first_page=6,
        last_page=6,
        printed_first_page=5,
        printed_last_page=5,
        blocks=(
            Block("paragraph", "任命：", page=6),
            Block("paragraph", "晋 玮为云岭市林业局局长（试用期一年）；", page=6),
            Block("paragraph", "高山流为云岭市水利局副局长。", page=6),
            Block("paragraph", "免去：", page=6),
            Block("paragraph", "程千里的云岭市林业局局长职务。", page=6),
        ),
        appointments=(
            Appointment("appoint", "晋玮", "云岭市林业局局长", "试用期一年", "晋 玮"),
            Appointment("appoint", "高山流", "云岭市水利局副局长", "", "高山流"),
            Appointment("remove", "程千里", "云岭市林业局局长", "", "程千里"),
        ),
    )


def make_parsed_issue(**changes: Any) -> ParsedIssue:
    """A small issue of four documents; every field of ParsedIssue can be given, and `sha256` and `name`.

    Another year or label gives other numbers and another checksum: label="2" has 云政发〔2024〕11号.
    """
    year = changes.get("year") or 2024
    label = changes.get("label", "1")
    digits = "".join(c for c in label if c.isdecimal())
    number = changes.get("number", int(digits) if label.isdecimal() else None)
    sequence = (int(digits or 9) - 1) * 10 + 1
    documents = changes.get(
        "documents",
        tuple(make(year, sequence) for make in (_notice, _plan, _leading_group, _personnel)),
    )
    gazette = changes.get("gazette", GAZETTE)
    key = f"{gazette} {year} {label}"
    source = Source(
        name=changes.pop("name", f"{key}.pdf"),
        sha256=changes.pop("sha256", hashlib.sha256(key.encode()).hexdigest()),
        kind="pdf",
        pages=6,
    )
    issue = ParsedIssue(
        source=source,
        gazette=GAZETTE,
        year=year,
        label=label,
        number=number,
        total_number=100 + (number or 0),
        published_on=date(year, 2, 28),
        frequency="双月刊",
        organiser="云岭市人民政府办公室",
        documents=documents,
        contents=tuple(
            ContentsEntry(
                d.category, d.title_in_contents or d.title, d.number_in_contents, d.page_in_contents
            )
            for d in documents
        ),
        findings=(
            Finding(
                "number-differs",
                "error",
                "目录与正文的文号不一致",
                document=2,
                page=3,
                evidence=(f"云政办发〔{year}〕{sequence + 60}号", f"云政办发〔{year}〕{sequence}号"),
            ),
            Finding("page-without-text", "note", "第6页没有可读文字", page=6),
        )
        if len(documents) > 1
        else (),
        pages=tuple(
            PrintedPage(
                page,
                width=595.0,
                height=842.0,
                printed_number=page - 1 or None,
                lines=((f"第{page}页的文字", 72.0, 80.0, 300.0, 96.0),) if page < 6 else (),
                readable=page < 6,
            )
            for page in range(1, 7)
        ),
    )
    return replace(issue, **changes)


def save_issue(parsed: ParsedIssue, *, file_size: int, replace: bool = False) -> Issue:
    """The issue as `store_issue` saved it."""
    return store_issue(parsed, file_size=file_size, replace=replace).issue


def make_issue(state: str = "published", **changes: Any) -> Issue:
    """`make_parsed_issue` saved as the pipeline saves it, in the given state (draft, published, withdrawn)."""
    issue = save_issue(make_parsed_issue(**changes), file_size=1234)
    issue.state = state
    if state != Issue.State.DRAFT:
        issue.released_at = timezone.now()
    if state == Issue.State.WITHDRAWN:
        issue.withdrawn_at = timezone.now()
        issue.withdrawn_reason = "重新排印"
    issue.save()
    return issue
