"""What the workbench of a document shows of what print does not give: archival fields, and annexes left out."""

import json
from dataclasses import dataclass
from typing import Any

from archive.forms import SupplementForm
from archive.ingest.annex_files import ACCEPTED
from archive.models import Annex, Attachment, Document
from archive.supplementing import supplement_of


@dataclass(frozen=True, slots=True)
class AnnexRow:
    """An attachment of the print, and the file of its full text where editors have added one."""

    attachment: Attachment
    annex: Annex | None


def supplied_context(document: Document, edit: str, form: SupplementForm | None) -> dict[str, Any]:
    """The fields as they stand, with a form where `edit` asks for it or one came back, and the annexes.

    `document` comes with its supplement and with `attachments__annex`.
    """
    values = supplement_of(document).values()
    conflict = form is not None and form.is_valid()
    if form is None and edit == "supplement":
        form = SupplementForm(initial=values)
    rows = [AnnexRow(one, getattr(one, "annex", None)) for one in document.attachments.all()]
    placed = {row.annex.pk for row in rows if row.annex}
    blank = SupplementForm()
    return {
        "supplement": supplement_of(document),
        "supplement_form": form,
        "supplement_rows": [(field, values[field.name]) for field in form.visible_fields()] if form else [],
        "supplement_values": [
            (blank.fields[name].label, _shown(name, value, blank)) for name, value in values.items() if value
        ],
        # a form with errors goes on from what its editor saw; after a conflict, from what stands there now
        "supplement_seen": form.data.get("seen", "")
        if form is not None and form.is_bound and not conflict
        else json.dumps(values, ensure_ascii=False),
        "supplement_conflict": conflict,
        "annex_rows": rows,
        "free_attachments": [row.attachment for row in rows if row.annex is None],
        "lost_annexes": [annex for annex in document.annexes.all() if annex.pk not in placed],
        "annex_accepts": ACCEPTED,
    }


def _shown(name: str, value: str, form: SupplementForm) -> Any:
    return dict(form.fields["validity"].choices)[value] if name == "validity" else value  # type: ignore[attr-defined]
