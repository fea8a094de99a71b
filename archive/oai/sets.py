"""Sets: the documents of a kind, of a gazette, of a year of issues.

    kind                            every document whose kind is known
    kind:!E9!80!9A!E7!9F!A5         those of the kind 通知
    gazette:!E4!BA!91…              those of a gazette, by its name in addresses
    year:2024                       those of the issues of a year

A setSpec has letters, digits and a few signs, and % is not among them. So names are written as in addresses, with ! for
%: whoever puts % in the place of each ! can read them. What was withdrawn stays in the sets in which it was last seen,
so that those who harvest one are told of it.
"""

import re
from collections.abc import Iterator
from urllib.parse import quote, unquote_to_bytes

from django.db.models import Q

from archive.models import Gazette, JournalEntry

# By the field of the journal that a set goes by, and what stands there for a document that is in no such set.
FAMILIES = {"kind": ("文种", ""), "gazette": ("公报", ""), "year": ("年份", None)}

_SET_SPEC = re.compile(r"[A-Za-z0-9\-_.!~*'()]+(?::[A-Za-z0-9\-_.!~*'()]+)*")
_LONGEST = 700


def is_set_spec(text: str) -> bool:
    """True for what may be the name of a set, here or in another archive."""
    return len(text) <= _LONGEST and _SET_SPEC.fullmatch(text) is not None


def spec_of(family: str, value: object) -> str:
    """The setSpec of a value: kind:!E9!80!9A!E7!9F!A5."""
    # quote() leaves ~ as it is, which parts tokens.
    written = quote(str(value), safe="", errors="replace").replace("~", "%7E")
    return f"{family}:{written.replace('%', '!')}"


def sets_of(entry: JournalEntry) -> list[str]:
    """The sets that hold the document, the innermost alone, as the headers of records name them."""
    values = {family: getattr(entry, family) for family in FAMILIES}
    return [spec_of(family, value) for family, value in values.items() if value]


def in_set(set_spec: str) -> Q | None:
    """The condition by which the journal holds the documents of a set; None where there is no such set."""
    family, colon, written = set_spec.partition(":")
    if family not in FAMILIES:
        return None
    if not colon:
        return ~Q(**_without(family))
    value = _value(written)
    # In one spelling alone: what stands in the headers of records is what can be asked for.
    if not value or spec_of(family, value) != set_spec:
        return None
    if family == "year" and not (value.isascii() and value.isdecimal() and len(value) == 4):
        return None
    return Q(**{family: value})


def all_sets() -> Iterator[tuple[str, str]]:
    """(setSpec, what it is called): each family, and behind it those of its sets in which readers find something."""
    present = JournalEntry.objects.present().filter(type=JournalEntry.Type.DOCUMENT)
    names = dict(Gazette.objects.values_list("slug", "name"))
    for family, (title, _nothing) in FAMILIES.items():
        known = present.exclude(**_without(family)).order_by(family)
        values = list(known.values_list(family, flat=True).distinct())
        yield family, title
        for value in values:
            yield (
                spec_of(family, value),
                f"{title}：{names.get(value, value) if family == 'gazette' else value}",
            )


def _without(family: str) -> dict[str, object]:
    _title, nothing = FAMILIES[family]
    return {f"{family}__isnull": True} if nothing is None else {family: nothing}


def _value(written: str) -> str:
    """The value that is written so; "" for none."""
    try:
        value = unquote_to_bytes(written.replace("!", "%")).decode()
    except UnicodeDecodeError:
        return ""
    return "" if "\x00" in value else value
