"""What the archive lacks, by the numbers of what it has."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from archive.gaps import number_gaps, year_gaps
from archive.holdings import shelves
from archive.models import Document, Issue
from archive.views.addresses import page_addresses
from archive.views.desk_access import staff_only

RUNS_A_PAGE = 50


@staff_only
@require_safe
def gaps(request: HttpRequest) -> HttpResponse:
    """Missing issues by gazette and year, missing document numbers by code and year (`?code=` for one code)."""
    held = Issue.objects.filter(gazette__isnull=False, year__isnull=False).select_related("gazette")
    of_gazettes = [(shelf.gazette, found) for shelf in shelves(held) if (found := year_gaps(shelf))]
    code = request.GET.get("code", "").strip()
    numbered = Document.objects.filter(number_year__isnull=False, number_sequence__gte=1).exclude(
        number_code=""
    )
    if code:
        numbered = numbered.filter(number_code=code)
    parts = numbered.order_by().values_list("number_code", "number_year", "number_sequence")
    runs = number_gaps((code, year, sequence) for code, year, sequence in parts if year and sequence)
    page = Paginator(runs, RUNS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "gazettes": of_gazettes,
        "issues_missing": sum(len(gap.missing) for _gazette, found in of_gazettes for gap in found),
        "code": code,
        "runs": page.object_list,
        "numbers_missing": sum(run.missing for run in runs),
        "pages": page_addresses({"code": code}, page.number, page.paginator.num_pages),
    }
    return render(request, "desk/gaps.html", context)
