"""What an editor looks at first: how well an issue was read, the pages that need eyes, and what was proposed."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Case, F, IntegerField, QuerySet, Value, When

from archive.ingest.settling import readings_of
from archive.models import Finding, Issue, Page
from archive.reader_reports import reported_in
from archive.views.doubt import is_unsure
from archive.views.issues import PagePicture, page_pictures
from archive.views.sheet_lines import SheetLine, page_lines

_MOST_PAGES = 12


@dataclass(frozen=True, slots=True)
class Score:
    """The counts of a reading."""

    entries: int
    found: int
    characters: int
    placed: int
    uncertain: int

    @property
    def share(self) -> str:
        """The share of characters that were placed, rounded down: 100 % means all of them."""
        if not self.characters:
            return ""
        return f"{self.placed * 1000 // self.characters / 10:.1f} %".replace(".0 %", " %")

    @property
    def unplaced(self) -> int:
        return max(self.characters - self.placed, 0)


@dataclass(frozen=True, slots=True)
class ReadPages:
    """The pages of an issue by where their text is from, and those to look at first."""

    sources: list[tuple[str, int]]
    silent: list[int]
    # (page, lines that are uncertain), the most uncertain first
    unsure: list[tuple[int, int]]


def score_of(issue: Issue) -> Score | None:
    """The score of the issue; None when it was read by a program that did not count."""
    counts = issue.reading_score
    if not counts:
        return None
    names = ("contents_entries", "contents_found", "characters", "characters_placed", "characters_uncertain")
    return Score(*(int(counts.get(name) or 0) for name in names))


def read_pages(issue: Issue) -> ReadPages:
    """How each page of the issue was read."""
    counts: dict[str, int] = {}
    silent, unsure = [], []
    recognised = {Page.TextSource.OCR, Page.TextSource.HIDDEN}
    for page in issue.pages.order_by("number"):
        source = page.text_source if page.readable else Page.TextSource.NONE
        counts[source] = counts.get(source, 0) + 1
        if not page.readable:
            silent.append(page.number)
        if page.text_source in recognised:
            lines = sum(len(line) > 5 and is_unsure(line[5]) for line in page.lines)
            unsure += [(page.number, lines)] if lines else []
    sources = [(str(Page.TextSource(source).label), count) for source, count in counts.items()]
    return ReadPages(sources, silent, sorted(unsure, key=lambda one: -one[1])[:_MOST_PAGES])


def in_review_order(findings: "QuerySet[Finding]") -> "QuerySet[Finding]":
    """The findings as the review lists them: errors first, then by page."""
    rank = Case(
        *(When(severity=severity, then=Value(n)) for n, severity in enumerate(Finding.Severity.values)),
        output_field=IntegerField(),
    )
    return findings.order_by(rank, F("page").asc(nulls_last=True), "position")


def with_readings(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, each with its `readings` to choose from, and what a reader has `reported` where it is that."""
    found = list(findings)
    for finding in found:
        finding.readings = readings_of(finding)  # type: ignore[attr-defined]
        finding.reported = reported_in(finding)  # type: ignore[attr-defined]
    return found


@dataclass(slots=True)
class FindingSheet:
    """A page that findings are about, with the lines that show what each is about."""

    picture: PagePicture
    width: float
    height: float
    # (primary key of the finding, line)
    lines: list[tuple[int, SheetLine]] = field(default_factory=list)


def finding_sheets(issue: Issue, findings: Iterable[Finding]) -> list[FindingSheet]:
    """The pages of the findings in the order of the findings; [] where pages have no pictures."""
    wanted: dict[int, list[Finding]] = {}
    for finding in findings:
        if finding.page is not None:
            wanted.setdefault(finding.page, []).append(finding)
    pages = {page.number: page for page in issue.pages.filter(number__in=wanted)}
    pictures = {picture.number: picture for picture in page_pictures(issue, desk=True) if picture.address}
    sheets = []
    for number, about in wanted.items():
        if number in pages and number in pictures:
            page = pages[number]
            sheet = FindingSheet(pictures[number], page.width, page.height)
            lines = page_lines(page)
            for finding in about:
                sheet.lines += [(finding.pk, line) for line in lines if _shows(line.text, finding)]
            sheets.append(sheet)
    return sheets


def _shows(line: str, finding: Finding) -> bool:
    """True when a printed line holds what a finding quotes, or is part of it."""
    bare = "".join(line.split())
    quoted = ["".join(str(reading).split()) for reading in finding.evidence]
    return any(
        (len(bare) > 3 and bare in reading) or (len(reading) > 1 and reading in bare) for reading in quoted
    )
