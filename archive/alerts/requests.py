"""How many mails may be asked for: from one place of the net, and to one address, whoever asks."""

import hmac
import ipaddress
from datetime import datetime, timedelta

from django.conf import settings

from archive.models import AlertRequest

# To one address, in an hour and in a day: whose box it is may not have asked for any.
TO_ONE_AN_HOUR, TO_ONE_A_DAY = 3, 6
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
# A provider gives each of its customers this much of IPv6.
_OF_ONE_READER = 64


class TooManyRequests(Exception):
    """So many were asked for from one place already; `seconds` until the next is taken."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many requests, wait {seconds} s")
        self.seconds = seconds

    @property
    def minutes(self) -> int:
        return -(-self.seconds // 60)


def note_request(address: str, client: str | None, now: datetime) -> bool:
    """Note that a mail to `address` was asked for; False where it has had its share.

    Raises TooManyRequests, and notes nothing, where `client` has asked often enough: this depends on no address.
    """
    AlertRequest.objects.filter(made_at__lt=now - _DAY).delete()
    # Where somebody wrote from is kept no longer than it is needed.
    AlertRequest.objects.filter(made_at__lt=now - _HOUR).exclude(client="").update(client="")
    who = _hash("client", str(_network(client)))
    times = list(
        AlertRequest.objects.filter(client=who)
        .order_by("-made_at")
        .values_list("made_at", flat=True)[: settings.ALERTS_PER_HOUR]
    )
    if len(times) >= settings.ALERTS_PER_HOUR:
        first = times[-1] if times else now
        raise TooManyRequests(max(1, int((first + _HOUR - now).total_seconds())))
    to = _hash("address", address.lower())
    had = AlertRequest.objects.filter(address=to)
    enough = had.count() >= TO_ONE_A_DAY or had.filter(made_at__gte=now - _HOUR).count() >= TO_ONE_AN_HOUR
    # What is not sent does not count against the address: else a stranger could keep it from ever getting one.
    AlertRequest.objects.create(client=who, address="" if enough else to, made_at=now)
    return not enough


def _network(client: str | None) -> object:
    """Of IPv6 the network of a customer; None for all whose address is not known, who count as one."""
    told = ipaddress.ip_address(client) if client else None
    if told is not None and told.version == 6:
        return ipaddress.ip_network((told, _OF_ONE_READER), strict=False).network_address
    return told


def _hash(what: str, text: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"alerts {what} {text}".encode(), "sha256").hexdigest()
