"""A mail server for each test, and the archive set up to use it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from archive.alerts.postman import deliver
from tests.alerts.post_office import PostOffice, Received, turn_alerts_on


@pytest.fixture
def post_office(settings: Settings) -> Iterator[PostOffice]:
    """The server; the settings name it."""
    office = PostOffice()
    office.open()
    turn_alerts_on(settings, office.port)
    yield office
    office.close()


class Days:
    """Morning after morning, from tomorrow on: `one()` delivers what is due on the next one, and gives what came."""

    def __init__(self, office: PostOffice) -> None:
        self.office = office
        here = timezone.localtime()
        self.now = here.replace(hour=7, minute=30, second=0, microsecond=0)

    def one(self) -> list[Received]:
        self.now += timedelta(days=1)
        return self.at(self.now)

    def at(self, moment: datetime) -> list[Received]:
        deliver(moment)
        return self.office.take()


@pytest.fixture
def days(post_office: PostOffice) -> Days:
    return Days(post_office)
