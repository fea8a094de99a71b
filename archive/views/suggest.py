"""What a search box proposes while a reader types, as JSON; static/suggest.js asks for it."""

from dataclasses import asdict

from django.http import HttpRequest, JsonResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from archive.search.suggestions import suggest as suggestions_for


@require_safe
def suggest(request: HttpRequest) -> JsonResponse:
    """{"suggestions": […]} for any `q`; see `Suggestion`. The same in every language."""
    found = suggestions_for(request.GET.get("q", ""))
    answer = JsonResponse({"suggestions": [asdict(one) for one in found]})
    # For a reader who types to and fro. No cache that others share: what is withdrawn is not proposed again.
    patch_cache_control(answer, private=True, max_age=10)
    return answer
