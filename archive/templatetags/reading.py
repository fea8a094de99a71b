"""Filters for the pages that readers see."""

import re
from urllib.parse import unquote

from django import template

register = template.Library()


@register.filter
def span(first: int | None, last: int | None) -> str:
    """The pages from `first` to `last` as printed numbers: 1–7, or 1 alone; "" when unknown."""
    if first is None:
        return ""
    return f"{first}–{last}" if last is not None and last > first else str(first)


@register.filter
def address_words(path: str) -> str:
    """The words of an address that leads nowhere, to offer a search for them: 阳政发 2022 1."""
    words = re.split(r"[/\s._?=&-]+", unquote(path))
    known = {
        "issues",
        "documents",
        "people",
        "posts",
        "search",
        "files",
        "number",
        "pictures",
        "api",
        "desk",
        "html",
        "pdf",
        "v1",
    }
    return " ".join(word for word in words if word and word.lower() not in known)[:80]


@register.filter
def ends_with_colon(text: str) -> bool:
    """True where the print already closes the line with a colon."""
    return text.rstrip().endswith(("：", ":"))
