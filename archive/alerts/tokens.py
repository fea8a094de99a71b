"""The links in mails: each names a row by its random key, and is signed for one purpose, so that none can be made up."""

from django.core.signing import BadSignature, Signer
from django.db.models import TextChoices


class Link(TextChoices):
    """What a link is good for. One that ends a thing cannot confirm it."""

    CONFIRM = "confirm"
    END_ONE = "end-one"
    END_ALL = "end-all"
    LIST = "list"


def signed(link: Link, key: str) -> str:
    """What stands in the address, letters, figures, `.`, `-` and `_`: no mail program breaks it."""
    return _signer(link).sign(key)


def read(token: str, *links: Link) -> tuple[Link, str] | None:
    """What the token is good for and the key in it; None for one that was not signed here for any of `links`."""
    for link in links:
        try:
            return link, _signer(link).unsign(token)
        except BadSignature:
            continue
    return None


def _signer(link: Link) -> Signer:
    return Signer(salt=f"alerts {link}", sep=".")
