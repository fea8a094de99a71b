"""The mails that are to go, one after the other. Killed at any moment it loses none, and sends at most one of them twice.

A letter is put off before it is sent, and deleted once the server has taken it: whoever is killed in between leaves it to
be sent again when that time is over, under the same Message-ID.
"""

import logging
import threading
import traceback
from datetime import datetime, timedelta

from django.db import DatabaseError, close_old_connections, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import override

from archive.alerts.digest import IndexBehind, digest_for, mark_told, write_digests
from archive.alerts.following import forget_stale
from archive.alerts.mails import letter_as_mail
from archive.alerts.sending import Connection, Refused, ServerAway
from archive.models import Followed, Letter, Subscriber

log = logging.getLogger(__name__)

# Longer than one mail can be under way: making it, and each step of the conversation at its limit.
UNDER_WAY = timedelta(minutes=10)
# How long a server that was away is left alone, and a mail that was refused, for now or by an address (5xx).
SERVER_AWAY, FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=6)
INDEX_BEHIND = timedelta(minutes=2)
# A worker that is asked to end waits so long for the mail at hand, then leaves it as one that is killed does.
_LAST_MAIL_SECONDS = 60
# An address that was refused so often for good rests.
MOST_REFUSED = 3


def deliver(now: datetime, ending: threading.Event | None = None) -> int:
    """Write the digests of the day, and send all letters that are due; returns how many mails went.

    Ends before the next mail when `ending` is set. Raises ServerAway when nothing can be sent at all.
    """
    forget_stale(now)
    write_digests(now)
    sent = 0
    with Connection() as connection:
        for pk in list(Letter.objects.filter(due_at__lte=now).values_list("pk", flat=True)):
            if ending is not None and ending.is_set():
                break
            sent += _take_up(pk, now, connection)
    return sent


def _take_up(pk: int, now: datetime, connection: Connection) -> bool:
    """Send one letter; True when a mail went. Nothing, where it is gone, or another worker has it."""
    mine = Letter.objects.filter(pk=pk, due_at__lte=now)
    if not mine.update(due_at=now + UNDER_WAY):
        return False
    letter = Letter.objects.select_related("subscriber", "followed__subscriber").filter(pk=pk).first()
    if letter is None:
        return False
    try:
        return _send(letter, now, connection)
    except IndexBehind:
        _put_off(letter, now + INDEX_BEHIND)
    except ServerAway:
        _put_off(letter, now + SERVER_AWAY)
        raise
    except Refused as refused:
        log.warning("a mail was not taken: %s", refused)
        Letter.objects.filter(pk=pk).update(refused=F("refused") + 1)
        _put_off(letter, now + min(FIRST_PAUSE * 2 ** min(letter.refused, 10), LONGEST_PAUSE))
        if refused.for_good:
            _note_refused(letter, now)
    except (DatabaseError, OSError):
        raise
    except Exception as error:
        # One that cannot be made holds up no other.
        log.error("a mail cannot be made: %s", place_of(error))
        _put_off(letter, now + LONGEST_PAUSE)
    return False


def place_of(error: Exception) -> str:
    """Which error, and where: its own words may hold an address, which no log is to have."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}, {frame.filename}:{frame.lineno}"


def _send(letter: Letter, now: datetime, connection: Connection) -> bool:
    """Hand it over, and note in one transaction that it went; a digest of nothing does not go."""
    subscriber, digest = letter.subscriber, None
    if letter.purpose == Letter.Purpose.DIGEST:
        with override(subscriber.language):
            digest = digest_for(subscriber, now)
    goes = digest is None or bool(digest.news)
    if goes:
        connection.send(letter_as_mail(letter, digest))
    # Whoever left meanwhile has no rows any more, and gets none by this.
    with transaction.atomic():
        if goes:
            Subscriber.objects.filter(pk=subscriber.pk).update(refused=0)
        if digest is not None:
            mark_told(subscriber, digest.until, now)
        letter.delete()
    return goes


def _put_off(letter: Letter, until: datetime) -> None:
    Letter.objects.filter(pk=letter.pk).update(due_at=until)


def _note_refused(letter: Letter, now: datetime) -> None:
    """Count it; after MOST_REFUSED an address that never confirmed anything is forgotten, and any other rests."""
    with transaction.atomic():
        this = Subscriber.objects.filter(pk=letter.subscriber_id)
        this.update(refused=F("refused") + 1)
        if not this.filter(refused__gte=MOST_REFUSED).exists():
            return
        Followed.objects.filter(subscriber=letter.subscriber_id, confirmed_at__isnull=True).delete()
        this.filter(followed__isnull=True).delete()
        this.update(paused_at=now)
        Letter.objects.filter(subscriber=letter.subscriber_id).delete()


class Postman:
    """A thread of the worker that delivers as long as it runs: no slow mail server keeps files waiting, and no long file
    the mails.
    """

    def __init__(self, interval: float = 2.0) -> None:
        self.interval = interval
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._go, name="postman", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Let the mail at hand go, and none after it."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join(_LAST_MAIL_SECONDS)

    def _go(self) -> None:
        while not self._ending.is_set():
            pause = self.round()
            close_old_connections()
            self._ending.wait(pause)

    def round(self) -> float:
        """Deliver what is due; returns how many seconds to wait before the next look."""
        try:
            deliver(timezone.now(), self._ending)
        except ServerAway as error:
            log.warning("the mail server is not reached, mails wait: %s", error)
            return SERVER_AWAY.total_seconds()
        except (DatabaseError, OSError) as error:
            log.warning("mails wait: %s", type(error).__name__)
            return 60.0
        except Exception as error:
            log.error("mails cannot be sent: %s", place_of(error))
            return SERVER_AWAY.total_seconds()
        return self.interval
