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
from archive.models.edition import Edition, IssueEdition
from archive.models.facts import Appointment, Reference
from archive.models.issue import ContentsEntry, Gazette, Issue, Page
from archive.models.journal import JournalEntry
from archive.models.manifest import Manifest, ManifestKey, PublishedFile
from archive.models.report import ReaderReport
from archive.models.supplied import Annex, Supplement, ValidityJudgement
from archive.models.vocabulary import Namesake, Term

__all__ = [
    "Annex",
    "Appointment",
    "Attachment",
    "Batch",
    "Block",
    "ContentsEntry",
    "Correction",
    "Document",
    "DocumentAlias",
    "Edition",
    "Enclosure",
    "Finding",
    "Gazette",
    "IngestRun",
    "Issue",
    "IssueEdition",
    "JournalEntry",
    "Manifest",
    "ManifestKey",
    "Namesake",
    "Page",
    "PublishedFile",
    "ReaderReport",
    "Reference",
    "Roster",
    "Section",
    "Supplement",
    "Table",
    "Term",
    "ValidityJudgement",
]
