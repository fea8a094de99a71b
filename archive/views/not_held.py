"""The numbers that documents cite and the archive does not hold."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from archive.not_held import numbers_not_held, with_citing
from archive.views.addresses import page_addresses

# Numbers on a page, and documents named under each.
PAGE, CITING = 30, 3


@require_safe
def not_held(request: HttpRequest) -> HttpResponse:
    """The most cited first, each with how many documents cite it and the newest of these."""
    pages = Paginator(numbers_not_held(), PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "total": pages.count,
        "numbers": with_citing(list(page.object_list), CITING),
        "start": page.start_index(),
        "pages": page_addresses({}, page.number, pages.num_pages),
    }
    return render(request, "archive/not_held.html", context)
