"""What Django's system checks ask of the key that signs manifests: that it can, and that nobody else reads it."""

from typing import Any

from django.core.checks import Error

from archive.authenticity.signing import KeyUnusable, signing_key


def check_manifest_key(app_configs: Any, **kwargs: Any) -> list[Error]:
    """An error for a key file that is missing, open to others, or no Ed25519 key; none where no key is set."""
    try:
        signing_key()
    except KeyUnusable as error:
        return [Error(str(error), id="archive.E003")]
    return []
