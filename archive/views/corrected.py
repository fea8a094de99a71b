"""What of a document's fields editors have corrected, with the printed readings."""

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


def corrected_fields(document: Document) -> list[tuple[Promise, str]]:
    """(name, as printed) of each field that editors have corrected; what was blotted out is not told."""
    printed: dict[str, str] = {}
    standing = document.corrections.filter(kind=Correction.Kind.FIELD, state=Correction.State.STANDING)
    for correction in standing.order_by("pk"):
        printed.setdefault(correction.place["field"], correction.told_old)
    return [
        (FIELD_NAMES[name], text)
        for name, text in printed.items()
        if name in FIELD_NAMES and BLOT not in str(getattr(document, name))
    ]
