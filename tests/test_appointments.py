"""Appointments as rows: which of them readers see, and how those to a post are found."""

import pytest
from django.db import connection

from archive.models import Appointment, Document
from tests.factories import make_issue

pytestmark = pytest.mark.django_db


def test_readers_see_those_of_published_documents() -> None:
    make_issue()
    make_issue(state="draft", label="2")
    make_issue(state="withdrawn", label="3")
    assert Appointment.objects.count() == 9
    assert Appointment.objects.published().count() == 3
    Document.objects.published().filter(category="人事任免").update(withdrawn_at="2024-03-01T00:00Z")
    assert not Appointment.objects.published().exists()


@pytest.mark.parametrize("length", [1, 79, 80, 81, 3000])
def test_a_post_of_any_length_is_found_and_no_longer_one(length: int) -> None:
    document = make_issue().documents.get(position=4)
    for n, post in enumerate(("长" * length, "长" * length + "长", "长" * length + "助理"), 10):
        Appointment.objects.create(document=document, position=n, action="appoint", person="林岚", post=post)
    assert [one.position for one in Appointment.objects.to_post("长" * length)] == [10]


def test_the_index_of_posts_is_used() -> None:
    make_issue()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Appointment.objects.published().to_post("云岭市林业局局长").newest_first().explain()
    assert "appointment_post" in plan
