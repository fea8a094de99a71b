"""Every engine of the index, one after the other; a test that wants them says so."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings

from archive.search.stores import ENGINES

ONE_AFTER_THE_OTHER = [
    ENGINES[0],
    # Its threads belong to no Python that a fork could copy half.
    pytest.param(ENGINES[1], marks=pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")),
]


@contextmanager
def _engine(request: pytest.FixtureRequest) -> Iterator[str]:
    engine: str = request.param
    if engine != "whoosh":
        pytest.importorskip(engine, reason=f"needs {engine} (pip install -r requirements-{engine}.txt)")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "SEARCH_ENGINE", engine)
        yield engine


@pytest.fixture(params=ONE_AFTER_THE_OTHER)
def search_engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """The engine that the index of this test stands on."""
    with _engine(request) as engine:
        yield engine


@pytest.fixture(scope="module", params=ONE_AFTER_THE_OTHER)
def module_search_engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """The engine of an index that all tests of a module read."""
    with _engine(request) as engine:
        yield engine
