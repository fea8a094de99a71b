"""The administration: accounts, names and what is left to mend by hand. What was parsed is shown, not edited.

Publishing and withdrawing belong to the desk, which keeps the index in step; here the state is read only. Who has been
locked out after wrong passwords is let in again by deleting the attempts (axes), who has lost the second factor by
deleting the device; the log (auditlog) can only be read. admin_site.py says who may come in.
"""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from archive.audit import recorded
from archive.models import (
    AlertRequest,
    Annex,
    Appointment,
    Attachment,
    Batch,
    Block,
    ContentsEntry,
    Correction,
    Document,
    DocumentAlias,
    Edition,
    Enclosure,
    Finding,
    Followed,
    Gazette,
    IngestRun,
    Issue,
    IssueEdition,
    JournalEntry,
    Letter,
    Manifest,
    ManifestKey,
    Namesake,
    Page,
    PublishedFile,
    ReaderReport,
    Reference,
    Roster,
    Section,
    Subscriber,
    Supplement,
    Table,
    Term,
    ValidityJudgement,
)
from archive.publishing import FILLED_IN_BY_HAND, index_on_commit, note_filled_in


class AsParsed(admin.ModelAdmin[Any]):
    """Shown as the parser read it. A mistake in it is mended by reading the file anew."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Gazette)
class GazetteAdmin(admin.ModelAdmin[Gazette]):
    list_display = ["name", "slug", "organiser", "frequency"]
    search_fields = ["name", "slug"]


@admin.register(Issue)
class IssueAdmin(admin.ModelAdmin[Issue]):
    """What a file does not say can be filled in here: gazette, year, label, numbers, date."""

    list_display = ["__str__", "state", "published_on", "page_count", "file_name", "added_at"]
    list_filter = ["state", "gazette", "year", "source_kind", "text_source"]
    list_select_related = ["gazette"]
    search_fields = ["label", "file_name", "sha256", "gazette__name"]
    date_hierarchy = "published_on"
    fields = [
        *("gazette", "year", "label", "number", "total_number", "published_on"),
        *("state", "released_at", "withdrawn_at", "withdrawn_reason"),
        *("file_name", "sha256", "file_size", "source_kind", "text_source", "page_count"),
        *("parser_version", "reading_score", "filled_in", "added_at", "changed_at"),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Issue | None = None) -> list[str]:
        return [str(name) for name in self.fields if name not in FILLED_IN_BY_HAND]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Issue | None = None) -> bool:
        """Drafts are discarded and issues withdrawn at the desk, where file and index follow."""
        return False

    def save_model(self, request: HttpRequest, obj: Issue, form: Any, change: bool) -> None:
        # What a person says, no later reading of the file changes; a field that is emptied is left to it again.
        changed = FILLED_IN_BY_HAND.intersection(form.changed_data)
        note_filled_in(obj, {name: getattr(obj, name) for name in changed})
        with recorded(obj, "filled-in", request.user):
            super().save_model(request, obj, form, change)
        if obj.is_published:
            index_on_commit(obj)


@admin.register(Document)
class DocumentAdmin(AsParsed):
    list_display = [
        *("title", "number", "issuer", "kind", "signed_on", "effective_on", "expires_on"),
        *("issue", "position"),
    ]
    list_filter = ["kind", "category", "issue__gazette", "issue__year"]
    list_select_related = ["issue__gazette"]
    search_fields = ["title", "number", "number_in_contents", "public_id"]


@admin.register(Batch)
class BatchAdmin(AsParsed):
    list_display = ["name", "state", "created_by", "created_at"]
    list_filter = ["state"]
    list_select_related = ["created_by"]
    search_fields = ["name"]


@admin.register(IngestRun)
class IngestRunAdmin(AsParsed):
    list_display = [
        *("file_name", "state", "stage", "outcome", "failure", "attempts"),
        *("batch", "uploaded_by", "created_at", "finished_at"),
    ]
    list_filter = ["state", "stage", "outcome", "failure"]
    list_select_related = ["batch", "uploaded_by"]
    search_fields = ["file_name", "sha256", "message"]


@admin.register(Finding)
class FindingAdmin(AsParsed):
    list_display = ["message", "code", "severity", "issue", "document", "page"]
    list_filter = ["severity", "code"]
    list_select_related = ["issue__gazette", "document"]
    search_fields = ["message"]


@admin.register(Reference)
class ReferenceAdmin(AsParsed):
    list_display = ["relation", "number", "title", "document", "target"]
    list_filter = ["relation"]
    list_select_related = ["document", "target"]
    search_fields = ["number", "title", "evidence"]


@admin.register(Appointment)
class AppointmentAdmin(AsParsed):
    list_display = ["person", "action", "post", "remark", "document"]
    list_filter = ["action"]
    list_select_related = ["document"]
    search_fields = ["person", "post"]


@admin.register(DocumentAlias)
class DocumentAliasAdmin(AsParsed):
    list_display = ["public_id", "document"]
    list_select_related = ["document"]
    search_fields = ["public_id", "document__public_id"]


class PartAdmin(AsParsed):
    """A part of a document."""

    list_display = ["__str__", "document", "position"]
    list_select_related = ["document"]
    search_fields = ["document__title", "document__number"]
    raw_id_fields = ["document"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        return super().get_queryset(request).order_by("document", "position")


# --- accounts ----------------------------------------------------------------------------------------
admin.site.unregister(User)


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Roles are groups: 编辑, 发布; whoever is in 两步验证 needs a second factor."""

    list_display = [
        "username",
        "full_name",
        "is_active",
        "is_staff",
        "is_superuser",
        "group_names",
        "last_login",
    ]
    list_filter = ["is_staff", "is_superuser", "is_active", "groups"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[User]":
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description=_("姓名"))
    def full_name(self, user: User) -> str:
        return user.get_full_name()

    @admin.display(description=_("角色"))
    def group_names(self, user: User) -> str:
        return "、".join(group.name for group in user.groups.all())


