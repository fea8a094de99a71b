"""Whether an error says that the disk is full, however deep it came from."""

import errno
import os

from django.db import OperationalError

_ERRNOS = {errno.ENOSPC, errno.EDQUOT}
# "database or disk is full" of SQLite, "could not extend file …: No space left on device" of PostgreSQL
_SAID = ("disk is full", *map(os.strerror, _ERRNOS))


def says_full(text: str) -> bool:
    """True for the words in which a program says that the disk is full."""
    return any(said in text for said in _SAID)


def lacks_room(error: BaseException | None) -> bool:
    """True where `error`, or what it was raised from, says that there is no room left on the disk."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _ERRNOS:
            return True
        if isinstance(error, OperationalError) and says_full(str(error)):
            return True
        error = error.__cause__
    return False
