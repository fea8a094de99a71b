"""What the archive knows of a checksum: of which published file it is, when that was given, and where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from archive.authenticity.published_files import files_given
from archive.masks import masks_of
from archive.models import Document, Issue, PublishedFile

# One annex can belong to many documents.
MOST = 20


class State(StrEnum):
    """How a published file stands, by the word that manifests have for it."""

    PUBLISHED = "published"
    # Its issue or its document was withdrawn.
    WITHDRAWN = "withdrawn"
    # Readers get a copy with something filled in, or nothing, where they had the original.
    MASKED = "masked"
    # Another file took its place, or an annex was taken away.
    FORMER = "former"


@dataclass(frozen=True, slots=True)
class Standing:
    """A published file as it stands. `ended_at` is since when it is not given, None while it is.

    `reason` is why it was withdrawn. `document` is the document of an annex, None where readers do not see that.
    """

    file: PublishedFile
    state: State
    ended_at: datetime | None = None
    reason: str = ""
    document: Document | None = None

    @property
    def issue(self) -> Issue:
        return self.file.issue

    @property
    def is_given(self) -> bool:
        return self.state == State.PUBLISHED


def standings_of(sha256: str) -> list[Standing]:
    """Every place in which a file with this checksum was published, those that are given first; at most MOST."""
    rows = PublishedFile.objects.filter(sha256=sha256).select_related("issue__gazette", "first_listed")
    listed = {one.place: one for one in rows.order_by("pk")[:MOST]}
    # The list is a minute behind: what is given now the rows say, but of masked copies, which no row knows.
    now = {one.place: one for one in files_given(sha256)}
    files = [*listed.values(), *(one for place, one in now.items() if place not in listed)][:MOST]
    documents = documents_of(files)
    copy = PublishedFile.Kind.MASKED
    found = [
        standing(one, documents, given=one.place in now if one.kind != copy else one.ended_at is None)
        for one in files
    ]
    return sorted(found, key=lambda one: not one.is_given)


def documents_of(files: list[PublishedFile]) -> dict[str, Document]:
    """The documents of annexes by their short ids."""
    names = {one.document for one in files if one.document}
    found = Document.objects.filter(public_id__in=names).select_related("issue__gazette")
    return {document.public_id: document for document in found}


def standing(file: PublishedFile, documents: Mapping[str, Document], *, given: bool) -> Standing:
    """How the file stands; `given` is whether readers get it, as far as nothing of it is withdrawn."""
    issue, document = file.issue, documents.get(file.document)
    if issue.state != Issue.State.PUBLISHED:
        return Standing(file, State.WITHDRAWN, issue.withdrawn_at, issue.withdrawn_reason)
    if document is not None and document.withdrawn_at is not None:
        return Standing(file, State.WITHDRAWN, document.withdrawn_at, document.withdrawn_reason)
    if given and file.kind == PublishedFile.Kind.MASKED:
        # With other masks there is, or will be, another copy.
        given = file.masks == masks_of(issue).key
    if not given:
        masked = file.kind == PublishedFile.Kind.ORIGINAL and file.sha256 == issue.sha256
        return Standing(file, State.MASKED if masked else State.FORMER, file.ended_at, document=document)
    return Standing(file, State.PUBLISHED, document=document)
