"""Search the archive: the one door for the results page, the API and whatever else asks."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from haystack import connections

from archive.models import Document
from archive.numbers import read_number
from archive.search.document_set import DocumentSet
from archive.search.engine import GramIndex
from archive.search.folding import normalise
from archive.search.matching import match
from archive.search.partial import is_question, nearest
from archive.search.query_language import (
    MAX_LENGTH,
    And,
    Condition,
    Term,
    Value,
    is_plain,
    make_term,
    parse_query,
    positive_terms,
    read_days,
)
from archive.search.ranking import SORTS, behind, count_values, in_order
from archive.search.respelling import respelled
from archive.search.results import FacetValue, Hit, Place, SearchResults, TermCount
from archive.search.snapshot import Snapshot
from archive.search.snippets import Marker, question_terms, snippets
from archive.search.texts import passages_of

FACETS = ("year", "month", "category", "kind", "issuer", "gazette", "validity")
# What else narrows: the days between which a document was signed, 2022-03..2022-05.
SIGNED = "signed"
MAX_PAGE_SIZE = 100
# Related documents: so many are looked at, and such a share of a document's own score is near enough.
_RELATED_READ, _RELATED = 20, 0.2
_kept: WeakKeyDictionary[Snapshot, dict[str, Any]] = WeakKeyDictionary()
T = TypeVar("T")
TITLE_START = re.compile(r"^.{0,30}?关于(?:印发|转发|公布|发布|批转)?")
_TITLE_END = re.compile(
    r"的?(?:通知|意见|决定|公告|通告|通报|批复|函|命令|令|办法|方案|规定)(?:（[^（）]*）)?$"
)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a query found, before the rows are read: one page of documents, and counts over all of them."""

    total: int
    page: list[tuple[int, float]]
    counts: dict[str, Counter[str]]
    terms: tuple[Term, ...]
    partial: bool = False
    alone: tuple[TermCount, ...] = ()
    respelled: tuple[TermCount, ...] = ()
    last: Place | None = None


class SearchNotReady(Exception):
    """There is no index that could be asked, and there are documents that it should hold."""


def chosen_filters(asked: Mapping[str, Any]) -> dict[str, str]:
    """Those of the parameters of an address that narrow, blank ones left out."""
    return {name: value for name in FACETS if (value := asked.get(name, "").strip())}


def search_documents(
    query: str,
    *,
    filters: Mapping[str, str] | None = None,
    page: int = 1,
    page_size: int = 20,
    sort: str = "relevance",
    after: Place | None = None,
) -> SearchResults:
    """One page of the published documents that match `query`, which may be any string.

    `filters` narrow by the names of FACETS (month: of publication, 1 to 12; validity: one of `validity.STATES`) and by
    the days of SIGNED; `sort` is relevance, date or number. An empty query finds everything that the filters leave.
    Facets count the whole result set. Sorted by date or number, a page can be asked for by what stands before it
    (`after`) and is the same whatever arrived meanwhile.
    """
    started = perf_counter()
    page, page_size = max(1, page), min(max(1, page_size), MAX_PAGE_SIZE)
    chosen = {name: value for name, value in (filters or {}).items() if name in (*FACETS, SIGNED) and value}
    query = query[:MAX_LENGTH]
    snapshot = _index().snapshot()
    if snapshot is None:
        seconds = perf_counter() - started
        return SearchResults(query, 0, page, page_size, ready=not _is_missed(), seconds=seconds)
    found = _find(snapshot, query, chosen, page, page_size, sort if sort in SORTS else "relevance", after)
    return SearchResults(
        query=query,
        total=found.total,
        page=page,
        page_size=page_size,
        hits=_hits(snapshot, found),
        facets={name: _facet(found.counts[name], chosen.get(name, "")) for name in FACETS},
        partial=found.partial,
        terms=found.alone,
        respelled=found.respelled,
        last=found.last,
        seconds=perf_counter() - started,
    )


