"""What the archive has learnt from its issues, and editors have settled, as plain data for the parser.

根据晋政办函〔2022〕15号 holds the code 晋政办函, and only one who has met it knows where the code begins. What an editor
has confirmed counts at once; what one has struck out is never learnt again.
"""

import threading
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q

from archive.ingest.parse import gazetteer
from archive.ingest.parse.known import Known
from archive.models import Document, Gazette, Issue, Term

# An archive of twenty years has a few hundred of each.
MOST_CODES, MOST_CATEGORIES, MOST_KINDS = 2000, 300, 300
# One misread must not teach: what nobody has published counts when it was read this often.
_OFTEN = 2

_PUBLISHED = Q(issue__state=Issue.State.PUBLISHED, withdrawn_at__isnull=True)

_lock = threading.Lock()
_State = tuple[int, datetime | None, int, datetime | None]
_kept: tuple[_State, Known] | None = None


@dataclass(frozen=True, slots=True)
class Learnt:
    """A word that was read often enough: on how many documents, and for a code the body that has it most often."""

    word: str
    times: int
    belongs_to: str = ""


def known_from_archive() -> Known:
    """What published issues, repeated readings and editors have taught; kept for as long as nothing of it changes."""
    global _kept
    issues = Issue.objects.aggregate(n=Count("pk"), changed=Max("changed_at"))
    terms = Term.objects.aggregate(n=Count("pk"), changed=Max("changed_at"))
    key = (issues["n"], issues["changed"], terms["n"], terms["changed"])
    with _lock:
        if _kept is None or _kept[0] != key:
            _kept = key, _look_up()
        return _kept[1]


def learnt(kind: str) -> list[Learnt]:
    """What the archive has learnt of a kind of term by itself, the most frequent first."""
    if kind == Term.Kind.CODE:
        bodies: dict[str, str] = {}
        read = Document.objects.exclude(number_code="").exclude(issuer="").order_by()
        pairs = read.values("number_code", "issuer").annotate(n=Count("pk")).order_by("-n", "issuer")
        for code, body in pairs.values_list("number_code", "issuer"):
            bodies.setdefault(code, body)
        codes = _counted("number_code", "pk", MOST_CODES)
        return [Learnt(word, times, bodies.get(word, "")) for word, times in codes]
    if kind == Term.Kind.CATEGORY:
        return [Learnt(*one) for one in _counted("category", "issue", MOST_CATEGORIES)]
    if kind == Term.Kind.KIND:
        return [Learnt(*one) for one in _counted("kind", "pk", MOST_KINDS)]
    cities = {gazetteer.city_named_in(name) for name in Gazette.objects.values_list("name", flat=True)}
    names = sorted({(city, name) for city in cities if city for name in gazetteer.prefectures()[city][1]})
    return [Learnt(name, 0, city) for city, name in names]


def _look_up() -> Known:
    confirmed, struck = _settled(struck=False), _settled(struck=True)
    codes = confirmed[Term.Kind.CODE]
    read = frozenset(code for code, _times in _counted("number_code", "pk", MOST_CODES))
    return Known(
        codes=read.union(codes).difference(struck[Term.Kind.CODE]),
        places=frozenset(confirmed[Term.Kind.PLACE]),
        not_places=frozenset(struck[Term.Kind.PLACE]),
        kinds=frozenset(confirmed[Term.Kind.KIND]),
        not_kinds=frozenset(struck[Term.Kind.KIND]),
        issuers=frozenset((code, body) for code, body in codes.items() if body),
    )


def _settled(*, struck: bool) -> dict[str, dict[str, str]]:
    """By kind: what editors have confirmed or struck out, each word with what it belongs to."""
    found: dict[str, dict[str, str]] = {kind: {} for kind in Term.Kind.values}
    for term in Term.objects.filter(struck=struck):
        found[term.kind][term.word] = term.belongs_to
    return found


def _counted(field: str, counted: str, most: int) -> list[tuple[str, int]]:
    """The values of a field of documents that can be trusted, the most frequent first, and on how many documents or
    issues each stands."""
    trusted = (
        Document.objects.exclude(**{field: ""})
        .order_by()
        .values(field)
        .annotate(times=Count(counted, distinct=True), published=Count("pk", filter=_PUBLISHED))
        .filter(Q(published__gte=1) | Q(times__gte=_OFTEN))
        .order_by("-times", field)
    )
    return list(trusted.values_list(field, "times")[:most])
