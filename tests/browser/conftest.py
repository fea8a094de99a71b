"""An archive with a bundled issue in it, served to the browser; and in how many forms each test is made."""

from itertools import groupby
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from pytest_django.live_server_helper import LiveServer

from archive.models import Issue

IN_ANOTHER_FORM = "the same in another form, which make test-all runs: on a phone, without script, in dark"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Each test in all its forms where everything is required, elsewhere in one, another one from test to test."""
    if config.getoption("--require-all"):
        return
    here = Path(__file__).parent
    ours = [item for item in items if item.path.is_relative_to(here)]
    by_test = groupby(ours, key=lambda item: (item.path, getattr(item, "originalname", item.name)))
    for turn, (_test, forms) in enumerate(by_test):
        made = list(forms)
        chosen = made[turn % len(made)]
        for item in made:
            if item is not chosen:
                item.add_marker(pytest.mark.skip(reason=IN_ANOTHER_FORM))


@pytest.fixture
def sample_issue(live_server: LiveServer, transactional_db: None) -> Issue:
    """The newest bundled issue, ingested and published as the command does it."""
    path = max((settings.BASE_DIR / "archive" / "samples").glob("*.pdf"))
    call_command("ingest", str(path), publish=True)
    return Issue.objects.published().get()
