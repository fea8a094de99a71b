"""The state of the archive as the public sees it, by a name that changes with it."""

from django.db import models


class Edition(models.Model):
    """One row: the name of the present state. See archive/edition.py."""

    PRESENT = 1

    name = models.CharField(max_length=32)
    since = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name
