"""The log: who did what to an issue, when, from what to what, and why. Kept by django-auditlog, row by row.

Two kinds of entries. Whatever is saved one by one (in the administration, at the desk) is noted by the library for the
models in RECORDED. A deliberate act that changes many rows (a publication, a new reading) is one entry with a name:
`with recorded(issue, "published", user):`, and nothing else is noted inside. Parsing writes its rows in bulk, which the
library does not see.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from auditlog.context import disable_auditlog, set_actor
from auditlog.diff import model_instance_diff
from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from archive.client_address import client_address


@dataclass(frozen=True, slots=True)
class Recorded:
    """A model whose changes are noted.

    `issue` is the field by which a row leads to its issue, "" where it leads to none. Of `ignored` fields no change is
    noted, of `hidden` ones only that there was one; `many` are its many-to-many fields.
    """

    model: str
    issue: str = ""
    ignored: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    many: tuple[str, ...] = ()


# A new model at the desk gets its line here.
RECORDED = (
    Recorded("archive.Issue", issue="pk", ignored=("added_at", "changed_at", "reading_score")),
    # A row never moves to another issue; only what the issue is called changes.
    Recorded("archive.Document", issue="issue", ignored=("issue",)),
    Recorded("archive.Finding", issue="issue", ignored=("issue", "document")),
    Recorded("archive.Annex", issue="document__issue", ignored=("document", "attachment")),
    Recorded("archive.Supplement", issue="document__issue", ignored=("document",)),
    Recorded("archive.ValidityJudgement", issue="document__issue", ignored=("document",)),
    Recorded("archive.Term", ignored=("changed_at",)),
    Recorded("archive.Namesake"),
    Recorded("archive.Gazette"),
    Recorded("auth.User", ignored=("last_login",), hidden=("password",), many=("groups", "user_permissions")),
    Recorded("auth.Group", many=("permissions",)),
    # When a code was used last is no change.
    Recorded(
        "otp_totp.TOTPDevice",
        ignored=(
            "last_t",
            "drift",
            "last_used_at",
            "throttling_failure_timestamp",
            "throttling_failure_count",
        ),
        hidden=("key",),
    ),
)

# The acts by name; readers of the history see these words.
ACTS = {
    "added": _("收入库中"),
    "replaced": _("以新文件替换"),
    "read-again": _("重新读取"),
    "filled-in": _("补填资料"),
    "published": _("发布"),
    "published-again": _("重新发布"),
    "withdrawn": _("撤回"),
    "discarded": _("丢弃草稿"),
    "corrected": _("更正"),
    "correction-undone": _("撤销更正"),
    "document-withdrawn": _("单独撤回一件"),
    "document-restored": _("恢复一件"),
}


def register() -> None:
    """Let the library note the changes of the models in RECORDED; called once, when the applications are loaded."""
    for recorded_model in RECORDED:
        auditlog.register(
            apps.get_model(recorded_model.model),
            exclude_fields=list(recorded_model.ignored),
            mask_fields=list(recorded_model.hidden),
            mask_callable="archive.audit.hidden",
            m2m_fields=set(recorded_model.many),
        )


def hidden(_value: str) -> str:
    """What stands in the log in place of a password."""
    return "***"


# --- who acts ----------------------------------------------------------------------------------------
class WhoActs:
    """Middleware: what a request changes was changed by its user. Requests that change nothing are left alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return self.get_response(request)
        # The user is asked for only when something is noted.
        with acting(request.user, client_address(request)):
            return self.get_response(request)


_who: ContextVar[Any] = ContextVar("who_acts", default=None)


@contextmanager
def acting(user: Any, address: str | None = None) -> Iterator[None]:
    """`with acting(run.uploaded_by):` what is noted within was done by that user; nobody (None) is a command."""
    # The library does not forget its user when its own `with` ends, so that ours is kept beside it.
    token = _who.set(user)
    try:
        with set_actor(user, remote_addr=address):
            yield
    finally:
        _who.reset(token)


# --- deliberate acts ---------------------------------------------------------------------------------
@contextmanager
def recorded(issue: Any, act: str, user: Any = None, *, reason: str = "") -> Iterator[dict[str, Any]]:
    """One entry of the issue's history for all that is changed within, with the fields of the issue that changed.

    The user is the one of the request where none is given. What is put into the mapping is kept with the entry. Nothing
    is noted when an exception passes; call it inside the transaction, so that act and entry are committed together.
    """
    model, pk = type(issue), issue.pk
    before = model._default_manager.filter(pk=pk).first() if pk else None
    actor = user if user is not None else _acting_user()
    details: dict[str, Any] = {"act": act}
    if reason:
        details["reason"] = reason
    if actor is not None:
        # The name stays when the account is deleted.
        details["by"] = actor.get_username()
    with disable_auditlog():
        yield details
        after = model._default_manager.filter(pk=issue.pk or pk).first()
    actions = LogEntry.Action
    action = actions.CREATE if before is None else actions.UPDATE if after is not None else actions.DELETE
    changes = model_instance_diff(before, after) if before is not None and after is not None else None
    LogEntry.objects.log_create(
        after or before,
        force_log=True,
        action=action,
        changes=changes,
        additional_data=details,
        actor=actor,
    )


def _acting_user() -> Any:
    """The user of the request, or of `acting`; None for a command."""
    user = _who.get()
    return user if user is not None and user.is_authenticated else None


# --- the history -------------------------------------------------------------------------------------
def history_of(issue_id: int) -> "QuerySet[LogEntry]":
    """What happened to the issue and its rows, newest first; also of an issue that was discarded."""
    wanted = Q()
    for recorded_model in RECORDED:
        if not recorded_model.issue:
            continue
        model: Any = apps.get_model(recorded_model.model)
        rows: Any = [issue_id]
        if recorded_model.issue != "pk":
            rows = model._default_manager.filter(**{recorded_model.issue: issue_id}).values("pk")
        wanted |= Q(content_type=ContentType.objects.get_for_model(model), object_id__in=rows)
    return (
        LogEntry.objects.filter(wanted).select_related("actor", "content_type").order_by("-timestamp", "-pk")
    )


def acts() -> "QuerySet[LogEntry]":
    """The deliberate acts on all issues, newest first."""
    issues = ContentType.objects.get_for_model(apps.get_model("archive.Issue"))
    found = LogEntry.objects.filter(content_type=issues, additional_data__isnull=False)
    return found.select_related("actor", "content_type").order_by("-timestamp", "-pk")
