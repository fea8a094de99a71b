"""The log at the desk: what happened to one issue, and the deliberate acts on all."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from archive.audit import ACTS, acts, history_of
from archive.models import Issue
from archive.views.addresses import page_addresses
from archive.views.desk_access import staff_only

ENTRIES_A_PAGE = 50
_LONGEST_VALUE = 160

# What the fields are called in the pages; the others by their name in the table.
FIELDS = {
    "gazette": gettext_lazy("刊名"),
    "year": gettext_lazy("年份"),
    "label": gettext_lazy("期号"),
    "number": gettext_lazy("期号（数字）"),
    "total_number": gettext_lazy("总期号"),
    "published_on": gettext_lazy("出版日期"),
    "state": gettext_lazy("状态"),
    "file_name": gettext_lazy("文件"),
    "sha256": gettext_lazy("校验和"),
    "page_count": gettext_lazy("页数"),
    "text_source": gettext_lazy("文字来源"),
    "parser_version": gettext_lazy("程序版本"),
    "title": gettext_lazy("标题"),
    "settled_as": gettext_lazy("核对"),
}
# Their own columns say it: when, why, and which fields were filled in.
_SAID_ELSEWHERE = {
    "settled_by",
    "settled_at",
    "released_at",
    "withdrawn_at",
    "withdrawn_reason",
    "filled_in",
    "file_size",
    "id",
}
_ACTIONS = {0: gettext_lazy("新增"), 1: gettext_lazy("更改"), 2: gettext_lazy("删除")}


@dataclass(frozen=True, slots=True)
class Change:
    field: str
    before: str
    after: str


@staff_only
@require_safe
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """What happened to one issue, newest first: who, when, what, why. Also of a draft that was discarded."""
    issue = Issue.objects.select_related("gazette").filter(pk=pk).first()
    entries = history_of(pk)
    if issue is None and not entries.exists():
        raise Http404
    return _page(request, entries, {"issue": issue})


@staff_only
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """The deliberate acts on all issues, newest first."""
    return _page(request, acts(), {"all_issues": True})


def _page(request: HttpRequest, entries: Any, context: dict[str, Any]) -> HttpResponse:
    page = Paginator(entries, ENTRIES_A_PAGE).get_page(request.GET.get("page"))
    rows = page.object_list
    there = set(Issue.objects.filter(pk__in=[entry.object_id for entry in rows]).values_list("pk", flat=True))
    context |= {
        "entries": [_entry(entry, entry.object_id in there) for entry in rows],
        "pages": page_addresses({}, page.number, page.paginator.num_pages),
    }
    return render(request, "desk/history.html", context)


def _entry(entry: Any, is_there: bool) -> dict[str, Any]:
    """One line: `what` was done to `thing` by whom (None: a command), why, and the fields that changed."""
    details = entry.additional_data or {}
    is_issue = entry.content_type.model == "issue"
    name = entry.actor.get_full_name() or entry.actor.get_username() if entry.actor else details.get("by", "")
    if not name and entry.remote_addr:
        name = _("已删除的账号")
    return {
        "at": entry.timestamp,
        "by": name,
        "what": ACTS.get(details.get("act", "")) or details.get("act") or _ACTIONS.get(entry.action, ""),
        "thing": entry.object_repr,
        "issue_id": entry.object_id if is_issue and is_there else None,
        "is_part": not is_issue,
        "reason": details.get("reason", ""),
        "documents": details.get("documents"),
        "document": details.get("document", ""),
        "changes": list(_changes(entry)) if entry.action == entry.Action.UPDATE else [],
    }


def _changes(entry: Any) -> Iterator[Change]:
    model = entry.content_type.model_class()
    for name, values in (entry.changes or {}).items():
        if name in _SAID_ELSEWHERE or not isinstance(values, list) or len(values) != 2:
            continue
        yield Change(str(FIELDS.get(name, name)), *(_value(model, name, value) for value in values))


def _value(model: Any, name: str, value: Any) -> str:
    """As a person says it: 已发布 for published, "" for nothing, at most so long."""
    text = "" if value in (None, "None") else str(value)
    try:
        field = model._meta.get_field(name)
    except (AttributeError, FieldDoesNotExist):
        field = None
    if field is not None and field.get_internal_type() == "JSONField":
        with contextlib.suppress(ValueError):
            text = json.dumps(json.loads(text), ensure_ascii=False)
    text = str(dict(getattr(field, "flatchoices", ())).get(text, text))
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"
