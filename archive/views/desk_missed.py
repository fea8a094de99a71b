"""A page of an issue on which an editor shows where a document begins that the parser missed."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from archive.models import Issue
from archive.views.desk_access import editor_only
from archive.views.drawn import NoStart, documents_of_page, find_start, placed_lines, read_drawn
from archive.views.issues import page_pictures


@editor_only
@require_safe
def missed(request: HttpRequest, pk: int) -> HttpResponse:
    """`?page=` with its lines to choose from; `?drawn=` leads on to the form, or says why no document begins there."""
    issue = get_object_or_404(Issue.objects.select_related("gazette"), pk=pk)
    text, problem = request.GET.get("drawn", ""), ""
    drawn = read_drawn(text)
    if drawn is not None:
        try:
            start = find_start(issue, drawn)
        except NoStart as reason:
            problem = str(reason)
        else:
            place = f"block-{start.block}"
            query = urlencode({"edit": place, "drawn": text}, safe=":,")
            return redirect(f"{reverse('desk-document', args=[pk, start.document.position])}?{query}#{place}")
    elif text:
        problem = _("没有读懂画的位置，请再画一次。")
    pictures = {picture.number: picture for picture in page_pictures(issue, desk=True)}
    number = drawn.page if drawn is not None else _page_asked(request, issue)
    picture = pictures.get(number) or next(iter(pictures.values()), None)
    number = picture.number if picture else number
    context = {
        "issue": issue,
        "problem": problem,
        "picture": picture,
        "page": issue.pages.filter(number=number).first(),
        "lines": placed_lines(issue, number) if picture else [],
        "documents": documents_of_page(issue, number),
        "before": number - 1 if number - 1 in pictures else None,
        "after": number + 1 if number + 1 in pictures else None,
        "last": max(pictures, default=0),
        "original": reverse("desk-original", args=[issue.pk]),
    }
    return render(request, "desk/missed.html", context)


def _page_asked(request: HttpRequest, issue: Issue) -> int:
    """The page of the address; without one the first on which a document begins."""
    asked = request.GET.get("page", "")
    if asked.isdecimal() and len(asked) <= 5:
        return int(asked)
    first = issue.documents.exclude(first_page=None).order_by("first_page").first()
    return (first.first_page or 1) if first else 1
