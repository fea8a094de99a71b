"""What a search box proposes while a reader types, as JSON; static/suggest.js asks for it, and browsers do."""

from dataclasses import asdict

from django.http import HttpRequest, JsonResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from archive.search.suggestions import suggest as suggestions_for


@require_safe
def suggest(request: HttpRequest) -> JsonResponse:
    """{"suggestions": […]} for any `q`; see `Suggestion`. The same in every language."""
    found = suggestions_for(request.GET.get("q", ""))
    return _brief(JsonResponse({"suggestions": [asdict(one) for one in found]}))


@require_safe
def completions(request: HttpRequest) -> JsonResponse:
    """The same as OpenSearch has it, for the address bar of a browser: [q, [texts], [details], [addresses]]."""
    typed = request.GET.get("q", "")
    found = suggestions_for(typed)
    lists = (
        [one.text for one in found],
        [one.detail for one in found],
        [request.build_absolute_uri(one.url) for one in found],
    )
    return _brief(JsonResponse([typed, *lists], safe=False, content_type="application/x-suggestions+json"))


def _brief(answer: JsonResponse) -> JsonResponse:
    # For a reader who types to and fro. No cache that others share: what is withdrawn is not proposed again.
    patch_cache_control(answer, private=True, max_age=10)
    return answer
