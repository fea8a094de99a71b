"""Filters for the pages that readers see."""

from django import template

register = template.Library()


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