def matching_documents(
    query: str, *, filters: Mapping[str, str] | None = None, sort: str = "relevance"
) -> list[int]:
    """The primary keys of all documents that match the whole of `query`, in order. Raises SearchNotReady."""
    snapshot = _index().snapshot()
    if snapshot is None:
        if _is_missed():
            raise SearchNotReady
        return []
    condition, documents = _matched(snapshot, query[:MAX_LENGTH], _narrowing(filters or {}))
    ranked = in_order(snapshot, documents, condition, sort if sort in SORTS else "relevance")
    return [int(snapshot.columns.keys[number].rpartition(".")[2]) for number, _ in ranked]


def count_documents(query: str) -> int | None:
    """How many documents match `query`, counted once for each state of the index; None while there is none.

    For the few queries that pages give as examples.
    """
    snapshot = _index().snapshot()
    if snapshot is None:
        return None
    return while_index_stays(f"count {query}", lambda: len(_matched(snapshot, query[:MAX_LENGTH], ())[1]))


def while_index_stays(name: str, make: Callable[[], T]) -> T:
    """What `make` gives, kept in the memory of this process until the index changes; while there is none, made anew.

    For what is costly, asked for often, and follows from what is published. The index may be behind for a moment, so
    that what comes from documents is asked of `published()` once more before it is shown.
    """
    snapshot = _index().snapshot()
    if snapshot is None:
        return make()
    kept = _kept.setdefault(snapshot, {})
    if name not in kept:
        kept[name] = make()
    return cast(T, kept[name])


def related_documents(document: Document, limit: int = 5) -> list[Document]:
    """The published documents whose subject comes nearest to that of `document`, nearest first."""
    near = near_documents(document)[: 2 * limit]
    rows = shown_briefly(near)
    return [rows[key] for key in near if key in rows][:limit]


def near_documents(document: Document) -> list[int]:
    """The keys of the documents whose subject comes nearest to that of `document`, nearest first; the index may be behind."""
    snapshot = _index().snapshot()
    subject = make_term(subject_of(document.title, document.issuer))
    if snapshot is None or subject is None or len(subject.text) < 2:
        return []
    near = nearest(snapshot, subject, snapshot.alive, _RELATED_READ, _RELATED)
    keys = {number: int(snapshot.columns.keys[number].rpartition(".")[2]) for number, _ in near}
    # How well a document answers its own subject is the measure for the others.
    own = next((score for number, score in near if keys[number] == document.pk), 0.0)
    if not own:
        return []
    return [keys[number] for number, score in near if keys[number] != document.pk and score >= _RELATED * own]


def shown_briefly(keys: Collection[int]) -> dict[int, Document]:
    """Those of the documents that readers may see, by key, with what names them in a list."""
    if not keys:
        return {}
    named = ("public_id", "title", "number", "issue__year", "issue__label", "issue__file_name")
    published = Document.objects.published().select_related("issue").only(*named).order_by()
    return published.in_bulk(keys)


def subject_of(title: str, issuer: str) -> str:
    """What a title is about: 加强古树名木保护工作 of 云岭市人民政府关于加强古树名木保护工作的通知."""
    subject = title.removeprefix(issuer)
    return _TITLE_END.sub("", TITLE_START.sub("", subject)) or subject


def _is_missed() -> bool:
    """True where an index is lacking: an archive that has published nothing needs none yet."""
    return Document.objects.published().exists()


def _index() -> GramIndex:
    index: GramIndex = connections["default"].get_backend().index
    return index


