"""What Django's system checks ask of the search: that the engine it is to stand on is there."""

from typing import Any

from django.conf import settings
from django.core.checks import Error
from django.core.exceptions import ImproperlyConfigured

from archive.search.stores import store_of


def check_engine(app_configs: Any, **kwargs: Any) -> list[Error]:
    """An error for a SEARCH_ENGINE that is unknown or not installed, at the start and not at the first search."""
    if settings.SEARCH_ENGINE == "whoosh":
        return []
    try:
        store_of(settings.SEARCH_ENGINE)
    except ImproperlyConfigured as error:
        return [Error(str(error), id="archive.E001")]
    return []
