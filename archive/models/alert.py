"""Who is told of new documents by mail, what they follow, and the mails that are still to go.

A mail address stands in `Subscriber.address` and nowhere else; its row goes with the last thing that it follows.
"""

import secrets

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


def new_key() -> str:
    """160 random bits, by which a link in a mail names a row."""
    return secrets.token_hex(20)


class Subscriber(models.Model):
    """A mail address, with the language of its mails. One that has confirmed nothing yet is told nothing but that."""

    address = models.EmailField()
    key = models.CharField(max_length=40, unique=True, default=new_key, editable=False)
    language = models.CharField(max_length=10)
    made_at = models.DateTimeField(auto_now_add=True)
    # The day of the last digest, in the time zone of the site: there is none twice a day.
    told_on = models.DateField(null=True, blank=True)
    # How often its mail server has refused it since a mail went through; from so many on it rests.
    refused = models.PositiveSmallIntegerField(default=0)
    paused_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(Lower("address"), name="subscriber_address_once")]

    def __str__(self) -> str:
        return self.shown

    @property
    def shown(self) -> str:
        """The address as others than its owner may see it: m…@example.org."""
        name, _at, host = self.address.rpartition("@")
        return f"{name[:1]}…@{host}"


class Followed(models.Model):
    """One thing that an address follows. It counts once the owner of the address has confirmed it."""

    class What(models.TextChoices):
        SEARCH = "search", _("检索")
        KIND = "kind", _("文种")
        NUMBER = "number", _("文号")

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="followed")
    what = models.CharField(max_length=8, choices=What)
    # Of a search its parameters as they stand in its address (q=…&year=…, "" for all documents), else the kind or the
    # canonical number itself.
    value = models.CharField(max_length=2000, blank=True)
    language = models.CharField(max_length=10)
    key = models.CharField(max_length=40, unique=True, default=new_key, editable=False)
    made_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    # What came public until then has been told, or was there before it was followed.
    told_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "what", "value"], name="followed_once"),
            models.CheckConstraint(
                condition=models.Q(what__in=["search", "kind", "number"]), name="followed_what_known"
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_at__isnull=True) | models.Q(told_until__isnull=False),
                name="followed_confirmed_from_then_on",
            ),
        ]
        indexes = [models.Index(fields=["confirmed_at", "made_at"], name="followed_unconfirmed")]

    def __str__(self) -> str:
        return f"{self.get_what_display()} {self.key[:6]}"


class Letter(models.Model):
    """A mail that is to go. Its text is made when it goes; the row goes when it has gone."""

    class Purpose(models.TextChoices):
        CONFIRM = "confirm", _("请确认")
        KNOWN = "known", _("已在关注")
        LIST = "list", _("全部关注")
        DIGEST = "digest", _("新公文")

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="letters")
    followed = models.ForeignKey(Followed, on_delete=models.CASCADE, null=True, related_name="letters")
    purpose = models.CharField(max_length=8, choices=Purpose)
    # Its Message-ID, the same at each try.
    key = models.CharField(max_length=40, unique=True, default=new_key, editable=False)
    # When it may be taken up next: while one sends it, later than that can last.
    due_at = models.DateTimeField()
    # How often it was not taken, which makes the pauses longer.
    refused = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber", "purpose"],
                condition=models.Q(followed__isnull=True),
                name="letter_once_a_subscriber",
            ),
            models.UniqueConstraint(
                fields=["followed", "purpose"],
                condition=models.Q(followed__isnull=False),
                name="letter_once_a_followed",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="letter_due")]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.key[:6]}"


class AlertRequest(models.Model):
    """That somebody asked for a mail to an address: both as keyed hashes, for a day, so that there are not too many."""

    client = models.CharField(max_length=64)
    address = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["made_at", "pk"]
        indexes = [
            models.Index(fields=["client", "made_at"], name="alert_request_client"),
            models.Index(fields=["address", "made_at"], name="alert_request_address"),
        ]

    def __str__(self) -> str:
        return self.made_at.isoformat()
