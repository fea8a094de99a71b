"""Who did what last with an issue, by what the rows say: its runs, and the days of its release and withdrawal."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from archive.models import IngestRun, Issue


@dataclass(frozen=True, slots=True)
class Act:
    """Something that was done with an issue; `who` is "" where nobody is on record."""

    what: str | Promise
    when: datetime
    who: str = ""


def latest_acts(issues: Iterable[Issue]) -> dict[int, Act]:
    """The last act on each issue, by the issue's key."""
    found: dict[int, Act] = {}
    for key, act in _acts(list(issues)):
        if key not in found or found[key].when < act.when:
            found[key] = act
    return found


def _acts(issues: list[Issue]) -> Iterable[tuple[int, Act]]:
    """All that is on record of the issues, in any order. A log of what editors do would be read here as well."""
    for issue in issues:
        yield issue.pk, Act(_("入库"), issue.added_at)
        if issue.released_at:
            yield issue.pk, Act(_("发布"), issue.released_at)
        if issue.withdrawn_at:
            yield issue.pk, Act(_("撤回"), issue.withdrawn_at)
    runs = IngestRun.objects.filter(issue__in=issues, state=IngestRun.State.DONE).exclude(
        outcome=IngestRun.Outcome.UNCHANGED
    )
    for run in runs.select_related("uploaded_by").order_by():
        user = run.uploaded_by
        who = (user.get_full_name() or user.get_username()) if user else ""
        assert run.issue_id is not None
        yield (
            run.issue_id,
            Act(_("重新读取") if run.replace else _("上传"), run.finished_at or run.created_at, who),
        )
