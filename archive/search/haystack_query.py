"""Haystack's tree of filters as conditions of the archive's query language."""

import re
from datetime import date, datetime
from typing import Any

from django.utils.encoding import force_str
from haystack.backends import SQ, BaseSearchQuery, SearchNode
from haystack.constants import DJANGO_CT, DJANGO_ID, ID

from archive.search.folding import normalise
from archive.search.query_language import (
    TEXT_FIELDS,
    VALUE_FIELDS,
    And,
    Condition,
    Everything,
    Not,
    Or,
    Signed,
    Value,
    make_term,
    parse_query,
)

_EXACT_SUFFIX = re.compile(r"\b(\w+)_exact:")
_NOTHING = Or(())


def parse_narrow(query: str) -> Condition:
    """A narrowing query: category_exact:"政府文件" is category:"政府文件"."""
    return parse_query(_EXACT_SUFFIX.sub(r"\1:", query))


def parse_string(query: str) -> Condition:
    """A query as it was typed, or Haystack's * for everything."""
    return Everything() if query.strip() in {"", "*", "*:*"} else parse_query(query)


class GramSearchQuery(BaseSearchQuery):
    """Builds conditions, not strings: nothing has to be quoted, escaped or parsed again."""

    def build_query(self) -> Condition:
        return self._condition_of(self.query_filter) or Everything()

    def _condition_of(self, node: SearchNode) -> Condition | None:
        conditions = []
        for child in node.children:
            if isinstance(child, SearchNode):
                condition = self._condition_of(child)
            else:
                expression, value = child
                field, lookup = node.split_expression(expression)
                condition = self.build_query_fragment(field, lookup, value)
            if condition is not None:
                conditions.append(condition)
        if not conditions:
            return None
        joined: Condition = Or(tuple(conditions)) if node.connector == SQ.OR else And(tuple(conditions))
        return Not(joined) if node.negated else joined

    def build_query_fragment(self, field: str, filter_type: str, value: Any) -> Condition | None:
        """The condition of one filter; None for one that asks for nothing (content="")."""
        kind = getattr(value, "input_type_name", "clean")
        if kind in {"raw", "auto_query"}:
            return parse_string(force_str(value.query_string))
        if kind == "not":
            return Not(self._lookup(field, "content", value.query_string) or Everything())
        if kind in {"exact", "python_data", "clean", "base"} and hasattr(value, "query_string"):
            if kind == "exact" and filter_type == "content":
                filter_type = "exact"
            value = value.query_string
        return self._lookup(field, filter_type, value)

    def _lookup(self, field: str, lookup: str, value: Any) -> Condition | None:
        field = field.removesuffix("_exact")
        if lookup == "in":
            return Or(tuple(c for one in value if (c := self._lookup(field, "exact", one))))
        if lookup == "range":
            low, high = value
            return And(
                tuple(c for c in (self._lookup(field, "gte", low), self._lookup(field, "lte", high)) if c)
            )
        if field == "signed_on":
            return _signed(lookup, value)
        if field in VALUE_FIELDS:
            return _by_value(field, lookup, value)
        if field in {ID, DJANGO_ID, DJANGO_CT}:
            return Value({ID: "key", DJANGO_ID: "pk", DJANGO_CT: "model"}[field], force_str(value).lower())
        return self._by_text(field, lookup, force_str(value))

    def _by_text(self, field: str, lookup: str, text: str) -> Condition | None:
        if text.strip() == "*":
            return Everything()
        name = field if field in TEXT_FIELDS else ""
        if lookup == "exact":
            return make_term(text, name)
        terms: list[Condition] = [term for word in text.split() if (term := make_term(word, name))]
        return And(tuple(terms)) if terms else None


def _by_value(field: str, lookup: str, value: Any) -> Condition:
    text = normalise(force_str(value))
    if lookup in {"gt", "gte", "lt", "lte"} and text.isdecimal():
        first, last = {
            "gt": (int(text) + 1, 2200),
            "gte": (int(text), 2200),
            "lt": (1800, int(text) - 1),
            "lte": (1800, int(text)),
        }[lookup]
        return Or(tuple(Value(field, str(year)) for year in range(max(1800, first), min(2200, last) + 1)))
    return Value(field, text)


def _signed(lookup: str, value: Any) -> Condition:
    day = value.date() if isinstance(value, datetime) else value
    if not isinstance(day, date):
        try:
            day = date.fromisoformat(str(day)[:10])
        except ValueError:
            return _NOTHING
    match lookup:
        case "gt":
            return And((Signed(day, None), Not(Signed(day, day))))
        case "gte":
            return Signed(day, None)
        case "lt":
            return And((Signed(None, day), Not(Signed(day, day))))
        case "lte":
            return Signed(None, day)
    return Signed(day, day)
