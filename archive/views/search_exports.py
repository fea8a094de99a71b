"""What a search finds as a feed and as a table, at addresses that take the same parameters as the results page."""

import csv
import re
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from archive.export.table import MARK, safe_cell
from archive.models import Document
from archive.search.query import SearchNotReady, matching_documents, search_documents
from archive.views.addresses import with_parameters
from archive.views.search import Search
from archive.views.unavailable import not_ready

IN_FEED = 50
# A table of more rows is no reading matter; the API gives page by page what lies beyond.
IN_TABLE = 10_000
_AT_ONCE = 500
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The newest documents that match, as Atom; of everything, when nothing is asked for."""
    wanted = Search.of(request)
    found = search_documents(wanted.query, filters=wanted.chosen, page_size=IN_FEED, sort="date")
    if not found.ready:
        return not_ready(request)
    page = request.build_absolute_uri(reverse("search") + with_parameters(wanted.parameters, sort=""))
    words = _clean(" ".join([wanted.query, *wanted.chosen.values()])).strip()
    made = Atom1Feed(
        title=_("检索：%(words)s") % {"words": words} if words else _("最新公文"),
        link=page,
        description="",
        language="zh-Hans",
        feed_url=request.build_absolute_uri(),
        feed_guid=page,
    )
    for hit in [] if found.partial else found.hits:
        document = hit.document
        address = request.build_absolute_uri(document.get_absolute_url())
        made.add_item(
            title=_clean(" ".join(filter(None, [document.title, document.number]))),
            link=address,
            description=_clean("<br>".join(snippet.html for snippet in hit.snippets)),
            unique_id=address,
            author_name=_clean(document.issuer) or None,
            pubdate=document.issue.released_at or document.issue.added_at,
            updateddate=document.issue.changed_at,
        )
    return HttpResponse(made.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


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


def _clean(text: str) -> str:
    """`text` without what XML does not allow: control characters, lone surrogates, the two that are none."""
    return _NOT_XML.sub("", text)
