"""What a newer reading changes, in the words of the desk: 第 3 件 …：成文日期 空 → 2022-03-28；段落 10 → 12（新 4，去 2）."""

import json
from collections.abc import Mapping
from typing import Any

from archive.ingest.changes import IssueChanges, Part

NAMES = {
    "gazette": "刊名",
    "year": "年份",
    "label": "期号",
    "issue_number": "期数",
    "total_number": "总期数",
    "published_on": "出版日期",
    "text_source": "文字来源",
    "page_count": "页数",
    "contents": "目录",
    "pages": "页",
    "title": "标题",
    "number": "文号",
    "number_as_printed": "文号（原样）",
    "category": "栏目",
    "issuer": "发文机关",
    "kind": "文种",
    "recipients": "主送机关",
    "signed_by": "署名",
    "signed_on": "成文日期",
    "note": "附注",
    "validity": "有效期",
    "blocks": "段落",
    "sections": "层次",
    "tables": "表格",
    "rosters": "名单",
    "appointments": "任免",
    "references": "引用",
    "attachments": "附件",
    "enclosures": "印发件",
}
_LONGEST_VALUE = 60


def in_words(changes: IssueChanges) -> list[str]:
    """A line for the issue, for each document that came, went or changed, and for the findings."""
    lines = []
    # An issue's number (2) and a document's (云政发〔2024〕1号) have one name in the JSON and two in print.
    fields = {"issue_number" if name == "number" else name: both for name, both in changes.fields.items()}
    if said := described(fields, changes.parts):
        lines.append(f"全期：{said}")
    lines += [f"新增  第 {new.position} 件 {new.title}（{new.id}）" for new in changes.added]
    for gone in changes.removed:
        target = f"，网址转到“{gone.leads_to}”" if gone.leads_to else ""
        lines.append(f"去除  {gone.title}（{gone.id}{target}）")
    lines += [
        f"第 {document.position} 件 {document.title}（{document.id}）：{described(document.fields, document.parts)}"
        for document in changes.changed
    ]
    if changes.findings_new or changes.findings_gone:
        lines.append(f"待核：新 {len(changes.findings_new)} 条，去 {len(changes.findings_gone)} 条")
        lines += [f"  + {finding}" for finding in changes.findings_new]
        lines += [f"  - {finding}" for finding in changes.findings_gone]
    return lines


def described(fields: Mapping[str, tuple[Any, Any]], parts: Mapping[str, Part]) -> str:
    """成文日期 空 → 2022-03-28；段落 10 → 12（新 4，去 2）"""
    said = [
        f"{NAMES.get(name, name)} {shown(before)} → {shown(after)}"
        for name, (before, after) in fields.items()
    ]
    said += [
        f"{NAMES.get(name, name)} {part.before} → {part.after}（新 {part.new}，去 {part.gone}）"
        for name, part in parts.items()
    ]
    return "；".join(said)


def shown(value: Any) -> str:
    if value in (None, "", []):
        return "空"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"
