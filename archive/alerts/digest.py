"""What is new for an address: documents whose issue came public since it was told last, as readers see them now."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from archive.alerts.described import search_of
from archive.models import Document, Followed, Letter, Reference, Subscriber
from archive.models.document import DocumentQuerySet
from archive.numbers import read_number
from archive.search.numbered import documents_with_number, is_number
from archive.search.query import SearchNotReady, matching_documents
from archive.search.update import is_up_to_date

# So many documents are named under each thing that is followed.
MOST_NAMED = 50
# An issue says when it came public, and is seen once that is committed: no transaction takes longer. What came so lately
# is for the next day.
_STILL_COMING = timedelta(minutes=10)
_AT_ONCE = 500


class IndexBehind(Exception):
    """The index has still to follow what was published: searches would miss it."""


@dataclass(frozen=True, slots=True)
class News:
    """What is new of one thing: at most MOST_NAMED documents, each with how it bears on a number that is followed."""

    followed: Followed
    total: int
    documents: list[tuple[Document, str]]

    @property
    def more(self) -> int:
        return self.total - len(self.documents)


@dataclass(frozen=True, slots=True)
class Digest:
    """All that is new for an address. `until` is up to when it was looked at; `news` may be empty."""

    until: datetime
    news: list[News] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many documents are named or counted, each once for each thing that it is new in."""
        return sum(one.total for one in self.news)


def write_digests(now: datetime) -> int:
    """Let a digest go to each address that has had none today, from MAIL_HOUR on; returns to how many.

    One that has not gone yet is not joined by a second. Whoever was not told for days is told of all of them.
    """
    here = timezone.localtime(now)
    if here.hour < settings.MAIL_HOUR:
        return 0
    wanting = Subscriber.objects.filter(
        Q(told_on__isnull=True) | Q(told_on__lt=here.date()),
        paused_at__isnull=True,
        pk__in=Followed.objects.filter(confirmed_at__isnull=False).values("subscriber"),
    ).exclude(pk__in=Letter.objects.filter(purpose=Letter.Purpose.DIGEST).values("subscriber"))
    keys = list(wanting.values_list("pk", flat=True))
    for start in range(0, len(keys), _AT_ONCE):
        # Of two workers that write at once the first does.
        Letter.objects.bulk_create(
            [
                Letter(subscriber_id=key, purpose=Letter.Purpose.DIGEST, due_at=now)
                for key in keys[start : start + _AT_ONCE]
            ],
            ignore_conflicts=True,
        )
    return len(keys)


def digest_for(subscriber: Subscriber, now: datetime) -> Digest:
    """What is new for the address. Raises IndexBehind while the index does not have all of it."""
    found = Digest(until=now - _STILL_COMING)
    for followed in subscriber.followed.filter(confirmed_at__isnull=False):
        new = _new_for(followed, found.until)
        if not new.exists():
            continue
        if followed.what == Followed.What.SEARCH and not is_up_to_date():
            raise IndexBehind
        bearing = _found_in(followed, new)
        if bearing:
            found.news.append(_news(followed, bearing))
    return found


def mark_told(subscriber: Subscriber, until: datetime, now: datetime) -> None:
    """Note that the address was told today of all up to `until`."""
    Subscriber.objects.filter(pk=subscriber.pk).update(told_on=timezone.localdate(now))
    # What was confirmed while the digest was made looks on from then.
    subscriber.followed.filter(told_until__lt=until).update(told_until=until)


def _new_for(followed: Followed, until: datetime) -> DocumentQuerySet:
    return Document.objects.published().filter(
        issue__released_at__gt=followed.told_until, issue__released_at__lte=until
    )


def _found_in(followed: Followed, new: DocumentQuerySet) -> dict[int, str]:
    """The keys of the new documents that it finds, and how each bears on it ("" but for numbers)."""
    if followed.what == Followed.What.KIND:
        return dict.fromkeys(new.filter(kind=followed.value).values_list("pk", flat=True), "")
    if followed.what == Followed.What.NUMBER:
        return _bearing_on_number(followed.value, new)
    query, filters = search_of(followed.value)
    keys = set(new.values_list("pk", flat=True))
    if not query and not filters:
        return dict.fromkeys(keys, "")
    try:
        return dict.fromkeys(keys.intersection(matching_documents(query, filters=filters)), "")
    except SearchNotReady as error:
        raise IndexBehind from error


def _bearing_on_number(value: str, new: DocumentQuerySet) -> dict[int, str]:
    """Those that have the number, and those that name it: by it, or by the title of a document that has it."""
    number = read_number(value)
    if number is None:
        return {}
    written = f"{number.sequence}号"
    named = new.filter(Q(number__contains=written) | Q(number_in_contents__contains=written))
    found = {
        document.pk: ""
        for document in named.only("number", "number_in_contents")
        if is_number(read_number(document.number), number)
        or is_number(read_number(document.number_in_contents), number)
    }
    having = [document.pk for document in documents_with_number(number)[:MOST_NAMED]]
    # `in` a list of the new documents could be more than a statement can name.
    naming = Reference.objects.filter(Q(number=value) | Q(target__in=having), document__in=new.values("pk"))
    for reference in naming.order_by("document_id", "position"):
        word = str(reference.get_relation_display())
        words = [one for one in found.get(reference.document_id, "").split("、") if one]
        if reference.document_id not in having and word not in words:
            found[reference.document_id] = "、".join([*words, word])
    return found


def _news(followed: Followed, bearing: dict[int, str]) -> News:
    """Newest issue first, within an issue as printed."""
    named = sorted(_in_order(bearing))[:MOST_NAMED]
    # Asked once more: withdrawn a moment ago is not told.
    rows = (
        Document.objects.published()
        .select_related("issue__gazette")
        .defer("recipients", "note", "validity_evidence")
        .in_bulk([key for *_order, key in named])
    )
    documents = [(rows[key], bearing[key]) for *_order, key in named if key in rows]
    return News(followed, len(bearing) - (len(named) - len(documents)), documents)


def _in_order(keys: Iterable[int]) -> list[tuple[float, int, int, int]]:
    """Each key behind what it is sorted by."""
    wanted, found = list(keys), []
    for start in range(0, len(wanted), _AT_ONCE):
        rows = Document.objects.filter(pk__in=wanted[start : start + _AT_ONCE]).order_by()
        for pk, released, issue, position in rows.values_list(
            "pk", F("issue__released_at"), "issue_id", "position"
        ):
            found.append((-released.timestamp(), -issue, position, pk))
    return found
