"""What the API answers, as it is sent."""

import json
from typing import Any

from django.http import HttpResponse
from ninja.responses import NinjaJSONEncoder

# What a proxy before the archive takes of one header, at least. A longer address stands in the answer alone.
_LONGEST_LINK = 2000


def answer(told: dict[str, Any]) -> HttpResponse:
    """`told` as JSON, with the address of the next page as a link (RFC 8288) where there is one.

    It is sent as it is, and not put through the record that describes it: tests hold the one against the other.
    """
    body = json.dumps(told, cls=NinjaJSONEncoder)
    response = HttpResponse(body, content_type="application/json; charset=utf-8")
    following = told.get("next")
    if following and len(following) <= _LONGEST_LINK:
        response.headers["Link"] = f'<{following}>; rel="next"'
    return response
