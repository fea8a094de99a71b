"""Filters for the pages that readers see."""

import re

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()

_CHINESE = re.compile("([\u3400-\u9fff]+)")


@register.filter
def span(first: int | None, last: int | None) -> str:
    """The pages from `first` to `last` as printed numbers: 1–7, or 1 alone; "" when unknown."""
    if first is None:
        return ""
    return f"{first}–{last}" if last is not None and last > first else str(first)


@register.filter
def ends_with_colon(text: str) -> bool:
    """True where the print already closes the line with a colon."""
    return text.rstrip().endswith(("：", ":"))


@register.filter
def chinese_marked(text: str) -> str | SafeString:
    """`text` with what is Chinese in it marked as such, on pages of another language: (通知: notice)."""
    if (get_language() or "").startswith("zh"):
        return text
    # Every second piece is one that the pattern has found.
    pieces = enumerate(_CHINESE.split(text))
    return mark_safe(
        "".join(
            format_html('<span lang="zh-Hans">{}</span>', piece) if place % 2 else escape(piece)
            for place, piece in pieces
        )
    )