class SecondFactorAdmin(AsParsed):
    """Set up by its owner alone; an administrator can only remove it, when the owner has lost it."""

    list_display = ["user", "confirmed", "created_at", "last_used_at"]
    list_select_related = ["user"]
    search_fields = ["user__username"]
    fields = ["user", "confirmed", "created_at", "last_used_at", "throttling_failure_count"]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)


for device in (TOTPDevice, StaticDevice):
    if admin.site.is_registered(device):
        admin.site.unregister(device)
    admin.site.register(device, SecondFactorAdmin)


# --- the parts of documents, contents and pages ----------------------------------------------------------
for model in (Section, Block, Table, Roster, Attachment, Enclosure):
    admin.site.register(model, PartAdmin)


class AsKept(AsParsed):
    """What editors keep at the desk, where the index and the log follow; here it is shown."""


@admin.register(Correction)
class CorrectionAdmin(AsKept):
    list_display = ["__str__", "kind", "state", "issue", "document", "made_by", "made_at"]
    list_filter = ["kind", "state"]
    list_select_related = ["issue__gazette", "document", "made_by"]
    search_fields = ["document__title", "reason"]


@admin.register(ReaderReport)
class ReaderReportAdmin(AsKept):
    """It is settled at the desk. Only an administrator can delete it, for it may hold an address or a name."""

    list_display = ["words", "document", "contact", "made_at"]
    list_select_related = ["document"]
    search_fields = ["words", "quote", "contact", "document__title", "document__number"]
    fields = ["document", "words", "quote", "contact", "made_at"]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)


@admin.register(Edition)
class EditionAdmin(AsKept):
    list_display = ["name", "since"]


@admin.register(IssueEdition)
class IssueEditionAdmin(AsKept):
    list_display = ["issue", "name"]
    list_select_related = ["issue__gazette"]
    search_fields = ["issue__file_name"]


@admin.register(JournalEntry)
class JournalEntryAdmin(AsKept):
    list_display = ["sequence", "type", "key", "gone", "at"]
    list_filter = ["type", "gone"]
    search_fields = ["key", "url", "reason"]


