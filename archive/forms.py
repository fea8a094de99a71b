"""What editors fill in at the desk."""

import json
import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from archive.models import Supplement, Term

_BETWEEN_WORDS = re.compile(r"[；;、，,\s]+")
# What the archive reads; a zip holds any of the others.
ACCEPTED = ".pdf,.docx,.html,.htm,.md,.markdown,.txt,.zip"


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """One file or many; the cleaned value is a list. What they hold is checked one by one, when they are kept."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", SeveralFilesInput(attrs={"accept": ACCEPTED}))
        super().__init__(**options)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = [file for file in data if file] if isinstance(data, list | tuple) else [data] if data else []
        if not files and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(files) > settings.UPLOAD_MAX_FILES:
            message = ngettext(
                "一次最多上传 %(n)s 个文件。", "一次最多上传 %(n)s 个文件。", settings.UPLOAD_MAX_FILES
            )
            raise forms.ValidationError(message, code="too-many", params={"n": settings.UPLOAD_MAX_FILES})
        return files


class UploadForm(forms.Form):
    """Issue files or a folder of them, and how to take them in."""

    uploads = SeveralFilesField(label=_("公报文件"), required=False)
    folder = SeveralFilesField(
        label=_("整个文件夹"), required=False, widget=SeveralFilesInput(attrs={"webkitdirectory": True})
    )
    password = forms.CharField(
        label=_("PDF 打开密码"),
        required=False,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    replace = forms.BooleanField(label=_("替换已入库的同一期"), required=False)

    def clean(self) -> dict[str, Any]:
        if not self.errors and not self.cleaned_data["uploads"] and not self.cleaned_data["folder"]:
            self.add_error("uploads", _("请选择要上传的公报文件。"))
        return self.cleaned_data


class PasswordForm(forms.Form):
    """What opens a locked PDF; blank for all others."""

    password = forms.CharField(
        label=_("PDF 打开密码"),
        required=False,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


class IssueForm(forms.Form):
    """What an issue is called and when it came out; blank is left to the next reading. `seen` is what stood there."""

    gazette = forms.CharField(label=_("刊名"), required=False, max_length=200)
    year = forms.IntegerField(label=_("年份"), required=False, min_value=1900, max_value=2999)
    label = forms.RegexField(
        r"^[^/\x00]*$",
        label=_("期号"),
        required=False,
        max_length=50,
        help_text=_("照刊上所印：2、3-4、增刊1"),
        error_messages={"invalid": _("期号里不能有“/”。")},
    )
    number = forms.IntegerField(
        label=_("年内第几期"),
        required=False,
        min_value=1,
        max_value=9999,
        help_text=_("排序用；合刊、增刊可不填"),
    )
    total_number = forms.IntegerField(label=_("总期号"), required=False, min_value=1, max_value=2_000_000_000)
    published_on = forms.DateField(
        label=_("出版日期"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"placeholder": "2022-03-28"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("日期要写成 2022-03-28 的样子。")},
    )
    seen = forms.CharField(widget=forms.HiddenInput)

    def clean_seen(self) -> dict[str, str]:
        return seen_values(self.cleaned_data["seen"])

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        if not found.get("number") and str(found.get("label", "")).isdecimal():
            found["number"] = int(found["label"])
        return found

    def changes(self) -> dict[str, Any]:
        """The values that differ from what the editor saw."""
        seen = self.cleaned_data["seen"]
        values = {name: value for name, value in self.cleaned_data.items() if name != "seen"}
        return {name: value for name, value in values.items() if str(value or "") != seen.get(name, "")}


def what_was_seen(text: str) -> Any:
    """What an editor saw, as a hidden field of a form keeps it in JSON; None where somebody has tampered with it.

    That is also what no database takes: a lone surrogate, a NUL, a number without end.
    """
    try:
        found = json.loads(text)
        # nested so deeply that reading it fails, or not to be written down again
        whole = json.dumps(found, ensure_ascii=False, allow_nan=False)
        whole.encode()
    except (ValueError, RecursionError):
        return None
    return None if "\\u0000" in whole else found


def seen_values(text: str) -> dict[str, str]:
    """What the editor saw, as a form keeps it. Raises ValidationError when it is not that."""
    found = what_was_seen(text)
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise forms.ValidationError(_("表单不完整，请刷新页面后再试。"))
    return found


class SupplementForm(forms.Form):
    """What print does not give of a document; blank is what nobody has filled in. `seen` is what stood there."""

    index_number = forms.CharField(label=_("索引号"), required=False, max_length=100)
    subject_class = forms.CharField(label=_("主题分类"), required=False, max_length=200)
    keywords = forms.CharField(
        label=_("主题词"), required=False, max_length=500, help_text=_("用分号或空格隔开")
    )
    released_on = forms.DateField(
        label=_("公开发布日期"),
        required=False,
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": _("日期要写成 2022-03-28 的样子。")},
    )
    validity = forms.ChoiceField(
        label=_("效力状态"), required=False, choices=[("", _("未填")), *Supplement.Validity.choices]
    )
    validity_on = forms.DateField(
        label=_("自何日起（已失效的填最后有效日）"),
        required=False,
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": _("日期要写成 2022-03-28 的样子。")},
    )
    validity_evidence = forms.CharField(
        label=_("效力依据"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    seen = forms.CharField(widget=forms.HiddenInput)

    def clean_seen(self) -> dict[str, str]:
        return seen_values(self.cleaned_data["seen"])

    def clean_keywords(self) -> list[str]:
        words = _BETWEEN_WORDS.split(self.cleaned_data["keywords"])
        return list(dict.fromkeys(word for word in words if word))

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data.get("validity_on") or self.cleaned_data.get("validity_evidence")
        if said and self.cleaned_data.get("validity") == "":
            self.add_error("validity", _("填了日期或依据，也请选效力状态。"))
        return self.cleaned_data

    def changes(self) -> dict[str, Any]:
        """The values that differ from what the editor saw."""
        seen = self.cleaned_data["seen"]
        values = {name: value for name, value in self.cleaned_data.items() if name != "seen"}
        return {name: value for name, value in values.items() if _as_text(value) != seen.get(name, "")}


def _as_text(value: Any) -> str:
    return "；".join(value) if isinstance(value, list) else str(value or "")


class TermForm(forms.Form):
    """A word of the vocabulary, and what is to become of it."""

    kind = forms.ChoiceField(choices=Term.Kind.choices)
    word = forms.CharField(
        label=_("词"), max_length=100, error_messages={"required": _("请写明要加入的词。")}
    )
    act = forms.ChoiceField(choices=[("confirm", ""), ("strike", ""), ("forget", "")])
    belongs_to = forms.CharField(required=False, max_length=200)
    position = forms.IntegerField(
        required=False, min_value=1, max_value=9999, error_messages={"invalid": _("次序要写数字。")}
    )


class DiscardForm(forms.Form):
    """A draft is deleted for good: the box must be ticked."""

    sure = forms.BooleanField(
        label=_("我确认删除这份草稿和它的文件"),
        error_messages={"required": _("请先勾选确认，再丢弃草稿。")},
    )


class WithdrawForm(forms.Form):
    """Readers see the reason at the address of what was withdrawn."""

    reason = forms.CharField(
        label=_("撤回理由（读者会看到）"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("请写明撤回的理由：读者会在原网址看到它。")},
    )


class CodeForm(forms.Form):
    """The six figures of the authenticator, or a backup code."""

    code = forms.CharField(
        label=_("验证码"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={"required": _("请输入验证码。")},
    )
