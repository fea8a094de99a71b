"""Save a parsed issue: the only place that turns records into rows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from django.db import IntegrityError, transaction

from archive.audit import recorded
from archive.ingest.correct.change import BLOT
from archive.ingest.errors import IssueConflict, NoDocuments
from archive.ingest.fitting import fit_to_columns, storable
from archive.ingest.identity import successor_of
from archive.ingest.parse.records import ParsedDocument, ParsedIssue
from archive.ingest.replay import Settled, keep_settled, replay, settled_findings
from archive.ingest.resolve import number_parts, resolve_references, resolve_references_of
from archive.ingest.store_documents import BATCH, retire, save_documents
from archive.ingest.supplied import annexes_without_place
from archive.ingest.version import PARSER_VERSION
from archive.models import ContentsEntry, Document, Finding, Gazette, Issue, Page
from archive.reader_reports import report_findings

Outcome = Literal["added", "unchanged", "replaced"]


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a parsed issue: its row, and whether it is new, was there already, or took another's place."""

    issue: Issue
    outcome: Outcome


def store_issue(parsed: ParsedIssue, *, file_size: int, replace: bool = False) -> Stored:
    """Save everything that was read of one file, in one transaction.

    The same file twice is one issue, and stays as it is unless `replace` asks to store it anew. Another file of
    the same gazette, year and label raises IssueConflict, or with `replace` takes the issue's place: state,
    addresses and the ids of its documents stay. Raises NoDocuments when there is nothing to save: no document, and
    no page whose picture waits to be recognised.
    """
    if not parsed.documents and not any(page.wants_ocr for page in parsed.pages):
        raise NoDocuments(parsed.source.name, "没有找到公文", "请确认这是一期公报，且文字可以选中复制")
    parsed, notes = _fit_names(storable(parsed))
    try:
        with transaction.atomic():
            return _store(parsed, list(notes), file_size, replace)
    except IntegrityError:
        # Another process has stored the same file or issue since we looked: look again, once.
        with transaction.atomic():
            if _held_issue(parsed) is None and _same_issue(parsed, _find_gazette(parsed)) is None:
                raise
            return _store(parsed, list(notes), file_size, replace)


def _store(parsed: ParsedIssue, notes: list[Finding], file_size: int, may_replace: bool) -> Stored:
    held = _held_issue(parsed)
    if held is not None and not may_replace:
        return Stored(held, "unchanged")
    if held is not None:
        parsed = _as_filled_in(parsed, held)
    gazette = _save_gazette(parsed)
    other = _same_issue(parsed, gazette)
    if other is not None and other != held:
        if held is not None:
            raise IssueConflict(
                parsed.source.name,
                f"这个文件已作为“{held}”入库，现在读出的却是另一个文件的“{other}”",
                "请先撤下并删除其中一期",
            )
        if not may_replace:
            raise IssueConflict(
                parsed.source.name,
                f"“{other}”已由另一个文件（{other.file_name}）入库",
                "如果这是更正后的文件，请选择替换",
                replaceable=True,
            )
    issue = held or other
    if issue is not None:
        _refuse_loss(issue, parsed)
    outcome: Outcome = "added" if issue is None else "replaced"
    act = "added" if issue is None else "read-again" if issue == held else "replaced"
    issue = issue or Issue()
    with recorded(issue, act) as details:
        _save_row(issue, parsed, gazette, file_size)
        _save_parts(issue, parsed, notes)
        details["documents"] = len(parsed.documents)
    return Stored(issue, outcome)


def _refuse_loss(issue: Issue, parsed: ParsedIssue) -> None:
    """Raise NoDocuments where text that was recognised once would give way to pictures of it.

    The same file is read on a machine without recognition, or recognition failed this time.
    """
    pictures = [page.number for page in parsed.pages if page.wants_ocr and not page.readable]
    remedy = "原有的文字保持不变。请在装有文字识别（OCR）的机器上重新识别"
    if not parsed.documents and Document.objects.filter(issue=issue).exists():
        raise NoDocuments(parsed.source.name, "这一次没有读出任何公文", remedy)
    if issue.sha256 == parsed.source.sha256:
        lost = Page.objects.filter(
            issue=issue, number__in=pictures, readable=True, text_source=Page.TextSource.OCR
        )
        if (first := lost.order_by("number").first()) is not None:
            problem = f"有 {lost.count()} 页以前识别出了文字，这一次没有"
            raise NoDocuments(parsed.source.name, problem, remedy, first.number)


