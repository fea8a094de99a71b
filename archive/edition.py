"""Which state of the archive the public sees: a name that is another one after every change that readers may see.

What was made for readers under one name (a page, an answer) holds as long as the name does. A name is never given
twice, not even where a backup is put back.
"""

import secrets

from archive.models.edition import Edition


def present_edition() -> str:
    """The name of the present state; "" before the first change."""
    name = Edition.objects.filter(pk=Edition.PRESENT).values_list("name", flat=True).first()
    return name or ""


def next_edition() -> None:
    """Give the present state a new name: within the transaction that makes it what it is, so that both come together."""
    Edition.objects.update_or_create(pk=Edition.PRESENT, defaults={"name": secrets.token_hex(12)})
