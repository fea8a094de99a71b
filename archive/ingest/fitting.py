"""Make any text that a file can hold fit to be stored: no characters or numbers that a database refuses.

A PDF's own encoding can yield NUL, halves of surrogate pairs and boxes without end; a column that was read
across can give a "label" of a thousand characters. What is cut is reported, never cut in silence.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

from django.db import connection, models

from archive.models import Document, Finding

_NUL_OR_SURROGATE = re.compile("[\x00\ud800-\udfff]")
T = TypeVar("T")


def storable(record: T) -> T:
    """The same record with every text and number such that any database takes it."""
    return cast(T, _storable(record))


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return _NUL_OR_SURROGATE.sub(_replacement, value) if _NUL_OR_SURROGATE.search(value) else value
    if isinstance(value, float):
        return value if math.isfinite(value) else 0.0
    if isinstance(value, tuple):
        return tuple(_storable(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _storable(getattr(value, f.name)) for f in fields(value)})
    return value


def _replacement(found: re.Match[str]) -> str:
    return "" if found.group() == "\x00" else "\ufffd"


def fit_to_columns(rows: Iterable[models.Model]) -> list[Finding]:
    """Cut what is too long for its column, in place; returns a finding for each, with the full text as evidence.

    Half a document number would be another number, and a figure out of range none: both become blank.
    """
    findings = []
    for row in rows:
        document = row if isinstance(row, Document) else getattr(row, "document", None)
        for field in row._meta.concrete_fields:
            value = getattr(row, field.attname)
            fitting = _fitting(field, value)
            if fitting == value:
                continue
            setattr(row, field.attname, fitting)
            findings.append(
                Finding(
                    code="value-does-not-fit",
                    severity=Finding.Severity.WARNING,
                    document=document,
                    page=getattr(row, "page", None),
                    message=f"读出的内容过长或超出范围，未能完整保存（{row._meta.model_name}.{field.name}）",
                    evidence=[str(value), "" if fitting is None else str(fitting)],
                )
            )
    return findings


def _fitting(field: models.Field[Any, Any], value: Any) -> Any:
    if isinstance(value, str) and isinstance(field, models.CharField) and field.max_length:
        if len(value) <= field.max_length:
            return value
        return "" if field.name.startswith("number") else value[: field.max_length - 1] + "…"
    if isinstance(value, int) and field.null and not field.is_relation:
        lowest, highest = connection.ops.integer_field_range(field.get_internal_type())
        if (lowest is not None and value < lowest) or (highest is not None and value > highest):
            return None
    return value
