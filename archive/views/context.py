"""What every template knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """The site's name, publisher and registration numbers, as `site`."""
    return {"site": settings.SITE}
