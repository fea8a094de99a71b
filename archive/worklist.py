"""What an editor has to do: issues by how far they are on their way to the readers, and what is open in them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from archive.models import Finding, Issue
from archive.models.issue import IssueQuerySet

# The states of the list that are issues; what is being read is no issue yet.
STATES: dict[str, str | Promise] = {
    "review": _("待核"),
    "ready": _("可发布"),
    "published": _("已发布"),
    "withdrawn": _("已撤回"),
}
_GRAVE = (Finding.Severity.ERROR, Finding.Severity.WARNING)


@dataclass(frozen=True, slots=True)
class FindingKind:
    """One kind of finding, how often it is open and in how many issues; `message` is one of its sentences."""

    code: str
    severity: str
    message: str
    count: int
    issues: int

    @property
    def severity_name(self) -> str:
        return str(Finding.Severity(self.severity).label)


def open_findings() -> "QuerySet[Finding]":
    """The findings that an editor has not dealt with."""
    return Finding.objects.open().order_by()


def finding_kinds(issues: "QuerySet[Issue] | Iterable[int]") -> tuple[FindingKind, ...]:
    """The open findings of the issues by kind, grave ones first, then the most frequent."""
    rank = Case(
        *(When(severity=severity, then=Value(rank)) for rank, severity in enumerate(Finding.Severity.values)),
        output_field=IntegerField(),
    )
    found = (
        open_findings()
        .filter(issue__in=issues)
        .values("code", "severity")
        .annotate(message=Min("message"), count=Count("pk"), issues=Count("issue", distinct=True), rank=rank)
        .order_by("rank", "-count", "code")
    )
    return tuple(
        FindingKind(one["code"], one["severity"], one["message"], one["count"], one["issues"])
        for one in found
    )


def in_state(issues: IssueQuerySet, state: str) -> IssueQuerySet:
    """The issues of one state of the list; all of them for any other word.

    A draft waits for review while an error or a warning is open in it; mere notes do not hold it back.
    """
    condition = _conditions().get(state)
    return issues if condition is None else _with_grave(issues).filter(condition)


def with_work_state(issues: IssueQuerySet) -> IssueQuerySet:
    """The issues, each with `work_state`, the name of its state in the list."""
    cases = [When(condition, then=Value(state)) for state, condition in _conditions().items()]
    return _with_grave(issues).annotate(work_state=Case(*cases, output_field=CharField()))


def count_states(issues: IssueQuerySet) -> dict[str, int]:
    """How many of the issues are in each state of the list."""
    counts = {state: Count("pk", filter=condition) for state, condition in _conditions().items()}
    return _with_grave(issues).order_by().aggregate(**counts)


def called(issues: IssueQuerySet, words: str) -> IssueQuerySet:
    """The issues whose name (2022年第2期, 2022年增刊1), file or gazette has the words in it; white space is nothing."""
    words = "".join(words.split())
    if not words:
        return issues
    year = Cast("year", CharField())
    return issues.alias(
        numbered=Concat(year, Value("年第"), "label", Value("期"), output_field=CharField()),
        special=Concat(year, Value("年"), "label", output_field=CharField()),
    ).filter(
        Q(numbered__icontains=words)
        | Q(special__icontains=words)
        | Q(file_name__icontains=words)
        | Q(gazette__name__icontains=words)
    )


def _with_grave(issues: IssueQuerySet) -> IssueQuerySet:
    return issues.alias(grave=Exists(open_findings().filter(issue=OuterRef("pk"), severity__in=_GRAVE)))


def _conditions() -> dict[str, Q]:
    draft = Q(state=Issue.State.DRAFT)
    return {
        "review": draft & Q(grave=True),
        "ready": draft & Q(grave=False),
        "published": Q(state=Issue.State.PUBLISHED),
        "withdrawn": Q(state=Issue.State.WITHDRAWN),
    }
