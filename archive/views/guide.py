"""How to search, and what this archive is: /help/ and /about/."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from archive.export.citations import as_gbt7714, cited
from archive.gaps import YearGap, year_gaps
from archive.holdings import Shelf, shelves
from archive.models import Document, Issue, Page
from archive.not_held import numbers_not_held
from archive.views.examples import facts_for_examples, number_spellings, search_rules
from archive.views.issues import count_documents, published_issues


@dataclass(frozen=True, slots=True)
class Share:
    """What part of the archive has its text from one source; `percent` of all documents."""

    name: str
    issues: int
    documents: int
    pages: int
    percent: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is here of one gazette, and what is not."""

    shelf: Shelf
    issues: int
    first_year: int
    last_year: int
    gaps: list[YearGap]


@dataclass(frozen=True, slots=True)
class Uncertain:
    """How many characters recognition was unsure of, among all that were read."""

    uncertain: int
    characters: int

    @property
    def percent(self) -> float:
        return 100 * self.uncertain / self.characters if self.characters else 0.0


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """How to search, with examples that this archive answers."""
    facts = facts_for_examples()
    context = {
        "rules": search_rules(facts),
        "spellings": number_spellings(facts),
        "document": facts.document,
        "citation": _citation(request, facts.document),
    }
    return render(request, "archive/help.html", context)


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What the archive holds and lacks, how its text is made and how sure it is."""
    issues = published_issues()
    count_documents(issues)
    silent = Page.objects.filter(issue__in=Issue.objects.published().order_by(), readable=False)
    context: dict[str, Any] = {
        "issue_count": len(issues),
        "document_count": sum(issue.document_count for issue in issues),
        "page_count": sum(issue.page_count or 0 for issue in issues),
        "changed_at": max((issue.changed_at for issue in issues), default=None),
        "coverage": [_coverage(shelf) for shelf in shelves(issues)],
        "shares": text_shares(issues),
        "silent_pages": silent.count(),
        "uncertain": uncertain_characters(issues),
        "not_held": len(numbers_not_held()),
        "document": (
            document := Document.objects.published().select_related("issue__gazette").newest_first().first()
        ),
        "citation": _citation(request, document),
    }
    return render(request, "archive/about.html", context)


def text_shares(issues: Sequence[Any]) -> list[Share]:
    """Where the text of issues comes from, those sources that there are; `issues` come with their `document_count`."""
    documents = sum(issue.document_count for issue in issues)
    shares = []
    for source in Issue.TextSource:
        of_it = [issue for issue in issues if issue.text_source == source]
        if of_it:
            count = sum(issue.document_count for issue in of_it)
            pages = sum(issue.page_count or 0 for issue in of_it)
            percent = 100 * count / documents if documents else 0.0
            shares.append(Share(str(source.label), len(of_it), count, pages, percent))
    return shares


def uncertain_characters(issues: Sequence[Issue]) -> Uncertain:
    """What the readings of the issues counted; an issue read by a program that did not count adds nothing."""
    scores = [issue.reading_score for issue in issues if issue.reading_score]
    return Uncertain(
        sum(int(score.get("characters_uncertain") or 0) for score in scores),
        sum(int(score.get("characters") or 0) for score in scores),
    )


def _coverage(shelf: Shelf) -> Coverage:
    years = [year.year for year in shelf.years]
    held = sum(year.present for year in shelf.years)
    return Coverage(shelf, held, min(years), max(years), year_gaps(shelf))


def _citation(request: HttpRequest, document: Document | None) -> str:
    """How a document of the archive is cited; "" while there is none."""
    if document is None:
        return ""
    address = request.build_absolute_uri(document.get_absolute_url())
    return as_gbt7714(cited(document, address, timezone.localdate()))
