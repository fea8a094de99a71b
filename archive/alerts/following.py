"""Signing up, confirming, ending: what an address follows, by the word of its owner alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from archive.alerts.requests import note_request
from archive.models import Followed, Letter, Subscriber

# What nobody has confirmed by then is deleted, and so is an address that its server has refused for so long.
UNCONFIRMED, PAUSED = timedelta(days=3), timedelta(days=30)
# So much one address can follow.
MOST_FOLLOWED = 30


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something to be followed, as `Followed` holds it."""

    what: str
    value: str


def sign_up(address: str, wanted: Wanted, language: str, client: str | None = None) -> None:
    """Let a mail go to the address that asks whether it is to follow `wanted`; one that does is told so.

    Nothing shows which: not what this gives, nor how many can be asked for. Raises TooMany.
    """
    now = timezone.now()
    with transaction.atomic():
        if not note_request(address, client, now):
            return
        subscriber = _subscriber(address) or Subscriber.objects.create(
            address=_told(address), language=language
        )
        followed = subscriber.followed.filter(what=wanted.what, value=wanted.value).first()
        if followed is None:
            if subscriber.followed.count() >= MOST_FOLLOWED:
                _let_go(subscriber, None, Letter.Purpose.LIST, now)
                return
            followed = Followed.objects.create(
                subscriber=subscriber, what=wanted.what, value=wanted.value, language=language
            )
        purpose = Letter.Purpose.KNOWN if followed.confirmed_at else Letter.Purpose.CONFIRM
        if purpose == Letter.Purpose.CONFIRM:
            # Whoever asks again has three days again.
            Followed.objects.filter(pk=followed.pk).update(language=language, made_at=now)
        _let_go(subscriber, followed, purpose, now)


def ask_for_list(address: str, client: str | None = None) -> None:
    """Let a mail go with the link to all that the address follows; none, where it follows nothing. Raises TooMany."""
    now = timezone.now()
    with transaction.atomic():
        if note_request(address, client, now) and (subscriber := _subscriber(address)):
            _let_go(subscriber, None, Letter.Purpose.LIST, now)


def confirm(key: str) -> Followed | None:
    """What is followed from now on; None where the key is of nothing that is still here. Twice is as once."""
    now = timezone.now()
    with transaction.atomic():
        followed = Followed.objects.select_for_update().filter(key=key).first()
        if followed is None:
            return None
        if followed.confirmed_at is None:
            followed.confirmed_at = followed.told_until = now
            followed.save(update_fields=["confirmed_at", "told_until"])
            followed.letters.all().delete()
        # Who has got the mail can be reached.
        Subscriber.objects.filter(pk=followed.subscriber_id).update(
            language=followed.language, refused=0, paused_at=None
        )
    return followed


def end_one(key: str) -> None:
    """End following one thing; with the last one the address is gone. Nothing, where it was ended before."""
    with transaction.atomic():
        if (followed := Followed.objects.filter(key=key).first()) is not None:
            followed.delete()
            _forget_those_that_follow_nothing(Q(pk=followed.subscriber_id))


def end_all(key: str) -> None:
    """Forget the address with all that it follows. Nothing, where that was done before."""
    Subscriber.objects.filter(key=key).delete()


def forget_stale(now: datetime) -> None:
    """Delete what nobody confirmed in time, and addresses that cannot be reached any more."""
    with transaction.atomic():
        Followed.objects.filter(confirmed_at__isnull=True, made_at__lt=now - UNCONFIRMED).delete()
        Subscriber.objects.filter(paused_at__lt=now - PAUSED).delete()
        _forget_those_that_follow_nothing(Q())


def _forget_those_that_follow_nothing(which: Q) -> None:
    Subscriber.objects.filter(which, followed__isnull=True).delete()


def _subscriber(address: str) -> Subscriber | None:
    return Subscriber.objects.select_for_update().filter(address__iexact=address).first()


def _told(address: str) -> str:
    """As it was written, but for the host, which has no capitals."""
    name, _at, host = address.rpartition("@")
    return f"{name}@{host.lower()}"


def _let_go(subscriber: Subscriber, followed: Followed | None, purpose: str, now: datetime) -> None:
    """A mail to go; one that waits already is that one, and goes now."""
    Letter.objects.update_or_create(
        subscriber=subscriber, followed=followed, purpose=purpose, defaults={"due_at": now, "refused": 0}
    )
