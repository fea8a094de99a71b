"""The archive's engine for Haystack: Whoosh as a store of gram postings, see `engine`.

Haystack names it in HAYSTACK_CONNECTIONS; its commands (rebuild_index, update_index, clear_index) and
SearchQuerySet work on it. `archive.search.query` asks the same index without Haystack's detours.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from haystack import connections
from haystack.backends import BaseEngine, BaseSearchBackend, log_query
from haystack.constants import DJANGO_CT, DJANGO_ID, ID
from haystack.exceptions import SkipDocument
from haystack.models import SearchResult
from haystack.utils import get_identifier, get_model_ct

from archive.search.document_set import DocumentSet
from archive.search.engine import GramIndex, Record, Writer, index_at
from archive.search.folding import normalise
from archive.search.haystack_query import GramSearchQuery, parse_narrow, parse_string
from archive.search.matching import match
from archive.search.partial import nearest
from archive.search.query_language import (
    And,
    Condition,
    Everything,
    Value,
    make_term,
    parse_query,
    positive_terms,
)
from archive.search.ranking import count_values, in_order
from archive.search.snapshot import Snapshot
from archive.search.snippets import Marker, snippets
from archive.search.texts import passages_of

# Prepared fields by what the index does with them.
_FACETED = ("year", "month", "category", "kind", "issuer", "gazette", "validity")


class GramSearchBackend(BaseSearchBackend):
    """Writes and reads the index at PATH. Failures are raised, never swallowed: a ghost would be worse."""

    def __init__(self, connection_alias: str, **connection_options: Any) -> None:
        super().__init__(connection_alias, **connection_options)
        self.silently_fail = connection_options.get("SILENTLY_FAIL", False)
        if not connection_options.get("PATH"):
            raise ImproperlyConfigured(f"HAYSTACK_CONNECTIONS['{connection_alias}'] needs a PATH")

    @property
    def index(self) -> GramIndex:
        """The index at the path that settings name now."""
        return index_at(str(settings.HAYSTACK_CONNECTIONS[self.connection_alias]["PATH"]))

    # --- writing -----------------------------------------------------------------------------------
    def update(self, index: Any, iterable: Iterable[Any], commit: bool = True) -> None:
        """Index objects as the database has them now; those that readers may not see are removed."""
        keys = {instance.pk: get_identifier(instance) for instance in iterable}
        if not keys:
            return
        with self.index.folder.locked():
            if self.index.folder.current() and not self.index.is_sound():
                self.write_everything()
                return
            self._write(index, keys)

    def _write(self, index: Any, keys: dict[Any, str]) -> None:
        with self.index.writing_locked() as writer:
            # Read under the lock: a later state cannot be overtaken by an earlier one.
            fresh = {record.key: record for record in self.records(index, pk__in=list(keys))}
            for key in keys.values():
                if key in fresh:
                    writer.add(fresh[key])
                else:
                    writer.remove(key)

    def write_everything(self) -> int:
        """Write the index anew from all published objects; gives how many. The lock is held."""
        unified = connections[self.connection_alias].get_unified_index()
        count = 0
        with self.index.rebuilding_locked() as writer:
            for model in unified.get_indexed_models():
                for record in self.records(unified.get_index(model)):
                    writer.add(record)
                    count += 1
        return count

    def records(self, index: Any, **lookup: Any) -> Iterable[Record]:
        """The published objects of `index` that `lookup` picks, made ready, few at a time."""
        published = index.index_queryset(using=self.connection_alias).filter(**lookup).order_by("pk")
        for instance in published.iterator(chunk_size=50):
            try:
                yield to_record(index.full_prepare(instance))
            except SkipDocument:
                continue

    def remove(self, obj_or_string: Any, commit: bool = True) -> None:
        """Remove one object, or the one of an identifier; waits while another process writes."""
        with self.index.folder.locked():
            if self.index.is_sound():  # nobody reads another
                with self.index.writing_locked() as writer:
                    writer.remove(get_identifier(obj_or_string))

    def clear(self, models: Iterable[Any] | None = None, commit: bool = True) -> None:
        """Empty the index, or remove what belongs to `models`; readers go on until it is done."""
        if models is None:
            with self.index.rebuilding():
                return
        names = {get_model_ct(model) for model in models}
        with self.index.folder.locked():
            if (snapshot := self.index.snapshot()) is not None:
                with self.index.writing_locked() as writer:
                    self._remove_models(writer, snapshot, names)

    def _remove_models(self, writer: Writer, snapshot: Snapshot, names: set[str]) -> None:
        for number in snapshot.alive:
            if snapshot.columns.values["model"][number] in names:
                writer.remove(snapshot.columns.keys[number])

    # --- reading -----------------------------------------------------------------------------------
    @log_query
    def search(
        self,
        query_string: str | Condition,
        sort_by: list[str] | None = None,
        start_offset: int = 0,
        end_offset: int | None = None,
        facets: dict[str, dict[str, Any]] | None = None,
        date_facets: dict[str, dict[str, Any]] | None = None,
        query_facets: list[tuple[str, str]] | None = None,
        narrow_queries: set[str] | None = None,
        models: set[Any] | None = None,
        highlight: Any = False,
        result_class: Any = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Haystack's answer: `results` of any slice, `hits` in all, `facets` over all of them."""
        snapshot = self.index.snapshot()
        if snapshot is None:
            return {"results": [], "hits": 0}
        condition = _parse(query_string)
        narrowed = And((condition, *map(parse_narrow, sorted(narrow_queries or ()))))
        found = match(snapshot, narrowed)
        if models:
            names = {get_model_ct(model) for model in models}
            found &= snapshot.values("model").having(names)
        ranked = in_order(snapshot, found, condition, "relevance")
        if sort_by:
            ranked = _sorted_by(snapshot, ranked, sort_by)
        results = [
            self._result(snapshot, number, score, condition, highlight, result_class or SearchResult)
            for number, score in ranked[start_offset or 0 : end_offset]
        ]
        counted = {
            "fields": _count_fields(snapshot, found, facets or {}),
            "dates": _count_dates(snapshot, found, date_facets or {}),
            "queries": _count_queries(snapshot, found, query_facets or []),
        }
        return {"results": results, "hits": len(found), "facets": counted, "spelling_suggestion": None}

    def more_like_this(
        self,
        model_instance: Any,
        additional_query_string: str | Condition | None = None,
        start_offset: int = 0,
        end_offset: int | None = None,
        models: set[Any] | None = None,
        result_class: Any = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Documents whose text has the rare pairs of this one's title."""
        snapshot = self.index.snapshot()
        key = get_identifier(model_instance)
        number = snapshot.documents_of_keys([key]).get(key) if snapshot else None
        if snapshot is None or number is None:
            return {"results": [], "hits": 0}
        title = make_term(snapshot.titles(number).split(b"\x00")[0].decode())
        within = match(snapshot, _parse(additional_query_string or ""))
        within -= DocumentSet.range(number, number + 1)
        near = nearest(snapshot, title or Everything(), within, limit=100)
        results = [
            self._result(snapshot, other, score, Everything(), False, result_class or SearchResult)
            for other, score in near[start_offset or 0 : end_offset]
        ]
        return {"results": results, "hits": len(near)}

    def _result(
        self,
        snapshot: Snapshot,
        number: int,
        score: float,
        condition: Condition,
        highlight: Any,
        result_class: Any,
    ) -> Any:
        columns = snapshot.columns
        key = columns.keys[number]
        app_label, model_name, pk = key.split(".", 2)
        fields: dict[str, Any] = {name: columns.values[name][number] for name in _FACETED}
        fields |= {"id": key, "signed_on": _day(columns.days[number]), "issue": columns.groups[number]}
        result = result_class(app_label, model_name, pk, score, **fields)
        if highlight:
            terms = positive_terms(condition)
            instance = result.object
            result.highlighted = {
                "text": [snippet.html for snippet in snippets(passages_of([instance.pk])[instance.pk], terms)]
                if instance
                else [],
                "title": [Marker.for_field(terms, "title").mark(instance.title)] if instance else [],
            }
        return result

    def build_schema(self, fields: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Haystack asks for the name of the document field."""
        return next(name for name, one in fields.items() if one.document), fields


class GramEngine(BaseEngine):
    backend = GramSearchBackend
    query = GramSearchQuery


def to_record(prepared: dict[str, Any]) -> Record:
    """What Haystack prepared of one object, folded and ready for the index."""
    day = prepared.get("signed_on")
    values = {name: str(prepared.get(name) or "") for name in _FACETED}
    return Record(
        key=prepared[ID],
        group=str(prepared.get("issue", "")),
        titles=_folded(prepared.get("title")),
        numbers=_folded(prepared.get("number")),
        people=_folded(prepared.get("person")),
        body=normalise(prepared.get("text") or ""),
        values={**values, "model": prepared[DJANGO_CT]},
        day=day.toordinal() if isinstance(day, date) else 0,
        order=prepared.get("number_order") or "",
    )


def _folded(texts: Any) -> tuple[str, ...]:
    """Folded, without those of which nothing is left, and each once."""
    return tuple(dict.fromkeys(filter(None, map(normalise, texts or ()))))


def _parse(query: str | Condition) -> Condition:
    return parse_string(query) if isinstance(query, str) else query


def _day(ordinal: int) -> date | None:
    return date.fromordinal(ordinal) if ordinal else None


def _sorted_by(
    snapshot: Snapshot, ranked: list[tuple[int, float]], sort_by: list[str]
) -> list[tuple[int, float]]:
    """Sorted by several fields, each in its own direction; what is equal in all stays by relevance."""
    columns: dict[str, Any] = {
        **snapshot.columns.values,
        "signed_on": snapshot.columns.days,
        "number_order": snapshot.columns.orders,
        "number": snapshot.columns.orders,
        "issue": [group.zfill(12) for group in snapshot.columns.groups],
        ID: snapshot.columns.keys,
        DJANGO_ID: [key.rpartition(".")[2].zfill(12) for key in snapshot.columns.keys],
        DJANGO_CT: snapshot.columns.values["model"],
    }
    for name in reversed(sort_by):
        descending = name.startswith("-")
        column = columns.get(name.lstrip("-").removesuffix("_exact"))
        if column is None:
            known = ", ".join(sorted(columns))
            raise ValueError(f"results cannot be sorted by {name}; what they can be sorted by: {known}")
        ranked = sorted(ranked, key=lambda pair: column[pair[0]], reverse=descending)
    return ranked


def _count_fields(
    snapshot: Snapshot, found: DocumentSet, facets: dict[str, dict[str, Any]]
) -> dict[str, list[tuple[str, int]]]:
    """Values with counts, most frequent first; options limit, mincount and sort=index are heeded."""
    counted = count_values(snapshot, found)
    answer = {}
    for name, options in facets.items():
        counts = counted.get(name.removesuffix("_exact"), Counter())
        by_name = options.get("sort") == "index"
        pairs = sorted(counts.items(), key=lambda pair: (pair[0] if by_name else -pair[1], pair[0]))
        pairs = [pair for pair in pairs if pair[1] >= options.get("mincount", 1)]
        answer[name] = pairs[: options.get("limit")]
    return answer


def _count_dates(
    snapshot: Snapshot, found: DocumentSet, facets: dict[str, dict[str, Any]]
) -> dict[str, list[tuple[datetime, int]]]:
    """Counts by year, month or day from the start date to before the end date, in order of time."""
    answer = {}
    for name, options in facets.items():
        start, end = _ordinal(options["start_date"]), _ordinal(options["end_date"])
        counts: dict[datetime, int] = {}
        for number in found:
            ordinal = snapshot.columns.days[number]
            if start <= ordinal < end:
                day = date.fromordinal(ordinal)
                month = 1 if options["gap_by"] == "year" else day.month
                first = datetime(day.year, month, day.day if options["gap_by"] == "day" else 1)
                counts[first] = counts.get(first, 0) + 1
        answer[name] = sorted(counts.items())
    return answer


def _ordinal(day: date) -> int:
    return day.toordinal()


def _count_queries(snapshot: Snapshot, found: DocumentSet, facets: list[tuple[str, str]]) -> dict[str, int]:
    """How many of the results meet each query on its field."""
    answer = {}
    for name, query in facets:
        field = name.removesuffix("_exact")
        condition = Value(field, normalise(query)) if field in _FACETED else parse_query(query)
        answer[f"{name}:{query}"] = len(match(snapshot, condition) & found)
    return answer
