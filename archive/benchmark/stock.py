"""Haystack's Whoosh backend as it comes, on the same documents."""

import logging
from contextlib import AbstractContextManager
from pathlib import Path

import haystack
from django.core.management import call_command
from haystack.query import SearchQuerySet

from archive.benchmark.peers import Texts

_CONNECTION = "stock"


class StockHaystack(AbstractContextManager["StockHaystack"]):
    """Indexes the archive's own rows; what it makes of Chinese is its own affair."""

    name = "haystack's whoosh"

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "stock"
        haystack.connections.connections_info[_CONNECTION] = {
            "ENGINE": "haystack.backends.whoosh_backend.WhooshEngine",
            "PATH": str(self._folder),
        }

    def __exit__(self, *exception: object) -> None:
        haystack.connections.connections_info.pop(_CONNECTION)

    def build(self, texts: Texts) -> None:
        # It warns of every query that it cannot parse.
        logging.getLogger("haystack").setLevel(logging.ERROR)
        call_command("update_index", using=[_CONNECTION], verbosity=0)

    def find(self, runs: tuple[str, ...]) -> list[int]:
        asked = SearchQuerySet(using=_CONNECTION)
        for run in runs:
            asked = asked.filter(content=run)
        return [int(result.pk) for result in asked[:100_000]]

    def size(self) -> int:
        return sum(path.stat().st_size for path in self._folder.rglob("*") if path.is_file())
