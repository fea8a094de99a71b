"""An examiner reads the description of the API, asks what it allows and what it forbids, and finds nothing to blame."""

from collections.abc import Iterable
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import connections
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished

from archive.search.update import rebuild
from tests.factories import make_issue

# The examiner asks from threads of its own, which see what was committed.
pytestmark = pytest.mark.django_db(transaction=True)
# What it asks follows from this alone: a run says the same as the one before.
SEED = 20220430


def examined(**how: Any) -> tuple[list[str], int]:
    """(what the examiner finds, how many answers it has seen) of an archive with an issue, a draft, and one withdrawn."""
    make_issue()
    make_issue("draft", label="2")
    make_issue("withdrawn", label="3")
    rebuild()
    site = get_wsgi_application()

    def answer(environ: Any, start_response: Any) -> Iterable[bytes]:
        try:
            return site(environ, start_response)
        finally:
            connections.close_all()

    config = SchemathesisConfig.from_dict({"seed": SEED, **how})
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", answer, config=config)
    faults, answers = [], 0
    for event in from_schema(schema).execute():
        if isinstance(event, FatalError | NonFatalError):
            faults.append(str(event.__dict__ if hasattr(event, "__dict__") else event))
        if isinstance(event, ScenarioFinished):
            answers += len(event.recorder.interactions)
            for checks in event.recorder.checks.values():
                faults += [
                    f"{event.label}: {check.failure_info and check.failure_info.failure}"
                    for check in checks
                    if check.status != Status.SUCCESS
                ]
    return faults, answers


def test_nothing_is_found() -> None:
    faults, answers = examined(
        generation={"max-examples": 4, "deterministic": True},
        phases={"stateful": {"enabled": False}, "coverage": {"unexpected-methods": ["post", "trace"]}},
    )
    assert not faults, "\n".join(faults)
    assert answers > 200


@pytest.mark.long
def test_nothing_is_found_however_long_it_looks() -> None:
    """With the ways that lead from one answer to the next."""
    faults, answers = examined(generation={"max-examples": 150, "deterministic": True})
    assert not faults, "\n".join(faults)
    assert answers > 2000
