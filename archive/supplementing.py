"""What editors fill in of a document that its print does not give."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from archive.models import Document, Issue, Supplement
from archive.publishing import ChangedMeanwhile, index_on_commit, note

BLANK = Supplement().values()
_VALIDITY = frozenset({"validity", "validity_on", "validity_evidence"})


def supplement_of(document: Document) -> Supplement:
    """The document's row, or a blank one that is not saved."""
    return getattr(document, "supplement", None) or Supplement(document=document)


def supply(
    document: Document, values: dict[str, Any], user: Any = None, seen: dict[str, str] | None = None
) -> Supplement:
    """The supplement with `values`, by the names of its fields; `seen` is `Supplement.values()` as the editor saw it.

    Raises ChangedMeanwhile when a field is not as seen.
    """
    if not BLANK.keys() >= values.keys():
        raise ValueError(f"not to be filled in: {sorted(values.keys() - BLANK.keys())}")
    with transaction.atomic():
        issue = Issue.objects.select_for_update(of=("self",)).get(pk=document.issue_id)
        held = Supplement.objects.filter(document=document).first() or Supplement(document=document)
        now = held.values()
        if seen is not None and any(now[name] != seen.get(name, "") for name in values):
            raise ChangedMeanwhile(_("您打开以后，这些资料已被别人改过；您的修改没有保存。"))
        person = user if user is not None and user.is_authenticated else None
        for name, value in values.items():
            setattr(held, name, value)
        if _VALIDITY & values.keys():
            # what was confirmed of another document is now this editor's own word
            held.validity_source = held.validity_source if held.validity == now["validity"] else None
            held.validity_by, held.validity_at = (person, timezone.now()) if held.validity else (None, None)
            if not held.validity:
                held.validity_on, held.validity_evidence, held.validity_source = None, "", None
        held.filled_by = person
        held.save()
        if issue.is_published:
            index_on_commit(issue)
    note(document, f"supplied ({', '.join(sorted(values))})", user)
    return held
