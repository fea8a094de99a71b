"""From a file to a ParsedIssue: extract → layout → parse, and the same in a limited process of its own."""

from collections.abc import Callable
from pathlib import Path

from archive.ingest.parse.records import ParsedIssue

# Raised when the parser reads differently; stored with each issue.
PARSER_VERSION = "1"

# Called with the stage (extract, layout, parse), the page just done and the number of pages (None: unknown).
Progress = Callable[[str, int | None, int | None], None]


def read_issue(
    path: Path, name: str | None = None, password: str = "", progress: Progress | None = None
) -> ParsedIssue:
    """The issue printed in the file at `path`; `name` is what to call the file in messages.

    Raises an IngestError that names the file, the page where known, and the remedy.
    """
    raise NotImplementedError


def read_issue_limited(
    path: Path, name: str | None = None, password: str = "", progress: Progress | None = None
) -> ParsedIssue:
    """`read_issue` in a process of its own with limits on memory, CPU and wall time; killed, it is LimitExceeded."""
    raise NotImplementedError
