"""Every engine of the index, one after the other; a test that wants them says so."""

import pytest
from pytest_django import Settings

from archive.search.stores import ENGINES


@pytest.fixture(
    params=[
        ENGINES[0],
        # Its threads belong to no Python that a fork could copy half.
        pytest.param(
            ENGINES[1], marks=pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
        ),
    ]
)
def search_engine(request: pytest.FixtureRequest, settings: Settings) -> str:
    """The engine that the index of this test stands on."""
    engine: str = request.param
    if engine != "whoosh":
        pytest.importorskip(engine, reason=f"needs {engine} (pip install -r requirements-{engine}.txt)")
    settings.SEARCH_ENGINE = engine
    return engine