# --- the issue ---------------------------------------------------------------------------------------
def _held_issue(parsed: ParsedIssue) -> Issue | None:
    return Issue.objects.select_for_update().filter(sha256=parsed.source.sha256).first()


def _as_filled_in(parsed: ParsedIssue, held: Issue) -> ParsedIssue:
    """What was read, with what a person has filled in instead of it."""
    values: dict[str, Any] = {name: getattr(held, name) for name in held.filled_in if name != "gazette"}
    if "gazette" in held.filled_in and held.gazette is not None:
        values["gazette"] = held.gazette.name
    return replace(parsed, **values)


def _find_gazette(parsed: ParsedIssue) -> Gazette | None:
    return Gazette.objects.filter(name=parsed.gazette).first()


def _same_issue(parsed: ParsedIssue, gazette: Gazette | None) -> Issue | None:
    """The issue of the same gazette, year and label; None where one of the three is unknown."""
    if gazette is None or parsed.year is None or not parsed.label:
        return None
    return (
        Issue.objects.select_for_update()
        .filter(gazette=gazette, year=parsed.year, label=parsed.label)
        .first()
    )


def _fit_names(parsed: ParsedIssue) -> tuple[ParsedIssue, list[Finding]]:
    """The issue with names and figures that fit their columns: they are looked for before they are saved."""
    gazette = Gazette(name=parsed.gazette, organiser=parsed.organiser, frequency=parsed.frequency)
    issue = Issue(
        year=parsed.year, label=parsed.label, number=parsed.number, total_number=parsed.total_number
    )
    notes = fit_to_columns([gazette, issue])
    return replace(
        parsed,
        gazette=gazette.name,
        organiser=gazette.organiser,
        frequency=gazette.frequency,
        year=issue.year,
        label=issue.label,
        number=issue.number,
        total_number=issue.total_number,
    ), notes


def _save_gazette(parsed: ParsedIssue) -> Gazette | None:
    """The gazette of that name, made when it is the first issue of it; None while its name is unknown."""
    if not parsed.gazette:
        return None
    gazette = Gazette.objects.called(parsed.gazette, organiser=parsed.organiser, frequency=parsed.frequency)
    newly_known = {
        name: getattr(parsed, name)
        for name in ("organiser", "frequency")
        if getattr(parsed, name) and not getattr(gazette, name)
    }
    if newly_known:
        for name, value in newly_known.items():
            setattr(gazette, name, value)
        gazette.save(update_fields=list(newly_known))
    return gazette


def _save_row(issue: Issue, parsed: ParsedIssue, gazette: Gazette | None, file_size: int) -> None:
    # What is known stays known: a published address must not be lost because a re-parse is unsure of it.
    issue.gazette = gazette or issue.gazette
    issue.year = parsed.year if parsed.year is not None else issue.year
    if parsed.label:
        # 3-4 has no number of its own: None is what was read.
        issue.label, issue.number = parsed.label, parsed.number
    issue.total_number = parsed.total_number if parsed.total_number is not None else issue.total_number
    issue.published_on = parsed.published_on or issue.published_on
    issue.file_name = _short_name(parsed.source.name)
    issue.sha256 = parsed.source.sha256
    issue.file_size = file_size
    issue.source_kind = parsed.source.kind
    issue.text_source = _text_source(parsed)
    issue.page_count = parsed.source.pages
    issue.parser_version = PARSER_VERSION
    issue.reading_score = asdict(parsed.score)
    issue.save()


def _text_source(parsed: ParsedIssue) -> str:
    if parsed.pages and not any(page.readable for page in parsed.pages):
        return Issue.TextSource.NONE
    return parsed.source.text


def _short_name(name: str) -> str:
    """A file's name that fits its column: the end, which says what kind of file it is, stays."""
    longest = Issue._meta.get_field("file_name").max_length or len(name)
    return name if len(name) <= longest else "…" + name[-longest + 1 :]


