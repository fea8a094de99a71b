"""Where a request comes from, seen past the proxies that stand before this site."""

import ipaddress
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from django.conf import settings
from django.http import HttpRequest

# A provider gives each of its customers this much of IPv6.
_OF_ONE_READER = 64


class TooMany(Exception):
    """So much was sent from one place already; `seconds` until the next is taken."""

    def __init__(self, seconds: float) -> None:
        self.seconds = max(1, int(seconds))
        super().__init__(f"too many from one place, wait {self.seconds} s")

    @property
    def minutes(self) -> int:
        return -(-self.seconds // 60)


def place_of(address: str | None) -> IPv4Address | IPv6Address | None:
    """What counts as one place: the address, of IPv6 the network of a customer; None for all that are not known, as one."""
    told = ipaddress.ip_address(address) if address else None
    if isinstance(told, IPv6Address):
        return ipaddress.IPv6Network((told, _OF_ONE_READER), strict=False).network_address
    return told


def client_address(request: HttpRequest) -> str | None:
    """The address of the reader's machine; None when it is not known."""
    return address_in(request.META)


def address_in(environ: dict[str, Any]) -> str | None:
    """The same, of a request that is still as the web server gave it.

    Each of the PROXIES before the site adds whom it heard to the end of X-Forwarded-For. What stands before those
    entries the reader may have written; without proxies, all of it.
    """
    heard = [part.strip() for part in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    proxies = settings.PROXIES
    told = heard[-proxies] if 0 < proxies <= len(heard) else ""
    return _address(told) or _address(environ.get("REMOTE_ADDR", ""))


def _address(text: str) -> str | None:
    """The address in 203.0.113.7, 203.0.113.7:51234, 2001:db8::7 or [2001:db8::7]:51234."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None