@admin.register(Manifest)
class ManifestAdmin(AsKept):
    list_display = ["month", "file_count", "sha256", "key", "made_at"]
    list_select_related = ["key"]
    search_fields = ["month", "sha256"]
    # Its text is at /manifests/.
    exclude = ["body"]


@admin.register(ManifestKey)
class ManifestKeyAdmin(AsKept):
    list_display = ["key_id", "since", "until", "revoked_at", "revoked_reason"]
    search_fields = ["key_id"]


@admin.register(PublishedFile)
class PublishedFileAdmin(AsKept):
    list_display = ["sha256", "kind", "issue", "document", "name", "published_at", "ended_at"]
    list_filter = ["kind"]
    list_select_related = ["issue__gazette"]
    search_fields = ["sha256", "name", "document"]


@admin.register(Annex)
class AnnexAdmin(AsKept):
    list_display = ["file_name", "title", "document", "attachment", "size", "added_by", "added_at"]
    list_filter = ["kind"]
    list_select_related = ["document", "attachment", "added_by"]
    search_fields = ["file_name", "title", "document__title", "sha256"]


@admin.register(Supplement)
class SupplementAdmin(AsKept):
    list_display = ["document", "index_number", "subject_class", "released_on", "validity", "validity_on"]
    list_filter = ["validity"]
    list_select_related = ["document"]
    search_fields = ["index_number", "subject_class", "document__title", "document__number"]


@admin.register(ValidityJudgement)
class ValidityJudgementAdmin(AsKept):
    list_display = ["document", "state", "confirmed", "source", "made_by", "made_at"]
    list_filter = ["state", "confirmed"]
    list_select_related = ["document", "source", "made_by"]
    search_fields = ["document__title", "evidence"]


@admin.register(Term)
class TermAdmin(AsKept):
    list_display = ["word", "kind", "belongs_to", "position", "struck", "made_by", "changed_at"]
    list_filter = ["kind", "struck"]
    list_select_related = ["made_by"]
    search_fields = ["word", "belongs_to"]


@admin.register(Namesake)
class NamesakeAdmin(AsKept):
    list_display = ["person", "first", "second", "same", "made_by", "made_at"]
    list_select_related = ["first", "second", "made_by"]
    search_fields = ["person"]


@admin.register(ContentsEntry)
class ContentsEntryAdmin(AsParsed):
    list_display = ["title", "number", "page", "category", "issue", "document"]
    list_select_related = ["issue__gazette", "document"]
    search_fields = ["title", "number"]


@admin.register(Page)
class PageAdmin(AsParsed):
    list_display = [
        "issue",
        "number",
        "printed_number",
        "printed_right",
        "readable",
        "text_source",
        "wants_ocr",
    ]
    list_filter = ["readable", "text_source", "wants_ocr"]
    list_select_related = ["issue__gazette"]
    # The boxes of a page's lines are long and say nothing to the eye.
    exclude = ["lines"]


@admin.register(Subscriber)
class SubscriberAdmin(AsParsed):
    """Addresses are found whole and shown in part: to delete the one whose owner has asked for it otherwise than by a link."""

    list_display = ["shown", "language", "made_at", "told_on", "refused", "paused_at"]
    list_filter = ["paused_at"]
    search_fields = ["=address"]
    fields = ["shown", "language", "made_at", "told_on", "refused", "paused_at"]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    # What goes with it is nobody's to keep.
    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        return [str(one) for one in objs], {"subscribers": len(objs)}, set(), []


@admin.register(Followed, Letter)
class OfSubscriberAdmin(AsParsed):
    """What an address follows says something of its owner: only that there is something is shown."""

    list_display = ["__str__", "subscriber"]
    list_select_related = ["subscriber"]
    fields = ["subscriber"]


@admin.register(AlertRequest)
class AlertRequestAdmin(AsParsed):
    list_display = ["made_at"]
    fields = ["made_at"]
