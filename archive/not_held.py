"""Document numbers that published documents cite and that no published document has: what the archive lacks most."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, F

from archive.ingest.resolve import number_parts
from archive.models import Document, Reference
from archive.models.document import DocumentQuerySet
from archive.search.query import while_index_stays


@dataclass(frozen=True, slots=True)
class NotHeld:
    """A number, the title that it is cited with ("" for none), how many documents cite it, and the newest of these."""

    number: str
    title: str
    count: int
    citing: tuple[Document, ...]

    @property
    def more(self) -> int:
        return self.count - len(self.citing)


def numbers_not_held() -> Sequence[str]:
    """The numbers, the most cited first; found once for each state of the index."""
    return while_index_stays("numbers not held", _find_numbers)


def with_citing(numbers: Sequence[str], most: int) -> list[NotHeld]:
    """The numbers with at most so many of the documents that cite each, newest first.

    One that no document cites any more is left out: a document may have been withdrawn a moment ago.
    """
    cited = Reference.objects.filter(number__in=numbers, document__in=_published().values("pk"))
    rows = cited.order_by(
        F("document__issue__year").desc(nulls_last=True),
        F("document__issue__published_on").desc(nulls_last=True),
        "document_id",
    ).values_list("number", "title", "document_id")
    titles: dict[str, str] = {}
    citing: dict[str, dict[int, None]] = defaultdict(dict)
    for number, title, document in rows:
        titles[number] = titles.get(number) or title
        citing[number].setdefault(document)
    shown = {number: list(keys)[:most] for number, keys in citing.items()}
    documents = (
        _published()
        .only("public_id", "title", "number")
        .in_bulk([key for keys in shown.values() for key in keys])
    )
    return [
        NotHeld(
            number,
            titles[number],
            len(citing[number]),
            tuple(documents[key] for key in shown[number] if key in documents),
        )
        for number in numbers
        if number in citing
    ]


def _find_numbers() -> tuple[str, ...]:
    """Two documents of one number are none to lead to, and are held all the same."""
    published = _published()
    held: set[str] = set()
    # Set against each other here: PostgreSQL goes through NOT IN row by row where it does not know how many rows there are.
    for number, in_contents in published.values_list("number", "number_in_contents").iterator():
        held |= {number, in_contents, *(number_parts(number) if "、" in number else ())}
    cited = Reference.objects.filter(document__in=published.values("pk")).exclude(number="").order_by()
    counted = cited.values("number").annotate(n=Count("document", distinct=True)).order_by("-n", "number")
    return tuple(number for number in counted.values_list("number", flat=True) if number not in held)


def _published() -> DocumentQuerySet:
    return Document.objects.published().order_by()
