"""Which state of the archive the public sees: a name that is another one after every change that readers may see.

What was made for readers under one name (a page, an answer) holds as long as the name does. A name is never given
twice, not even where a backup is put back.
"""

import secrets

from django.db import connection

from archive.models.edition import Edition

_PRESENT = f"SELECT name FROM {Edition._meta.db_table} WHERE id = %s"


def present_edition() -> str:
    """The name of the present state; "" before the first change."""
    # In plain SQL: each kept page asks this and hardly anything else, and Django's own way costs as much as the rest.
    with connection.cursor() as cursor:
        cursor.execute(_PRESENT, [Edition.PRESENT])
        row = cursor.fetchone()
    return row[0] if row else ""


def next_edition() -> None:
    """Give the present state a new name: within the transaction that makes it what it is, so that both come together."""
    Edition.objects.update_or_create(pk=Edition.PRESENT, defaults={"name": secrets.token_hex(12)})
