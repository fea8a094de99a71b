"""The pages that search engines are to know, each with the time at which it last changed where that is known.

Only pages under natural or permanent addresses: what a search finds, pictures of pages and files are reached from them.
"""

from datetime import datetime
from typing import Any

from django.contrib.sitemaps import Sitemap
from django.db.models import Max, OuterRef, Subquery
from django.urls import reverse

from archive.models import Document, Issue, Reference

# Addresses in one file: some 300 kB. The standard allows 50,000, which a small server had to hold in memory at once.
IN_ONE = 2000


def _latest() -> datetime | None:
    """When an issue that readers see last changed."""
    found: datetime | None = Issue.objects.published().aggregate(latest=Max("changed_at"))["latest"]
    return found


class Pages(Sitemap):
    """The ways in. They say no time: whatever comes in or goes may change them, or not."""

    def items(self) -> list[str]:
        return [
            "home",
            "issues",
            "numbers",
            "people",
            "about",
            "help",
            "api-docs",
            "bulk",
            "verify",
            "manifests",
        ]

    def location(self, item: str) -> str:
        return reverse(item)


class Issues(Sitemap):
    limit = IN_ONE

    def items(self) -> Any:
        return Issue.objects.published().select_related("gazette").order_by("pk")

    def lastmod(self, item: Issue) -> datetime:
        return item.changed_at

    def get_latest_lastmod(self) -> datetime | None:
        return _latest()


class Documents(Sitemap):
    """A document changes with its issue, and with the issues that print what cites, amends or repeals it.

    Beside that its page names documents that come near it, which is no change worth a visit.
    """

    limit = IN_ONE

    def items(self) -> Any:
        said = (
            Reference.objects.filter(target=OuterRef("pk"))
            # Also those withdrawn since, whose going changed the page; a draft has changed nothing.
            .exclude(document__issue__state=Issue.State.DRAFT)
            .order_by()
            .values("target")
            .annotate(latest=Max("document__issue__changed_at"))
            .values("latest")
        )
        documents = Document.objects.published().order_by("pk").annotate(said=Subquery(said))
        return documents.values_list("public_id", "issue__changed_at", "said")

    def location(self, item: tuple[str, datetime, datetime | None]) -> str:
        return reverse("document", args=item[:1])

    def lastmod(self, item: tuple[str, datetime, datetime | None]) -> datetime:
        _public_id, changed, said = item
        return max(changed, said) if said else changed

    def get_latest_lastmod(self) -> datetime | None:
        return _latest()


class Numbers(Sitemap):
    """The runs of document numbers, by issuing code and year. They say no time: a number can go without a trace."""

    limit = IN_ONE

    def items(self) -> Any:
        numbered = Document.objects.published().filter(number_sequence__isnull=False).exclude(number_code="")
        runs = numbered.filter(number_year__isnull=False)
        codes = numbered.values_list("number_code").order_by("number_code").distinct()
        years = (
            runs.values_list("number_code", "number_year").order_by("number_code", "number_year").distinct()
        )
        return [*codes, *years]

    def location(self, item: tuple[Any, ...]) -> str:
        return reverse("number-code" if len(item) == 1 else "number-year", args=item)


SITEMAPS: "dict[str, type[Sitemap[Any]] | Sitemap[Any]]" = {
    "pages": Pages,
    "issues": Issues,
    "documents": Documents,
    "numbers": Numbers,
}
