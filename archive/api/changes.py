"""/api/v1/changes: what changed since a reader last asked: the journal, page by page."""

import re
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Query, Router, Schema
from pydantic import BeforeValidator, Field

from archive.api.answers import answer
from archive.models import JournalEntry

router = Router()

# No sequence is longer, in figures: it counts milliseconds.
_MOST = 10**18 - 1


class Change(Schema):
    """The last change of a record. Of several changes of one record only the last is told."""

    sequence: int = Field(description=_("变动的序号：每有变动就变大，从不重复。"))
    type: Literal["issue", "document"] = Field(description=_("issue 一期公报，document 一件公文。"))
    id: str = Field(description=_("在 /api/v1/issues/ 或 /api/v1/documents/ 下的编号。"))
    url: str = Field(description=_("网页的网址路径；已不公开的，是最后的网址，那里说明理由。"))
    state: Literal["present", "gone"] = Field(description=_("present 公开，gone 已不公开。"))
    reason: str | None = Field(description=_("撤回的理由；null 表示没有撤回，或没有公开的理由。"))
    now: str | None = Field(description=_("并入了哪件公文（短编号）；null 表示没有并入别的公文。"))
    sha256: str | None = Field(
        description=_(
            "记录的 JSON 的 SHA-256：UTF-8 编码，键按字母排序，中间没有空白，"
            "一期公报以公文的编号代替公文；已不公开的为 null。"
        )
    )
    at: datetime = Field(description=_("变动的时间。"))


class Changes(Schema):
    """Oldest first."""

    changes: list[Change] = Field(description=_("各记录最近一次变动，从旧到新。"))
    next: str = Field(description=_("下一次请求的 since。"))
    more: bool = Field(description=_("true 表示后面还有，可以马上接着读。"))


def _written_out(moment: object) -> object:
    """`moment`, where it is a day or a moment as ISO 8601 writes it, with the + of its time zone, which an address that was
    not escaped gives as a space. Raises ValueError for a count of seconds, which would be read as a moment, too.
    """
    if isinstance(moment, str) and not re.match("[0-9]{4}-[0-9]{2}-[0-9]{2}(?:$|T)", moment):
        raise ValueError("give a sequence, a day (2024-03-01) or a moment (2024-03-01T08:00:00+08:00)")
    return re.sub(" ([0-9]{2}:?[0-9]{2})$", r"+\1", moment) if isinstance(moment, str) else moment


Sequence = Annotated[int, Field(ge=0, le=_MOST)]
Moment = Annotated[date | datetime, BeforeValidator(_written_out)]
Since = Annotated[
    Literal[""] | Sequence | Moment,
    Query(
        description=_(
            "上一次答复的 next，或一个序号：只要之后的变动；"
            "也可以是日期或时间（2024-03-01、2024-03-01T08:00:00+08:00）：只要从那时起的；不给就从头给起。"
        )
    ),
]
Limit = Annotated[int, Query(ge=1, le=1000, description=_("一次最多几条，1 至 1000。"))]


@router.get(
    "/changes",
    response=Changes,
    summary=_("变动和撤回"),
    description=_("自某时起公布、改动、撤回了哪些公报和公文，供照着更新。"),
)
def changes(request: HttpRequest, since: Since = "", limit: Limit = 100) -> HttpResponse:
    entries = JournalEntry.objects.oldest_first().filter(**_after(since))
    found = list(entries[: limit + 1])
    told = found[:limit]
    return answer(
        {
            "changes": [_told(entry) for entry in told],
            "next": str(told[-1].sequence) if told else request.GET.get("since", ""),
            "more": len(found) > limit,
        }
    )


def _after(since: str | int | date | datetime) -> dict[str, Any]:
    """The condition on the journal that `since` means."""
    if isinstance(since, str):
        return {}
    if isinstance(since, int):
        return {"sequence__gt": since}
    moment = since if isinstance(since, datetime) else datetime.combine(since, time.min)
    try:
        aware = moment if timezone.is_aware(moment) else timezone.make_aware(moment)
        return {"at__gte": aware.astimezone(UTC)}
    except OverflowError:
        # In another time zone it is before the first year, or after the last.
        return {} if moment.year == 1 else {"sequence__gt": _MOST}


def _told(entry: JournalEntry) -> dict[str, Any]:
    return {
        "sequence": entry.sequence,
        "type": entry.type,
        "id": entry.key,
        "url": entry.url,
        "state": "gone" if entry.gone else "present",
        "reason": entry.reason or None,
        "now": entry.now or None,
        "sha256": entry.sha256 or None,
        "at": entry.at,
    }
