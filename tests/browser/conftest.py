"""An archive with a bundled issue in it, served to the browser."""

import pytest
from django.conf import settings
from django.core.management import call_command
from pytest_django.live_server_helper import LiveServer

from archive.models import Issue


@pytest.fixture
def sample_issue(live_server: LiveServer, transactional_db: None) -> Issue:
    """The newest bundled issue, ingested and published as the command does it."""
    path = max((settings.BASE_DIR / "archive" / "samples").glob("*.pdf"))
    call_command("ingest", str(path), publish=True)
    return Issue.objects.published().get()