# --- its parts ---------------------------------------------------------------------------------------
def _save_parts(issue: Issue, parsed: ParsedIssue, notes: list[Finding]) -> None:
    """Everything that hangs on the issue; `notes` are findings that saving has made so far."""
    held = list(Document.objects.filter(issue=issue))
    names_before = [(document.number, document.title) for document in held]
    settled = settled_findings(issue)
    for model in (Finding, ContentsEntry, Page):
        model.objects.filter(issue=issue).delete()
    replayed = replay(issue, parsed.documents, held)
    positions_before = {n: row.position for n, row in replayed.rows.items() if row.pk}
    documents, more = save_documents(issue, replayed.records, replayed.rows)
    notes += more
    kept = {document.pk for document in documents.values()}
    gone = [document for document in held if document.pk not in kept]
    notes += _retire(gone, replayed.records, positions_before, documents)
    notes += annexes_without_place(issue)
    notes += report_findings(issue)
    read_as = {read: documents[now] for read, now in replayed.places.items()}
    notes += _save_contents(issue, parsed, read_as)
    notes += _save_pages(issue, parsed)
    for position, finding in replayed.findings:
        finding.document = documents[position] if position else None
        notes.append(finding)
    _save_findings(issue, parsed, read_as, notes, settled)
    resolve_references(
        {part for number, _ in names_before for part in number_parts(number)},
        {title for _, title in names_before},
    )
    resolve_references_of(issue)


def _retire(
    vanished: Iterable[Document],
    records: Sequence[ParsedDocument],
    positions_before: Mapping[int, int],
    documents: Mapping[int, Document],
) -> list[Finding]:
    """Retire documents that the new parse does not know; their ids lead on to the one that holds their text."""
    notes = []
    for gone in vanished:
        target = documents[successor_of(gone, records, positions_before)]
        notes.append(
            Finding(
                code="document-gone",
                severity=Finding.Severity.WARNING,
                document=target,
                page=gone.first_page,
                message=f"重新识别后不再有“{gone.title}”，它的网址现在指向“{target.title}”",
                evidence=[gone.title, target.title],
            )
        )
        retire(gone, target)
    return notes


def _save_contents(issue: Issue, parsed: ParsedIssue, documents: Mapping[int, Document]) -> list[Finding]:
    """The printed contents; an entry is linked to the document that was read with its title and page.

    `documents` by the position they were read at. What was blotted out of a title is blotted out here, too.
    """
    waiting: dict[tuple[str, int | None], list[Document]] = defaultdict(list)
    for record in parsed.documents:
        if record.title_in_contents and record.position in documents:
            waiting[record.title_in_contents, record.page_in_contents].append(documents[record.position])
    entries = []
    for position, entry in enumerate(parsed.contents):
        found = waiting[entry.title, entry.page]
        document = found.pop(0) if found else None
        redacted = document is not None and BLOT in document.title_in_contents
        entries.append(
            ContentsEntry(
                issue=issue,
                position=position,
                category=entry.category,
                title=document.title_in_contents if document is not None and redacted else entry.title,
                number=entry.number or "",
                page=entry.page,
                document=document,
            )
        )
    notes = fit_to_columns(entries)
    ContentsEntry.objects.bulk_create(entries, batch_size=BATCH)
    return notes


def _save_pages(issue: Issue, parsed: ParsedIssue) -> list[Finding]:
    pages = [
        Page(
            issue=issue,
            number=page.number,
            printed_number=page.printed_number,
            printed_right=page.printed_right,
            width=page.width,
            height=page.height,
            lines=[list(line) for line in page.lines],
            readable=page.readable,
            text_source=page.text,
            wants_ocr=page.wants_ocr,
        )
        for page in parsed.pages
    ]
    notes = fit_to_columns(pages)
    Page.objects.bulk_create(pages, batch_size=100)
    return notes


def _save_findings(
    issue: Issue,
    parsed: ParsedIssue,
    documents: Mapping[int, Document],
    notes: Iterable[Finding],
    settled: Settled,
) -> None:
    """What parsing was unsure of, then what saving had to change; `documents` by the position they were read at."""
    findings = [
        Finding(
            code=finding.code,
            severity=finding.severity,
            document=None if finding.document is None else documents.get(finding.document),
            page=finding.page,
            message=finding.message,
            evidence=list(finding.evidence),
        )
        for finding in parsed.findings
    ]
    findings += notes
    for position, finding in enumerate(findings):
        finding.issue, finding.position = issue, position
    keep_settled(findings, settled)
    Finding.objects.bulk_create(findings, batch_size=BATCH)
