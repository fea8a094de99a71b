"""/metrics: what it counts, and who may read it."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from archive.models import Document, IngestRun
from archive.worker_heartbeat import beat
from gazette.settings import environment_networks
from tests.factories import make_issue

pytestmark = pytest.mark.django_db


def figures(client: Client) -> dict[str, float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "no-store" in answer["Cache-Control"]
    lines = answer.content.decode().splitlines()
    return {name: float(value) for name, value in (x.rsplit(" ", 1) for x in lines if not x.startswith("#"))}


def test_the_archive_is_counted(client: Client) -> None:
    public = make_issue()
    make_issue("draft", label="2")
    now = timezone.now()
    for state, age in (("queued", 60), ("queued", 5), ("failed", 900)):
        run = IngestRun.objects.create(file_name="1.pdf", sha256="0" * 64, state=state)
        IngestRun.objects.filter(pk=run.pk).update(created_at=now - timedelta(seconds=age))
    beat()
    found = figures(client)
    seen = Document.objects.filter(issue=public).count()
    assert found['gazette_documents{seen="public"}'] == seen
    assert found['gazette_documents{seen="no"}'] == Document.objects.count() - seen > 0
    assert found['gazette_issues{state="published"}'] == found['gazette_issues{state="draft"}'] == 1
    assert found['gazette_issues{state="withdrawn"}'] == 0
    assert found['gazette_uploads{state="queued"}'] == 2 and found['gazette_uploads{state="failed"}'] == 1
    assert 60 <= found["gazette_upload_waits_seconds"] < 600
    assert 0 <= found["gazette_worker_silence_seconds"] < 600


def test_an_empty_archive_has_figures_too(client: Client) -> None:
    found = figures(client)
    assert found['gazette_documents{seen="public"}'] == found["gazette_upload_waits_seconds"] == 0
    assert "gazette_worker_silence_seconds" not in found


def test_requests_and_their_latency_are_counted_by_address(client: Client) -> None:
    name = 'django_http_responses_total_by_status_view_method_total{method="GET",status="200",view="issues"}'
    times = 'django_http_requests_latency_seconds_by_view_method_count{method="GET",view="issues"}'
    before = figures(client)
    client.get("/issues/")
    client.get("/nothing-there/")
    after = figures(client)
    assert after[name] == before.get(name, 0) + 1
    assert after[times] == before.get(times, 0) + 1
    # what readers ask for is no label: labels of their making would fill the memory
    assert not any("nothing-there" in series for series in after)


def test_the_figures_cost_a_few_queries_however_large_the_archive(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for label in ("1", "2", "3"):
        make_issue(label=label)
        with django_assert_num_queries(5):
            client.get("/metrics")


def test_a_database_that_does_not_answer_leaves_the_figures_of_requests(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr("archive.metrics._by_state", fail)
    found = figures(client)
    assert any(name.startswith("django_http_requests_total_by_method") for name in found)
    assert not any(name.startswith("gazette_issues") for name in found)


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "status"),
    [
        (0, "127.0.0.1", None, 200),
        (0, "::1", None, 200),
        (0, "::ffff:127.0.0.1", None, 200),
        (0, "203.0.113.7", None, 404),
        (0, "127.0.0.1", "203.0.113.7", 404),  # a proxy that the settings do not know of
        (0, "203.0.113.7", "127.0.0.1", 404),  # written by the reader
        (1, "127.0.0.1", "203.0.113.7", 404),
        (1, "127.0.0.1", "127.0.0.1, 203.0.113.7", 404),
        (
            1,
            "",
            "127.0.0.1",
            200,
        ),  # nginx hears it from this machine, and speaks through a socket without address
        (1, "", None, 404),
        (1, "10.0.0.2", "10.0.8.5", 200),
    ],
)
def test_only_addresses_of_the_setting_may_read(
    client: Client, settings: Settings, proxies: int, peer: str, forwarded: str | None, status: int
) -> None:
    settings.PROXIES = proxies
    settings.METRICS_FROM = environment_networks("NOWHERE_SET", "127.0.0.1, ::1, 10.0.8.0/24")
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    answer = client.get("/metrics", headers=headers, REMOTE_ADDR=peer)
    assert answer.status_code == status
    assert ("gazette_documents" in answer.content.decode()) is (status == 200)


def test_a_slip_in_the_setting_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRICS_FROM", "127.0.0.1,10.0.8.5/24")
    with pytest.raises(ImproperlyConfigured, match=re.escape("METRICS_FROM: 10.0.8.5/24")):
        environment_networks("METRICS_FROM", "")


def test_only_reading_is_answered(client: Client) -> None:
    assert client.post("/metrics").status_code == 405
