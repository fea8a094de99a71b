"""What of a document's fields editors have corrected, with the printed readings."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from archive.ingest.correct.change import BLOT
from archive.models import Correction, Document

FIELD_NAMES = {
    "title": gettext_lazy("标题"),
    "number": gettext_lazy("文号"),
    "issuer": gettext_lazy("发文机关"),
    "kind": gettext_lazy("文种"),
    "category": gettext_lazy("栏目"),
    "recipients": gettext_lazy("主送机关"),
    "signed_by": gettext_lazy("署名"),
    "signed_on": gettext_lazy("成文日期"),
    "note": gettext_lazy("附注"),
}


def field_corrections() -> "QuerySet[Correction]":
    """The corrections of documents' fields that stand, in the order in which they were made."""
    standing = Correction.objects.filter(kind=Correction.Kind.FIELD, state=Correction.State.STANDING)
    return standing.order_by("pk")


def printed_fields(document: Document, corrections: Iterable[Correction]) -> list[tuple[str, str]]:
    """(field, as printed) of each field that its `corrections` have changed; what was blotted out is not told."""
    printed: dict[str, str] = {}
    for correction in corrections:
        printed.setdefault(correction.place["field"], correction.told_old)
    return [
        (name, text)
        for name, text in printed.items()
        if name in FIELD_NAMES and BLOT not in str(getattr(document, name))
    ]


def corrected_fields(document: Document) -> list[tuple[Promise, str]]:
    """The same with the fields' names as readers know them."""
    found = printed_fields(document, field_corrections().filter(document=document))
    return [(FIELD_NAMES[name], text) for name, text in found]
