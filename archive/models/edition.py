"""The state of the archive as the public sees it, by a name that changes with it."""

from django.db import models

from archive.models.issue import Issue


class Edition(models.Model):
    """One row: the name of the present state. See archive/edition.py."""

    PRESENT = 1

    name = models.CharField(max_length=32)
    since = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name


class IssueEdition(models.Model):
    """The name of the present state of one issue by itself: of its rows, and of nothing that others say of it.

    An issue without a row has none, and nothing that is made of it is kept.
    """

    issue = models.OneToOneField(Issue, on_delete=models.CASCADE, primary_key=True, related_name="edition")
    name = models.CharField(max_length=32)
    since = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name
