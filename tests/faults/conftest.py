"""The archive as processes that a test may harm."""

from collections.abc import Iterator

import pytest

from tests.faults.processes import Site, own_database


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Web and an editor who is signed in; no worker, no issue."""
    folder = tmp_path_factory.mktemp("site")
    with own_database(folder) as database, Site(folder, database) as site:
        site.start_web()
        site.sign_in()
        yield site
