"""What a monitor reads every few seconds: requests and their latencies, uploads that wait, what the archive holds.

    gazette_documents{seen="public"} 10124.0
    gazette_uploads{state="queued"} 3.0
    gazette_worker_silence_seconds 2.1

django-prometheus counts the requests in each web process; with several, prometheus_client adds them up out of the
folder PROMETHEUS_MULTIPROC_DIR, which gazette/gunicorn_settings.py makes. The rest is asked of the database here.
"""

import logging
import os
from collections.abc import Iterator
from datetime import datetime

from django.db import DatabaseError
from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client import REGISTRY, CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from archive.models import Document, IngestRun, Issue
from archive.worker_heartbeat import last_beat

logger = logging.getLogger(__name__)

# Counted in each web process, by archive/public_pages.py.
KEPT_PAGES = Counter("gazette_kept_pages", "Pages answered as they were kept, and that a page still holds.")


def exposition() -> bytes:
    """All figures in Prometheus' text format; without the archive's own while the database does not answer."""
    requests = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        requests = CollectorRegistry()
        MultiProcessCollector(requests)
    own = CollectorRegistry()
    own.register(Holdings())
    try:
        return generate_latest(requests) + generate_latest(own)
    except DatabaseError:
        logger.exception("the figures of the archive cannot be read")
        return generate_latest(requests)


class Holdings(Collector):
    """Figures of the archive itself, read when they are asked for."""

    def describe(self) -> list[Metric]:
        # Else they would be read once more, to learn their names.
        return []

    def collect(self) -> Iterator[Metric]:
        yield _by_label(
            "gazette_documents",
            "Documents, by whether readers see them.",
            "seen",
            {
                "public": (public := Document.objects.published().count()),
                "no": Document.objects.count() - public,
            },
        )
        yield _by_label("gazette_issues", "Issues, by state.", "state", _by_state(Issue))
        yield _by_label("gazette_uploads", "Uploaded files, by state.", "state", _by_state(IngestRun))
        now = timezone.now()
        oldest = IngestRun.objects.filter(state=IngestRun.State.QUEUED).aggregate(at=Min("created_at"))["at"]
        yield GaugeMetricFamily(
            "gazette_upload_waits_seconds",
            "How long the oldest upload has waited for the worker; 0 when none waits.",
            value=_seconds(oldest, now) if oldest else 0.0,
        )
        if seen := last_beat():
            yield GaugeMetricFamily(
                "gazette_worker_silence_seconds",
                "How long ago the worker gave its last sign of life; missing when it never did.",
                value=_seconds(seen, now),
            )


def _by_state(model: type[Issue] | type[IngestRun]) -> dict[str, int]:
    """How many rows each state has, also none: a series that comes and goes raises no alarm."""
    counted = model._default_manager.order_by().values_list("state").annotate(Count("pk"))
    return dict.fromkeys(model.State.values, 0) | dict(counted)


def _by_label(name: str, what: str, label: str, values: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, what, labels=[label])
    for value, count in values.items():
        family.add_metric([value], count)
    return family


def _seconds(since: datetime, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds())
