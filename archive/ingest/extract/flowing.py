"""Files whose text flows, without pages: which module reads which kind."""

from collections.abc import Callable
from pathlib import Path

from archive.ingest.extract.docx import read_docx
from archive.ingest.extract.html import read_html
from archive.ingest.extract.markdown import read_markdown
from archive.ingest.extract.text import read_text
from archive.ingest.lines import Line, RuledTable

READERS: dict[str, Callable[[Path, str], list[Line | RuledTable]]] = {
    "text": read_text,
    "markdown": read_markdown,
    "html": read_html,
    "docx": read_docx,
}
# kind of file (see file_kind) → kind in the record of its source
SOURCE_KIND = {"text": "text", "markdown": "text", "html": "html", "docx": "docx"}


def read_flowing(kind: str, path: Path, name: str) -> list[Line | RuledTable]:
    """Lines and tables in reading order. Raises UnreadableFile or LimitExceeded."""
    return READERS[kind](path, name)
