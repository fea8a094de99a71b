"""The tables of the archive, one concept a module."""

from archive.models.correction import Correction
from archive.models.desk import Batch, Finding, IngestRun
from archive.models.document import (
    Attachment,
    Block,
    Document,
    DocumentAlias,
    Enclosure,
    Roster,
    Section,
    Table,
)
from archive.models.facts import Appointment, Reference
from archive.models.issue import ContentsEntry, Gazette, Issue, Page

__all__ = [
    "Appointment",
    "Attachment",
    "Batch",
    "Block",
    "ContentsEntry",
    "Correction",
    "Document",
    "DocumentAlias",
    "Enclosure",
    "Finding",
    "Gazette",
    "IngestRun",
    "Issue",
    "Page",
    "Reference",
    "Roster",
    "Section",
    "Table",
]
