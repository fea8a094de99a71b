"""Lists page by page: by number, or read on from where one was, which stays the same while issues arrive.

A cursor names the last entry that was given, by the values that the list is sorted by: i.2024.738945.2.17. Whatever arrives
before it or behind it, what follows is neither given twice nor left out. Whatever has the form of a cursor is one, so that
the form can be told in full: /api/v1/openapi.json gives it as a pattern.
"""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from django.db.models import DateField, F, Field, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest
from django.utils.translation import gettext_noop as _
from ninja import Query

PageNumber = Annotated[
    int,
    Query(ge=1, le=1_000_000, description=_("第几页，从 1 起；有 after 时不看。读完整个清单请用 after。")),
]
PageSize = Annotated[int, Query(ge=1, le=100, description=_("每页几条，1 至 100。"))]
READ_ON = _("接着上一页往下读：照抄上一页 next 中的值。读的中间有新公报进来，既不遗漏也不重复。")
# A number of a row, a year, a day since the year 1; "-" for what is not known. No more figures than databases take.
_VALUE = "(-|[0-9]{1,18})"
_NULL = "-"
# The letter of a list, and how many values it is sorted by.
ISSUES, DOCUMENTS = ("i", 4), ("d", 5)


def form_of(letter: str, count: int) -> str:
    """The pattern of the cursors of a list, and of none."""
    return rf"^(?:{letter}(?:\.{_VALUE}){{{count}}})?$"


AfterIssue = Annotated[str, Query(pattern=form_of(*ISSUES), description=READ_ON)]
AfterDocument = Annotated[str, Query(pattern=form_of(*DOCUMENTS), description=READ_ON)]


def page_of(
    request: HttpRequest,
    rows: "QuerySet[Any]",
    summary: Callable[[Any], dict[str, Any]],
    page: int,
    page_size: int,
    after: str,
) -> dict[str, Any]:
    """One page of the rows in their order, each as its summary: the one behind `after`, else the `page`th."""
    total = rows.count()
    first = 0 if after else (page - 1) * page_size
    columns = _columns_of(rows)
    letter, count = ISSUES if rows.model._meta.model_name == "issue" else DOCUMENTS
    assert len(columns) == count
    if after:
        rows = rows.filter(_behind(columns, _values(rows.model, columns, after)))
    # One more than asked for tells whether there is a next page.
    found = list(rows[first : first + page_size + 1])
    shown, more = found[:page_size], len(found) > page_size
    behind = (
        ".".join([letter, *(_told(_value_of(shown[-1], name)) for name, _down in columns)]) if more else ""
    )
    return {
        "total": total,
        "page": None if after else page,
        "pages": max(1, -(-total // page_size)),
        "next": address_behind(request, behind) if behind else None,
        "results": [summary(row) for row in shown],
    }


def address_behind(request: HttpRequest, after: str) -> str:
    """The whole address of the page behind the cursor."""
    return _changed(request, after=after)


def address_of_page(request: HttpRequest, page: int) -> str:
    """The whole address of the page of that number."""
    return _changed(request, page=str(page))


def _changed(request: HttpRequest, **changes: str) -> str:
    asked = request.GET.copy()
    for name in ("page", "after"):
        asked.pop(name, None)
    for name, value in changes.items():
        asked[name] = value
    return request.build_absolute_uri(f"{request.path}?{asked.urlencode()}")


def _told(value: int | date | None) -> str:
    """A value as a cursor tells it."""
    if value is None:
        return _NULL
    return str(value.toordinal() if isinstance(value, date) else value)


def _values(model: type[Model], columns: list[tuple[str, bool]], after: str) -> list[int | date | None]:
    """What a cursor tells, as the columns have it."""
    told = after.split(".")[1:]
    return [
        None if one == _NULL else as_day(int(one)) if isinstance(_field(model, name), DateField) else int(one)
        for (name, _down), one in zip(columns, told, strict=True)
    ]


def as_day(ordinal: int) -> date:
    """The day of that number, counted from the year 1; the first or the last of all for one outside of them."""
    return date.fromordinal(min(max(ordinal, 1), date.max.toordinal()))


# --- rows behind a cursor --------------------------------------------------------------------------------
def _columns_of(rows: "QuerySet[Any]") -> list[tuple[str, bool]]:
    """(name, whether it descends) of each column that the rows are sorted by; what is null stands last."""
    columns = []
    for one in rows.query.order_by:
        if isinstance(one, OrderBy):
            column = one.expression
            assert isinstance(column, F)
            columns.append((column.name, one.descending))  # type: ignore[attr-defined]
        else:
            assert isinstance(one, str)
            columns.append((one.removeprefix("-"), one.startswith("-")))
    return columns


def _field(model: Any, name: str) -> "Field[Any, Any]":
    """The field that a column's name leads to: issue__year of a document."""
    before, _between, rest = name.partition("__")
    field = model._meta.pk if before == "pk" else model._meta.get_field(before)
    found: Field[Any, Any] = _field(field.related_model, rest) if rest else field
    return found


def _value_of(row: Any, name: str) -> Any:
    for part in name.split("__"):
        row = getattr(row, part)
    return row


def _behind(columns: list[tuple[str, bool]], values: list[Any]) -> Q:
    """The rows that stand behind the one with these values."""
    found, same = Q(), Q()
    for (name, down), value in zip(columns, values, strict=True):
        if value is None:
            # Nothing stands behind what is null, in this column.
            same &= Q(**{f"{name}__isnull": True})
            continue
        step = Q(**{f"{name}__{'lt' if down else 'gt'}": value})
        found |= same & (step | Q(**{f"{name}__isnull": True}))
        same &= Q(**{name: value})
    return found
