"""Files whose text flows, without pages: which module reads which kind."""

from collections.abc import Callable
from pathlib import Path

from archive.ingest.extract import docx, html, markdown, text
from archive.ingest.lines import Line, RuledTable

READERS: dict[str, Callable[[Path, str], list[Line | RuledTable]]] = {
    "text": text.read_text,
    "markdown": markdown.read_markdown,
    "html": html.read_html,
    "docx": docx.read_docx,
}
# kind of file (see file_kind) → kind in the record of its source
SOURCE_KIND = {"text": "text", "markdown": "text", "html": "html", "docx": "docx"}


def read_flowing(kind: str, path: Path, name: str) -> list[Line | RuledTable]:
    """Lines and tables in reading order. Raises UnreadableFile or LimitExceeded."""
    return READERS[kind](path, name)
