"""The sign of the site, where browsers look for it beside what is no page: a PDF, a picture, a feed."""

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe


@require_safe
def icon(request: HttpRequest) -> HttpResponse:
    """Leads to the sign that the pages name. Its file bears a version, so browsers may not keep where it leads for ever."""
    answer = HttpResponsePermanentRedirect(static("favicon.svg"))
    answer["Cache-Control"] = "public, max-age=86400"
    return answer
