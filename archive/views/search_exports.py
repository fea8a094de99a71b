"""What a search finds as a table, at an address that takes the same parameters as the results page; feeds.py is its feed."""

import csv
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from archive.export.table import MARK, safe_cell
from archive.models import Document
from archive.search.query import SearchNotReady, matching_documents
from archive.views.search import Search
from archive.views.unavailable import not_ready

# A table of more rows is no reading matter; the API gives page by page what lies beyond.
IN_TABLE = 10_000
_AT_ONCE = 500


@require_safe
def table(request: HttpRequest) -> HttpResponseBase:
    """All documents that match, a row each, as CSV that spreadsheets open; IN_TABLE rows at most."""
    wanted = Search.of(request)
    try:
        keys = matching_documents(wanted.query, filters=wanted.chosen, sort=wanted.sort)[:IN_TABLE]
    except SearchNotReady:
        return not_ready(request)
    answer = StreamingHttpResponse(_lines(request, keys), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="documents-{timezone.localdate()}.csv"'
    return answer


class _Line:
    """What csv writes to, to be sent on at once."""

    def write(self, line: str) -> str:
        return line


def _lines(request: HttpRequest, keys: list[int]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield MARK + writer.writerow(_columns())
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        rows = Document.objects.published().select_related("issue__gazette").in_bulk(some)
        for key in some:
            if key in rows:
                yield writer.writerow(map(_cell, _row(request, rows[key])))


def _columns() -> list[str]:
    facts = [
        pgettext("of a document", "标题"),
        _("发文字号"),
        _("发文机关"),
        _("文种"),
        _("栏目"),
        _("成文日期"),
    ]
    return [*facts, _("公报"), _("年份"), _("期号"), _("页码"), _("网址")]


def _row(request: HttpRequest, document: Document) -> list[Any]:
    issue = document.issue
    return [
        document.title,
        document.number,
        document.issuer,
        document.kind,
        document.category,
        document.signed_on.isoformat() if document.signed_on else "",
        str(issue.gazette or ""),
        issue.year,
        issue.label,
        document.printed_first_page,
        request.build_absolute_uri(document.get_absolute_url()),
    ]


def _cell(value: Any) -> str:
    return safe_cell("" if value is None else str(value))
