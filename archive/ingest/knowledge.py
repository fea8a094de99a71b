"""What the archive has learnt from its issues, as plain data for the parser: codes, bodies and categories.

根据晋政办函〔2022〕15号 holds the code 晋政办函, and only one who has met it knows where the code begins.
"""

import threading
from collections import Counter
from datetime import datetime

from django.db.models import Count, Max, Q

from archive.ingest.parse.known import Known
from archive.models import Document, Issue

# An archive of twenty years has a few hundred of each.
MOST_CODES, MOST_BODIES, MOST_CATEGORIES = 2000, 2000, 300
# Signers stand in lists that the database cannot count; the latest say enough.
_SIGNED_DOCUMENTS = 5000
# One misread must not teach: what nobody has published counts when it was read this often.
_OFTEN = 2

_PUBLISHED = Q(issue__state=Issue.State.PUBLISHED, withdrawn_at__isnull=True)

_lock = threading.Lock()
_kept: tuple[tuple[int, datetime | None], Known] | None = None


def known_from_archive() -> Known:
    """What published issues and repeated readings have taught; kept for as long as no issue changes."""
    global _kept
    state = Issue.objects.aggregate(n=Count("pk"), changed=Max("changed_at"))
    key = (state["n"], state["changed"])
    with _lock:
        if _kept is None or _kept[0] != key:
            _kept = key, _look_up()
        return _kept[1]


def _look_up() -> Known:
    return Known(
        codes=_often_read("number_code", "pk", MOST_CODES),
        bodies=_often_read("issuer", "pk", MOST_BODIES) | _signers(),
        # A category stands over many documents of one issue: read wrongly once, it is wrong on all of them.
        categories=_often_read("category", "issue", MOST_CATEGORIES),
    )


def _often_read(field: str, counted: str, most: int) -> frozenset[str]:
    """The values of a field of documents that can be trusted, the most frequent ones where there are too many."""
    values = (
        Document.objects.exclude(**{field: ""})
        .order_by()
        .values(field)
        .annotate(times=Count(counted, distinct=True), published=Count("pk", filter=_PUBLISHED))
        .filter(Q(published__gte=1) | Q(times__gte=_OFTEN))
        .order_by("-times", field)
    )
    return frozenset(values.values_list(field, flat=True)[:most])


def _signers() -> frozenset[str]:
    times: Counter[str] = Counter()
    trusted: set[str] = set()
    documents = Document.objects.order_by("-pk").values_list("signed_by", "issue__state", "withdrawn_at")
    for signed_by, state, withdrawn_at in documents[:_SIGNED_DOCUMENTS]:
        times.update(signed_by)
        if state == Issue.State.PUBLISHED and withdrawn_at is None:
            trusted.update(signed_by)
    frequent = [name for name, n in times.most_common() if n >= _OFTEN or name in trusted]
    return frozenset(frequent[:MOST_BODIES])