def _find(
    snapshot: Snapshot,
    query: str,
    chosen: Mapping[str, str],
    page: int,
    page_size: int,
    sort: str,
    after: Place | None,
) -> _Found:
    narrowing = _narrowing(chosen)
    condition, documents = _matched(snapshot, query, narrowing)
    first = (page - 1) * page_size
    if documents:
        left = behind(snapshot, documents, sort, after) if after and sort != "relevance" else documents
        ranked = in_order(snapshot, left, condition, sort, first + page_size)[first:]
        more = sort != "relevance" and bool(ranked) and first + page_size < len(left)
        return _Found(
            total=len(documents),
            page=ranked,
            last=snapshot.place(ranked[-1][0]) if more else None,
            counts=count_values(snapshot, documents),
            terms=positive_terms(condition),
        )
    counts = count_values(snapshot, DocumentSet())
    proposals = respelled(snapshot, query, condition, narrowing)
    if is_question(query, condition):
        near = nearest(snapshot, condition, match(snapshot, And(narrowing)), page_size) if page == 1 else []
        return _Found(
            total=0,
            page=near,
            counts=counts,
            terms=question_terms(query),
            partial=bool(near),
            respelled=proposals,
        )
    alone = _terms_alone(snapshot, condition, narrowing)
    return _Found(0, [], counts, (), alone=alone, respelled=proposals)


def _narrowing(filters: Mapping[str, str]) -> tuple[Condition, ...]:
    values = [Value(name, normalise(value)) for name, value in filters.items() if name in FACETS and value]
    signed = read_days(filters.get(SIGNED, ""))
    return (*values, signed) if signed else tuple(values)


def _matched(
    snapshot: Snapshot, query: str, narrowing: tuple[Condition, ...]
) -> tuple[Condition, DocumentSet]:
    """What `query` asks for, and the documents that meet it."""
    condition = parse_query(query)
    documents = match(snapshot, And((condition, *narrowing)))
    if not documents and (canonical := _as_number(query)) is not None:
        # 阳政发2022年1号 stands in no text; 阳政发〔2022〕1号 does
        condition = canonical
        documents = match(snapshot, And((condition, *narrowing)))
    return condition, documents


def _as_number(query: str) -> Condition | None:
    """The canonical form of a query that is a document number in another spelling."""
    number = read_number(query.strip())
    return make_term(number.canonical) if number else None


def _terms_alone(
    snapshot: Snapshot, condition: Condition, narrowing: tuple[Condition, ...]
) -> tuple[TermCount, ...]:
    """What each of several plain terms finds alone."""
    terms = positive_terms(condition)
    if len(terms) < 2 or not is_plain(condition):
        return ()
    return tuple(TermCount(term.printed, len(match(snapshot, And((term, *narrowing))))) for term in terms)


def _facet(counts: Counter[str], selected: str) -> tuple[FacetValue, ...]:
    """The values of a facet, most frequent first; a selected value is there even when nothing has it."""
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    values = [FacetValue(value, count, normalise(value) == normalise(selected)) for value, count in ordered]
    if selected and not any(value.selected for value in values):
        values.append(FacetValue(selected, 0, True))
    return tuple(values)


def _hits(snapshot: Snapshot, found: _Found) -> tuple[Hit, ...]:
    """The documents of the page with title, number and snippets marked.

    Read through `published()` once more: what was withdrawn a moment ago is not shown, whatever the index says.
    """
    if not found.page:
        return ()
    columns = snapshot.columns
    keys = {number: int(columns.keys[number].rpartition(".")[2]) for number, _ in found.page}
    published = Document.objects.published().select_related("issue__gazette").order_by()
    rows = {row.pk: row for row in published.filter(pk__in=keys.values())}
    bodies = passages_of(list(rows))
    title = Marker.for_field(found.terms, "title")
    number_marker = Marker.for_field(found.terms, "number")
    needles = [(term, term.text.encode()) for term in found.terms]
    hits = []
    for number, score in found.page:
        if (document := rows.get(keys[number])) is None:
            continue
        # A term that only the title has is not sought through all spellings of a whole body.
        body = snapshot.body(number)
        terms = [term for term, needle in needles if needle in body]
        hits.append(
            Hit(
                document=document,
                score=score,
                title=title.mark(document.title),
                number=number_marker.mark(document.number),
                snippets=snippets(bodies[document.pk], terms, partial=found.partial),
            )
        )
    return tuple(hits)
