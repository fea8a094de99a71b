"""What the archive has learnt from its issues, as plain data for the parser: the codes of document numbers.

根据晋政办函〔2022〕15号 holds the code 晋政办函, and only one who has met it knows where the code begins.
"""

import threading
from datetime import datetime

from django.db.models import Count, Max, Q

from archive.ingest.parse.known import Known
from archive.models import Document, Issue

# An archive of twenty years has a few hundred.
MOST_CODES = 2000
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
    """The codes that can be trusted, the most frequent ones where there are too many."""
    codes = (
        Document.objects.exclude(number_code="")
        .order_by()
        .values("number_code")
        .annotate(times=Count("pk"), published=Count("pk", filter=_PUBLISHED))
        .filter(Q(published__gte=1) | Q(times__gte=_OFTEN))
        .order_by("-times", "number_code")
    )
    return Known(codes=frozenset(codes.values_list("number_code", flat=True)[:MOST_CODES]))
