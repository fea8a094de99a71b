"""The one-time link that makes the first administrator; no password exists before.

`serve` issues it at a start without an administrator. Only the token's hash is kept, in the data folder; the
link is spent by its first use and worthless as soon as any administrator exists.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model


def _hash_path() -> Path:
    return settings.GAZETTE_DATA / "first-administrator"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def administrator_exists() -> bool:
    return get_user_model()._default_manager.filter(is_superuser=True, is_active=True).exists()


def issue_token() -> str | None:
    """A new token, the ones before it are void; None when an administrator exists."""
    if administrator_exists():
        _hash_path().unlink(missing_ok=True)
        return None
    token = secrets.token_urlsafe(32)
    path = _hash_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(_hash(token))
    return token


def token_is_good(token: str) -> bool:
    """True for the token issued last, while it is unspent and no administrator exists."""
    try:
        kept = _hash_path().read_text()
    except FileNotFoundError:
        return False
    return hmac.compare_digest(kept, _hash(token)) and not administrator_exists()


def spend_token(token: str) -> bool:
    """True once: of two that come with the same token, the one whose removal of the file succeeds."""
    if not token_is_good(token):
        return False
    try:
        _hash_path().unlink()
    except FileNotFoundError:
        return False
    return True
