"""What a search gives back: hits with their snippets, facets with exact counts."""

from dataclasses import dataclass, field

from django.utils.safestring import SafeString

from archive.models import Document


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a document around its hits, escaped, hits in <mark>; `heading` and `anchor` of its section."""

    html: SafeString
    heading: str = ""
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """One document found. `title` and `number` are escaped, with <mark>."""

    document: Document
    score: float
    title: SafeString
    number: SafeString
    snippets: tuple[Snippet, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document stands when sorted by date or number: its day (a date's ordinal), the string that sorts as its number
    does, and its key. It stays the same place while documents come and go."""

    day: int
    order: str
    key: str


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet and how many documents of the whole result set have it."""

    value: str
    count: int
    selected: bool = False


@dataclass(frozen=True, slots=True)
class TermCount:
    """One term of a query that found nothing as a whole, and what it finds alone."""

    query: str
    count: int


@dataclass(frozen=True, slots=True)
class SearchResults:
    """One page of results.

    `total` counts the documents that match the whole query, exactly. When there are none and the query is a
    question, `partial` is true and `hits` are the documents that come nearest; `total` stays 0.
    `terms` says, for several terms that no document has together, what each finds alone.
    `respelled` are queries that do find something and differ by one character, when this one finds nothing.
    `last` is the place of the last of `hits`, sorted by date or number, where others follow; else None.
    `ready` is False while there is no index to ask (none yet, or a damaged one): then nothing is known of `total`.
    """

    query: str
    total: int
    page: int
    page_size: int
    hits: tuple[Hit, ...] = ()
    facets: dict[str, tuple[FacetValue, ...]] = field(default_factory=dict)
    partial: bool = False
    seconds: float = 0.0
    terms: tuple[TermCount, ...] = ()
    respelled: tuple[TermCount, ...] = ()
    ready: bool = True
    last: Place | None = None

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.page_size))
