"""What Django's system checks ask of the mails: that their settings are whole."""

import ipaddress
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning
from django.core.exceptions import ValidationError
from django.core.validators import validate_email


def check_mail(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A warning for each setting of MAIL_… that is of no use as it stands, or that gives a password away."""
    return [Warning(told, id=f"archive.{code}") for code, told in _slips()]


def _slips() -> list[tuple[str, str]]:
    found = []
    if bool(settings.MAIL_HOST) != bool(settings.MAIL_FROM):
        found.append(("W001", "MAIL_HOST and MAIL_FROM belong together: no mails are sent with one of them."))
    if bool(settings.MAIL_USER) != bool(settings.MAIL_PASSWORD):
        found.append(
            ("W002", "MAIL_USER and MAIL_PASSWORD belong together: nobody signs in with one of them.")
        )
    if settings.MAIL_FROM and not _is_address(settings.MAIL_FROM):
        found.append(("W003", "MAIL_FROM is no mail address, such as gazette@gazette.example."))
    if not settings.MAIL_HOST:
        return found
    if not settings.SITE_ADDRESS:
        found.append(("W004", "Links in mails begin with the first of CSRF_TRUSTED_ORIGINS: set it."))
    if settings.MAIL_TLS == "off" and settings.MAIL_USER and not _is_here(settings.MAIL_HOST):
        found.append(("W005", "MAIL_TLS=off sends MAIL_PASSWORD over the net for all to read."))
    if not 0 <= settings.MAIL_HOUR <= 23:
        found.append(("W006", "MAIL_HOUR is an hour of the day, 0 to 23: no digest goes out."))
    return found


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
