"""How many mails may be asked for: from one place of the net, and to one address, whoever asks."""

import hmac
from datetime import datetime, timedelta

from django.conf import settings

from archive.client_address import TooMany, place_of
from archive.models import AlertRequest

# To one address, in an hour and in a day: whose box it is may not have asked for any.
TO_ONE_AN_HOUR, TO_ONE_A_DAY = 3, 6
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def note_request(address: str, client: str | None, now: datetime) -> bool:
    """Note that a mail to `address` was asked for; False where it has had its share.

    Raises TooMany, and notes nothing, where `client` has asked often enough: this depends on no address.
    """
    AlertRequest.objects.filter(made_at__lt=now - _DAY).delete()
    # Where somebody wrote from is kept no longer than it is needed.
    AlertRequest.objects.filter(made_at__lt=now - _HOUR).exclude(client="").update(client="")
    who = _hash("client", str(place_of(client)))
    times = list(
        AlertRequest.objects.filter(client=who)
        .order_by("-made_at")
        .values_list("made_at", flat=True)[: settings.ALERTS_PER_HOUR]
    )
    if len(times) >= settings.ALERTS_PER_HOUR:
        first = times[-1] if times else now
        raise TooMany((first + _HOUR - now).total_seconds())
    to = _hash("address", address.lower())
    had = AlertRequest.objects.filter(address=to)
    enough = had.count() >= TO_ONE_A_DAY or had.filter(made_at__gte=now - _HOUR).count() >= TO_ONE_AN_HOUR
    # What is not sent does not count against the address: else a stranger could keep it from ever getting one.
    AlertRequest.objects.create(client=who, address="" if enough else to, made_at=now)
    return not enough


def _hash(what: str, text: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"alerts {what} {text}".encode(), "sha256").hexdigest()
