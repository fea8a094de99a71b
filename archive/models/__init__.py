"""The tables of the archive, one concept a module."""

from archive.models.alert import AlertRequest, Followed, Letter, Subscriber
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
    "AlertRequest",
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
    "Followed",
    "Gazette",
    "IngestRun",
    "Issue",
    "IssueEdition",
    "JournalEntry",
    "Letter",
    "Manifest",
    "ManifestKey",
    "Namesake",
    "Page",
    "PublishedFile",
    "ReaderReport",
    "Reference",
    "Roster",
    "Section",
    "Subscriber",
    "Supplement",
    "Table",
    "Term",
    "ValidityJudgement",
]
