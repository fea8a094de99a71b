"""The home page: search, the newest issue, and the ways in."""

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from archive.holdings import shelves
from archive.models import Appointment, ContentsEntry, Document, Enclosure, Issue
from archive.pictures import has_cover
from archive.views.issues import contents_by_category, published_issues

# How many lines of a category the home page shows, and how many values of a field.
HOME_ENTRIES = 5
HOME_VALUES = 8
# So many issues that came in last, beside the newest.
HOME_LATEST = 5


def home(request: HttpRequest) -> HttpResponse:
    """Search, the newest issue with its contents, the years with their gaps, and ways to browse."""
    issues = list(published_issues())
    documents = Document.objects.published()
    newest = issues[0] if issues else None
    categories = contents_by_category(newest) if newest else []
    return render(
        request,
        "archive/home.html",
        {
            "newest": newest,
            "newest_cover": newest is not None and has_cover(newest),
            "categories": [
                (category, entries[:HOME_ENTRIES], len(entries) - HOME_ENTRIES)
                for category, entries in categories
            ],
            "latest": _latest(issues, newest),
            "shelves": shelves(issues),
            "issue_count": len(issues),
            "document_count": sum(issue.document_count for issue in issues),
            "examples": _examples(newest, categories) if newest else [],
            "browse": [
                (name, field, _most_frequent(documents, field))
                for name, field in ((_("栏目"), "category"), (_("文种"), "kind"), (_("发文机关"), "issuer"))
            ],
            "codes": _most_frequent(documents, "number_code"),
        },
    )


def _latest(issues: list[Issue], newest: Issue | None) -> list[Issue]:
    """What was made public last, the latest first, without the newest issue, which stands above.

    While an office loads its older years this is where readers see them arrive.
    """
    others = [issue for issue in issues if issue.released_at and issue != newest]
    return sorted(others, key=lambda issue: (issue.released_at, issue.pk), reverse=True)[:HOME_LATEST]


def _most_frequent(documents: "QuerySet[Document]", field: str) -> list[tuple[str, int]]:
    """The values of a field with how many documents have them, most frequent first."""
    counted = (
        documents.exclude(**{field: ""}).values_list(field).annotate(n=Count("pk")).order_by("-n", field)
    )
    return list(counted[:HOME_VALUES])


def _examples(newest: Issue, categories: list[tuple[str, list[ContentsEntry]]]) -> list[str]:
    """Things to search for that the newest issue is sure to answer: a plan, a number, a name."""
    published = newest.documents.published()
    titles = Enclosure.objects.filter(document__in=published).values_list("title", flat=True)
    plan = min((t for t in titles if 4 <= len(t) <= 16), key=len, default=None)
    number = next((entry.number for _name, entries in categories for entry in entries if entry.number), None)
    person = (
        Appointment.objects.filter(document__in=published)
        .order_by("document__position", "position")
        .values_list("person", flat=True)
        .first()
    )
    return [example for example in (plan, number, person) if example]
