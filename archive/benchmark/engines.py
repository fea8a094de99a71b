"""Ours on every engine that is installed, on the same documents and queries.

Each query is asked of one engine after the other, so that whatever else the machine does troubles all alike.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from archive.search.stores import ENGINES, store_of


def measure_engines(
    folder: Path,
    build: Callable[[Path], dict[str, Any]],
    check: Callable[[], dict[str, Any]],
    page: Callable[[tuple[str, ...]], int],
    asked: Mapping[str, Sequence[tuple[str, ...]]],
    figures: Callable[[list[float], list[float], list[int]], dict[str, Any]],
) -> dict[str, Any]:
    """Per engine: what building its index in `folder` costs, what `check` says of it, `figures` of the times of each
    class, milliseconds by the clock and of CPU."""
    measured: dict[str, Any] = {}
    for engine in installed_engines():
        with _on(engine, folder / f"index-{engine}"):
            measured[engine] = {
                "classes": {},
                "building": build(folder / f"index-{engine}"),
                "exact": check(),
            }
    for name, group in asked.items():
        wall: dict[str, list[float]] = {engine: [] for engine in measured}
        cpu: dict[str, list[float]] = {engine: [] for engine in measured}
        totals: dict[str, list[int]] = {engine: [] for engine in measured}
        for runs in group:
            for engine in measured:
                with _on(engine, folder / f"index-{engine}"):
                    started, cpu_started = time.perf_counter(), time.thread_time()
                    totals[engine].append(page(runs))
                    cpu[engine].append((time.thread_time() - cpu_started) * 1000)
                    wall[engine].append((time.perf_counter() - started) * 1000)
        for engine, one in measured.items():
            one["classes"][name] = figures(wall[engine], cpu[engine], totals[engine])
    return measured


def installed_engines() -> list[str]:
    """Every SEARCH_ENGINE that can be asked here."""
    return [engine for engine in ENGINES if missing(engine) is None]


def missing(engine: str) -> str | None:
    """Why an engine cannot be asked here; None where it can."""
    try:
        store_of(engine)
    except ImproperlyConfigured as error:
        return str(error)
    return None


@contextmanager
def _on(engine: str, folder: Path) -> Iterator[None]:
    """Let ours stand on another engine, in another folder, for a while."""
    connection = settings.HAYSTACK_CONNECTIONS["default"]
    before = settings.SEARCH_ENGINE, connection["PATH"]
    settings.SEARCH_ENGINE, connection["PATH"] = engine, str(folder)
    try:
        yield
    finally:
        settings.SEARCH_ENGINE, connection["PATH"] = before
