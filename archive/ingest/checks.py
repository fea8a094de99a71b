"""What Django's system checks ask of the files: that what they are to lie in can be spoken to."""

from typing import Any

from django.core.checks import Error
from django.core.exceptions import ImproperlyConfigured

from archive.ingest.files_store import files_store


def check_files_store(app_configs: Any, **kwargs: Any) -> list[Error]:
    """An error for a bucket without the packages that it needs, at the start and not at the first file."""
    try:
        files_store()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="archive.E002")]
    return []
