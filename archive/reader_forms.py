"""What readers fill in."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from archive.reader_reports import MOST_QUOTE, MOST_WORDS


class ReaderForm(forms.Form):
    """`website` is left blank by people, who do not see it, and filled in by machines."""

    website = forms.CharField(
        label=_("请不要填写这一栏"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    @property
    def from_a_machine(self) -> bool:
        return bool(self.cleaned_data.get("website"))


class ReportForm(ReaderForm):
    """What is wrong in a document."""

    words = forms.CharField(
        label=_("哪里有误，应当怎样"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("请写明哪里有误。")},
    )
    quote = forms.CharField(
        label=_("有误的那一句（可不填）"),
        required=False,
        max_length=MOST_QUOTE,
        help_text=_("可从正文复制，便于编辑找到原处"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    contact = forms.EmailField(
        label=_("您的电子邮箱（可不填）"),
        required=False,
        max_length=254,
        help_text=_("只供编辑答复，不会公开"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class AddressForm(ReaderForm):
    """The mail address to which a link is to go."""

    email = forms.EmailField(
        label=_("您的电子邮箱"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class FollowForm(AddressForm):
    """The mail address that is to be told, and the language of its mails."""

    language = forms.ChoiceField(label=_("邮件语言"), choices=settings.LANGUAGES)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.order_fields(["email", "language", "website"])
