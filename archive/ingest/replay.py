"""Makes the corrections of an issue again on what was read of its file, and keeps what editors have settled."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field

from archive.ingest.correct.apply import Held, change_issue
from archive.ingest.correct.change import Change, Stale
from archive.ingest.identity import match_documents
from archive.ingest.parse.records import ParsedDocument
from archive.models import Correction, Document, Finding, Issue
from archive.reader_reports import READER_REPORT

# How a document is called that the archive does not hold yet.
_NEW = "new:"
STALE = "correction-stale"


@dataclass(slots=True)
class Replayed:
    """The documents with the corrections made; `rows` has those that are held already, by position.

    `places` leads from the position that a document was read at to the one it has now; `findings` tells which
    corrections could not be made, each with the position of its document (None: it is gone).
    """

    records: tuple[ParsedDocument, ...] = ()
    rows: dict[int, Document] = field(default_factory=dict)
    places: dict[int, int] = field(default_factory=dict)
    findings: list[tuple[int | None, Finding]] = field(default_factory=list)


def replay(issue: Issue, records: Sequence[ParsedDocument], held: Sequence[Document]) -> Replayed:
    """What was read, corrected; each correction is noted as standing or stale."""
    corrections = list(issue.corrections.exclude(state=Correction.State.UNDONE).select_related("document"))
    begun = {c.other_id for c in corrections if c.kind == Correction.Kind.BEGIN}
    as_read = [_as_read(one, corrections) for one in held if one.public_id not in begun]
    rows = {document.pk: document for document in held}
    keys = {n: rows[document.pk].public_id for n, document in match_documents(as_read, records).items()}
    documents = [Held(record, keys.get(record.position, f"{_NEW}{record.position}")) for record in records]
    read_as = {one.key: one.record.position for one in documents}
    joined: dict[str, str] = {}
    stale: list[Correction] = []
    for correction in corrections:
        key = correction.document.public_id if correction.document else ""
        try:
            after = change_issue(
                documents, key, change_of(correction), made=correction.other_id or None, again=True
            )
        except (Stale, ValueError, KeyError, IndexError, TypeError):
            stale.append(correction)
            continue
        if correction.kind == Correction.Kind.JOIN:
            joined |= {one.key: key for one in documents if one.key and one not in after and one.key != key}
        documents = after
    _note_states(corrections, stale)
    by_key = {document.public_id: document for document in held}
    position_of = {one.key: one.record.position for one in documents}
    return Replayed(
        records=tuple(one.record for one in documents),
        rows={
            one.record.position: by_key.get(one.key) or Document(issue=issue, public_id=one.key)
            for one in documents
            if one.key in by_key or (one.key and not one.key.startswith(_NEW))
        },
        places={
            position: position_of[joined.get(key, key)]
            for key, position in read_as.items()
            if key is not None and joined.get(key, key) in position_of
        },
        findings=[
            (position_of.get(c.document.public_id) if c.document else None, _stale_finding(c)) for c in stale
        ],
    )


def change_of(correction: Correction) -> Change:
    """The change that a correction is."""
    return Change(correction.kind, correction.place, correction.old, correction.new)


def _as_read(document: Document, corrections: Sequence[Correction]) -> Document:
    """The document as it was read, so that a corrected title or number does not hide which one it is."""
    found = copy(document)
    for name in ("title", "number"):
        first = next(
            (
                c
                for c in corrections
                if c.document_id == document.pk
                and c.kind == Correction.Kind.FIELD
                and c.place.get("field") == name
            ),
            None,
        )
        if first is not None:
            setattr(found, name, first.old or "")
    return found


def _note_states(corrections: Sequence[Correction], stale: Sequence[Correction]) -> None:
    for state, some in (
        (Correction.State.STALE, stale),
        (Correction.State.STANDING, [c for c in corrections if c not in stale]),
    ):
        Correction.objects.filter(pk__in=[c.pk for c in some]).exclude(state=state).update(state=state)


def _stale_finding(correction: Correction) -> Finding:
    return Finding(
        code=STALE,
        severity=Finding.Severity.WARNING,
        message="重新识别后找不到更正所依据的原文，更正没有套用；请对照原件再更正一次或撤销它",
        evidence=[correction.told_old, correction.told_new],
    )


# --- settled findings ----------------------------------------------------------------------------------
Settled = dict[tuple[str, int | None, str], Finding]


def settled_findings(issue: Issue) -> Settled:
    """What editors have settled, by what it is about."""
    return {_about(finding): finding for finding in issue.findings.exclude(settled_as="")}


def keep_settled(findings: Sequence[Finding], settled: Settled) -> None:
    """Mark those findings, not yet saved, that say what an editor has settled before."""
    for finding in findings:
        if (before := settled.get(_about(finding))) is not None:
            finding.settled_as = before.settled_as
            finding.settled_by_id = before.settled_by_id
            finding.settled_at = before.settled_at


def _about(finding: Finding) -> tuple[str, int | None, str]:
    # What a reader has said goes along when its document becomes a part of another one.
    document = None if finding.code == READER_REPORT else finding.document_id
    return finding.code, document, "\x00".join(map(str, finding.evidence))
