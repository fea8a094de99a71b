"""The feeds: new issues, what came in of a kind or of an issuing body, and what a search finds."""

from collections.abc import Callable, Iterable

from django.conf import settings
from django.db.models import F, Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from archive.export.atom import CONTENT_TYPE, Entry, as_atom
from archive.models import Document, Issue
from archive.models.document import DocumentQuerySet
from archive.search.query import search_documents
from archive.views.addresses import with_parameters
from archive.views.search import Search
from archive.views.unavailable import not_ready

ISSUES_IN_FEED = 20
IN_FEED = 50

# A path of the site as a whole address.
Whole = Callable[[str], str]


@require_safe
def issues(request: HttpRequest) -> HttpResponse:
    """The issues that were made public last, each with its documents; while older years come in, these as well."""
    documents = (
        Document.objects.published().order_by("position").only("public_id", "title", "number", "issue_id")
    )
    latest = (
        Issue.objects.published()
        .select_related("gazette")
        .prefetch_related(Prefetch("documents", documents))
        .order_by(F("released_at").desc(nulls_last=True), "-pk")[:ISSUES_IN_FEED]
    )
    whole = request.build_absolute_uri
    return _feed(request, _("新公报"), reverse("issues"), (_issue_entry(whole, one) for one in latest))


@require_safe
def kind(request: HttpRequest, kind: str) -> HttpResponse:
    """The documents of a kind that came in last; 404 for a kind of which readers see none."""
    return _latest(request, kind, Document.objects.published().filter(kind=kind), "kind")


@require_safe
def issuer(request: HttpRequest, issuer: str) -> HttpResponse:
    """The documents of an issuing body that came in last; 404 for one of which readers see none."""
    return _latest(request, issuer, Document.objects.published().filter(issuer=issuer), "issuer")


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The newest documents that match, as Atom; of everything, when nothing is asked for."""
    wanted = Search.of(request)
    found = search_documents(wanted.query, filters=wanted.chosen, page_size=IN_FEED, sort="date")
    if not found.ready:
        return not_ready(request)
    page = reverse("search") + with_parameters(wanted.parameters, sort="")
    words = " ".join([wanted.query, *wanted.chosen.values()]).strip()
    title = _("检索：%(words)s") % {"words": words} if words else _("最新公文")
    whole = request.build_absolute_uri
    entries = (
        _document_entry(whole, hit.document, "<br>".join(snippet.html for snippet in hit.snippets))
        for hit in ([] if found.partial else found.hits)
    )
    return _feed(request, title, page, entries)


def _latest(request: HttpRequest, value: str, documents: DocumentQuerySet, field: str) -> HttpResponse:
    by_day = (F("issue__released_at").desc(nulls_last=True), "-issue_id", "position")
    latest = documents.select_related("issue__gazette").order_by(*by_day)[:IN_FEED]
    if not latest:
        raise Http404
    page = reverse("search") + with_parameters({field: value})
    whole = request.build_absolute_uri
    return _feed(request, value, page, (_document_entry(whole, one, _facts(one)) for one in latest))


def _feed(request: HttpRequest, title: str, page: str, entries: Iterable[Entry]) -> HttpResponse:
    site = settings.SITE
    text = as_atom(
        title=f"{title} · {site['name']}",
        author=site["publisher"] or site["name"],
        page=request.build_absolute_uri(page),
        feed=request.build_absolute_uri(),
        entries=entries,
    )
    return HttpResponse(text, content_type=CONTENT_TYPE)


def _document_entry(whole: Whole, document: Document, summary: str) -> Entry:
    issue = document.issue
    return Entry(
        title=" ".join(filter(None, [document.title, document.number])),
        address=whole(document.get_absolute_url()),
        published=issue.released_at or issue.added_at,
        updated=issue.changed_at,
        summary=summary,
        author=document.issuer,
        categories=(document.kind, document.category),
    )


def _facts(document: Document) -> str:
    day = document.signed_on.isoformat() if document.signed_on else ""
    return format_html("{}", " · ".join(filter(None, [document.issuer, day, str(document.issue)])))


def _issue_entry(whole: Whole, issue: Issue) -> Entry:
    lines = format_html_join(
        "",
        '<li><a href="{}">{}</a> {}</li>',
        ((whole(one.get_absolute_url()), one.title, one.number) for one in issue.documents.all()),
    )
    return Entry(
        title=str(issue),
        address=whole(issue.get_absolute_url()),
        published=issue.released_at or issue.added_at,
        updated=issue.changed_at,
        summary=format_html("<ul>{}</ul>", lines) if lines else "",
        author=issue.gazette.organiser if issue.gazette else "",
    )
