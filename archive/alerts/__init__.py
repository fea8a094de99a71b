"""Readers without an account are told of new documents by mail: what they follow, what is new in it, the mails, the sending."""

from django.conf import settings


def alerts_are_on() -> bool:
    """True where the settings name a mail server, a sender, and the site's own address, with which links begin."""
    return bool(settings.MAIL_HOST and settings.MAIL_FROM and settings.SITE_ADDRESS)
