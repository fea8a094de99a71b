"""Files whose text flows, without pages: which module reads which kind."""

from pathlib import Path

from archive.ingest.extract import text
from archive.ingest.lines import Line, RuledTable

# kind of file (see file_kind) → kind in the record of its source
SOURCE_KIND = {"text": "text"}


def read_flowing(kind: str, path: Path, name: str) -> list[Line | RuledTable]:
    """Lines and tables in reading order. Raises UnreadableFile or LimitExceeded."""
    return text.read_text(path, name)
