"""Who answers: the host in whose name records are identified, and the mail address of whoever runs the archive."""

import re
from urllib.parse import urlsplit

from django.conf import settings

# As a machine without a name of its own calls itself.
_NAMELESS = "localhost.localdomain"
_A_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9\-]*(?:\.[a-zA-Z][a-zA-Z0-9\-]*)+")
_MAIL = re.compile(r"[A-Za-z0-9._%+\-]+@(?:[A-Za-z0-9\-]+\.)+[A-Za-z]{2,}")
_LOCAL = re.compile(r"documents/([0-9a-z]{8,12})")


def host() -> str:
    """The name in the identifiers of records: that of SITE_ADDRESS, else the first of ALLOWED_HOSTS that is one.

    It does not go by the request: a record has one identifier, by whatever name the archive was reached.
    """
    names = (name.removeprefix(".") for name in settings.ALLOWED_HOSTS)
    return _named() or next(filter(_A_NAME.fullmatch, names), _NAMELESS)


def address_of_site() -> str:
    """https://gazette.example; "" where the settings give no name, as on a machine of one's own."""
    return settings.SITE_ADDRESS if _named() else ""


def _named() -> str:
    name = urlsplit(settings.SITE_ADDRESS).hostname or ""
    return name if _A_NAME.fullmatch(name) else ""


def identifier_of(public_id: str) -> str:
    """oai:gazette.example:documents/bcdfghjk"""
    return f"oai:{host()}:documents/{public_id}"


def public_id_of(identifier: str) -> str:
    """The id of the document that is identified so; "" for what is no identifier of this archive."""
    before = f"oai:{host()}:"
    found = _LOCAL.fullmatch(identifier.removeprefix(before)) if identifier.startswith(before) else None
    return found[1] if found else ""


def mail() -> str:
    """The address in SITE_CONTACT, else the one that every domain with mail has (RFC 2142)."""
    found = _MAIL.search(settings.SITE["contact"])
    return found[0] if found else f"postmaster@{host()}"
