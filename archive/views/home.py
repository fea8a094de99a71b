"""The home page: search, the newest issue, and the ways in."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from archive.holdings import shelves
from archive.models import Appointment, ContentsEntry, Document, Enclosure, Issue
from archive.pictures import has_cover
from archive.views.issues import contents_by_category, count_documents, published_issues

# How many lines of a category the home page shows, and how many values of a field.
HOME_ENTRIES = 5
HOME_VALUES = 8
BROWSED = ("category", "kind", "issuer", "number_code")
# So many issues that came in last, beside the newest.
HOME_LATEST = 5
# So many years of a gazette have a square for each issue here; all have it on the shelves.
HOME_YEARS = 10


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Search, the newest issue with its contents, the years with their gaps, and ways to browse."""
    issues = published_issues()
    newest = issues[0] if issues else None
    latest = _latest(issues, newest)
    count_documents([newest, *latest] if newest else latest)
    documents = _by_value()
    categories = contents_by_category(newest) if newest else []
    # An issue that prints no contents shows its first documents.
    unlisted = newest.documents.published().order_by("position")[:HOME_ENTRIES] if newest else []
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
            "unlisted": unlisted,
            "more_unlisted": newest.document_count - HOME_ENTRIES if newest else 0,
            "latest": latest,
            "shelves": [
                (shelf, shelf.years[:HOME_YEARS], len(shelf.years[HOME_YEARS:])) for shelf in shelves(issues)
            ],
            "issue_count": len(issues),
            "document_count": documents.total,
            "examples": _examples(newest, categories) if newest else [],
            "browse": [
                (name, field, documents.most_frequent(field))
                for name, field in ((_("栏目"), "category"), (_("文种"), "kind"), (_("发文机关"), "issuer"))
            ],
            "codes": documents.most_frequent("number_code"),
        },
    )


def _latest(issues: list[Issue], newest: Issue | None) -> list[Issue]:
    """What was made public last, the latest first, without the newest issue, which stands above.

    While an office loads its older years this is where readers see them arrive.
    """
    others = [issue for issue in issues if issue.released_at and issue != newest]
    return sorted(others, key=lambda issue: (issue.released_at, issue.pk), reverse=True)[:HOME_LATEST]


@dataclass(frozen=True, slots=True)
class ByValue:
    """How many published documents there are, and how many have each value of a field."""

    total: int
    counts: dict[str, Counter[str]]

    def most_frequent(self, field: str) -> list[tuple[str, int]]:
        """The values of a field with how many documents have them, most frequent first."""
        ordered = sorted(self.counts[field].items(), key=lambda one: (-one[1], one[0]))
        return ordered[:HOME_VALUES]


def _by_value() -> ByValue:
    # By all fields at once: the documents are read through once, not once for each field.
    rows = Document.objects.published().order_by().values_list(*BROWSED).annotate(n=Count("pk"))
    total, counts = 0, {field: Counter[str]() for field in BROWSED}
    for *values, n in rows:
        total += n
        for field, value in zip(BROWSED, values, strict=True):
            if value:
                counts[field][value] += n
    return ByValue(total, counts)


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
